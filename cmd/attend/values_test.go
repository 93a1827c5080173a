package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"attend/internal/random"
	"attend/internal/run"
)

var combinations = flag.Int("combinations", 0, "combinations of flag values that TestFlagValues tries; 0: a few, and what depends on the clock is not judged")

// Times in which a flag's value must be refused, or the first step of a training be made, in seconds. A training that says
// that it builds its graphs, and how long that takes about, has a minute.
const (
	refusedWithin   = 1
	firstStepWithin = 5
	builtWithin     = 60
)

// oddValues are values that hardly any number of a flag may have. Of `attend train` the largest that a flag may have is tried too.
var oddValues = []string{"0", "-1", "NaN", "Inf", "1e308", "2147483648", "9223372036854775808"}

// A valued is a numeric flag of a command, with the command line that it belongs to.
type valued struct {
	command []string
	flag    string
	values  []string
}

// numericFlags lists the numeric flags of all commands. The line of each command is the shortest that works.
func numericFlags(t *testing.T) []valued {
	t.Helper()
	lines := map[string][]string{
		"train":    {"train", "--data", "animals.txt", "--min-count", "1", "--steps", "1", "--eval-interval", "1", "--batch", "4", "--dim", "8", "--heads", "2", "--max-memory", "1GB"},
		"inspect":  {"inspect", "the cat sat"},
		"why":      {"why", "the cat sat"},
		"explain":  {"explain", "the cat sat"},
		"compare":  {"compare", "the cat sat"},
		"film":     {"film"},
		"words":    {"words", "the"},
		"complete": {"complete", "the", "--tokens", "2"},
		"lesson":   {"lesson", "3"},
		"sweep":    {"sweep", "--data", "animals.txt", "--min-count", "1", "--steps", "1", "--batch", "4", "--dim", "8", "--heads", "1,2", "--dry-run"},
	}
	var all []valued
	for _, cmd := range newRoot(&program{}).Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !slices.Contains([]string{"int", "float64", "uint64"}, f.Value.Type()) {
				return
			}
			line, ok := lines[cmd.Name()]
			if !ok {
				t.Errorf("attend %s has the numeric flag --%s: give its line here", cmd.Name(), f.Name)
				return
			}
			v := valued{line, f.Name, oddValues}
			for _, s := range run.AllSettings() {
				if cmd.Name() == "train" && s.Name == f.Name && s.Range != (run.Range{}) {
					v.values = append(slices.Clone(v.values), fmt.Sprintf("%.0f", s.Range.High))
				}
			}
			all = append(all, v)
		})
	}
	return all
}

// combination is a command line with one or two odd values.
type combination struct {
	args  []string
	train bool
}

// combine lists command lines: each flag with each of its values, then pairs of flags of `attend train`.
func combine(flags []valued, r *rand.Rand, n int) []combination {
	var all []combination
	var train []valued
	for _, v := range flags {
		if v.command[0] == "train" {
			train = append(train, v)
		}
		for _, value := range v.values {
			all = append(all, combination{append(slices.Clone(v.command), "--"+v.flag+"="+value), v.command[0] == "train"})
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] }) // so that a few are of all kinds
	for len(all) < n {
		i, j := r.IntN(len(train)), r.IntN(len(train))
		if i == j {
			continue
		}
		args := slices.Clone(train[i].command)
		for _, v := range []valued{train[i], train[j]} {
			args = append(args, "--"+v.flag+"="+pick(r, v.values...))
		}
		all = append(all, combination{args, true})
	}
	return all[:n]
}

// Any number that a flag is given is refused in one line, or the command goes on as with any other: soon.
func TestFlagValues(t *testing.T) {
	n, full := *combinations, *combinations > 0
	switch {
	case testing.Short():
		n = 40
	case !full:
		n = 150
	}
	stressFolder(t)
	ownSettings(t)
	w := newWorker(t, ".", longest)
	if o := w.do(job{Args: append([]string{"train"}, small...)}); o.Code != 0 {
		t.Fatalf("%s%s", o.Stderr, o.Died)
	}
	if full {
		w.limit = 2 * builtWithin * time.Second
	}
	var refused, stepped, built, slow, untidy, dead int
	var slowestRefusal, slowestStep outcome
	var slowestBuilt float64
	for _, c := range combine(numericFlags(t), random.New(1, "values"), n) {
		j := job{Args: c.args}
		if c.train {
			j.StopAt = "step "
			j.Args = append(j.Args, "--overwrite", "--out", "tried")
		}
		o := w.do(j)
		line := "attend " + strings.Join(c.args, " ")
		within := firstStepWithin
		switch {
		case o.Died != "":
			dead++
			t.Errorf("%s: died: %.1500s", line, o.Died)
			continue
		case o.Code == exitFailed:
			refused++
			within = refusedWithin
			if o.Seconds > slowestRefusal.Seconds {
				slowestRefusal = o
			}
			if wrong := badMessage(string(o.Stderr)); wrong != "" || strings.Count(string(o.Stderr), "\n") != 1 {
				untidy++
				t.Errorf("%s: %s: %q", line, wrong, o.Stderr)
			}
		case strings.HasPrefix(string(o.Stderr), "building graph 1 of "):
			built++
			within = builtWithin
			slowestBuilt = max(slowestBuilt, o.Seconds)
		default:
			stepped++
			if o.Seconds > slowestStep.Seconds {
				slowestStep = o
			}
		}
		if o.Seconds > float64(within) {
			slow++
			t.Logf("%s: code %d after %.2f s, want %d s: %.300q", line, o.Code, o.Seconds, within, o.Stderr)
		}
	}
	t.Logf("%d combinations: %d refused, the slowest in %.2f s (%.200q); %d went on, the slowest in %.2f s; %d said how long building takes, the slowest in %.2f s; %d too slow, %d not refused in one line, %d died",
		n, refused, slowestRefusal.Seconds, slowestRefusal.Stderr, stepped, slowestStep.Seconds, built, slowestBuilt, slow, untidy, dead)
	if full && slow > 0 {
		t.Error("some were too slow")
	}
}
