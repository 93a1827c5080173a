package lesson

import (
	"context"
	"fmt"

	"attend/data"
	"attend/internal/run"
)

// Course is what the chapters share. Its fields are the reader's; all may stay empty.
type Course struct {
	Query       *Vector  // chapters 2 and 3
	Keys        []Vector // chapters 2 and 3
	Values      []Vector // chapter 3
	Temperature float64  // chapter 3: of the softmax; 0 stands for 1
	Sentence    string   // chapters 1 and 9

	Runs string // folder of runs, where the model of the lesson is kept
	// Ask asks for a line that check accepts; nil where nobody can answer. An empty answer is the fallback.
	Ask func(prompt, fallback string, check func(string) error) (string, error)
	// Progress hears of the training of chapter 8, nil of its end; may be nil.
	Progress func(*run.Progress)

	corpus *data.Corpus
	model  *run.Run
}

// Show takes the parts of one step. An error ends the chapter.
type Show func(parts ...Part) error

// Chapter is one of the ten.
type Chapter struct {
	Number int
	Title  string
	tell   func(*Course, context.Context, Show) error
}

// Tell goes through the chapter. What it computes ends early with the context.
func (c Chapter) Tell(ctx context.Context, course *Course, show Show) error {
	if err := course.check(c); err != nil {
		return err
	}
	if err := c.tell(course, ctx, show); err != nil {
		return fmt.Errorf("chapter %d: %w", c.Number, err)
	}
	return nil
}

// Chapters returns all ten in their order.
func Chapters() []Chapter {
	chapters := []Chapter{
		{Title: "What is attention?", tell: (*Course).whatIs},
		{Title: "The dot product: how well do two vectors fit?", tell: (*Course).dotProduct},
		{Title: "Softmax: from scores to shares", tell: (*Course).softmax},
		{Title: "Why the scores are divided by sqrt(d)", tell: (*Course).scaling},
		{Title: "Query, key and value", tell: (*Course).projections},
		{Title: "Not looking ahead: the mask", tell: (*Course).mask},
		{Title: "Several heads, and the order of words", tell: (*Course).headsAndPositions},
		{Title: "Train it", tell: (*Course).training},
		{Title: "Reading a map, and what it does not tell", tell: (*Course).reading},
		{Title: "From here to large language models", tell: (*Course).largeModels},
	}
	for i := range chapters {
		chapters[i].Number = i + 1
	}
	return chapters
}

// check refuses what a reader has given to a chapter that has no use for it.
func (c *Course) check(chapter Chapter) error {
	n := chapter.Number
	for _, given := range []struct {
		flag  string
		given bool
		first int
		other int
	}{
		{"query", c.Query != nil, 2, 3}, {"key", len(c.Keys) > 0, 2, 3}, {"value", len(c.Values) > 0, 3, 3},
		{"temperature", c.Temperature != 0, 3, 3}, {"sentence", c.Sentence != "", 1, 9},
	} {
		if given.given && n != given.first && n != given.other {
			where := fmt.Sprintf("chapters %d and %d", given.first, given.other)
			if given.first == given.other {
				where = fmt.Sprintf("chapter %d", given.first)
			}
			return fmt.Errorf("--%s is for %s, not for chapter %d: attend lesson --help tells more", given.flag, where, n)
		}
	}
	if c.Sentence == "" {
		return nil
	}
	r, err := c.untrained()
	if err != nil {
		return err
	}
	if _, err := mapWith(r, c.Sentence, 1); err != nil { // the trained model knows the same words
		return fmt.Errorf("--sentence: %w", err)
	}
	return nil
}

// savanna returns the built-in text.
func (c *Course) savanna() (*data.Corpus, error) {
	if c.corpus == nil {
		var err error
		if c.corpus, err = data.Savanna(); err != nil {
			return nil, err
		}
	}
	return c.corpus, nil
}

// river is the sentence that the course is built around.
const river = "The lion saw the zebra near the"
