package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/spf13/pflag"

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

// limit is the range of a numeric flag.
type limit struct {
	flag string
	run.Range
}

// text says the range in words.
func (l limit) text() string {
	low, high := "at least ", " and at most "
	if l.OpenLow {
		low = "above "
	}
	if l.OpenHigh {
		high = " and below "
	}
	return low + number(l.Low) + high + number(l.High)
}

// number writes a bound as a person does.
func number(x float64) string {
	if x == math.Trunc(x) {
		return printable.Thousands(x)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// Ranges of the flags of each command but `attend train`, whose ranges are those of the settings.
var (
	inspectLimits = []limit{
		{"layer", run.Range{Low: 0, High: 1000}},
		{"head", run.Range{Low: 0, High: 4096}},
		{"top", run.Range{Low: 1, High: 1e9}},
	}
	filmLimits = []limit{
		{"layer", run.Range{Low: 0, High: 1000}},
		{"head", run.Range{Low: 0, High: 4096}},
		{"least", run.Range{Low: 0, High: 1, OpenLow: true}},
	}
	wordsLimits = []limit{
		{"top", run.Range{Low: 1, High: 1e9}},
		{"width", run.Range{Low: 200, High: 10000}},
	}
	completeLimits = []limit{
		{"temperature", run.Range{Low: 0, High: 1000}},
		{"top-k", run.Range{Low: 0, High: 1e9}},
		{"top-p", run.Range{Low: 0, High: 1, OpenLow: true}},
		{"tokens", run.Range{Low: 1, High: 1e6}},
		{"samples", run.Range{Low: 1, High: 1e6}},
	}
)

// checkLimits reports the first flag whose value, given or default, is out of its range.
func checkLimits(flags *pflag.FlagSet, limits []limit) error {
	for _, l := range limits {
		value := flags.Lookup(l.flag).Value.String()
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || !l.Holds(x) {
			return fmt.Errorf("--%s must be %s, not %s", l.flag, l.text(), value)
		}
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
