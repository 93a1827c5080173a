package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/run"
	"attend/internal/term"
)

// trainOptions are the flags of `attend train` that do not change what is learned.
type trainOptions struct {
	out, resume, config string
	overwrite, watch    bool
	format              string
}

func newTrain(p *program) *cobra.Command {
	settings := run.Defaults()
	var o trainOptions
	cmd := &cobra.Command{
		Use:   "train",
		Short: "train a model and show which words each word attends to",
		Long: `Train a transformer on sentences, save it in a run folder, and show which words
each word of a sample sentence attends to.

Without flags it trains a small model on the built-in savanna sentences, which
takes seconds. It ends with a verdict: whether the training diverged, overfitted,
still improves or learned, and the next command. Ctrl-C finishes the step, saves
the run and prints the command that resumes it. Closing the terminal saves as
well.`,
		Example: `  attend train
  attend train --watch
  attend train --layers 2 --heads 4 --dim 64 --seed 7
  attend train --data my-sentences.txt --sample "the cat sat on the"
  attend train --unit char --data shakespeare.txt --context 64 --layers 4 --heads 4 --dim 128 --lr 1e-3
  attend train --resume runs/savanna --steps 6000
  attend train --config runs/savanna/training.yaml --seed 2 --out runs/again
  cat my-sentences.txt | attend train --data -`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.resume != "" {
				return p.resume(cmd, &settings, o)
			}
			return p.train(cmd, &settings, o)
		},
	}
	groups := trainFlags(&settings, &o)
	p.memoryFlag(groups[len(groups)-1])
	for _, g := range groups {
		cmd.Flags().AddFlagSet(g)
	}
	cmd.Flags().SortFlags = false
	cmd.SetUsageFunc(func(cmd *cobra.Command) error { return groupedUsage(cmd, groups) })
	_ = cmd.MarkFlagDirname("out")
	p.completeFlag(cmd, "resume", completeNamed(-1, aRun))
	p.completeFlag(cmd, "config", completeNamed(-1, aRun))
	return cmd
}

// groupedUsage writes the help of `attend train` with its flags under headings.
func groupedUsage(cmd *cobra.Command, groups []*pflag.FlagSet) error {
	out := cmd.OutOrStderr()
	fmt.Fprintf(out, "Usage:\n  %s\n\nExamples:\n%s\n", cmd.UseLine(), cmd.Example)
	for _, g := range groups {
		fmt.Fprintf(out, "\n%s:\n%s", g.Name(), g.FlagUsagesWrapped(helpWidth))
	}
	_, err := fmt.Fprintf(out, "\nOther:\n  -h, --help   this text\n")
	return err
}

// train starts a new run.
func (p *program) train(cmd *cobra.Command, settings *run.Settings, o trainOptions) error {
	if o.overwrite && o.out == "" {
		return errors.New("--overwrite requires --out FOLDER, the run to replace")
	}
	sum, err := p.settle(cmd, settings, &o)
	if err != nil {
		return err
	}
	const sentences, utf8 = "has held-out sentences of its own", "is in UTF-8"
	for _, c := range []struct{ name, why string }{{"encoding", utf8}, {"holdout-by", sentences}, {"split-seed", sentences}} {
		if slices.Contains(data.BuiltIn.Names(), settings.Data) && cmd.Flags().Changed(c.name) {
			p.note(fmt.Sprintf("--%s has no effect on the built-in %s, which %s", c.name, settings.Data, c.why))
		}
	}
	if err := absoluteData(settings); err != nil {
		return err
	}
	stream := cmd.Flags().Changed("data") // and not named by a settings file
	// Reading a text leaves much garbage.
	collectAt(50)
	corpus, err := p.loadCorpus(*settings, func(path string) (*os.File, error) {
		return openText("data", path, data.MaxText, stream)
	})
	if err != nil {
		return err
	}
	p.noteOtherText(corpus, o.config, sum)
	resolved, err := settings.Resolve(corpus)
	if err != nil {
		return err
	}
	if err := p.checkSample(settings.Sample, resolved, corpus); err != nil {
		return err
	}
	var t *run.Training
	if o.out == "" {
		t, err = run.StartUnder(runsFolder, run.NameOf(resolved.Data), resolved, corpus, p.options()...)
	} else {
		t, err = run.Start(o.out, resolved, corpus, o.overwrite, p.options()...)
	}
	if errors.Is(err, syscall.ENOTDIR) && o.out == "" {
		return fmt.Errorf("%s is a file, and a run is kept in a folder of that name: "+
			"move the file elsewhere, or choose a folder with --out", runsFolder)
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("--out %s: a file is in the way of that folder: choose another", printable.Path(o.out))
	}
	if err != nil {
		return err
	}
	defer t.Close()
	return p.carryOut(cmd, t, o)
}

// checkSample refuses a sample sentence that the model could not read, and names words of it that are
// not in the vocabulary.
func (p *program) checkSample(sample string, s run.Settings, corpus *data.Corpus) error {
	if sample == "" { // it was chosen from the text
		return nil
	}
	tokens, err := corpus.Vocabulary.Tokenize(sample)
	if err != nil {
		return fmt.Errorf("--sample: %w", err)
	}
	longest := s.Context
	if _, words := corpus.Vocabulary.Boundary(); words {
		longest--
	}
	switch {
	case len(tokens) == 0:
		return fmt.Errorf("--sample %s is blank: give a sentence, or leave the flag out", printable.Quote(sample))
	case len(tokens) > longest:
		return fmt.Errorf("--sample %s has %s and a context of %d takes at most %d: shorten it, or raise --context",
			printable.Quote(sample), printable.Count(len(tokens), corpus.Vocabulary.Tokenizer().Noun()), s.Context, longest)
	}
	var unknown []string
	for _, t := range tokens {
		if _, known := corpus.Vocabulary.ID(t.Key); !known {
			unknown = append(unknown, printable.Quote(t.Text))
		}
	}
	switch len(unknown) {
	case 0:
		return nil
	case len(tokens):
		return fmt.Errorf("--sample %s: the text holds none of its %ss: choose a sentence in the words of the text",
			printable.Quote(sample), corpus.Vocabulary.Tokenizer().Noun())
	}
	slices.Sort(unknown)
	p.note(fmt.Sprintf("not in the vocabulary, so the sample sentence has %s for it: %s", data.UnknownToken, some(slices.Compact(unknown))))
	return nil
}

// mostSetting is how many characters an error shows of a setting that may not change.
const mostSetting = 40

// resume goes on with a run.
func (p *program) resume(cmd *cobra.Command, settings *run.Settings, o trainOptions) error {
	if o.out != "" || o.config != "" || o.overwrite {
		return errors.New("--resume goes on in its own folder with its own settings: leave out --out, --config and --overwrite")
	}
	var err error
	if o.resume, err = find(o.resume, aRun); err != nil {
		return err
	}
	given, f := *settings, cmd.Flags() // which the settings are bound to
	var before run.Settings
	if err := absoluteData(&given); err != nil {
		return err
	}
	adjust := func(kept *run.Settings) error {
		*settings = *kept // the flags now show the run's values
		for _, setting := range run.AllSettings() {
			if f.Changed(setting.Name) && !(setting.Name == "data" && sameFile(kept.Data, given.Data)) {
				setting.Copy(settings, &given)
			}
			if was, now := setting.Text(kept), setting.Text(settings); now != was && !kept.MayChange(setting) {
				return fmt.Errorf("--%s %s: %s was begun with %s, and a run keeps its settings: leave the flag out, or train a new run",
					setting.Name, printable.Short(now, mostSetting), printable.Path(o.resume), printable.Short(was, mostSetting))
			}
			if err := checkFlag(f.Lookup(setting.Name)); err != nil {
				return err
			}
		}
		if settings.Steps < settings.Warmup {
			return fmt.Errorf("--steps %d: %s warms up for %d steps: raise --steps",
				settings.Steps, printable.Path(o.resume), settings.Warmup)
		}
		before, *kept = *kept, *settings
		return nil
	}
	t, err := run.Resume(o.resume, p.textOf, adjust, p.options()...)
	if err != nil {
		return err
	}
	defer t.Close()
	if t.StoppedEarly() {
		return fmt.Errorf("%s stopped early at step %d, since --patience %d was used up: "+
			"train a new run with a larger --patience, or see this one with `attend inspect --run %s`",
			printable.Path(o.resume), t.Step, t.Settings.Patience, commandWord(o.resume, "FOLDER", printable.MaxQuote))
	}
	if t.Step >= t.Settings.Steps {
		return fmt.Errorf("%s has finished its %s: use --steps %d to continue, `attend inspect --run %s` shows it",
			printable.Path(o.resume), printable.Count(t.Step, "step"), 2*t.Step, commandWord(o.resume, "FOLDER", printable.MaxQuote))
	}
	p.say("going on with %s at step %d", printable.Path(o.resume), t.Step)
	if note := rateNote(before, t); note != "" {
		p.note(note)
	}
	return p.carryOut(cmd, t, o)
}

// sameFile reports whether two paths are of one file, as through a symbolic link.
func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	second, missing := os.Stat(b)
	return err == nil && missing == nil && os.SameFile(first, second)
}

// rateNote says by how much another number of steps changes the learning rate at the step at which a training goes on, if by more
// than a tenth.
func rateNote(before run.Settings, t *run.Training) string {
	was, is := before.Training().Rate(t.Step), t.Settings.Training().Rate(t.Step)
	if math.Abs(is-was) <= 0.1*was {
		return ""
	}
	return fmt.Sprintf("the learning rate follows --steps: at step %s it would have been %s with --steps %d and is %s with --steps %d, "+
		"so the loss may rise at first", printable.Thousands(t.Step), render.Significant(was), before.Steps, render.Significant(is), t.Settings.Steps)
}

// collectAt lets garbage grow to so many percent of what is kept, unless the environment says how far.
func collectAt(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// carryOut trains, then shows what was learned. An interrupt ends the training, which is saved.
func (p *program) carryOut(cmd *cobra.Command, t *run.Training, o trainOptions) error {
	collectAt(10) // garbage stays small compared with what training keeps; a step leaves next to none
	p.note(t.Notes...)
	p.showNotes()
	said := len(t.Notes)
	p.announce(t)
	bar := newProgress(p.stderr)
	bar.sampled = t.EvaluationRows(t.Corpus.HeldOut) < t.Corpus.HeldOut.RowCount(t.Settings.Context)
	if o.watch {
		if bar.live && os.Getenv("TERM") != "dumb" { // whose cursor can be moved
			bar.sample = t.SampleMap
		} else {
			p.say("note: --watch requires a terminal, and this is none: progress is shown line by line")
		}
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	err := t.Train(ctx, bar.show)
	bar.end()
	p.note(t.Notes[said:]...)
	p.showNotes()
	switch {
	case err == nil:
		stop() // the result can be broken off
		if t.StoppedEarly() {
			p.say("stopped early at step %d: no evaluation of %s lowered the held-out loss of step %d",
				t.Step, printable.Count(t.Settings.Patience, "eval-interval"), t.Best.Step)
		}
	case ctx.Err() == nil || !errors.Is(err, context.Cause(ctx)):
		return err
	default:
		p.say("stopping: step %d is saved", t.Step)
	}
	fmt.Fprintln(p.stderr)
	found, verdict, problem := p.result(t)
	if problem == nil {
		w := p.stdout
		if o.format == jsonFormat.name {
			w = term.Raw(w)
		}
		q := &request{output: output{format: o.format}, cmd: cmd, run: t.Model()}
		q.namesUnknown(t.Settings.Sample)
		problem = p.writeFinding(w, found, q)
	}
	if problem == nil && o.format != jsonFormat.name {
		problem = p.showNext(t, verdict)
	}
	if err != nil {
		return errors.Join(errInterrupted, problem)
	}
	return problem
}
