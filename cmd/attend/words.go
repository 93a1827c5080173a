package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/export"
	"attend/internal/render/picture"
	"attend/internal/render/text"
	"attend/internal/run"
)

// wordsOptions are the flags of `attend words` in addition to those of every command.
type wordsOptions struct {
	nearest         []string
	list, positions bool
	top, width      int
}

func newWords(p *program) *cobra.Command {
	var o wordsOptions
	cmd := &cobra.Command{
		Use:   "words [WORD...]",
		Short: "the words and their vectors: a list, a picture of all, or those nearest to a word",
		Long: `Show the embedding table of a run, the vector of each word. Without a word: a
picture of all vectors in their first two principal components. The share of the
variance that the picture keeps is printed below it; words that are close in the
picture may be far apart in the other dimensions. With words: the words with the
largest cosine similarity to each (1: same direction, 0: orthogonal, -1:
opposite) in all dimensions.

--list lists the words that the run knows, with the number of times that each
occurs in the training text.

--positions shows the position vectors likewise. Positions count from 1, without
<s>.`,
		Example: `  attend words
  attend words --list
  attend words lion zebra
  attend words --positions
  attend words -o words.svg
  attend words --theme dark -o words.png
  attend words --nearest lion --top 3 --format json`,
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.nearest, "nearest", nil, "the words nearest to `WORD` (may be repeated)")
	f.BoolVar(&o.list, "list", false, "all words that the run knows, with their counts")
	f.BoolVar(&o.positions, "positions", false, "the vectors of the positions instead")
	numberFlag(f, &o.top, "top", 10, between(1, 1e9), "number of nearest words")
	width := "of a picture, in pixels"
	for _, e := range picture.Formats {
		if e.Choice.Density > 0 {
			width += fmt.Sprintf("; %s has %d times as many", e.Name, e.Choice.Density)
		}
	}
	numberFlag(f, &o.width, "width", 1000, between(200, 10000), width)
	return p.runCommand(cmd, runCommand{
		formats: pictureFormats,
		check: func(q *request) error {
			o.nearest = append(o.nearest, q.args...)
			return o.check(q)
		},
		find: func(q *request) (finding, error) {
			switch {
			case o.list:
				return p.wordList(q)
			case len(o.nearest) > 0:
				return nearestWords(q, o)
			}
			return wordPicture(q, o)
		},
	})
}

// check reports flags that do not go together.
func (o *wordsOptions) check(q *request) error {
	switch {
	case o.list && (o.positions || len(o.nearest) > 0):
		return errors.New("--list lists all words: leave out --positions and the words, or --list")
	case o.list && q.chosen.picture:
		return fmt.Errorf("--list has no picture: leave out --format %s, or take text or json", q.format)
	case o.positions && len(o.nearest) > 0:
		return fmt.Errorf("--positions shows positions, not words: leave out %s, or --positions", printable.Quote(o.nearest[0]))
	case q.chosen.picture && len(o.nearest) > 0:
		return fmt.Errorf("--format %s draws all words: leave out %s, or take text or json", q.format, printable.Quote(o.nearest[0]))
	case q.cmd.Flags().Changed("top") && len(o.nearest) == 0:
		return fmt.Errorf("--top says how many nearest words: name a word, as in `attend words lion --top %d`", o.top)
	}
	return nil
}

// wordList finds all words of the vocabulary. Without the training text it does so without counts, and says so.
func (p *program) wordList(q *request) (finding, error) {
	corpus, missing := p.textOf(q.run)
	words, err := analysis.WordCounts(q.run, corpus)
	if err != nil {
		return finding{}, err
	}
	note := printable.Count(len(words), q.run.Vocabulary.Tokenizer().Noun())
	if missing == nil {
		note += ", each with the number of times that it occurs in the training text"
	} else {
		note += "\ncounts are missing, since they need the training text: " + message(missing)
	}
	return finding{
		shown:  []any{words},
		name:   "words-list",
		result: func() (any, error) { return export.WordsReport{Words: words}, nil },
		text:   func(w io.Writer, view text.Options) error { return text.WordCounts(w, words, view) },
		note:   note + "\n" + stepNote(q.run),
	}, nil
}

// nearestWords finds the words nearest to some.
func nearestWords(q *request, o wordsOptions) (finding, error) {
	r := q.run
	table := analysis.WordTable(r)
	words := make([]attention.Neighbours, len(o.nearest))
	for i, word := range o.nearest {
		id, err := wordID(r, word)
		if err != nil {
			return finding{}, err
		}
		words[i] = attention.Neighbours{Word: r.Vocabulary.Key(id), ID: id, Nearest: table.Nearest(id, o.top)}
	}
	return finding{
		shown:  []any{words},
		name:   "words-nearest",
		result: func() (any, error) { return export.Nearest(words) },
		text: func(w io.Writer, view text.Options) error {
			for i, n := range words {
				if i > 0 {
					fmt.Fprintln(w)
				}
				if err := text.Nearest(w, n, view); err != nil {
					return err
				}
			}
			return nil
		},
		note: fmt.Sprintf("%s; cosine of the angle between word vectors of %s", stepNote(r), printable.Count(r.Config.Dim, "number")),
	}, nil
}

// wordPicture finds the picture of the whole table.
func wordPicture(q *request, o wordsOptions) (finding, error) {
	table := analysis.WordTable(q.run)
	var cosines [][]float64
	if o.positions {
		var err error
		if table, err = analysis.PositionTable(q.run); err != nil {
			return finding{}, err
		}
		cosines = table.Cosines()
	}
	s, err := table.Picture()
	if err != nil {
		return finding{}, err
	}
	return finding{
		shown:  []any{table.Rows, s},
		result: func() (any, error) { return export.Scatter(s, cosines) },
		text: func(w io.Writer, view text.Options) error {
			err := text.Scatter(w, s, view)
			if err != nil || cosines == nil {
				return err
			}
			fmt.Fprintln(w)
			return text.Cosines(w, table.Names, cosines, view)
		},
		note: tableNote(q.run, o.positions),
		picture: func(look picture.Options) (picture.Drawing, error) {
			look.Width = o.width
			return picture.Scatter(s, look)
		},
	}, nil
}

// tableNote says where the table comes from and what else it does.
func tableNote(r *run.Run, positions bool) string {
	note := stepNote(r)
	switch {
	case positions:
		note += "; positions count from 1"
		if _, words := r.Vocabulary.Boundary(); words {
			note += ", after " + data.BoundaryToken
		}
	case r.Settings.Tied:
		note += "; the unembedding (lm_head) is this table too, so words that can stand at the same position lie together"
	}
	return note
}

// wordID finds a word of the command line in the vocabulary, as typed or as the vocabulary spells it.
func wordID(r *run.Run, word string) (int, error) {
	if id, known := r.Vocabulary.ID(word); known {
		return id, nil
	}
	tokens, err := r.Vocabulary.Tokenize(word)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", printable.Quote(word), err)
	}
	noun := r.Vocabulary.Tokenizer().Noun()
	switch {
	case len(tokens) == 0:
		return 0, fmt.Errorf("%s is blank: name a %s of %s", printable.Quote(word), noun, printable.Path(r.Path))
	case len(tokens) > 1:
		return 0, fmt.Errorf("%s is %s: name one at a time, as in attend words %s %s",
			printable.Quote(word), printable.Count(len(tokens), noun),
			commandWord(tokens[0].Key, "WORD", printable.MaxQuote), commandWord(tokens[1].Key, "WORD", printable.MaxQuote))
	}
	if id, known := r.Vocabulary.ID(tokens[0].Key); known {
		return id, nil
	}
	keys := make([]string, r.Vocabulary.Len())
	for id := range keys {
		keys[id] = r.Vocabulary.Key(id)
	}
	advice := fmt.Sprintf("`attend words --list` lists its %ss", noun)
	if near := nearestFew(tokens[0].Key, keys, 3); len(near) > 0 {
		for i := range near {
			near[i] = printable.Text(near[i])
		}
		advice = fmt.Sprintf("did you mean %s?", printable.Or(near))
	}
	return 0, fmt.Errorf("%s is not in the vocabulary of %s: %s", printable.Quote(word), printable.Path(r.Path), advice)
}

// nearestFew returns at most `most` words that are most like a mistyped one, the most like first.
func nearestFew(word string, words []string, most int) []string {
	letters := utf8.RuneCountInString(word)
	if letters < 2 {
		return nil
	}
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return strings.HasPrefix(w, "<") })
	near := similar(word, words, min(letters/2, max(2, letters/3)))
	return near[:min(most, len(near))]
}
