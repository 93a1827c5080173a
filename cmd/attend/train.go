package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/data"
	"attend/embed"
	"attend/inspect"
	"attend/layers"
	"attend/run"
	"attend/train"
)

// trainOptions are the flags of `attend train` that do not change what is learned.
type trainOptions struct {
	out, resume, config string
	overwrite           bool
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
finishes the step, saves, shows the map and says how to go on.`,
		Example: `  attend train
  attend train --layers 2 --heads 4 --dim 64 --seed 7
  attend train --data my-sentences.txt --probe "the cat sat on the"
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
		"unit":       {string(data.Word), string(data.Char)},
		"positions":  {string(embed.Learned), string(embed.Sinusoidal), string(embed.None)},
		"activation": {string(layers.GELU), string(layers.ReLU)},
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
	f.StringVar(&s.Data, "data", s.Data, "`TEXT` to learn: savanna (built in), a file, or - for standard input")
	f.StringVar(&s.Unit, "unit", s.Unit, "word: one sentence a line; char: one long text")
	f.Float64Var(&s.HoldOut, "holdout", s.HoldOut, "share of the text kept from training, to test on")
	f.IntVar(&s.MinCount, "min-count", s.MinCount, "rarer tokens become "+data.UnknownToken)

	f = group("Model")
	f.IntVar(&s.Layers, "layers", s.Layers, "transformer blocks")
	f.IntVar(&s.Heads, "heads", s.Heads, "attention heads of a block; they divide dim")
	f.IntVar(&s.Dim, "dim", s.Dim, "numbers in a word's vector")
	f.IntVar(&s.Hidden, "hidden", s.Hidden, "width of the feed-forward network (0: 4 times dim)")
	f.IntVar(&s.Context, "context", s.Context, "most tokens seen at once (0: the longest sentence; 64 characters)")
	f.StringVar(&s.Positions, "positions", s.Positions, "learned, sinusoidal or none")
	f.StringVar(&s.Activation, "activation", s.Activation, "gelu or relu")
	f.BoolVar(&s.Tied, "tied", s.Tied, "the output head is the table of word vectors itself")
	f.Float64Var(&s.Dropout, "dropout", s.Dropout, "share of activations dropped in training")

	f = group("Training")
	f.IntVar(&s.Batch, "batch", s.Batch, "sentences of a step")
	f.IntVar(&s.Steps, "steps", s.Steps, "updates in all")
	f.StringVar(&s.Optimizer, "optimizer", s.Optimizer, "adamw or sgd")
	f.Float64Var(&s.LR, "lr", s.LR, "highest learning rate")
	f.Float64Var(&s.MinLR, "min-lr", s.MinLR, "learning rate at the end (half a cosine leads there)")
	f.IntVar(&s.Warmup, "warmup", s.Warmup, "steps over which the learning rate rises at first")
	f.Float64Var(&s.WeightDecay, "weight-decay", s.WeightDecay, "decoupled decay of matrices")
	f.Float64Var(&s.Beta1, "beta1", s.Beta1, "AdamW: memory of the gradient")
	f.Float64Var(&s.Beta2, "beta2", s.Beta2, "AdamW: memory of its square")
	f.Float64Var(&s.Momentum, "momentum", s.Momentum, "SGD: memory of the gradient")
	f.Float64Var(&s.Clip, "clip", s.Clip, "longest gradient, its global norm (0: any)")
	f.Uint64Var(&s.Seed, "seed", s.Seed, "of everything random; equal seeds give equal bytes")

	f = group("Watching and keeping")
	f.StringVar(&s.Probe, "probe", s.Probe, "sentence whose map is shown and filmed (default: the lion, or a held-out sentence)")
	f.IntVar(&s.EvalInterval, "eval-interval", s.EvalInterval, "steps between evaluations")
	f.IntVar(&s.SaveInterval, "save-interval", s.SaveInterval, "steps between checkpoints")
	f.StringVar(&o.out, "out", "", "run folder to make (default: a new one under "+runsFolder+"/)")
	f.BoolVar(&o.overwrite, "overwrite", false, "replace the run in --out")
	f.StringVar(&o.resume, "resume", "", "run `FOLDER` to go on with")
	f.StringVar(&o.config, "config", "", "`FILE` of settings in YAML, as training.yaml; flags win over it")
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
	if o.config != "" {
		if err := applyConfig(cmd, settings, o.config); err != nil {
			return err
		}
	}
	if err := checkChoices(*settings); err != nil {
		return err
	}
	if settings.Data != run.Savanna && settings.Data != "-" {
		absolute, err := filepath.Abs(settings.Data) // so that eval and resume find it from any folder
		if err != nil {
			return err
		}
		settings.Data = absolute
	}
	corpus, err := p.loadCorpus(*settings)
	if err != nil {
		return err
	}
	resolved, err := settings.Resolve(corpus)
	if err != nil {
		return err
	}
	if o.out == "" {
		if o.overwrite {
			return errors.New("--overwrite needs --out FOLDER: it says which run to replace")
		}
		o.out = run.Free(runsFolder, runName(resolved.Data))
	}
	t, err := run.Start(o.out, resolved, corpus, o.overwrite)
	if err != nil {
		return err
	}
	defer t.Close()
	return p.carryOut(cmd.Context(), t)
}

// checkChoices reports the first setting that is not one of its few values.
func checkChoices(s run.Settings) error {
	for _, c := range []struct{ flag, value string }{
		{"unit", s.Unit}, {"positions", s.Positions}, {"activation", s.Activation}, {"optimizer", s.Optimizer},
	} {
		values := choices()[c.flag]
		found := false
		for _, v := range values {
			found = found || v == c.value
		}
		if !found {
			return fmt.Errorf("--%s %q is not known: choose %s", c.flag, c.value, strings.Join(values, ", "))
		}
	}
	return nil
}

// runName returns the name of a new run's folder: that of the text without its ending.
func runName(path string) string {
	if path == "-" {
		return "text"
	}
	base := filepath.Base(path)
	if name := strings.TrimSuffix(base, filepath.Ext(base)); name != "" {
		return name
	}
	return base
}

// applyConfig reads a settings file under the flags: what the command line names stays.
func applyConfig(cmd *cobra.Command, settings *run.Settings, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	given := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = f.Value.String() })
	read, err := run.ParseYAML(b, *settings)
	if err != nil {
		return fmt.Errorf("--config %s: %w", path, err)
	}
	*settings = read
	for name, value := range given {
		if err := cmd.Flags().Set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// freeToChange are the settings that a run may change when it goes on.
var freeToChange = map[string]bool{"steps": true, "eval-interval": true, "save-interval": true}

// notSettings are the flags of `attend train` that are no settings.
var notSettings = map[string]bool{"out": true, "overwrite": true, "resume": true, "config": true, "help": true}

// resume goes on with a run.
func (p *program) resume(cmd *cobra.Command, settings *run.Settings, o trainOptions) error {
	if o.out != "" || o.config != "" || o.overwrite {
		return errors.New("--resume goes on in its own folder with its own settings: leave out --out, --config and --overwrite")
	}
	adjust := func(kept *run.Settings) error {
		given := map[string]string{}
		cmd.Flags().Visit(func(f *pflag.Flag) {
			if !notSettings[f.Name] {
				given[f.Name] = f.Value.String()
			}
		})
		*settings = *kept // the flags now show the run's values
		for name, value := range given {
			f := cmd.Flags().Lookup(name)
			was := f.Value.String()
			if err := f.Value.Set(value); err != nil {
				return err
			}
			if now := f.Value.String(); now != was && !freeToChange[name] {
				return fmt.Errorf("--%s %s: %s was begun with %s, and a run keeps its settings; leave the flag out, or train a new run", name, now, o.resume, was)
			}
		}
		*kept = *settings
		return nil
	}
	t, err := run.Resume(o.resume, p.loadCorpus, adjust)
	if err != nil {
		return err
	}
	defer t.Close()
	if t.Step >= t.Settings.Steps {
		return fmt.Errorf("%s has finished its %d steps: --steps %d would train on, `attend inspect --run %s` shows it", o.resume, t.Step, 2*t.Step, o.resume)
	}
	fmt.Fprintf(p.stderr, "going on with %s at step %d\n", o.resume, t.Step)
	return p.carryOut(cmd.Context(), t)
}

// carryOut trains, then shows what was learned.
func (p *program) carryOut(ctx context.Context, t *run.Training) error {
	p.announce(t)
	bar := newProgress(p.stderr)
	err := t.Train(ctx, bar.show)
	bar.end()
	if err != nil && (ctx.Err() == nil || !errors.Is(err, context.Cause(ctx))) {
		return err
	}
	if err := p.showResult(t); err != nil {
		return err
	}
	if err != nil {
		_, printed := fmt.Fprintf(p.stdout, "\nstopped at step %d of %d and saved; go on with: attend train --resume %s\n", t.Step, t.Settings.Steps, t.Path)
		return errors.Join(errInterrupted, printed)
	}
	_, err = fmt.Fprintf(p.stdout, "\nkept in %s; try: attend inspect %s\n", t.Path, quote(tryNext(t)))
	return err
}

// tryNext is the sentence that the last line suggests.
func tryNext(t *run.Training) string {
	if t.Corpus.Grammar != nil {
		return t.Corpus.HeldOutText[0]
	}
	return t.Settings.Probe
}

func quote(s string) string { return `"` + strings.ReplaceAll(inspect.Printable(s), `"`, `\"`) + `"` }

// announce says what is going to be trained on what.
func (p *program) announce(t *run.Training) {
	s, c := t.Settings, t.Corpus
	fmt.Fprintf(p.stderr, "%s: %s predictions to learn from, %s held out, vocabulary of %d %ss\n",
		c.Name, thousands(float64(c.Train.Predictions())), thousands(float64(c.HeldOut.Predictions())), c.Vocabulary.Len(), c.Unit)
	for _, note := range c.Notes {
		fmt.Fprintf(p.stderr, "note: %s\n", note)
	}
	fmt.Fprintf(p.stderr, "model: %d layers, %d heads, dim %d, context %d: %s parameters\n",
		s.Layers, s.Heads, s.Dim, s.Context, thousands(float64(t.Weights.Count())))
}

// showResult prints the losses beside their baselines and the probe's attention.
func (p *program) showResult(t *run.Training) error {
	report, err := t.Evaluate(t.Corpus)
	if err != nil {
		return err
	}
	o := textOptions(p.stdout)
	if err := writeLosses(p.stdout, report, o); err != nil {
		return err
	}
	reader, err := t.NewReader(1)
	if err != nil {
		return err
	}
	defer reader.Close()
	m, err := reader.Map(t.Settings.Probe, shownPredictions)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "\nWho attends to whom in %s:\n\n", quote(t.Settings.Probe))
	if err := inspect.Story(p.stdout, m, o, shownLinks); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout)
	return inspect.Predictions(p.stdout, m.Next, o)
}

// How much the result shows.
const (
	shownLinks       = 3
	shownPredictions = 5
)
