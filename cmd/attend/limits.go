package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/spf13/pflag"

	"attend/internal/memory"
	"attend/internal/printable"
	"attend/internal/run"
)

// integer is a flag that takes a whole number in decimal digits. The flags of package pflag read 010 as 8, and take 0x10 and 1_000.
type integer[T int | uint64] struct{ value *T }

// intFlag adds a flag for a whole number, which may be negative, to a command.
func intFlag(f *pflag.FlagSet, p *int, name string, value int, usage string) {
	*p = value
	f.Var(integer[int]{p}, name, usage)
}

// uint64Flag is [intFlag] for whole numbers from 0 up.
func uint64Flag(f *pflag.FlagSet, p *uint64, name string, value uint64, usage string) {
	*p = value
	f.Var(integer[uint64]{p}, name, usage)
}

func (i integer[T]) String() string { return fmt.Sprint(*i.value) }

func (i integer[T]) Type() string { return fmt.Sprintf("%T", *i.value) }

func (i integer[T]) Set(s string) error {
	var err error
	switch p := any(i.value).(type) {
	case *int:
		var v int
		if v, err = strconv.Atoi(s); err == nil {
			*p = v
		}
	case *uint64:
		var v uint64
		if v, err = strconv.ParseUint(s, 10, 64); err == nil {
			*p = v
		}
	}
	return err
}

// limit is the range of a numeric flag. Beyond it a number is mistyped, or means nothing.
type limit struct {
	flag      string
	low, high float64
	above     bool // low itself is out of range
	below     bool // high itself is out of range
}

// text says the range in words.
func (l limit) text() string {
	low, high := "at least ", " and at most "
	if l.above {
		low = "above "
	}
	if l.below {
		high = " and below "
	}
	return low + number(l.low) + high + number(l.high)
}

func (l limit) holds(x float64) bool { // false for NaN
	return (x > l.low || x == l.low && !l.above) && (x < l.high || x == l.high && !l.below)
}

// number writes a bound as a person does.
func number(x float64) string {
	if x == math.Trunc(x) {
		return thousands(x)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// Bounds of the flags of each command.
var (
	trainLimits = []limit{
		{flag: "holdout", low: 0, high: 1, above: true, below: true},
		{flag: "min-count", low: 1, high: 1e9},
		{flag: "layers", low: 1, high: 1000},
		{flag: "heads", low: 1, high: 4096},
		{flag: "dim", low: 1, high: 1 << 16},
		{flag: "hidden", low: 0, high: 1 << 20},
		{flag: "context", low: 0, high: 1 << 16},
		{flag: "dropout", low: 0, high: 1, below: true},
		{flag: "batch", low: 1, high: 1 << 16},
		{flag: "steps", low: 1, high: 1e9},
		{flag: "lr", low: 0, high: 1000, above: true},
		{flag: "min-lr", low: 0, high: 1000},
		{flag: "warmup", low: 0, high: 1e9},
		{flag: "weight-decay", low: 0, high: 1000},
		{flag: "beta1", low: 0, high: 1, below: true},
		{flag: "beta2", low: 0, high: 1, below: true},
		{flag: "momentum", low: 0, high: 1, below: true},
		{flag: "clip", low: 0, high: 1e9},
		{flag: "eval-interval", low: 1, high: 1e9},
		{flag: "save-interval", low: 1, high: 1e9},
	}
	inspectLimits = []limit{
		{flag: "layer", low: 0, high: 1000},
		{flag: "head", low: 0, high: 4096},
		{flag: "top", low: 1, high: 1e9},
	}
	filmLimits = []limit{
		{flag: "layer", low: 0, high: 1000},
		{flag: "head", low: 0, high: 4096},
		{flag: "least", low: 0, high: 1, above: true},
	}
	wordsLimits = []limit{
		{flag: "top", low: 1, high: 1e9},
		{flag: "width", low: 200, high: 10000},
	}
	completeLimits = []limit{
		{flag: "temperature", low: 0, high: 1000},
		{flag: "top-k", low: 0, high: 1e9},
		{flag: "top-p", low: 0, high: 1, above: true},
		{flag: "tokens", low: 1, high: 1e6},
		{flag: "samples", low: 1, high: 1e6},
	}
)

// checkLimits reports the first flag whose value, given or default, is out of its range.
func checkLimits(flags *pflag.FlagSet, limits []limit) error {
	for _, l := range limits {
		value := flags.Lookup(l.flag).Value.String()
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || !l.holds(x) {
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
