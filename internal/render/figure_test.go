package render

import (
	"math"
	"strings"
	"testing"
)

// twoWords is a figure of one panel over two words.
func twoWords() Figure {
	return Figure{
		Title: "layer 1, head 1", Source: Source{"runs/lion", 120}, Text: "lion saw", Words: []string{"lion", "saw"},
		Panels: [][]Panel{{{"layer 1, head 1", [][]float64{{1, 0}, {0.25, 0.75}}, false}}},
	}
}

func TestFigureValidate(t *testing.T) {
	if err := twoWords().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*Figure)
		want   string
	}{
		"no words":       {func(f *Figure) { f.Words = nil }, "no words"},
		"unknown":        {func(f *Figure) { f.Unknown = make([]bool, 3) }, "3 unknown marks for 2 words"},
		"no panels":      {func(f *Figure) { f.Panels = nil }, "no panels"},
		"an empty row":   {func(f *Figure) { f.Panels = append(f.Panels, nil) }, "row 1 of the figure has no panels"},
		"rows":           {func(f *Figure) { f.Panels[0][0].Weights = f.Panels[0][0].Weights[:1] }, "panel 0 of row 0: 1 query rows for 2 words"},
		"keys":           {func(f *Figure) { f.Panels[0][0].Weights[1] = []float64{1} }, "query 1 has 1 keys for 2 words"},
		"not a number":   {func(f *Figure) { f.Panels[0][0].Weights[1][0] = math.NaN() }, "query 1, key 0: weight NaN is not in 0 to 1"},
		"infinite":       {func(f *Figure) { f.Panels[0][0].Weights[1][0] = math.Inf(1) }, "not in 0 to 1"},
		"below 0":        {func(f *Figure) { f.Panels[0][0].Weights[1][0] = -0.5 }, "not in 0 to 1"},
		"below -1":       {func(f *Figure) { f.Panels[0][0].Signed = true; f.Panels[0][0].Weights[1][0] = -1.5 }, "difference -1.5 is not in -1 to 1"},
		"the future":     {func(f *Figure) { f.Panels[0][0].Weights[0][1] = 0.5 }, "query 0, key 1: weight 0.5, but a later key must weigh 0"},
		"too many cells": {func(f *Figure) { f.Words = make([]string, 1000) }, "1 map of 1,000 words are too large for one picture"},
	} {
		f := twoWords()
		c.change(&f)
		if err := f.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
	f := twoWords()
	f.Panels[0][0].Signed, f.Panels[0][0].Weights[1][0] = true, -0.75
	if err := f.Validate(); err != nil {
		t.Errorf("a difference: %v", err)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -123: "-123", -1234: "-1,234"} {
		if got := grouped(n); got != want {
			t.Errorf("grouped(%d) = %q, want %q", n, got, want)
		}
	}
}
