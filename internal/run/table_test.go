package run

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The table has one entry for each field of Settings, whose default is allowed.
func TestTableHasEveryField(t *testing.T) {
	var fields, names, groups []string
	for name := range settingFields() {
		fields = append(fields, name)
	}
	for _, s := range AllSettings() {
		names = append(names, s.Name)
		if len(groups) == 0 || groups[len(groups)-1] != s.Group {
			groups = append(groups, s.Group)
		}
		if s.Meaning == "" || strings.ContainsAny(s.Meaning, "\n\t") {
			t.Errorf("%s: the meaning is %q, want one line", s.Name, s.Meaning)
		}
		settings := Defaults()
		value := reflect.ValueOf(s.In(&settings)).Elem()
		switch {
		case value.CanFloat():
			if !s.Range.Holds(value.Float()) {
				t.Errorf("%s: the default %v is not in its range %v", s.Name, value, s.Range)
			}
		case value.CanInt():
			if !s.Range.Holds(float64(value.Int())) {
				t.Errorf("%s: the default %v is not in its range %v", s.Name, value, s.Range)
			}
		case s.Range != Range{}:
			t.Errorf("%s: a range of a %s", s.Name, value.Type())
		}
		if s.Choices != nil && !slices.Contains(s.Choices, value.String()) {
			t.Errorf("%s: the default %v is not one of %q", s.Name, value, s.Choices)
		}
		if s.Follow != nil { // it lowers nothing that suits the other settings already
			before := settings
			if s.Follow(&settings); settings != before {
				t.Errorf("%s: the default %v does not suit the other defaults", s.Name, value)
			}
		}
	}
	slices.Sort(fields)
	slices.Sort(names)
	if !slices.Equal(fields, names) {
		t.Errorf("the fields are %q and the table has %q", fields, names)
	}
	if want := []string{"Text", "Model", "Training", "Evaluation and output"}; !slices.Equal(groups, want) {
		t.Errorf("the groups are %q, want each once and together: %q", groups, want)
	}
}

// What a training was begun with stays, but for what may change on resume; an experiment keeps the text and what is measured.
func TestTableResumeAndVary(t *testing.T) {
	var onResume, fixed []string
	for _, s := range AllSettings() {
		if s.OnResume {
			onResume = append(onResume, s.Name)
		}
		if !s.Vary {
			fixed = append(fixed, s.Name)
		}
	}
	if want := []string{"steps", "eval-interval", "save-interval"}; !slices.Equal(onResume, want) {
		t.Errorf("may change on resume: %q, want %q", onResume, want)
	}
	if want := []string{"data", "encoding", "unit", "case", "holdout", "holdout-by", "split-seed", "min-count", "sample", "eval-interval", "save-interval"}; !slices.Equal(fixed, want) {
		t.Errorf("may not be varied: %q, want %q", fixed, want)
	}
}

func TestFollow(t *testing.T) {
	s := Defaults()
	s.Steps, s.LR = 50, 1e-3
	for _, setting := range AllSettings() {
		if setting.Follow != nil {
			setting.Follow(&s)
		}
	}
	if s.Warmup != 5 || s.MinLR != 1e-5 {
		t.Errorf("after 50 steps at 0.001: warmup %d, min-lr %g, want 5 and 1e-05", s.Warmup, s.MinLR)
	}
}

// The automatic learning rate falls with the square root of the numbers that a vector passes, and the lowest rate with it.
func TestAutomaticRate(t *testing.T) {
	for _, c := range []struct {
		layers, dim int
		want        float64
	}{{1, 32, 0.01}, {1, 8, 0.01}, {2, 16, 0.01}, {4, 32, 0.005}, {1, 64, 0.0071}, {2, 64, 0.005}, {4, 128, 0.0025}, {12, 768, 0.00059}} {
		s := Defaults()
		s.Data, s.Layers, s.Dim, s.Heads = "small", c.layers, c.dim, 1
		for _, setting := range AllSettings() {
			if setting.Name == "min-lr" {
				setting.Follow(&s)
			}
		}
		corpus := corpusOf(t, s, smallText())
		resolved, err := s.Resolve(corpus)
		if err != nil || resolved.LR != c.want || resolved.MinLR != s.MinLR || resolved.MinLR != c.want/100 {
			t.Errorf("%d layers of dim %d: lr %v, min-lr %v (%v), want %v and %v", c.layers, c.dim, resolved.LR, resolved.MinLR, err, c.want, c.want/100)
		}
		s.LR = 0.5
		if given, err := s.Resolve(corpus); err != nil || given.LR != 0.5 {
			t.Errorf("lr 0.5 is resolved to %g, %v", given.LR, err)
		}
	}
}

func TestRange(t *testing.T) {
	for _, c := range []struct {
		r    Range
		want [2]bool // holds its ends
	}{{closed(2, 3), [2]bool{true, true}}, {Range{2, 3, true, false}, [2]bool{false, true}}, {rightOpen(2, 3), [2]bool{true, false}}, {Range{2, 3, true, true}, [2]bool{false, false}}} {
		if got := [2]bool{c.r.Holds(2), c.r.Holds(3)}; got != c.want || !c.r.Holds(2.5) || c.r.Holds(1.9) || c.r.Holds(3.1) || c.r.Holds(math.NaN()) || c.r.Holds(math.Inf(1)) {
			t.Errorf("%+v holds its ends: %v, want %v", c.r, got, c.want)
		}
	}
}

func TestCopy(t *testing.T) {
	for _, s := range AllSettings() {
		from, to := Defaults(), Settings{}
		s.Copy(&to, &from)
		if again := (Settings{}); reflect.ValueOf(s.In(&from)).Elem().IsZero() != (to == again) {
			t.Errorf("%s was not copied", s.Name)
		}
		s.Copy(&from, &Settings{})
		if v := reflect.ValueOf(s.In(&from)).Elem(); !v.IsZero() {
			t.Errorf("%s is %v after a copy of zero", s.Name, v)
		}
	}
}
