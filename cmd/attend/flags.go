package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/run"
)

// number is a flag that takes a number in decimal digits, in a range if that is not the zero one. The flags of package pflag
// read 010 as 8, and take 0x10 and 1_000.
type number[T int | uint64 | float64] struct {
	value *T
	run.Range
}

// numberFlag adds a flag for a number to a command.
func numberFlag[T int | uint64 | float64](f *pflag.FlagSet, p *T, name string, value T, r run.Range, usage string) {
	*p = value
	f.Var(number[T]{p, r}, name, usage)
}

func (n number[T]) String() string { return fmt.Sprint(*n.value) }

func (n number[T]) Type() string { return fmt.Sprintf("%T", *n.value) }

func (n number[T]) Set(s string) (err error) {
	switch p := any(n.value).(type) {
	case *int:
		*p, err = strconv.Atoi(s)
	case *uint64:
		*p, err = strconv.ParseUint(s, 10, 64)
	case *float64:
		*p, err = strconv.ParseFloat(s, 64)
	}
	return err
}

// limits returns the range in words, "" if there is none.
func (n number[T]) limits() string {
	if n.Range == (run.Range{}) {
		return ""
	}
	return n.Range.String()
}

// check returns an error for a number out of its range.
func (n number[T]) check(name string) error {
	if n.Range == (run.Range{}) || n.Holds(float64(*n.value)) {
		return nil
	}
	return fmt.Errorf("--%s must be %s, not %s", name, n.Range, n)
}

// between is the range from low to high, both in it.
func between(low, high float64) run.Range { return run.Range{Low: low, High: high} }

// positiveShare is the range above 0 and at most 1.
var positiveShare = run.Range{High: 1, OpenLow: true}

// formerly is the annotation of a flag that had another name in an earlier version.
const formerly = "formerly"

// renamed records that a flag was named otherwise in earlier versions.
func renamed(f *pflag.FlagSet, before, now string) {
	_ = f.SetAnnotation(now, formerly, []string{before})
}

// renamedTo returns the name that a flag of an earlier version has now, or "" if there was none.
func renamedTo(flags *pflag.FlagSet, before string) (now string) {
	flags.VisitAll(func(f *pflag.Flag) {
		if slices.Contains(f.Annotations[formerly], before) {
			now = f.Name
		}
	})
	return now
}

// layerAndHead adds --layer and --head, which are 0 if they are not given.
func layerAndHead(f *pflag.FlagSet, layer, head *int) {
	numberFlag(f, layer, "layer", 0, between(1, 1000), "only this layer, from 1 (default: all)")
	f.Var(headFlag{number[int]{head, between(1, 4096)}}, "head",
		"only this head, from 1, or mean (default: the most important head, or the mean if --layer is given)")
}

// meanOfHeads is the value of --head mean.
const meanOfHeads = -1

// headFlag is a flag that takes the number of a head, or mean.
type headFlag struct{ number[int] }

func (h headFlag) String() string {
	if *h.value == meanOfHeads {
		return "mean"
	}
	return h.number.String()
}

// Type names the value in help texts.
func (h headFlag) Type() string { return headType }

// headType is the name of the value of a [headFlag].
const headType = "HEAD"

func (h headFlag) Set(s string) error {
	if s == "mean" {
		*h.value = meanOfHeads
		return nil
	}
	if err := h.number.Set(s); err != nil {
		return err
	}
	if *h.value < 1 {
		return errors.New("heads count from 1")
	}
	return nil
}

func (h headFlag) check(name string) error {
	if *h.value == meanOfHeads {
		return nil
	}
	return h.number.check(name)
}

// selected is what --layer and --head choose. Without either, effects are wanted: the head that matters most is shown.
func selected(layer, head int, all bool) (chosen render.Selection, effects bool) {
	return render.Selection{Layer: layer - 1, Head: max(head-1, attention.All), All: all, Mean: head == meanOfHeads}, layer == 0 && head == 0 && !all
}

// wordName is a flag that names a word, of the sentence or of the vocabulary, or a position of the sentence.
type wordName string

func (w *wordName) String() string { return string(*w) }

// Type names the value in help texts.
func (w *wordName) Type() string { return wordType }

// wordType is the name of the value of a [wordName].
const wordType = "WORD"

func (w *wordName) Set(text string) error {
	*w = wordName(text)
	return nil
}

// wordFlag adds a flag that names a word.
func wordFlag(f *pflag.FlagSet, p *string, name, usage string) { f.Var((*wordName)(p), name, usage) }

// position is a flag that takes a position of a sentence, from 1, such as 3 or #3; 0 is none.
type position int

func (n *position) String() string { return strconv.Itoa(int(*n)) }

// Type names the value in help texts.
func (n *position) Type() string { return positionType }

// positionType is the name of the value of a [position].
const positionType = "POSITION"

func (n *position) Set(text string) error {
	at, err := analysis.ParsePosition(text)
	*n = position(at)
	return err
}

// chosen is the value of a flag that takes one of a few words.
type chosen struct {
	pflag.Value
	names []string
	older string // another one, of runs of earlier versions; "" if there is none
}

func (c chosen) check(name string) error {
	if slices.Contains(c.names, c.String()) || c.older != "" && c.String() == c.older {
		return nil
	}
	err := fmt.Errorf("--%s takes %s, not %s", name, printable.Or(c.names), printable.Quote(c.String()))
	if near := nearest(c.String(), c.names); near != "" {
		return fmt.Errorf("%w: did you mean %s?", err, near)
	}
	return err
}

// choiceFlag adds a flag that takes one of a few words.
func choiceFlag(f *pflag.FlagSet, p *string, name, value string, names []string, usage string) {
	f.StringVar(p, name, value, usage)
	flag := f.Lookup(name)
	flag.Value = chosen{flag.Value, names, ""}
}

// completeFlag lets a shell complete the value of a flag. cobra keeps the function, and with it the whole command, as long as the
// process lives, so there is none unless a shell asks.
func (p *program) completeFlag(cmd *cobra.Command, name string, complete cobra.CompletionFunc) {
	if p.completing {
		_ = cmd.RegisterFlagCompletionFunc(name, complete)
	}
}

// completeChoices lets a shell complete the words of the flags that take one of a few, of a command and of those below it.
func (p *program) completeChoices(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if v, ok := f.Value.(chosen); ok {
			p.completeFlag(cmd, f.Name, cobra.FixedCompletions(v.names, cobra.ShellCompDirectiveNoFileComp))
		}
	})
	for _, below := range cmd.Commands() {
		p.completeChoices(below)
	}
}

// checkFlags returns an error for the first flag that was given an empty text, as by a variable of a shell that is not set,
// or that has a value that it cannot have.
func checkFlags(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if err == nil {
			err = checkFlag(f)
		}
	})
	return err
}

// checkFlag returns an error for a flag that has a value, given or not, that it cannot have.
func checkFlag(f *pflag.Flag) error {
	values := []string{f.Value.String()}
	if list, ok := f.Value.(pflag.SliceValue); ok {
		values = list.GetSlice()
	}
	blank := slices.Contains(values, "")
	switch {
	case blank && f.Changed:
		return fmt.Errorf("--%s is blank: give it a value, or leave the flag out", f.Name)
	case blank && f.DefValue != "": // a file of settings says so
		return fmt.Errorf("--%s is blank: give it a value, or leave it out", f.Name)
	}
	if v, ok := f.Value.(interface{ check(name string) error }); ok {
		return v.check(f.Name)
	}
	return nil
}

// size is a flag for a size in bytes, such as 8GB.
type size float64

func (s *size) String() string {
	if *s == 0 {
		return ""
	}
	return printable.Size(float64(*s))
}

// Set reads a size.
func (s *size) Set(text string) error {
	bytes, err := printable.ParseSize(text)
	*s = size(bytes)
	return err
}

// Type names the value in help texts.
func (s *size) Type() string { return "SIZE" }

// memoryFlag adds --max-memory.
func (p *program) memoryFlag(flags *pflag.FlagSet) {
	flags.Var(&p.maxMemory, "max-memory", "memory limit, such as 8GB (default: what is available)")
}

// atFlag adds --at.
func (p *program) atFlag(flags *pflag.FlagSet) {
	choiceFlag(flags, &p.at, "at", "", []string{run.KeepBest, run.KeepLast},
		"weights to show: best (of the lowest held-out loss) or last (of the last step) (default: those that the run keeps)")
}

// checkAt returns an error if --at asks for the best weights of a run that has not kept them.
func (p *program) checkAt(r *run.Run) error {
	if p.at == run.KeepBest && !r.Selected() {
		return fmt.Errorf("--at best: %s keeps the weights of its last step only: leave the flag out, or train a run with --keep best",
			printable.Path(r.Path))
	}
	return nil
}

// options returns how runs are opened and trained.
func (p *program) options() []run.Option {
	o := []run.Option{run.MaxMemory(float64(p.maxMemory)), run.OnBuild(p.building)}
	if p.at == run.KeepLast {
		o = append(o, run.AtLast())
	}
	return o
}

// building says that graphs are built, where that takes some seconds.
func (p *program) building(b run.Building) error {
	if b.Seconds > 2 {
		p.say("building graph %d of %d, about %.0f seconds for all", b.Graph, b.Graphs, b.Seconds)
	}
	return nil
}
