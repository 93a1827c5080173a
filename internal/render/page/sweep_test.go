package page

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attend/internal/attention/attentiontest"
	"attend/internal/render"
)

// swept is a sweep of three settings with two seeds and the given numbers of rates, ranked. One trial of the last point but one
// diverged and the last point has no result; where there are maps, all other trials have one.
func swept(rates int, maps bool) Sweep {
	s := Sweep{Path: "sweeps/small",
		Summary:   fmt.Sprintf("%d of %d trials, ranked by held-out loss (lower is better)", 8*rates, 8*rates),
		Objective: "held-out loss", Loss: "held-out loss",
		Settings: []SweepSetting{{Name: "lr", Numeric: true, Log: true}, {Name: "layers", Numeric: true, Values: []string{"1", "2"}},
			{Name: "positions", Values: []string{"rope", "none"}}},
		Columns: []string{"mean", "sd", "n", "step", "verdict"}, Notes: []string{"step is a mean"},
		FailuresTitle: "failed, and not in the means", Failures: []string{"2 trials: it diverged at step 100"},
		Matters: &SweepMatters{Title: "What matters: shares", Columns: []string{"setting", "share", "p"}, Bar: 1, Note: "a note",
			Rows: []SweepEffect{{[]string{"lr", "42%", "0.010"}, new(0.42)}, {[]string{"layers", "-", "-"}, nil}}}}
	points := 4 * rates
	for i := range points {
		values := []string{fmt.Sprintf("%.3g", 0.001*math.Pow(100, float64(i/4)/float64(max(1, rates-1)))), s.Settings[1].Values[i/2%2],
			s.Settings[2].Values[i%2]}
		p := SweepPoint{Rank: fmt.Sprint(i + 1), Values: values,
			Name: fmt.Sprintf("lr %s, layers %s, positions %s", values[0], values[1], values[2])}
		if i > 0 && i < 3 {
			p.Rank += "~"
		}
		sum, n := 0.0, 0
		for seed := range 2 {
			value := 1.4 + 0.9*float64(i)/float64(points) + 0.01*float64(seed)
			t := SweepTrial{Seed: uint64(seed + 1), Hash: fmt.Sprintf("%012x%04x", i, seed), Value: &value,
				Text: fmt.Sprintf("%.4f", value), Remark: "step 1,500, learned"}
			failed := i == points-1 || i == points-2 && seed == 1
			for k := range 35 {
				loss := value + (4.8-value)*math.Exp(-float64(k)/(2+float64(i%5)))
				if failed {
					loss = 4.8 * math.Exp(float64(k))
				}
				t.Losses = append(t.Losses, render.Point{X: float64(50 * k), Y: loss})
			}
			if failed {
				t.Value, t.Text, t.Remark = nil, "-", "it diverged at step 100"
			} else {
				sum, n = sum+value, n+1
			}
			if maps && !failed {
				t.Map = new(attentiontest.Lion())
			}
			p.Trials = append(p.Trials, t)
		}
		p.Cells = []string{"-", "", "0", "1,500", "diverged"}
		if n > 0 {
			p.Mean = new(sum / float64(n))
			p.Cells = []string{fmt.Sprintf("%.4f", *p.Mean), "0.0071", fmt.Sprint(n), fmt.Sprintf("1,%d", 999-i%900), "learned"}
		}
		s.Points = append(s.Points, p)
	}
	return s
}

// hostileSweep is a sweep of words that would act if they were anything but text.
func hostileSweep() Sweep {
	s, words := swept(3, true), hostile().Tokens
	s.Path, s.Objective, s.Notes, s.Settings[2].Name = words[1], words[2], words[:8], words[3]
	for i := range s.Points {
		s.Points[i].Values[2] = words[1+i%3]
		s.Points[i].Name, s.Points[i].Cells[4], s.Points[i].Trials[0].Remark = hostile().Text, words[4], words[5]
		if s.Points[i].Trials[1].Map != nil {
			s.Points[i].Trials[0].Map = new(hostile())
		}
	}
	return s
}

// numbersOf reads floats.
func numbersOf(f floats) (list []float32) {
	for ; len(f) > 0; f = f[4:] {
		list = append(list, math.Float32frombits(binary.LittleEndian.Uint32(f)))
	}
	return list
}

// The page of a sweep holds its numbers and words, whatever the words are, and no other element.
func TestPageHoldsItsSweep(t *testing.T) {
	like := tagsOf(t, func(b *bytes.Buffer) error { return WriteSweep(b, swept(3, true)) })
	rapid.Check(t, func(t *rapid.T) {
		s := swept(3, true)
		word := func(name string) string { return attentiontest.Token().Draw(t, name) }
		s.Path, s.Objective, s.Loss = word("path"), word("objective"), word("loss")
		s.Columns[4], s.Notes[0], s.Failures[0] = word("column"), word("note"), word("failure")+"x"
		s.Settings[0].Name, s.Matters.Title, s.Matters.Rows[0].Cells[0] = word("setting"), word("matters")+"x", word("effect")
		s.Points[0].Name, s.Points[1].Cells[4] = word("name"), word("verdict")
		s.Points[2].Trials[0].Remark, s.Points[3].Values[2] = word("remark"), word("value")
		p := pageOf(t, func(b *bytes.Buffer) error { return WriteSweep(b, s) }, like)
		var got pageSweep
		if err := json.Unmarshal(p.json, &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Points) != len(s.Points) || got.Curves != 2*len(s.Points) || len(got.Steps) != 1 {
			t.Fatalf("%d points, %d curves, %d lists of steps", len(got.Points), got.Curves, len(got.Steps))
		}
		sentences := 0
		for i, point := range s.Points {
			if at := got.Points[i]; (at.Mean == nil) != (point.Mean == nil) || at.Mean != nil && *at.Mean != *point.Mean {
				t.Fatalf("the mean of point %d is %v", i, at.Mean)
			}
			for j, trial := range point.Trials {
				losses := numbersOf(got.Points[i].Trials[j].Losses)
				for k, at := range trial.Losses {
					if losses[k] != float32(at.Y) || numbersOf(got.Steps[0])[k] != float32(at.X) {
						t.Fatalf("loss %d of trial %d of point %d is %v", k, j, i, losses[k])
					}
				}
				want := -1
				if trial.Map != nil {
					want = sentences
					sentences++
				}
				if got.Points[i].Trials[j].Map != want {
					t.Fatalf("the map of trial %d of point %d is %d, want %d", j, i, got.Points[i].Trials[j].Map, want)
				}
			}
		}
		for i := range got.Sentences {
			same(t, "weights", got.Frames[0].Sentences[i].Weights, weightsIn(attentiontest.Lion().Attention))
		}
	})
}

func TestSweepPageIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*Sweep){
		"a cell too few":         func(s *Sweep) { s.Points[1].Cells = s.Points[1].Cells[:2] },
		"a value too few":        func(s *Sweep) { s.Points[1].Values = nil },
		"a mean":                 func(s *Sweep) { *s.Points[0].Mean = math.NaN() },
		"a value":                func(s *Sweep) { *s.Points[0].Trials[1].Value = math.Inf(1) },
		"steps that do not rise": func(s *Sweep) { s.Points[0].Trials[0].Losses[3].X = 0 },
		"a loss":                 func(s *Sweep) { s.Points[0].Trials[0].Losses[3].Y = math.Inf(1) },
		"a map":                  func(s *Sweep) { s.Points[0].Trials[0].Map.Tokens = nil },
		"a cell of an effect":    func(s *Sweep) { s.Matters.Rows[0].Cells = nil },
	} {
		s := swept(2, true)
		spoil(&s)
		var b bytes.Buffer
		if err := WriteSweep(&b, s); err == nil || b.Len() > 0 {
			t.Errorf("%s: error %v, wrote %d bytes", name, err, b.Len())
		}
	}
	var b bytes.Buffer
	err := WriteSweep(&b, Sweep{Path: "sweeps/new", Objective: "held-out loss"})
	if err != nil || !strings.Contains(b.String(), "No trial has ended yet.") {
		t.Errorf("a sweep without a result: %v", err)
	}
}

// Each setting has the mean and the standard deviation of all trials of each value, or of each part of the axis.
func TestSettingsOfASweep(t *testing.T) {
	d := newPageSweep(swept(3, false))
	if len(d.Each) != 3 {
		t.Fatalf("%d charts, want 3", len(d.Each))
	}
	// The values of layers 1 are 1.4 + 0.075 i + 0.01 seed for the points 0, 1, 4, 5, 8 and 9.
	layers := d.Each[1].Chart
	mean := 1.4 + 0.075*(0+1+4+5+8+9)/6.0 + 0.005
	if got := layers.Series[0].Points[0]; got[0] != 1 || math.Abs(got[1]-mean) > 1e-12 {
		t.Errorf("layers 1 has the mean %v, want %v", got, mean)
	}
	if got := layers.Series[0].Band[0]; !(got[0] < mean && mean < got[1]) || math.Abs(got[0]+got[1]-2*mean) > 1e-12 {
		t.Errorf("the band %v is not around %v", got, mean)
	}
	if dots := numbersOf(d.Each[1].Dots); len(dots) != 2*(24-3) {
		t.Errorf("%d numbers of dots, want those of the 21 trials with a result", len(dots))
	}
	if x := d.Each[0].Chart.X; !x.Log || len(x.Ticks) != 3 || x.Ticks[1].Text != "0.01" {
		t.Errorf("the axis of rates is %+v", x)
	}
	if x := d.Each[2].Chart.X; x.Log || x.Ticks[0].Text != "rope" || x.Ticks[1].Text != "none" || d.Each[2].Joins {
		t.Errorf("the axis of choices is %+v", x)
	}
	many := newPageSweep(swept(40, false)).Each[0]
	if n := len(many.Chart.Series[0].Points); n != meanParts || many.Note != "means over 8 parts of the axis ± sd" {
		t.Errorf("40 rates have %d means: %s", n, many.Note)
	}
}

// Curves of trainings that diverge do not squash the others, and the page says what it leaves out.
func TestSweepPageHasLimits(t *testing.T) {
	d := newPageSweep(swept(3, true))
	if y := d.Chart.Y; y.High > 6 || y.Low > 1.4 || d.Late == nil || d.Late.Y.High > 6 {
		t.Errorf("the losses go from %v to %v", y.Low, y.High)
	}
	if notes := strings.Join(d.Chart.Notes, "\n"); !strings.Contains(notes, "above the picture") {
		t.Errorf("notes %q", notes)
	}
	s := swept(mostSweepPoints/4+1, false)
	long := attentiontest.Made("long", strings.Fields(strings.Repeat("the ", 1000)), 1, 1)
	for i := range 5 {
		s.Points[i].Trials[0].Map = &long
	}
	d = newPageSweep(s)
	if len(d.Points) != mostSweepPoints || d.More != "and 4 more: --format csv has them all" {
		t.Errorf("%d points, %q", len(d.Points), d.More)
	}
	if len(d.Sentences) != 3 || d.Less != "This page has the maps of the first 3 trials." {
		t.Errorf("%d maps, %q", len(d.Sentences), d.Less)
	}
	if len(d.Each[0].Dots)/8 != 2*len(s.Points)-3 {
		t.Errorf("%d dots: those of the points that are left out count too", len(d.Each[0].Dots)/8)
	}
}
