package sweep

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"attend/internal/run"
)

// plan returns the plan of some values.
func plan(t testing.TB, v Values) Plan {
	t.Helper()
	p, err := v.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGridHasEachCombinationOnce(t *testing.T) {
	p := plan(t, Values{"lr": "0.003, 0.01,0.03", "layers": "1..2", "tied": "true,false", "positions": "learned", "seeds": "3"})
	if p.PointCount() != 12 || p.TrialCount() != 36 || len(p.Axes) != 3 {
		t.Fatalf("%d points, %d trials, %d axes", p.PointCount(), p.TrialCount(), len(p.Axes))
	}
	seen, hashes := map[string]bool{}, map[string]bool{}
	for i := range p.PointCount() {
		values := p.gridPoint(i)
		seen[strings.Join(values, " ")] = true
		trials, err := p.trials(i, values, "text", run.AllSettings())
		if err != nil || len(trials) != 3 {
			t.Fatalf("%d trials, %v", len(trials), err)
		}
		for k, trial := range trials {
			hashes[trial.Hash] = true
			s := trial.Settings
			if s.Seed != uint64(1+k) || s.Tied != (values[p.axis("tied")] == "true") || fmt.Sprint(s.Layers) != values[p.axis("layers")] {
				t.Errorf("trial %v: %+v", values, s)
			}
		}
	}
	if len(seen) != 12 || len(hashes) != 36 {
		t.Errorf("%d points and %d hashes are different", len(seen), len(hashes))
	}
	if first, second := p.gridPoint(0), p.gridPoint(1); first[0] != second[0] || first[2] == second[2] {
		t.Errorf("%v, then %v: the last axis varies fastest", first, second)
	}
}

// axis returns the index of an axis.
func (p Plan) axis(name string) int {
	return slices.IndexFunc(p.Axes, func(a Axis) bool { return a.Setting.Name == name })
}

// The hash of a trial changes with every setting that changes its result, and with the text, and with nothing else.
func TestHash(t *testing.T) {
	table := run.AllSettings()
	base := run.Defaults()
	before := hashOf(base, "text", table)
	if hashOf(base, "other", table) == before {
		t.Error("the hash does not depend on the text")
	}
	for _, setting := range table {
		s := base
		switch p := setting.In(&s).(type) {
		case *string:
			*p += "x"
		case *bool:
			*p = !*p
		case *int:
			*p++
		case *uint64:
			*p++
		case *float64:
			*p += 0.001
		}
		same := hashOf(s, "text", table) == before
		if want := setting.Name == "data" || setting.Name == "save-interval"; same != want {
			t.Errorf("another %s: equal hash %v", setting.Name, same)
		}
	}
}

// What follows another setting follows its value in each trial, unless it is given.
func TestTrialsFollow(t *testing.T) {
	for _, c := range []struct {
		values Values
		want   []int
	}{
		{Values{"steps": "50,500,5000"}, []int{5, 50, 100}},
		{Values{"steps": "50,500,5000", "warmup": "7"}, []int{7, 7, 7}},
		{Values{"steps": "50,500", "warmup": "1,2"}, []int{1, 2, 1, 2}},
	} {
		p := plan(t, c.values)
		var got []int
		for i := range p.PointCount() {
			trials, err := p.trials(i, p.gridPoint(i), "text", run.AllSettings())
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, trials[0].Settings.Warmup)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: warmup %v, want %v", c.values, got, c.want)
		}
	}
}

// Values are the same after they were written and read, and make the same plan.
func TestValuesAsYAML(t *testing.T) {
	v := Values{"data": `/a b/it's, "x".txt`, "lr": "0.0012355..0.123456", "dim": "16,32", "tied": "true,false", "positions": "learned,none", "layers": "2",
		"search": "tpe", "trials": "30", "seeds": "2", "objective": "accuracy", "sample": "the cat, a dog", "seed": "18446744073709551610"}
	p := plan(t, v)
	written := p.Values()
	read, lines, err := ParseValues(written.yaml())
	if err != nil || len(lines) != len(written) {
		t.Fatalf("%v: %s", err, written.yaml())
	}
	for name, text := range written {
		if read[name] != text {
			t.Errorf("%s: read %q, written %q", name, read[name], text)
		}
	}
	again := plan(t, read)
	for i := range 20 {
		if a, b := randomPoint(p.Axes, 1, i), randomPoint(again.Axes, 1, i); !slices.Equal(a, b) {
			t.Errorf("point %d: %v, before %v", i, b, a)
		}
	}
	if p.Base != again.Base {
		t.Errorf("%+v, before %+v", again.Base, p.Base)
	}
	for name, text := range v { // whatever is given is in the file
		if written[name] != text {
			t.Errorf("%s: %q in place of %q", name, written[name], text)
		}
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		values Values
		want   string
	}{
		{Values{}, "a sweep varies settings"},
		{Values{"lr": "0.01"}, "a sweep varies settings"},
		{Values{"lr": "1e-4..1e-2"}, "--lr: a grid cannot try every number of the range 0.0001..0.01"},
		{Values{"lr": "0..1", "search": "random", "trials": "3"}, "logarithmic"},
		{Values{"layers": "4..1"}, "a range goes up"},
		{Values{"layers": "1..1000", "dim": "1,1"}, "listed twice"},
		{Values{"dim": "1..60000"}, "more than 1,000 values"},
		{Values{"layers": "1,"}, `want a whole number, not ""`},
		{Values{"layers": "1,2.5"}, `want a whole number, not "2.5"`},
		{Values{"layers": "0,2"}, "at least 1"},
		{Values{"lr": "nan,1"}, "not nan"},
		{Values{"positions": "learned,rotten"}, `want learned`},
		{Values{"tied": "true..false"}, "no ranges"},
		{Values{"tied": "true,yes"}, "true or false"},
		{Values{"lr": "0.1,0.2", "trials": "3"}, "leave out --trials"},
		{Values{"lr": "0.1,0.2", "search": "random"}, "--trials"},
		{Values{"search": "random", "trials": "3", "seeds": "2"}, "give one a list or a range"},
		{Values{"lr": "0.1,0.2", "search": "best"}, "want grid, random or tpe"},
		{Values{"lr": "0.1,0.2", "seeds": "0"}, "from 1"},
		{Values{"lr": "0.1,0.2", "seeds": "x"}, "a whole number"},
		{Values{"lr": "0.1,0.2", "keep-models": "some"}, "want best, all or none"},
	} {
		_, err := c.values.Plan()
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: error %v, want %q", c.values, err, c.want)
		}
	}
}

func FuzzParseAxis(f *testing.F) {
	for _, text := range []string{"1,2", "1e-4..1e-1", "0.0012355..0.123456", "..", "1..", "a,b", "1..2..3", "9223372036854775807,1", "\x00,\x00", "0x10,1_0"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, setting := range run.AllSettings() {
			if !Varies(setting) {
				continue
			}
			a, err := ParseAxis(setting, text)
			if err != nil {
				continue
			}
			again, err := ParseAxis(setting, a.String())
			if err != nil || again.String() != a.String() || again.Low != a.Low || again.High != a.High {
				t.Errorf("%s %q: %q, then %q (%v)", setting.Name, text, a.String(), again.String(), err)
			}
		}
	})
}
