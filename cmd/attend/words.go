package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/export"
	"attend/internal/render/picture"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

// wordsOptions are the flags of `attend words`.
type wordsOptions struct {
	output
	path, theme string
	nearest     []string
	positions   bool
	top, width  int
}

// wordsFormats are what `attend words` writes.
var wordsFormats = []format{
	{name: "text", ending: ".txt"},
	{name: "json", ending: ".json"},
	{name: "svg", ending: ".svg", picture: true},
	{name: "png", ending: ".png", picture: true, binary: true},
}

func newWords(p *program) *cobra.Command {
	var o wordsOptions
	cmd := &cobra.Command{
		Use:   "words [WORD...]",
		Short: "show the word vectors: a picture of all, or the nearest to a word",
		Long: `Show the table of vectors by which a run knows its words. Without a word: a picture of all, on
the two principal components that keep most of their variance; how much is said below it,
and what lies close together there may be far apart in what is not shown. With words: the
nearest to each by cosine, from 1 (the same way) over 0 to -1, in all dimensions.

--positions shows the vectors of the places in a sentence likewise, counted from 0.`,
		Example: `  attend words
  attend words lion zebra
  attend words --positions
  attend words -o words.svg
  attend words --theme dark -o words.png
  attend words --nearest lion --top 3 --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkLimits(cmd.Flags(), wordsLimits); err != nil {
				return err
			}
			if err := o.resolve(p.stdout, wordsFormats); err != nil {
				return err
			}
			o.nearest = append(o.nearest, args...)
			if err := o.check(cmd.Flags().Changed); err != nil {
				return err
			}
			r, err := p.openRun(o.path)
			if err != nil {
				return err
			}
			if len(o.nearest) > 0 {
				return p.nearest(r, o)
			}
			return p.picture(r, o)
		},
	}
	p.runFlag(cmd, &o.path)
	o.output.flags(cmd, wordsFormats)
	f := cmd.Flags()
	f.StringArrayVar(&o.nearest, "nearest", nil, "the words nearest to `WORD` (may be repeated)")
	f.BoolVar(&o.positions, "positions", false, "the vectors of the places in a sentence instead")
	intFlag(f, &o.top, "top", 10, "how many nearest words")
	f.StringVar(&o.theme, "theme", "light", "of svg and png: light or dark")
	intFlag(f, &o.width, "width", 1000, "of svg and png, in pixels; png has twice as many")
	_ = cmd.RegisterFlagCompletionFunc("theme", cobra.FixedCompletions(themes, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// check reports flags that do not go together.
func (o wordsOptions) check(given func(string) bool) error {
	if err := checkOneOf("theme", o.theme, themes...); err != nil {
		return err
	}
	drawn := o.chosen.picture
	switch {
	case o.positions && len(o.nearest) > 0:
		return fmt.Errorf("--positions has places and no words: leave out %s, or --positions", printable.Quote(o.nearest[0]))
	case drawn && len(o.nearest) > 0:
		return fmt.Errorf("--format %s draws all words: leave out %s, or take text or json", o.format, printable.Quote(o.nearest[0]))
	case !drawn && (given("theme") || given("width")):
		return fmt.Errorf("--theme and --width are for pictures: add --format svg or png, or leave them out")
	case given("top") && len(o.nearest) == 0:
		return fmt.Errorf("--top says how many nearest words: name a word, as in `attend words lion --top %d`", o.top)
	}
	return nil
}

// nearest prints the words nearest to some.
func (p *program) nearest(r *run.Run, o wordsOptions) error {
	table := analysis.WordTable(r)
	words := make([]attention.Neighbours, len(o.nearest))
	for i, word := range o.nearest {
		id, err := wordID(r, word)
		if err != nil {
			return err
		}
		words[i] = attention.Neighbours{Word: r.Vocabulary.Key(id), Nearest: table.Nearest(id, o.top)}
	}
	if err := checkFinite(r.Path, words); err != nil {
		return err
	}
	return o.write(p.stdout, func(w io.Writer) error {
		if o.format == "json" {
			return export.Nearest(w, table.Source, words)
		}
		view := textOptions(w)
		for i, n := range words {
			if i > 0 {
				fmt.Fprintln(w)
			}
			if err := text.Nearest(w, n, view); err != nil {
				return err
			}
		}
		note := fmt.Sprintf("%s, step %s; cosine of the angle between word vectors of %s", printable.Path(r.Path), printable.Thousands(r.Step), printable.Count(r.Config.Dim, "number"))
		_, err := fmt.Fprintf(w, "\n%s\n", term.Wrap(note, view.Width))
		return err
	})
}

// picture draws the whole table.
func (p *program) picture(r *run.Run, o wordsOptions) error {
	table := analysis.WordTable(r)
	if o.positions {
		var err error
		if table, err = analysis.PositionTable(r); err != nil {
			return err
		}
	}
	s, err := table.Picture()
	if err != nil {
		return err
	}
	if err := checkFinite(r.Path, table.Rows, s); err != nil {
		return err
	}
	if o.format == "png" {
		if lacking := picture.ScatterLacking(s); len(lacking) > 0 {
			p.note(fmt.Sprintf("%s of %d have characters that the font of a png lacks, such as %s: --format svg shows them",
				printable.Thousands(len(lacking)), len(s.Points), printable.Quote(lacking[0])))
		}
	}
	return o.write(p.stdout, func(w io.Writer) error { return drawTable(w, r, table, s, o) })
}

// drawTable writes the picture of a table in the format of the options.
func drawTable(w io.Writer, r *run.Run, table analysis.Table, s attention.Scatter, o wordsOptions) error {
	drawing := picture.ScatterOptions{Dark: o.theme == "dark", Width: o.width}
	switch o.format {
	case "json":
		var cosines [][]float64
		if o.positions {
			cosines = table.Cosines()
		}
		return export.Scatter(w, s, cosines)
	case "svg":
		return picture.ScatterSVG(w, s, drawing)
	case "png":
		return picture.ScatterPNG(w, s, drawing)
	}
	view := textOptions(w)
	if err := text.Scatter(w, s, view); err != nil {
		return err
	}
	if o.positions {
		fmt.Fprintln(w)
		if err := text.Cosines(w, table.Names, table.Cosines(), view); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", term.Wrap(tableNote(r, o.positions), view.Width))
	return err
}

// tableNote says where the table comes from and what else it does.
func tableNote(r *run.Run, positions bool) string {
	note := fmt.Sprintf("%s, step %s", printable.Path(r.Path), printable.Thousands(r.Step))
	switch {
	case positions:
		note += "; places are counted from 0"
		if _, words := r.Vocabulary.Boundary(); words {
			note += ", where " + data.BoundaryToken + " stands"
		}
	case r.Settings.Tied:
		note += "; the output head is this table too, so words that can stand in the same place lie together"
	}
	return note
}
