// Package lesson is a course on attention in ten chapters. Each has a few plain sentences, a computation that runs in the
// operations of training, a picture, a question and commands to try.
//
// The text of a chapter is a file in the folder chapters, which can be edited without Go; the README there describes its format.
// [Chapter.Steps] computes a chapter step by step, as a sequence of [Part]s. [Text] writes a part for a terminal; [Collect]
// computes all chapters, and [Export] writes them as one page. The package reads no keyboard and does not write to a terminal
// itself.
//
// The lesson grew out of a notebook that explains attention with "The lion saw the zebra near the river".
package lesson

import (
	"context"
	"embed"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/run"
)

//go:embed chapters/[01]*.md
var texts embed.FS

// training has every setting of the model of chapter 8, so that what the text says of it does not depend on the defaults.
//
//go:embed training.yaml
var training []byte

// Course is what the chapters share. What the reader gives may stay empty.
type Course struct {
	Query       []Vector // chapters 2 and 3; one
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
	settings  run.Settings // of the model of chapter 8
	untrained *run.Run
	model     *run.Run // nil until it is known
}

// NewCourse returns a course that keeps its model in a folder of runs.
func NewCourse(runs string) (c *Course, err error) {
	c = &Course{runs: runs}
	if c.corpus, err = data.Savanna(); err != nil {
		return nil, err
	}
	if c.settings, _, err = run.ParseYAML(training, run.Defaults()); err != nil {
		return nil, err
	}
	if c.settings, err = c.settings.Resolve(c.corpus); err != nil {
		return nil, err
	}
	if c.untrained, err = c.newModel(); err != nil {
		return nil, err
	}
	return c, nil
}

// Forget removes what the reader gave to a chapter: the next one has the vectors and the sentence of the text.
func (c *Course) Forget() {
	c.Query, c.Keys, c.Values, c.Temperature, c.Sentence = nil, nil, nil, 0, ""
}

// Chapter is one of the ten.
type Chapter struct {
	Number  int
	Title   string
	Short   bool   // part of the route of 45 minutes
	Parts   []Part // what was told; empty before
	Asked   []Part // of these, all up to the first question, and the steps that end with another: no result of a question
	text    string
	compute func(*Course, context.Context) (values, error)
}

// shortRoute is the chapters of the route of 45 minutes. They can be read without the others.
var shortRoute = []int{1, 2, 5, 7, 8, 9}

// Chapters returns all ten in their order, which is that of the names of their files.
func Chapters() (chapters []Chapter) {
	files, _ := texts.ReadDir("chapters")
	for i, compute := range []func(*Course, context.Context) (values, error){
		(*Course).whatIs, (*Course).dotProduct, (*Course).softmax, (*Course).scaling, (*Course).projections,
		(*Course).mask, (*Course).headsAndPositions, (*Course).training, (*Course).reading, (*Course).largeModels,
	} {
		text, _ := texts.ReadFile("chapters/" + files[i].Name())
		title, rest, _ := strings.Cut(string(text), "\n")
		title = strings.TrimSpace(strings.TrimPrefix(title, "# "))
		short := slices.Contains(shortRoute, i+1)
		chapters = append(chapters, Chapter{Number: i + 1, Title: title, Short: short, text: rest, compute: compute})
	}
	return chapters
}

// NextShort returns the number of the chapter that follows on the route of 45 minutes, or 0 if this one is not part of that route
// or its last.
func (c Chapter) NextShort() int {
	if i := slices.Index(shortRoute, c.Number); i >= 0 && i+1 < len(shortRoute) {
		return shortRoute[i+1]
	}
	return 0
}

// Steps goes through the chapter step by step. A step is made when the one before it was shown; an error is the last. What is
// computed ends early with the context.
func (c Chapter) Steps(ctx context.Context, course *Course) iter.Seq2[[]Part, error] {
	return func(yield func([]Part, error) bool) {
		if err := course.check(c.Number); err != nil {
			yield(nil, err)
			return
		}
		v, err := c.compute(course, ctx)
		for step := range strings.SplitSeq("\n"+strings.ReplaceAll(c.text, "\r", ""), "\n---") {
			var parts []Part
			if err == nil {
				parts, err = v.step(step)
			}
			if err != nil {
				yield(nil, fmt.Errorf("chapter %d: %w", c.Number, err))
				return
			}
			if len(parts) > 0 && !yield(parts, nil) {
				return
			}
		}
	}
}

// check refuses what a reader has given to a chapter that has no use for it, and a sentence that the model cannot read.
func (c *Course) check(chapter int) error {
	for _, option := range []struct {
		flag, chapters string
		given          bool
	}{
		{"query", "chapters 2 and 3", len(c.Query) > 0}, {"key", "chapters 2 and 3", len(c.Keys) > 0},
		{"value", "chapter 3", len(c.Values) > 0},
		{"temperature", "chapter 3", c.Temperature != 0}, {"sentence", "chapters 1 and 9", c.Sentence != ""},
	} {
		if option.given && !slices.Contains(strings.Fields(option.chapters), strconv.Itoa(chapter)) {
			return fmt.Errorf("--%s is for %s, not for chapter %d: attend lesson --help tells more", option.flag, option.chapters, chapter)
		}
	}
	if c.Sentence == "" {
		return nil
	}
	m, err := mapOf(c.untrained, c.Sentence, 1) // the trained model knows the same words
	if err != nil {
		return fmt.Errorf("--sentence: %w", err)
	}
	if read := len(m.Tokens) - 1; m.Omitted > 0 {
		return fmt.Errorf("--sentence: it has %s and the model of the course takes at most %d: shorten it",
			printable.Count(read+m.Omitted, "word"), read)
	}
	return nil
}

// Book is the whole course, told.
type Book []Chapter

// Collect goes through all chapters. Report is called with each before it begins.
func Collect(ctx context.Context, course *Course, report func(Chapter)) (Book, error) {
	book := Book(Chapters())
	for i := range book {
		report(book[i])
		asked := false
		for parts, err := range book[i].Steps(ctx, course) {
			if err != nil {
				return nil, err
			}
			book[i].Parts = append(book[i].Parts, parts...)
			asks := len(questionsOf(parts)) > 0
			if asks || !asked {
				book[i].Asked = append(book[i].Asked, parts...)
			}
			asked = asked || asks
		}
	}
	return book, nil
}
