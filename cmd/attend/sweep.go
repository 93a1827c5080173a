package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/data"
	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/internal/sweep"
	"attend/internal/term"
)

// sweepsFolder holds the sweeps.
const sweepsFolder = "sweeps"

// mostJobs is the largest number of trainings at the same time for each core.
const mostJobs = 4

// mostTrials is the number of trials above which a sweep asks for --yes.
const mostTrials = 10_000

// sweepOptions are the flags of `attend sweep` that do not change its results.
type sweepOptions struct {
	output
	name, config string
	jobs         int
	dry, yes     bool
	retry        bool
}

func newSweep(p *program) *cobra.Command {
	var o sweepOptions
	values := sweep.Values{}
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "train many runs that differ in a few settings, and compare them",
		Long: `Train runs that differ in a few settings, and show which settings are best and
which matter.

A setting can have a list of values (--lr 0.003,0.01) or a range (--heads 1..4,
--lr 1e-4..1e-1; a range of lr, min-lr or weight-decay is logarithmic). A grid
trains all combinations; --search random and --search tpe draw --trials of them.
With --seeds N each is trained N times with different random seeds, which shows
how large differences must be to mean something. All trials hold out the same
sentences.

The trials are kept under sweeps/NAME. The same command goes on where it was
stopped, and trains nothing twice; with more values it trains only what is new.
A trial that fails, as one that diverges, is kept with its reason.`,
		Example: `  attend sweep --lr 0.003,0.01,0.03 --layers 1,2 --seeds 3
  attend sweep --data my-sentences.txt --lr 1e-4..1e-1 --dim 16,32,64 --search random --trials 40
  attend sweep --heads 1,2,4 --objective place --seeds 3 --name heads
  attend sweep --lr 0.003,0.01 --dry-run
  attend sweep --config sweeps/heads/sweep.yaml --seeds 5 --name heads
  attend sweep show heads
  attend sweep show heads --format csv -o heads.csv
  attend sweep show heads -o heads.html`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.sweep(cmd, values, &o) },
	}
	groups := sweepFlags(values, &o)
	p.memoryFlag(groups[len(groups)-1])
	for _, g := range groups {
		cmd.Flags().AddFlagSet(g)
	}
	cmd.Flags().SortFlags = false
	p.completeFlag(cmd, "config", completeNamed(-1, aSweep))
	cmd.SetUsageFunc(func(cmd *cobra.Command) error { return groupedUsage(cmd, groups) })
	cmd.AddCommand(newSweepShow(p), newSweepWorker(p))
	return cmd
}

// sweepFlags binds the settings of a sweep, and the settings of its runs, to flags, group by group.
func sweepFlags(values sweep.Values, o *sweepOptions) (groups []*pflag.FlagSet) {
	group := func(name string) *pflag.FlagSet {
		f := pflag.NewFlagSet(name, pflag.ContinueOnError)
		f.SortFlags = false
		groups = append(groups, f)
		return f
	}
	f := group("Sweep")
	for _, option := range sweep.Options() {
		f.Var(valueFlag{values, option.Name, option.Default}, option.Name, option.Meaning)
	}
	f.StringVar(&o.config, "config", "", "`FILE` of settings in YAML, as sweep.yaml, at most 1 MB, or a sweep; flags override it")
	f.StringVar(&o.name, "name", "", "the sweep is kept in "+sweepsFolder+"/NAME (default: the name of the text)")
	numberFlag(f, &o.jobs, "jobs", 0, between(0, 1024), "trainings at the same time (0: one for each core, as far as memory allows)")
	f.BoolVar(&o.dry, "dry-run", false, "show the number of trials, the time and the disk space, and train nothing")
	f.BoolVar(&o.yes, "yes", false, fmt.Sprintf("plan or train more than %s trials", printable.Thousands(mostTrials)))
	f.BoolVar(&o.retry, "retry", false, "train failed trials again")
	o.output.add(f, sweepFormats)
	s := run.Defaults()
	for _, setting := range run.AllSettings() {
		if f.Name() != setting.Group {
			f = group(setting.Group)
		}
		usage := setting.Meaning
		switch {
		case setting.Name == "data":
			usage = "`TEXT` to learn: savanna (built in) or a file; at most 1 GB"
		case setting.Name == "seed":
			usage = "random seed of the first of --seeds"
		case sweep.Varies(setting) && setting.Choices != nil:
			usage += ": " + printable.Or(setting.Choices) + ", or a list"
		case setting.Choices != nil:
			usage += ": " + printable.Or(setting.Choices)
		}
		f.Var(valueFlag{values, setting.Name, setting.Text(&s)}, setting.Name, usage)
	}
	return groups
}

// valueFlag is a flag whose text is a value of a sweep.
type valueFlag struct {
	values        sweep.Values
	name, initial string
}

func (v valueFlag) String() string {
	if text, given := v.values[v.name]; given {
		return text
	}
	return v.initial
}

func (v valueFlag) Set(text string) error {
	v.values[v.name] = text
	return nil
}

// Type names the value in help texts.
func (v valueFlag) Type() string { return "VALUE" }

// sweep runs a sweep, and shows its result.
func (p *program) sweep(cmd *cobra.Command, values sweep.Values, o *sweepOptions) error {
	if err := o.resolvePictures(cmd, p.stdout, sweepFormats); err != nil {
		return err
	}
	plan, sum, err := p.sweepPlan(values, o)
	if err != nil {
		return err
	}
	if plan.Base.Data == "-" {
		return errors.New("a sweep reads its text again in every process: name a file with --data, not standard input")
	}
	if err := absoluteData(&plan.Base); err != nil {
		return err
	}
	corpus, err := p.sweepText(plan.Base)
	if err != nil {
		return err
	}
	p.noteOtherText(corpus, o.config, sum)
	var rules []string
	if corpus.Grammar != nil {
		rules = corpus.Grammar.RuleNames()
	}
	if _, err := sweep.FindObjective(plan.Objective, rules); err != nil {
		return err
	}
	if corpus.HeldOut.Predictions() == 0 && plan.Objective != "seconds" {
		return fmt.Errorf("--objective %s is measured on held-out text, and --holdout is 0: give a share such as --holdout 0.1, "+
			"or add --objective seconds", plan.Objective)
	}
	if n := plan.TrialCount(); n > mostTrials && !o.yes {
		return fmt.Errorf("these are %s trials: add --yes to plan them all, or list fewer values, or add --search random --trials 100",
			printable.Thousands(n))
	}
	path := filepath.Join(sweepsFolder, sweepName(o.name, plan.Base.Data))
	if err := checkName(o.name); err != nil {
		return err
	}
	if most := mostJobs * runtime.GOMAXPROCS(0); o.jobs > most {
		p.say("note: --jobs %d is lowered to %d: more than %d trainings for each core are not faster", o.jobs, most, mostJobs)
		o.jobs = most
	}
	if plan.Search == sweep.TPE && plan.Ahead == 0 {
		plan.Ahead = sweep.RecordedAhead(path)
	}
	if plan.Search == sweep.TPE && plan.Ahead == 0 {
		jobs := cmp.Or(o.jobs, runtime.GOMAXPROCS(0))
		plan.Ahead = (jobs + plan.Seeds - 1) / plan.Seeds
	}
	open := sweep.Begin
	if o.dry {
		open = sweep.Preview
	}
	s, err := open(path, plan, corpus.SHA256, o.retry)
	if err != nil {
		return err
	}
	defer s.Close()
	cost := s.Estimate(corpus, o.jobs, float64(p.maxMemory), p.options()...)
	p.announceSweep(s, corpus, cost)
	if o.dry {
		return nil
	}
	ctx, stop := interruptible(cmd.Context())
	defer stop()
	bar := newSweepProgress(p.stderr, s, cost)
	err = s.Run(ctx, cost.Jobs, func() *exec.Cmd { return p.workerCommand(cost.Jobs) }, bar.show)
	bar.end()
	stop()
	if err != nil && (ctx.Err() == nil || !errors.Is(err, context.Cause(ctx))) {
		return err
	}
	if err != nil {
		p.say("stopped: %s of %s have ended, the others are saved. Next: attend sweep --config %s --name %s", printable.Thousands(s.Done()),
			printable.Count(plan.TrialCount(), "trial"), commandWord(filepath.Join(path, "sweep.yaml"), "FILE", printable.MaxPath),
			commandWord(filepath.Base(path), "NAME", printable.MaxPath))
	}
	if err == nil && s.Done() < plan.TrialCount() {
		p.say("note: the search has trained every combination of the values, and ended before --trials %s",
			printable.Thousands(plan.Points))
	}
	fmt.Fprintln(p.stderr)
	problem := p.writeSweep(s, &o.output)
	if err != nil {
		return errors.Join(errInterrupted, problem)
	}
	if _, any := s.Best(); !any && problem == nil {
		return errors.New("no trial has a result: the reasons are above")
	}
	return problem
}

// sweepPlan returns the plan that the flags and a file of settings describe. sum is the SHA-256 of the text that the file is of, "" if it is
// of none or the flags name another.
func (p *program) sweepPlan(values sweep.Values, o *sweepOptions) (plan sweep.Plan, sum string, err error) {
	if o.config == "" {
		plan, err = values.Plan()
		return plan, "", err
	}
	if o.config, err = findSettings(o.config, aSweep, aRun); err != nil {
		return plan, "", fmt.Errorf("--config: %w", err)
	}
	config := o.config
	b, err := file.Read(config, mostSettings)
	if err != nil {
		return plan, "", fileError("config", config, err)
	}
	read, lines, err := sweep.ParseValues(b)
	if err != nil {
		return plan, "", fmt.Errorf("--config %s: %w", printable.Path(config), err)
	}
	if text, named := read.TextPath(); named && values["data"] == "" {
		read["data"], sum = p.textFrom(text, config), text.SHA256
	}
	names := sweep.Names()
	maps.DeleteFunc(read, func(name, _ string) bool { return sweep.InPlanFile(name) })
	for name := range read {
		if !slices.Contains(names, name) {
			return plan, "", fmt.Errorf("--config %s: line %d: there is no setting %s: %s", printable.Path(config), lines[name],
				printable.Quote(name), meant(name, names, "%s", "attend sweep --help lists them"))
		}
	}
	plan, err = read.With(values).Plan()
	if value := new(sweep.ValueError); errors.As(err, &value) && values[value.Name] == "" {
		return plan, "", fmt.Errorf("--config %s: line %d: %s: %w", printable.Path(config), lines[value.Name], value.Name, value.Err)
	}
	return plan, sum, err
}

// sweepName returns the name of a sweep: the one given, else that of its text.
func sweepName(name, text string) string {
	if name != "" {
		return name
	}
	return run.NameOf(text)
}

// checkName returns an error unless a name can be that of a folder under [sweepsFolder].
func checkName(name string) error {
	if name != "" && (name != filepath.Base(name) || name == "." || name == ".." || strings.HasPrefix(name, ".") || len(name) > run.LongestName) {
		return fmt.Errorf("--name %s: want the name of a folder under %s/, such as heads: without slashes, not beginning with a dot, "+
			"and at most %d bytes long", printable.Quote(name), sweepsFolder, run.LongestName)
	}
	return nil
}

// sweepText reads the text of a sweep, or of one of its trials.
func (p *program) sweepText(s run.Settings) (*data.Corpus, error) {
	return p.loadCorpus(s, func(path string) (*os.File, error) { return openText("data", path, data.MaxText, false) })
}

// workerCommand returns the command of a process that trains trials, with its share of the cores and of the memory.
func (p *program) workerCommand(jobs int) *exec.Cmd {
	cmd := exec.Command(p.self, "sweep", "worker")
	if p.maxMemory > 0 {
		cmd.Args = append(cmd.Args, fmt.Sprintf("--max-memory=%.0f", float64(p.maxMemory)/float64(jobs)))
	}
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", max(1, runtime.GOMAXPROCS(0)/jobs)))
	return cmd
}

// newSweepWorker makes the command of the processes of a sweep.
func newSweepWorker(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:    "worker",
		Short:  "train the trials that are read from standard input",
		Hidden: true,
		Args:   noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// Ctrl-C and the end of a terminal go to all its processes: the one that gives the trials ends the input.
			// If it was killed, a write to it must not end this process before the trial is saved.
			signal.Ignore(os.Interrupt, syscall.SIGHUP, syscall.SIGPIPE)
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGTERM) // which a batch system sends to all processes as well
			defer stop()
			w := sweep.Worker{Load: p.sweepText, Options: p.options()}
			err := w.Run(ctx, p.stdin, term.Raw(p.stdout))
			if errors.Is(err, fs.ErrClosed) || errors.Is(err, syscall.EPIPE) {
				return nil
			}
			return err
		},
	}
	p.memoryFlag(cmd.Flags())
	return cmd
}
