package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/internal/memory"
	"attend/internal/printable"
	"attend/internal/run"
)

// integer is a flag that takes a whole number in decimal digits. The flags of package pflag read 010 as 8, and take 0x10 and 1_000.
type integer[T int | uint64] struct {
	value *T
	parse func(string) (T, error)
}

// intFlag adds a flag for a whole number, which may be negative, to a command.
func intFlag(f *pflag.FlagSet, p *int, name string, value int, usage string) {
	*p = value
	f.Var(integer[int]{p, strconv.Atoi}, name, usage)
}

// uint64Flag is [intFlag] for whole numbers from 0 up.
func uint64Flag(f *pflag.FlagSet, p *uint64, name string, value uint64, usage string) {
	*p = value
	f.Var(integer[uint64]{p, parseUint64}, name, usage)
}

func parseUint64(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }

func (i integer[T]) String() string { return fmt.Sprint(*i.value) }

func (i integer[T]) Type() string { return fmt.Sprintf("%T", *i.value) }

func (i integer[T]) Set(s string) error {
	v, err := i.parse(s)
	if err == nil {
		*i.value = v
	}
	return err
}

// rangeText says a range in words.
func rangeText(r run.Range) string {
	low, high := "at least ", " and at most "
	if r.OpenLow {
		low = "above "
	}
	if r.OpenHigh {
		high = " and below "
	}
	return low + number(r.Low) + high + number(r.High)
}

// number writes a bound as a person does.
func number(x float64) string {
	if x == math.Trunc(x) {
		return thousands(x)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// limited is the value of a flag that has a range.
type limited struct {
	pflag.Value
	run.Range
}

// within gives a numeric flag its range.
func within(f *pflag.FlagSet, r run.Range, name string) {
	flag := f.Lookup(name)
	flag.Value = limited{flag.Value, r}
}

// layerAndHead adds --layer and --head, of which 0 is all.
func layerAndHead(f *pflag.FlagSet, layer, head *int) {
	intFlag(f, layer, "layer", 0, "only this layer, from 1 (0: all)")
	intFlag(f, head, "head", 0, "only this head, from 1 (0: all)")
	within(f, run.Range{Low: 0, High: 1000}, "layer")
	within(f, run.Range{Low: 0, High: 4096}, "head")
}

// chosen is the value of a flag that takes one of a few words.
type chosen struct {
	pflag.Value
	names []string
}

// choiceFlag adds a flag that takes one of a few words.
func choiceFlag(f *pflag.FlagSet, p *string, name, value string, names []string, usage string) {
	f.StringVar(p, name, value, usage)
	flag := f.Lookup(name)
	flag.Value = chosen{flag.Value, names}
}

// completeChoices lets a shell complete the words of all flags of a command that take one of a few, and of the commands below it.
func completeChoices(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if v, ok := f.Value.(chosen); ok {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(v.names, cobra.ShellCompDirectiveNoFileComp))
		}
	})
	for _, below := range cmd.Commands() {
		completeChoices(below)
	}
}

// checkFlags returns an error for the first flag that was given an empty text, as by a variable of a shell that is not set, or that has
// a value that it cannot have.
func checkFlags(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if err == nil {
			err = checkFlag(f)
		}
	})
	return err
}

func checkFlag(f *pflag.Flag) error {
	values := []string{f.Value.String()}
	switch v := f.Value.(type) {
	case limited:
		return checkRange(f, v.Range)
	case pflag.SliceValue:
		values = v.GetSlice()
	default:
		if v.Type() != "string" {
			return nil
		}
	}
	if slices.Contains(values, "") {
		return fmt.Errorf("--%s is blank: give it a value, or leave the flag out", f.Name)
	}
	if v, ok := f.Value.(chosen); ok {
		return checkOneOf(f.Name, values[0], v.names...)
	}
	return nil
}

// checkRange returns an error for a flag whose value, given or default, is out of a range.
func checkRange(f *pflag.Flag, r run.Range) error {
	if x, err := strconv.ParseFloat(f.Value.String(), 64); err != nil || !r.Holds(x) {
		return fmt.Errorf("--%s must be %s, not %s", f.Name, rangeText(r), f.Value)
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
	bytes, err := memory.Parse(text)
	*s = size(bytes)
	return err
}

// Type names the value in help texts.
func (s *size) Type() string { return "SIZE" }

// memoryFlag adds --max-memory.
func (p *program) memoryFlag(flags *pflag.FlagSet) {
	flags.Var(&p.maxMemory, "max-memory", "most memory to take, such as 8GB (default: what is available)")
}

// options returns how runs are opened and trained.
func (p *program) options() []run.Option {
	return []run.Option{run.MaxMemory(float64(p.maxMemory)), run.OnBuild(p.building)}
}

// building says that graphs are built, where that takes some seconds.
func (p *program) building(b run.Building) error {
	if b.Seconds > 2 {
		p.say("building graph %d of %d, about %.0f seconds for all", b.Graph, b.Graphs, b.Seconds)
	}
	return nil
}
