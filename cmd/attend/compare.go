package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
)

// compareOptions are the flags of `attend compare`.
type compareOptions struct {
	path, with, format string
	all                bool
	seeds              int
	least              float64
}

func newCompare(p *program) *cobra.Command {
	o := compareOptions{least: 0.5}
	cmd := &cobra.Command{
		Use:   "compare SENTENCE [SENTENCE]",
		Short: "two sentences, two runs, or many seeds, and what differs",
		Long: `Compare two sentences in one run (a minimal pair shows what one word changes), one sentence in two runs
(--with), or one sentence over runs that differ in nothing but the seed (--seeds).

Two runs number their heads as it happens: heads are matched by what they look at, over the sentence and
held-out text, and the matching is shown. Differences are A less B.

--seeds trains the settings of the run again, with the seeds that follow its own, and says which links
recur: a link that only one seed has is an accident of that training.`,
		Example: `  attend compare "the lion saw the zebra" "the zebra saw the lion"
  attend compare "The lion saw the zebra near the" --run runs/a --with runs/b
  attend compare "The lion saw the zebra near the" --with runs/b --all
  attend compare "The lion saw the zebra near the" --seeds 5`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOneOf("format", o.format, "text", "json"); err != nil {
				return err
			}
			if err := checkLimits(cmd.Flags(), []limit{{"seeds", run.Range{Low: 0, High: 1000}}, {"least", run.Range{Low: 0, High: 1, OpenLow: true}}}); err != nil {
				return err
			}
			return p.compare(cmd, o, args)
		},
	}
	p.runFlag(cmd, &o.path)
	f := cmd.Flags()
	f.StringVar(&o.with, "with", "", "run `FOLDER` to compare with")
	f.BoolVar(&o.all, "all", false, "the difference of each head instead of that of their mean")
	intFlag(f, &o.seeds, "seeds", 0, "train this many seeds of the run's settings, and say which links recur")
	f.Float64Var(&o.least, "least", o.least, "weight from which on --seeds counts a link as there")
	_ = cmd.MarkFlagDirname("with")
	textOrJSON(cmd, &o.format)
	return cmd
}

// compare finds out what is to be compared, and prints it.
func (p *program) compare(cmd *cobra.Command, o compareOptions, args []string) error {
	switch {
	case o.seeds > 0 && o.with != "":
		return errors.New("--seeds trains runs of its own: leave out --with, or --seeds")
	case o.seeds == 1:
		return errors.New("--seeds 1 compares nothing: give at least 2")
	case (o.seeds > 0 || o.with != "") && len(args) != 1:
		return errors.New(wantOneSentence(cmd.Name(), len(args)))
	case o.seeds == 0 && o.with == "" && len(args) != 2:
		return fmt.Errorf("compare wants two sentences, or one and --with FOLDER or --seeds K, and got %d: attend compare \"the lion saw the zebra\" \"the zebra saw the lion\"", len(args))
	}
	r, err := p.openRun(o.path)
	if err != nil {
		return err
	}
	if o.seeds > 0 {
		return p.compareSeeds(cmd, o, r, args[0])
	}
	var c attention.Comparison
	if o.with == "" {
		c, err = analysis.CompareSentences(r, args[0], args[1])
	} else {
		var other *run.Run
		if other, err = run.Open(o.with, p.options()...); err != nil {
			return err
		}
		corpus, missing := p.textOf(r)
		if missing != nil {
			p.note("heads are matched on this sentence alone, since the training text is not at hand")
			corpus = nil
		}
		said := len(r.Notes)
		c, err = analysis.Compare(r, other, args[0], corpus)
		p.note(append(r.Notes[said:], other.Notes...)...)
	}
	if err != nil {
		return err
	}
	if err := checkFinite(r.Path, c); err != nil {
		return err
	}
	if o.format == "json" {
		return p.writeJSON(r, c.Result())
	}
	view := textOptions(p.stdout)
	view.All = o.all
	return text.Comparison(p.stdout, c, view)
}

// compareSeeds trains the run's settings with other seeds.
func (p *program) compareSeeds(cmd *cobra.Command, o compareOptions, r *run.Run, sentence string) error {
	corpus, err := p.textOf(r)
	if err != nil {
		return err
	}
	if r.Step < r.Settings.Steps {
		p.note(fmt.Sprintf("%s was stopped at step %d of %d, and the other seeds are trained to the end: go on with `attend train --resume` first to compare like with like",
			printable.Path(r.Path), r.Step, r.Settings.Steps))
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	result, err := analysis.Seeds(ctx, r, corpus, sentence, o.seeds, o.least, func(done int) {
		if done > 1 { // the first is the run itself
			p.say("seed %d of %d", done, o.seeds)
		}
	})
	if ctx.Err() != nil {
		p.say("stopped: nothing is kept of the seeds")
		return errInterrupted
	}
	if err != nil {
		return err
	}
	if err := checkFinite(r.Path, result); err != nil {
		return err
	}
	if o.format == "json" {
		return p.writeJSON(r, result)
	}
	return text.Recurrence(p.stdout, result, textOptions(p.stdout))
}
