package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/export"
	"attend/internal/render/page"
	"attend/internal/run"
)

// inspectOptions are the flags of `attend inspect`.
type inspectOptions struct {
	output
	path, file, baseline, theme string
	layer, head, top            int
	all                         bool
}

// inspectFormats are what `attend inspect` writes.
var inspectFormats = []format{
	{name: "text", ending: ".txt"},
	{name: "json", ending: ".json"},
	{name: "csv", ending: ".csv"},
	{name: "html", ending: ".html"},
	{name: "svg", ending: ".svg", picture: true},
	{name: "png", ending: ".png", picture: true, binary: true},
}

func newInspect(p *program) *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect SENTENCE...",
		Short: "show the attention map of sentences",
		Long: `Show which words each word of a sentence attends to, as the model computes it, and the words
that it expects next. Rows look at columns; a row adds up to 1. By default the mean over all
layers and heads; --all shows each head, --layer and --head one of them, counted from 1.

--format svg and png draw a picture of one sentence: a map, each head of a layer (--all --layer 1),
or the grid of all layers and heads (--all). --format html makes a page for a browser, with every head
and the arithmetic of every cell. -o names the file, and its ending the format.

--baseline puts beside the map what to compare it with, and the difference of the two:
untrained is the same model before training, uniform shares alike over what a word sees,
position is the mean over the held-out sentences at the same positions.

In CSV an apostrophe stands before each text that a spreadsheet would take for a formula, since it begins with
= + - @, a tab or a line end, and before each that begins with an apostrophe: a program drops one leading
apostrophe to have the text back. JSON holds every text as it is.

Attention is where a model looks, not why it decides: a word may be looked at and change
nothing.`,
		Example: `  attend inspect "The lion saw the zebra near the river"
  attend inspect --all "The lion saw the zebra near the"
  attend inspect --run runs/mine --layer 1 --head 2 "my own sentence"
  attend inspect -o map.svg "The lion saw the zebra near the"
  attend inspect --all --theme dark -o heads.png "The lion saw the zebra near the"
  attend inspect --baseline untrained "The lion saw the zebra near the"
  attend inspect --format json "The lion saw the zebra" > map.json
  attend inspect -o map.html "The lion saw the zebra near the"
  attend inspect --file sentences.txt --format csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.resolve(p.stdout, inspectFormats); err != nil {
				return err
			}
			if err := o.check(cmd); err != nil {
				return err
			}
			if err := checkLimits(cmd.Flags(), inspectLimits); err != nil {
				return err
			}
			return p.inspect(o, args)
		},
	}
	p.runFlag(cmd, &o.path)
	o.output.flags(cmd, inspectFormats)
	f := cmd.Flags()
	f.StringVar(&o.file, "file", "", "read sentences, one a line, from a file of at most 64 MB (- for standard input)")
	intFlag(f, &o.layer, "layer", 0, "only this layer, from 1 (0: all)")
	intFlag(f, &o.head, "head", 0, "only this head, from 1 (0: all)")
	f.BoolVar(&o.all, "all", false, "each head by itself, of all layers or of --layer, instead of their mean")
	f.StringVar(&o.baseline, "baseline", "", "compare with "+printable.Or(baselines))
	f.StringVar(&o.theme, "theme", "light", "of a picture: "+printable.Or(themes))
	intFlag(f, &o.top, "top", shownPredictions, "how many likely next words")
	_ = cmd.RegisterFlagCompletionFunc("baseline", cobra.FixedCompletions(baselines, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("theme", cobra.FixedCompletions(themes, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var (
	baselines = []string{analysis.BaselineUntrained, analysis.BaselineUniform, analysis.BaselinePosition}
	themes    = []string{"light", "dark"}
)

// check reports flags that do not go together.
func (o inspectOptions) check(cmd *cobra.Command) error {
	if !o.chosen.picture && o.format != "text" && (o.layer != 0 || o.head != 0 || o.all) {
		return fmt.Errorf("--layer, --head and --all choose what text and pictures show: leave them out, --format %s holds every head", o.format)
	}
	if o.all && o.head > 0 {
		return errors.New("--all shows every head: leave out --head, or --all")
	}
	if err := checkOneOf("theme", o.theme, themes...); err != nil {
		return err
	}
	if cmd.Flags().Changed("theme") && !o.chosen.picture {
		return errors.New("--theme is for pictures: leave it out, or add --format svg or png")
	}
	if cmd.Flags().Changed("baseline") {
		return checkOneOf("baseline", o.baseline, baselines...)
	}
	return nil
}

// selection is what text and pictures show.
func (o inspectOptions) selection() render.Selection {
	return render.Selection{Layer: o.layer - 1, Head: o.head - 1, All: o.all}
}

// inspect writes the maps of the sentences in the arguments or the file.
func (p *program) inspect(o inspectOptions, args []string) error {
	if o.file == "" && len(args) == 0 {
		return errors.New("inspect wants a sentence and got none: attend inspect \"The lion saw the zebra near the river\", or --file FILE")
	}
	if o.file != "" && len(args) > 0 {
		return fmt.Errorf("give sentences or --file, not both: %s and --file %s", printable.Quote(args[0]), printable.Path(o.file))
	}
	r, err := p.openRun(o.path)
	if err != nil {
		return err
	}
	if err := checkHead(r, o.layer, o.head); err != nil {
		return err
	}
	sentences, err := p.sentences(o, args, r)
	if err != nil {
		return err
	}
	if o.chosen.picture && len(sentences) > 1 {
		return fmt.Errorf("a picture shows one sentence and %d came: give one, or take --format text, json, csv or html", len(sentences))
	}
	vectors := o.format == "html" // for the arithmetic of its cells
	if err := checkMaps(sentences, r, vectors); err != nil {
		return err
	}
	reader, err := r.NewSession(1)
	if err != nil {
		return err
	}
	defer reader.Close()
	read := reader.Map
	if vectors {
		read = reader.MapWithVectors
	}
	maps := make([]attention.Map, len(sentences))
	for i, s := range sentences {
		if maps[i], err = read(s, o.top); err != nil {
			return fmt.Errorf("%s: %w", printable.Quote(s), err)
		}
	}
	var beside []attention.Baseline
	if o.baseline != "" {
		if beside, err = analysis.Baselines(r, o.baseline, maps, p.textOf); err != nil {
			return fmt.Errorf("--baseline %s: %w", o.baseline, err)
		}
	}
	if err := checkFinite(r.Path, maps, beside); err != nil {
		return err
	}
	return o.write(p.stdout, func(w io.Writer) error {
		switch o.format {
		case "json":
			return export.JSON(w, r.Path, r.Step, maps, beside)
		case "csv":
			return export.CSV(w, maps, beside)
		case "html":
			return page.Maps(w, attention.Source{Run: r.Path, Step: r.Step}, maps, beside)
		case "svg", "png":
			return p.writePicture(w, o, r, maps[0], beside)
		}
		return writeMaps(w, o, r, maps, beside)
	})
}

// checkHead reports a layer or head, counted from 1 with 0 for all, that a run does not have.
func checkHead(r *run.Run, layer, head int) error {
	if layer < 0 || layer > r.Config.Layers {
		return fmt.Errorf("--layer %d: %s has %s, counted from 1 (0: all)", layer, printable.Path(r.Path), printable.Count(r.Config.Layers, "layer"))
	}
	if head < 0 || head > r.Config.Heads {
		return fmt.Errorf("--head %d: %s has %s, counted from 1 (0: all)", head, printable.Path(r.Path), printable.Count(r.Config.Heads, "head"))
	}
	return nil
}
