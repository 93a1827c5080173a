package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/export"
	"attend/internal/render/page"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

// filmOptions are the flags of `attend film`.
type filmOptions struct {
	output
	path        string
	layer, head int
	least       float64
}

// filmFormats are what `attend film` writes.
var filmFormats = []format{
	{name: "text", ending: ".txt"},
	{name: "json", ending: ".json"},
	{name: "html", ending: ".html"},
}

func newFilm(p *program) *cobra.Command {
	var o filmOptions
	cmd := &cobra.Command{
		Use:   "film",
		Short: "show how the attention of the probe sentence formed in training",
		Long: `Show the probe sentence through training, as the run's film.jsonl has it: small maps over the
steps, and when each link formed, which is the step from which on its weight stayed at half
of its last value or more. A training notes a frame at each evaluation, so steps are as exact
as --eval-interval was.

--format html makes a page for a browser, with a slider over the steps and the loss beside it.`,
		Example: `  attend film
  attend film --head 3
  attend film --least 0.5 --run runs/mine
  attend film -o film.html
  attend film -o film.json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkLimits(cmd.Flags(), filmLimits); err != nil {
				return err
			}
			if err := o.resolve(p.stdout, filmFormats); err != nil {
				return err
			}
			if o.format != "text" && (o.layer != 0 || o.head != 0) {
				return fmt.Errorf("--layer and --head choose what text shows: leave them out, --format %s holds every head", o.format)
			}
			return p.film(o)
		},
	}
	p.runFlag(cmd, &o.path)
	o.output.flags(cmd, filmFormats)
	f := cmd.Flags()
	intFlag(f, &o.layer, "layer", 0, "only this layer, from 1 (0: all)")
	intFlag(f, &o.head, "head", 0, "only this head, from 1 (0: all)")
	f.Float64Var(&o.least, "least", 0.2, "least weight at the end of a link that is listed")
	return cmd
}

// film prints how the links of the probe formed.
func (p *program) film(o filmOptions) error {
	path, err := runPath(o.path)
	if err != nil {
		return err
	}
	r, frames, losses, err := run.OpenLogs(path, p.options()...)
	if err != nil {
		return err
	}
	p.note(r.Notes...)
	if err := checkHead(r, o.layer, o.head); err != nil {
		return err
	}
	if of := frames[0].Sentences[0].Attention; len(of) != r.Config.Layers || len(of[0]) != r.Config.Heads {
		return fmt.Errorf("the film of %s shows %s of %s, but its model has %d of %d: it comes from another run; restore film.jsonl from a copy, or train again",
			printable.Path(r.Path), printable.Count(len(of), "layer"), printable.Count(len(of[0]), "head"), r.Config.Layers, r.Config.Heads)
	}
	if err := checkFinite(r.Path, frames, losses); err != nil {
		return err
	}
	return o.write(p.stdout, func(w io.Writer) error { return writeFilm(w, r, frames, losses, o) })
}

// writeFilm writes the frames of a run in the format of the options.
func writeFilm(w io.Writer, r *run.Run, frames []attention.Frame, losses []run.Metrics, o filmOptions) error {
	formed := attention.Formation(frames, o.least)
	source := attention.Source{Run: r.Path, Step: r.Step}
	switch o.format {
	case "json":
		return export.Film(w, source, frames, formed, losses)
	case "html":
		return page.Film(w, source, frames)
	}
	view := textOptions(w)
	view.Layer, view.Head = o.layer-1, o.head-1
	for i, s := range frames[0].Sentences {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s\n\n", term.Wrap(printable.Sentence(s.Text), view.Width))
		if err := text.FilmStrip(w, frames, i, view); err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s\n", term.Wrap(fmt.Sprintf("links of at least %g at the end, and the step from which on each kept at least half of its last weight", o.least), view.Width))
		if err := text.Formed(w, frames, formed, i, view); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", term.Wrap(readingNote(r), view.Width))
	return err
}
