package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/export"
	"attend/internal/render/page"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

func newFilm(p *program) *cobra.Command {
	var layer, head int
	var least float64
	var frames []attention.Frame
	var losses []run.Metrics
	cmd := &cobra.Command{
		Use:   "film",
		Short: "how the attention of the sample sentence formed in training",
		Long: `Show the attention of the sample sentence during training, from the film.jsonl
of the run: small maps over the steps, and when each link formed. A link has
formed at the first step from which its weight stays at least half of its final
value. Training records a frame at each evaluation: at steps 1, 2, 5, 10, 20, 50
and so on, and every --eval-interval steps; after 1,000 of these intervals at
every second evaluation, after 2,000 at every fourth and so on. Its losses are
those of the evaluations: of all held-out text, or of a sample where that is
long.

--format html makes a page for a browser, with a slider over the steps and the
loss curves; --layer and --head set the head that it shows first.` + indexBase,
		Example: `  attend film
  attend film --head 3
  attend film --least 0.5 --run runs/mine
  attend film -o film.html
  attend film -o film.json`,
		Args: noArguments,
	}
	f := cmd.Flags()
	layerAndHead(f, &layer, &head)
	numberFlag(f, &least, "least", page.LeastFormed, positiveShare, "smallest final weight of the links that are listed")
	return p.runCommand(cmd, runCommand{
		formats: []format{htmlFormat},
		check: func(q *request) error {
			if q.format == "json" && (layer != 0 || head != 0) {
				return fmt.Errorf("--layer and --head choose what text and pages show: leave them out, --format %s holds every head", q.format)
			}
			return nil
		},
		open: func(path string, o ...run.Option) (r *run.Run, err error) {
			r, frames, losses, err = run.OpenLogs(path, o...)
			return r, err
		},
		find: func(q *request) (finding, error) {
			r := q.run
			if err := checkHead(r, layer, head); err != nil {
				return finding{}, err
			}
			if of := frames[0].Sentences[0].Attention; len(of) != r.Config.Layers || len(of[0]) != r.Config.Heads {
				return finding{}, fmt.Errorf("the film of %s shows %s of %s, but its model has %d of %d: it comes from another run; "+
					"restore film.jsonl from a copy, or train again",
					printable.Path(r.Path), printable.Count(len(of), "layer"), printable.Count(len(of[0]), "head"),
					r.Config.Layers, r.Config.Heads)
			}
			for _, sentence := range frames[0].Sentences {
				q.namesUnknown(sentence.Text)
			}
			shown, effects := selected(layer, head, false)
			model := frames[attention.FrameOf(frames, r.Step)]
			if effects && q.format == "text" || q.format == htmlFormat.name {
				for i := range model.Sentences {
					if err := analysis.MeasureEffects(r, &model.Sentences[i]); err != nil {
						return finding{}, err
					}
				}
			}
			return finding{
				shown: []any{frames, losses},
				result: func() (any, error) {
					return export.Film(frames, attention.Formation(frames, least), evaluations(losses))
				},
				text: func(w io.Writer, view text.Options) error {
					view.Layer, view.Head = shown.Layer, shown.Head
					return writeFilm(w, frames, r.Step, least, view)
				},
				note: readingNote(r),
				formats: map[string]func(io.Writer) error{"html": func(w io.Writer) error {
					var curve []page.Loss
					for _, l := range losses {
						curve = append(curve, page.Loss{Step: l.Step, Training: l.Loss, HeldOut: l.HeldOutLoss})
					}
					return page.Film(w, q.run.Source(), frames, curve, least, shown)
				}},
			}, nil
		},
	})
}

// evaluations returns the lines of metrics.jsonl in JSON.
func evaluations(metrics []run.Metrics) []export.Evaluation {
	list := make([]export.Evaluation, len(metrics))
	for i, m := range metrics {
		list[i] = export.Evaluation(m)
	}
	return list
}

// writeFilm writes each sentence of a film, and when its links formed. The model is of that step.
func writeFilm(w io.Writer, frames []attention.Frame, step int, least float64, view text.Options) error {
	formed := attention.Formation(frames, least)
	for i, s := range frames[0].Sentences {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s\n\n", term.Wrap(term.Isolated(printable.Sentence(s.Text)), view.Width))
		if err := text.FilmStrip(w, frames, step, i, view); err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s\n", term.Wrap(fmt.Sprintf("links of at least %g at the end, "+
			"with the step from which each kept at least half of its final weight", least), view.Width))
		if err := text.Formed(w, frames, formed, i, view); err != nil {
			return err
		}
		if note := headNote(frames[attention.FrameOf(frames, step)].Sentences[i]); note != "" {
			fmt.Fprintf(w, "\n%s\n", term.Wrap(note, view.Width))
		}
	}
	return nil
}
