package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/data"
	"attend/embed"
	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/layers"
	"attend/train"
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
		Short: "train a model and show what it attends to",
		Long: `Train a transformer on sentences, keep it in a run folder, and show which words each word
of the probe sentence attends to.

Without flags it trains the toy model on the built-in savanna sentences, in seconds. Ctrl-C
finishes the step, saves, shows the map and says how to go on. Closing the terminal saves as well.`,
		Example: `  attend train
  attend train --watch
  attend train --layers 2 --heads 4 --dim 64 --seed 7
  attend train --data my-sentences.txt --probe "the cat sat on the"
  attend train --unit char --data shakespeare.txt --context 64 --layers 4 --heads 4 --dim 128 --lr 1e-3
  attend train --resume runs/savanna --steps 6000
  attend train --config runs/savanna/training.yaml --seed 2 --out runs/again
  cat my-sentences.txt | attend train --data -`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkOneOf("format", o.format, "text", "json"); err != nil {
				return err
			}
			if o.resume != "" {
				return p.resume(cmd, &settings, o)
			}
			return p.train(cmd, &settings, o)
		},
	}
	groups := trainFlags(&settings, &o)
	p.memoryFlag(groups[len(groups)-1].flags)
	for _, g := range groups {
		cmd.Flags().AddFlagSet(g.flags)
	}
	cmd.Flags().SortFlags = false
	cmd.SetUsageFunc(func(cmd *cobra.Command) error { return groupedUsage(cmd, groups) })
	for name, values := range choices() {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	for _, name := range []string{"out", "resume"} {
		_ = cmd.MarkFlagDirname(name)
	}
	return cmd
}

// choices lists the values of the flags that name one of few things.
func choices() map[string][]string {
	return map[string][]string{
		"unit":       data.UnitNames(),
		"positions":  embed.Schemes.Names(),
		"activation": layers.Activations.Names(),
		"optimizer":  {string(train.AdamW), string(train.SGD)},
	}
}

// flagGroup is a part of the help text.
type flagGroup struct {
	title string
	flags *pflag.FlagSet
}

// trainFlags binds every setting to a flag of the same name, group by group.
func trainFlags(s *run.Settings, o *trainOptions) []flagGroup {
	var groups []flagGroup
	group := func(title string) *pflag.FlagSet {
		f := pflag.NewFlagSet(title, pflag.ContinueOnError)
		f.SortFlags = false
		groups = append(groups, flagGroup{title, f})
		return f
	}
	f := group("Text")
	f.StringVar(&s.Data, "data", s.Data, "`TEXT` to learn: savanna (built in), a file, or - for standard input; at most 1 GB")
	f.StringVar(&s.Unit, "unit", s.Unit, data.UnitMeanings())
	f.Float64Var(&s.HoldOut, "holdout", s.HoldOut, "share of the text kept from training, to test on")
	intFlag(f, &s.MinCount, "min-count", s.MinCount, "rarer tokens become "+data.UnknownToken)

	f = group("Model")
	intFlag(f, &s.Layers, "layers", s.Layers, "transformer blocks")
	intFlag(f, &s.Heads, "heads", s.Heads, "attention heads of a block; they divide dim")
	intFlag(f, &s.Dim, "dim", s.Dim, "numbers in a word's vector")
	intFlag(f, &s.Hidden, "hidden", s.Hidden, "width of the feed-forward network (0: 4 times dim)")
	intFlag(f, &s.Context, "context", s.Context, "most tokens seen at once (0: the longest sentence; 64 characters)")
	f.StringVar(&s.Positions, "positions", s.Positions, "learned, sinusoidal or none")
	f.StringVar(&s.Activation, "activation", s.Activation, "gelu or relu")
	f.BoolVar(&s.Tied, "tied", s.Tied, "the output head is the table of word vectors itself")
	f.Float64Var(&s.Dropout, "dropout", s.Dropout, "share of activations dropped in training")

	f = group("Training")
	intFlag(f, &s.Batch, "batch", s.Batch, "sentences of a step")
	intFlag(f, &s.Steps, "steps", s.Steps, "updates in all")
	f.StringVar(&s.Optimizer, "optimizer", s.Optimizer, "adamw or sgd")
	f.Float64Var(&s.LR, "lr", s.LR, "highest learning rate")
	f.Float64Var(&s.MinLR, "min-lr", s.MinLR, "learning rate at the end, down half a cosine; unless given, at most a hundredth of lr")
	intFlag(f, &s.Warmup, "warmup", s.Warmup, "steps over which the learning rate rises at first; unless given, at most a tenth of all")
	f.Float64Var(&s.WeightDecay, "weight-decay", s.WeightDecay, "decoupled decay of matrices")
	f.Float64Var(&s.Beta1, "beta1", s.Beta1, "AdamW: memory of the gradient")
	f.Float64Var(&s.Beta2, "beta2", s.Beta2, "AdamW: memory of its square")
	f.Float64Var(&s.Momentum, "momentum", s.Momentum, "SGD: memory of the gradient")
	f.Float64Var(&s.Clip, "clip", s.Clip, "longest gradient, its global norm (0: any)")
	uint64Flag(f, &s.Seed, "seed", s.Seed, "of everything random; equal seeds give equal bytes")

	f = group("Watching and keeping")
	f.StringVar(&s.Probe, "probe", s.Probe, "sentence whose map is shown and filmed (default: the lion, or a held-out sentence)")
	f.StringVar(&o.format, "format", "text", "text or json: the result on standard output")
	f.BoolVar(&o.watch, "watch", false, "show the probe's map while it forms, on a terminal; the run stays the same")
	intFlag(f, &s.EvalInterval, "eval-interval", s.EvalInterval, "steps between evaluations")
	intFlag(f, &s.SaveInterval, "save-interval", s.SaveInterval, "steps between checkpoints")
	f.StringVar(&o.out, "out", "", "run folder to make (default: a new one under "+runsFolder+"/)")
	f.BoolVar(&o.overwrite, "overwrite", false, "replace the run in --out")
	f.StringVar(&o.resume, "resume", "", "run `FOLDER` to go on with")
	f.StringVar(&o.config, "config", "", "`FILE` of settings in YAML, as training.yaml, at most 1 MB; flags win over it")
	return groups
}

// groupedUsage writes the help of `attend train` with its flags under headings.
func groupedUsage(cmd *cobra.Command, groups []flagGroup) error {
	out := cmd.OutOrStderr()
	fmt.Fprintf(out, "Usage:\n  %s\n\nExamples:\n%s\n", cmd.UseLine(), cmd.Example)
	for _, g := range groups {
		fmt.Fprintf(out, "\n%s:\n%s", g.title, g.flags.FlagUsages())
	}
	_, err := fmt.Fprintf(out, "\nOther:\n  -h, --help   this text\n")
	return err
}

// train starts a new run.
func (p *program) train(cmd *cobra.Command, settings *run.Settings, o trainOptions) error {
	if o.overwrite && o.out == "" {
		return errors.New("--overwrite wants --out FOLDER beside it: which run is to be replaced?")
	}
	if err := p.settle(cmd, settings, o); err != nil {
		return err
	}
	if settings.Data != run.Savanna && settings.Data != "-" {
		absolute, err := file.Abs(settings.Data) // so that eval and resume find it from any folder
		if err != nil {
			return err
		}
		settings.Data = absolute
	}
	stream := cmd.Flags().Changed("data") // and not named by a settings file
	corpus, err := p.loadCorpus(*settings, func(path string) (*os.File, error) { return openText("data", path, data.MostText, stream) })
	if err != nil {
		return err
	}
	resolved, err := settings.Resolve(corpus)
	if err != nil {
		return err
	}
	if err := p.checkProbe(settings.Probe, resolved, corpus); err != nil {
		return err
	}
	var t *run.Training
	if o.out == "" {
		t, err = run.StartUnder(runsFolder, runName(resolved.Data), resolved, corpus, p.options()...)
	} else {
		t, err = run.Start(o.out, resolved, corpus, o.overwrite, p.options()...)
	}
	if errors.Is(err, syscall.ENOTDIR) && o.out == "" {
		return fmt.Errorf("%s is a file, and a run is kept in a folder of that name: move the file elsewhere, or choose a folder with --out", runsFolder)
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("--out %s: a file is in the way of that folder: choose another", printable.Path(o.out))
	}
	if err != nil {
		return err
	}
	defer t.Close()
	return p.carryOut(cmd.Context(), t, o)
}

// settle brings file, flags and defaults together and checks what can be checked without the
// text.
func (p *program) settle(cmd *cobra.Command, settings *run.Settings, o trainOptions) error {
	warmup, minLR := settings.Warmup, settings.MinLR
	f := cmd.Flags()
	if !f.Changed("warmup") {
		settings.Warmup = unset
	}
	if !f.Changed("min-lr") {
		settings.MinLR = math.Inf(-1)
	}
	if o.config != "" {
		if err := applyConfig(cmd, settings, o.config); err != nil {
			return err
		}
	}
	// What nobody has set follows from what was set.
	if settings.Warmup == unset && !f.Changed("warmup") {
		settings.Warmup = max(0, min(warmup, settings.Steps/10))
	}
	if math.IsInf(settings.MinLR, -1) && !f.Changed("min-lr") {
		settings.MinLR = max(0, min(minLR, settings.LR/100))
	}
	if err := checkChoices(*settings); err != nil {
		return err
	}
	if err := checkLimits(f, trainLimits); err != nil {
		return err
	}
	switch {
	case settings.Warmup > settings.Steps:
		return fmt.Errorf("--warmup %d is longer than all %d steps: lower --warmup, or raise --steps", settings.Warmup, settings.Steps)
	case settings.MinLR > settings.LR:
		return fmt.Errorf("--min-lr %g is above --lr %g: the rate falls from the one to the other, so lower --min-lr", settings.MinLR, settings.LR)
	case settings.Dim%settings.Heads != 0:
		return fmt.Errorf("--heads %d do not divide --dim %d: choose a dim that is a multiple of the heads, such as %d",
			settings.Heads, settings.Dim, (settings.Dim/settings.Heads+1)*settings.Heads)
	}
	return nil
}

// checkProbe refuses a probe that the model could not read, and names words of it that are
// not in the vocabulary.
func (p *program) checkProbe(probe string, s run.Settings, corpus *data.Corpus) error {
	if probe == "" { // it was chosen from the text
		return nil
	}
	tokens, err := corpus.Vocabulary.Tokenize(probe)
	if err != nil {
		return fmt.Errorf("--probe: %w", err)
	}
	room := s.Context
	if _, words := corpus.Vocabulary.Boundary(); words {
		room--
	}
	switch {
	case len(tokens) == 0:
		return fmt.Errorf("--probe %s is blank: give a sentence, or leave the flag out", printable.Quote(probe))
	case len(tokens) > room:
		return fmt.Errorf("--probe %s has %s and a context of %d has room for %d: shorten it, or raise --context",
			printable.Quote(probe), plural(len(tokens), corpus.Vocabulary.Tokenizer().Noun()), s.Context, room)
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
		return fmt.Errorf("--probe %s: the text holds none of its %ss: choose a sentence in the words of the text", printable.Quote(probe), corpus.Vocabulary.Tokenizer().Noun())
	}
	slices.Sort(unknown)
	p.note(fmt.Sprintf("not in the vocabulary, so the probe shows %s for it: %s", data.UnknownToken, some(slices.Compact(unknown))))
	return nil
}

// checkChoices reports the first setting that is not one of its few values.
func checkChoices(s run.Settings) error {
	for _, c := range []struct{ flag, value string }{
		{"unit", s.Unit}, {"positions", s.Positions}, {"activation", s.Activation}, {"optimizer", s.Optimizer},
	} {
		if err := checkOneOf(c.flag, c.value, choices()[c.flag]...); err != nil {
			return err
		}
	}
	return nil
}

// longestName is how many bytes of the name of a text name its run: a file system takes 255 with what is added.
const longestName = 100

// runName returns the name of a new run's folder: that of the text without its ending.
func runName(path string) string {
	if path == "-" {
		return "text"
	}
	name := filepath.Base(path)
	if stem := strings.TrimSuffix(name, filepath.Ext(name)); stem != "" {
		name = stem
	}
	name = strings.TrimLeft(name, ".") // a hidden folder would not be found as the latest run
	for len(name) > longestName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	if name == "" {
		return "text"
	}
	return name
}

// mostSetting is how many characters an error shows of a setting that may not change.
const mostSetting = 40

// freeToChange are the settings that a run may change when it goes on.
var freeToChange = map[string]bool{"steps": true, "eval-interval": true, "save-interval": true}

// notSettings are the flags of `attend train` that are no settings.
var notSettings = map[string]bool{"out": true, "overwrite": true, "resume": true, "config": true, "watch": true, "format": true, "max-memory": true, "help": true}

// resume goes on with a run.
func (p *program) resume(cmd *cobra.Command, settings *run.Settings, o trainOptions) error {
	if o.out != "" || o.config != "" || o.overwrite {
		return errors.New("--resume goes on in its own folder with its own settings: leave out --out, --config and --overwrite")
	}
	given := givenFlags(cmd.Flags())
	adjust := func(kept *run.Settings) error {
		*settings = *kept // the flags now show the run's values
		for _, g := range given {
			if notSettings[g.name] {
				continue
			}
			f := cmd.Flags().Lookup(g.name)
			was := f.Value.String()
			if err := f.Value.Set(g.value); err != nil {
				return err
			}
			if g.name == "data" && g.value != run.Savanna && g.value != "-" {
				absolute, err := file.Abs(g.value)
				if err != nil {
					return err
				}
				settings.Data = absolute
			}
			if now := f.Value.String(); now != was && !freeToChange[g.name] {
				return fmt.Errorf("--%s %s: %s was begun with %s, and a run keeps its settings: leave the flag out, or train a new run",
					g.name, printable.Short(now, mostSetting), printable.Path(o.resume), printable.Short(was, mostSetting))
			}
		}
		if err := checkLimits(cmd.Flags(), trainLimits); err != nil {
			return err
		}
		if settings.Steps < settings.Warmup {
			return fmt.Errorf("--steps %d: %s warms up for %d steps: raise --steps", settings.Steps, printable.Path(o.resume), settings.Warmup)
		}
		*kept = *settings
		return nil
	}
	t, err := run.Resume(o.resume, p.textOf(o.resume), adjust, p.options()...)
	if err != nil {
		return err
	}
	defer t.Close()
	if t.Step >= t.Settings.Steps {
		return fmt.Errorf("%s has finished its %s: --steps %d would train on, `attend inspect --run %s` shows it",
			printable.Path(o.resume), plural(t.Step, "step"), 2*t.Step, commandWord(o.resume, "FOLDER", printable.MaxQuote))
	}
	p.say("going on with %s at step %d", printable.Path(o.resume), t.Step)
	return p.carryOut(cmd.Context(), t, o)
}

// collectOften keeps garbage small beside what a training keeps, unless GOGC says otherwise. It costs
// nothing: a step leaves next to none.
func collectOften() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(10)
	}
}

// carryOut trains, then shows what was learned. An interrupt ends the training, which is saved.
func (p *program) carryOut(ctx context.Context, t *run.Training, o trainOptions) error {
	collectOften()
	p.note(t.Notes...)
	p.showNotes()
	said := len(t.Notes)
	p.announce(t)
	bar := newProgress(p.stderr)
	show, end := bar.show, bar.end
	if o.watch {
		if canDrawOn(p.stderr) {
			w := newWatch(bar, t.ProbeMap)
			show, end = w.show, w.end
		} else {
			p.say("note: --watch wants a terminal to draw on, and this is none: progress goes on line by line")
		}
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	err := t.Train(ctx, show)
	end()
	p.note(t.Notes[said:]...)
	p.showNotes()
	if err == nil { // the result can be broken off
		stop()
	}
	if err != nil && (ctx.Err() == nil || !errors.Is(err, context.Cause(ctx))) {
		return err
	}
	p.note(t.Notes[said:]...)
	p.showNotes()
	if err != nil {
		p.say("stopping: step %d is saved", t.Step)
	}
	fmt.Fprintln(p.stderr)
	if o.format == "json" {
		return errors.Join(interruption(err), p.writeResult(t))
	}
	if problem := p.showResult(t); problem != nil {
		return errors.Join(interruption(err), problem)
	}
	if err != nil {
		again := "attend train --resume " + commandWord(t.Path, "FOLDER", printable.MaxPath)
		if t.Settings.Data == "-" {
			again += " < TEXT"
		}
		_, printed := fmt.Fprintf(p.stdout, "\nstopped at step %d of %d and saved; go on with: %s\n", t.Step, t.Settings.Steps, again)
		return errors.Join(errInterrupted, printed)
	}
	return p.showNext(t)
}

// interruption is what a command returns that was told to stop, and has said so.
func interruption(err error) error {
	if err != nil {
		return errInterrupted
	}
	return nil
}
