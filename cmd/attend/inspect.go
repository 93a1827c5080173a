package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/export"
	"attend/internal/render/page"
	"attend/internal/render/picture"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

// inspectOptions are the flags of `attend inspect` in addition to those of every command.
type inspectOptions struct {
	file, encoding   string
	baseline         string
	weight           string
	layer, head, top int
	all              bool
}

// What maps show.
const (
	attentionWeight = "attention"
	normWeight      = "norm"
)

var baselines = []string{analysis.BaselineUntrained, analysis.BaselineUniform, analysis.BaselinePosition}

func newInspect(p *program) *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect SENTENCE...",
		Short: "the attention map of sentences, and the most likely next words",
		Long: `Show which words each word of a sentence attends to, as the model computes it,
and the most likely next words. Rows are queries, columns are keys; the weights
of a row sum to 1.

By default the map is that of the head that matters most for the next word: the
one whose zero ablation (its output set to 0) lowers its log-probability most. If
no head lowers it by 0.1 nats, and with --head mean, it is the mean over all
layers and heads. --all shows every head, --layer and --head one of them.

--format ` + printable.Or(formatNames(pictureFormats)) + ` draws a picture of one sentence: a map, the heads of
one layer (--all --layer 1), or all layers and heads (--all). --format html makes
a page for a browser with every head and the arithmetic of every weight; --layer,
--head and --all set what it shows first, --all the mean. -o names the file; its extension gives
the format.

--baseline adds a baseline and the difference from it: untrained is the same
model before training, uniform gives every word up to the query the same weight,
position is the mean over held-out sentences at the same positions.

JSON holds every text as it is, and the most likely next words after each word.
CSV has one line for each weight, and the number of the sentence, from 0, in the
order in which they were given; in it a text that a spreadsheet would take for a
formula (it begins with = + - @, a tab or a line end), or that begins with an
apostrophe, has one more apostrophe before it.

--weight norm shows the norms of what attention adds, weight times value times
output projection, each divided by the sum of its row: a large weight on a small
value adds little. JSON and CSV have the norms as they are, a page shows both.

An attention weight says how much of a word is mixed in, not how much it matters
for the prediction. attend why measures that.` + indexBase,
		Example: `  attend inspect "The lion saw the zebra near the river"
  attend inspect --all "The lion saw the zebra near the"
  attend inspect --run runs/mine --layer 1 --head 2 "my own sentence"
  attend inspect -o map.svg "The lion saw the zebra near the"
  attend inspect --all --theme dark -o heads.png "The lion saw the zebra near the"
  attend inspect --baseline untrained "The lion saw the zebra near the"
  attend inspect --weight norm "The lion saw the zebra near the"
  attend inspect --format json "The lion saw the zebra" > map.json
  attend inspect -o map.html "The lion saw the zebra near the"
  attend inspect --file sentences.txt --format csv`,
	}
	f := cmd.Flags()
	f.StringVar(&o.file, "file", "", "read sentences, one a line, from a file of at most 64 MB (- for standard input)")
	encodingFlag(f, &o.encoding, "the file of --file")
	layerAndHead(f, &o.layer, &o.head)
	f.BoolVar(&o.all, "all", false, "every head, of all layers or of --layer")
	choiceFlag(f, &o.baseline, "baseline", "", baselines, "compare with "+printable.Or(baselines))
	choiceFlag(f, &o.weight, "weight", attentionWeight, []string{attentionWeight, normWeight},
		"what the maps show: attention weights, or the norms of what attention adds")
	numberFlag(f, &o.top, "top", shownPredictions, between(1, 1e9), "number of next words to show")
	return p.runCommand(cmd, runCommand{
		formats: mapFormats,
		check:   o.check,
		find:    func(q *request) (finding, error) { return p.inspect(q, o) },
	})
}

// check reports flags that do not go together.
func (o *inspectOptions) check(q *request) error {
	switch {
	case o.weight == normWeight && o.baseline != "":
		return fmt.Errorf("--baseline %s is of attention weights: leave it out, or --weight %s", o.baseline, normWeight)
	case !q.chosen.picture && q.format != "text" && q.format != htmlFormat.name && (o.layer != 0 || o.head != 0):
		return fmt.Errorf("--layer and --head choose what text, pictures and pages show: leave them out, --format %s holds every head",
			q.format)
	case q.cmd.Flags().Changed("top") && (q.chosen.picture || q.format == csvFormat.name):
		return fmt.Errorf("--top counts the next words, and --format %s shows none: leave it out, or take text, json or html", q.format)
	case o.all && o.head != 0:
		return errors.New("--all shows every head: leave out --head, or --all")
	case o.file == "" && len(q.args) == 0:
		return errors.New("inspect requires a sentence: " +
			"attend inspect \"The lion saw the zebra near the river\", or --file FILE")
	case o.file != "" && len(q.args) > 0:
		return fmt.Errorf("give sentences or --file, not both: %s and --file %s", printable.Quote(q.args[0]),
			printable.Path(o.file))
	}
	return nil
}

// inspect reads the sentences in the arguments or the file.
func (p *program) inspect(q *request, o inspectOptions) (finding, error) {
	r := q.run
	if err := checkHead(r, o.layer, o.head); err != nil {
		return finding{}, err
	}
	sentences := q.args
	if len(sentences) > 1 && !slices.ContainsFunc(sentences, func(s string) bool { return strings.ContainsAny(s, " \t\n") }) {
		p.note(fmt.Sprintf("%d sentences of one word each: put a sentence of several words in quotes", len(sentences)))
	}
	if o.file != "" {
		var err error
		if sentences, err = p.sentencesOf(o.file, o.encoding, r); err != nil {
			return finding{}, err
		}
	} else if err := p.unusedEncoding("file"); err != nil {
		return finding{}, err
	}
	if q.chosen.picture && len(sentences) > 1 {
		return finding{}, fmt.Errorf("a picture shows one sentence and %d came: give one, or take --format text, json, csv or html",
			len(sentences))
	}
	q.namesUnknown(sentences...)
	norm, html := o.weight == normWeight, q.format == htmlFormat.name
	vectors := html || norm // a page shows the arithmetic of its cells
	if err := checkMaps(sentences, r, vectors, norm && !html); err != nil {
		return finding{}, err
	}
	options := run.MapOptions{Most: o.top, Vectors: vectors}
	switch q.format {
	case jsonFormat.name:
		options.NextAt = o.top
	case htmlFormat.name:
		options.NextAt = run.MostNextAt
	}
	maps, err := analysis.MapsWith(r, options, sentences...)
	if err != nil {
		return finding{}, err
	}
	p.noteShortened(r, sentences...)
	shown, effects := selected(o.layer, o.head, o.all)
	shown.Norm = norm
	for i := range maps {
		if vectors {
			maps[i].Products = analysis.ValueProducts(r, maps[i])
		}
	}
	if html || effects && (q.format == "text" || q.chosen.picture) { // a page shows the effect of whichever head is chosen
		for i := range maps {
			if err := analysis.MeasureEffects(r, &maps[i]); err != nil {
				return finding{}, err
			}
		}
	}
	var bases []attention.Baseline
	if o.baseline != "" {
		if bases, err = analysis.Baselines(r, o.baseline, maps, p.textOf); err != nil {
			return finding{}, fmt.Errorf("--baseline %s: %w", o.baseline, err)
		}
	}
	return q.mapFinding(maps, bases, shown), nil
}

// mapFinding is maps, with their baselines if there are any, for each of [mapFormats]. Text and pictures show a selection, a
// picture that of the first map.
func (q *request) mapFinding(maps []attention.Map, bases []attention.Baseline, shown render.Selection) finding {
	return finding{
		shown:  []any{maps, bases},
		result: func() (any, error) { return export.Maps(maps, bases) },
		text:   func(w io.Writer, view text.Options) error { return writeMaps(w, maps, bases, shown, view) },
		note:   readingNote(q.run),
		formats: map[string]func(io.Writer) error{
			"csv":  func(w io.Writer) error { return export.CSV(w, maps, bases) },
			"html": func(w io.Writer) error { return page.Maps(w, q.run.Source(), maps, bases, shown) },
		},
		picture: func(look picture.Options) (picture.Drawing, error) {
			return picture.Map(maps[0], baselineOf(bases, 0), q.run.Source(), shown, look)
		},
	}
}

// baselineOf is the baseline of a map, nil if the maps have none.
func baselineOf(bases []attention.Baseline, i int) *attention.Baseline {
	if len(bases) == 0 {
		return nil
	}
	return &bases[i]
}

// writeMaps prints sentences one after the other: the grid of each, with its baseline if there is one, and what comes next.
func writeMaps(w io.Writer, maps []attention.Map, bases []attention.Baseline, shown render.Selection, view text.Options) error {
	view.Layer, view.Head, view.All, view.Norm = shown.Layer, shown.Head, shown.All, shown.Norm
	for i, m := range maps {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s\n\n", term.Wrap(term.Isolated(printable.Sentence(m.Text)), view.Width))
		if err := text.Grid(w, m, baselineOf(bases, i), view); err != nil {
			return err
		}
		fmt.Fprintln(w)
		if err := text.Predictions(w, m.Next, view); err != nil {
			return err
		}
		if note := headNote(m); note != "" {
			fmt.Fprintf(w, "\n%s\n", term.Wrap(note, view.Width))
		}
	}
	return nil
}

// headNote says which head is shown where none was chosen, and why; "" where one was, or where there is only one.
func headNote(m attention.Map) string {
	if m.Effects == nil || len(m.Effects)*len(m.Effects[0]) == 1 {
		return ""
	}
	heads, next := m.Important(), printable.Quote(m.Next[0].Word)
	if len(heads) == 0 {
		return fmt.Sprintf("No single head matters much for %s here: with the output of any one set to 0 (zero ablation), "+
			"its log-probability falls by less than %g nats. So the mean of the heads is shown; --all shows each head.", next,
			attention.LeastEffect)
	}
	also := ""
	if len(heads) > 1 {
		also = "After it: " + render.Listed(len(heads)-1, 2, ", ", func(i int) string {
			h := heads[1+i]
			return fmt.Sprintf("%s (%.2f nats)", render.Title(m, h.Layer, h.Head), h.Effect)
		}) + ". "
	}
	return fmt.Sprintf("The map is that of %s, which matters most for %s: with its output set to 0 (zero ablation), "+
		"the log-probability of %s falls by %.2f nats. %s--head mean shows the mean of the heads, --all each head.",
		render.Title(m, heads[0].Layer, heads[0].Head), next, next, heads[0].Effect, also)
}

// some lists the first of many words.
func some(words []string) string {
	const most = 12
	if rest := len(words) - most; rest > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), rest)
	}
	return strings.Join(words, ", ")
}
