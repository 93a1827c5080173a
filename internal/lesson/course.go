// Package lesson is a course on attention in ten chapters: a few plain sentences, a computation that
// runs in the operations of training, a picture, a question, and commands to try.
//
// The text of each chapter is a file in the folder chapters, which can be read and edited without Go. It has places for
// what is computed; its README says which. A chapter is shown as a sequence of [Part]s, step by step. Whoever shows
// them decides how: a terminal stops after each step, [Text] writes them for paper as wide as a terminal,
// [Export] makes one page of the whole course. All show the same parts. The package reads no
// keyboard and writes to no terminal of its own accord.
//
// The lesson grew out of a notebook that explains attention with "The lion saw the zebra near the river".
package lesson

import (
	"context"
	"embed"
	"fmt"
	"strings"

	"attend/data"
	"attend/internal/run"
)

//go:embed chapters/[01]*.md
var texts embed.FS

// Course is what the chapters share. What the reader gives may stay empty.
type Course struct {
	Query       *Vector  // chapters 2 and 3
	Keys        []Vector // chapters 2 and 3
	Values      []Vector // chapter 3
	Temperature float64  // chapter 3: of the softmax; 0 stands for 1
	Sentence    string   // chapters 1 and 9

	// Ask asks for a line that check accepts; nil where nobody can answer. An empty answer is the fallback.
	Ask func(prompt, fallback string, check func(string) error) (string, error)
	// Progress is called with the progress of the training of chapter 8, and with nil at its end; may be nil.
	Progress func(*run.Progress)

	runs      string // folder of runs, where the model of the lesson is kept
	corpus    *data.Corpus
	settings  run.Settings // those of `attend train` without flags
	untrained *run.Run
	model     *run.Run // nil until it is known
}

// NewCourse returns a course that keeps its model in a folder of runs.
func NewCourse(runs string) (c *Course, err error) {
	c = &Course{runs: runs}
	if c.corpus, err = data.Savanna(); err != nil {
		return nil, err
	}
	if c.settings, err = run.Defaults().Resolve(c.corpus); err != nil {
		return nil, err
	}
	if c.untrained, err = c.newModel(); err != nil {
		return nil, err
	}
	return c, nil
}

// Show takes the parts of one step. An error ends the chapter.
type Show func(parts ...Part) error

// Chapter is one of the ten.
type Chapter struct {
	Number  int
	Title   string
	text    string
	compute func(*Course, context.Context) (values, error)
}

// Chapters returns all ten in their order.
func Chapters() []Chapter {
	var chapters []Chapter
	for _, c := range []struct {
		file    string
		compute func(*Course, context.Context) (values, error)
	}{
		{"01-what-is-attention", (*Course).whatIs},
		{"02-dot-product", (*Course).dotProduct},
		{"03-softmax", (*Course).softmax},
		{"04-scaling", (*Course).scaling},
		{"05-query-key-value", (*Course).projections},
		{"06-mask", (*Course).mask},
		{"07-heads-and-positions", (*Course).headsAndPositions},
		{"08-training", (*Course).training},
		{"09-reading-a-map", (*Course).reading},
		{"10-large-language-models", (*Course).largeModels},
	} {
		text, _ := texts.ReadFile("chapters/" + c.file + ".md") // a file that is missing has no title: the tests find it
		title, rest, _ := strings.Cut(string(text), "\n")
		chapters = append(chapters, Chapter{len(chapters) + 1, strings.TrimSpace(strings.TrimPrefix(title, "#")), rest, c.compute})
	}
	return chapters
}

// Tell goes through the chapter. What it computes ends early with the context.
func (c Chapter) Tell(ctx context.Context, course *Course, show Show) error {
	if err := course.check(c.Number); err != nil {
		return err
	}
	v, err := c.compute(course, ctx)
	if err == nil {
		err = v.tell(c.text, show)
	}
	if err != nil {
		return fmt.Errorf("chapter %d: %w", c.Number, err)
	}
	return nil
}

// check refuses what a reader has given to a chapter that has no use for it, and a sentence that the model cannot read.
func (c *Course) check(chapter int) error {
	for _, option := range []struct {
		flag         string
		given        bool
		first, other int // chapters
	}{
		{"query", c.Query != nil, 2, 3}, {"key", len(c.Keys) > 0, 2, 3}, {"value", len(c.Values) > 0, 3, 3},
		{"temperature", c.Temperature != 0, 3, 3}, {"sentence", c.Sentence != "", 1, 9},
	} {
		if !option.given || chapter == option.first || chapter == option.other {
			continue
		}
		where := fmt.Sprintf("chapters %d and %d", option.first, option.other)
		if option.first == option.other {
			where = fmt.Sprintf("chapter %d", option.first)
		}
		return fmt.Errorf("--%s is for %s, not for chapter %d: attend lesson --help tells more", option.flag, where, chapter)
	}
	if c.Sentence == "" {
		return nil
	}
	if _, err := mapOf(c.untrained, c.Sentence, 1); err != nil { // the trained model knows the same words
		return fmt.Errorf("--sentence: %w", err)
	}
	return nil
}

// Book is the whole course, computed.
type Book []Told

// Told is a chapter with its parts.
type Told struct {
	Chapter
	Parts []Part
}

// Collect goes through all chapters. Report is called with each before it begins; it may be nil.
func Collect(ctx context.Context, course *Course, report func(Chapter)) (Book, error) {
	var book Book
	for _, c := range Chapters() {
		if report != nil {
			report(c)
		}
		told := Told{Chapter: c}
		err := c.Tell(ctx, course, func(parts ...Part) error {
			told.Parts = append(told.Parts, parts...)
			return nil
		})
		if err != nil {
			return nil, err
		}
		book = append(book, told)
	}
	return book, nil
}
