package render

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// anyEffect draws an effect of an intervention, now and then none or no number.
func anyEffect(t *rapid.T) *float64 {
	x := rapid.OneOf(rapid.Float64Range(-30, 30), rapid.SampledFrom([]float64{0, 1e-12, -1e9, math.Inf(1), math.NaN()})).Draw(t, "effect")
	if rapid.Bool().Draw(t, "missing") {
		return nil
	}
	return &x
}

// anyWhy draws an answer over the words of a map.
func anyWhy(t *rapid.T, m Map) Why {
	y := Why{Text: m.Text, Tokens: m.Tokens, Seen: m.Text, Target: token().Draw(t, "target"), Probability: rapid.Float64Range(0, 1).Draw(t, "p"), Correlation: anyEffect(t)}
	for i, word := range m.Tokens {
		c := Cause{Place: i, Word: word, Attention: rapid.Float64Range(0, 1).Draw(t, "attention"), Cut: anyEffect(t), Replaced: anyEffect(t), Kind: rapid.SampledFrom([]string{"", "animal"}).Draw(t, "kind")}
		for range len(m.Attention) {
			c.ByHead = append(c.ByHead, make([]float64, len(m.Attention[0])))
		}
		if rapid.Bool().Draw(t, "replaced") {
			c.Replacements = []Replacement{{token().Draw(t, "replacement"), 1}}
		}
		y.Words = append(y.Words, c)
	}
	if e := anyEffect(t); e != nil {
		y.Heads = []HeadEffect{{0, 0, *e}, {1, 0, 0.5}}
	}
	return y
}

// anyExplanation draws the arithmetic of a cell of a map.
func anyExplanation(t *rapid.T, m Map) Explanation {
	query := rapid.IntRange(0, len(m.Tokens)-1).Draw(t, "query")
	vector := rapid.SliceOfN(rapid.Float32(), 3, 3)
	row := rapid.SliceOfN(rapid.Float32(), query+1, query+1)
	return Explanation{
		Tokens: m.Tokens, Query: query, Key: rapid.IntRange(0, query).Draw(t, "key"),
		QueryVector: vector.Draw(t, "q"), KeyVector: vector.Draw(t, "k"), ValueVector: vector.Draw(t, "v"),
		Products: row.Draw(t, "products"), Scores: row.Draw(t, "scores"), Weights: row.Draw(t, "weights"),
		Contribution: vector.Draw(t, "contribution"), Output: vector.Draw(t, "output"),
	}
}

// anyHeads draws what heads do.
func anyHeads(t *rapid.T) []Head {
	var heads []Head
	for range rapid.IntRange(1, 4).Draw(t, "heads") {
		h := Head{Role: rapid.SampledFrom([]string{RoleDiffuse, RoleSame, "place"}).Draw(t, "role"), Effect: anyEffect(t)}
		h.Scores = []RoleScore{{RoleSame, 0.9, 0.1, 5}, {"place", rapid.Float64Range(0, 1).Draw(t, "score"), 0.5, 3}}
		if rapid.Bool().Draw(t, "example") {
			h.Examples = []HeadExample{{token().Draw(t, "text"), token().Draw(t, "q"), token().Draw(t, "k"), 0.5}}
		}
		heads = append(heads, h)
	}
	return heads
}

// anyComparison draws two maps, of one size or two.
func anyComparison(t *rapid.T, m Map) Comparison {
	c := Comparison{A: m, B: anyMap(t), Of: Source{token().Draw(t, "run"), 3}, With: Source{"b", 4}}
	if rapid.Bool().Draw(t, "same") {
		c.B = m
		for layer := range m.Attention {
			for head := range m.Attention[layer] {
				c.Matches = append(c.Matches, HeadMatch{layer, head, len(m.Attention[layer]) - 1 - head, 0.1})
			}
		}
	}
	if rapid.Bool().Draw(t, "runs") {
		c.Losses = []float64{1, math.NaN()}
		c.Settings = []SettingPair{{"probe", token().Draw(t, "setting"), token().Draw(t, "setting")}}
	}
	return c
}

// A hundred maps, each in five renderings with more draws of their own: more would take minutes.
func TestAnalysesAreTidy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMap(t)
		o := anyOptions(t, m)
		for _, c := range []struct {
			name   string
			render func(io.Writer) error
		}{
			{"WhyText", func(w io.Writer) error { return WhyText(w, anyWhy(t, m), o) }},
			{"ExplanationText", func(w io.Writer) error {
				return ExplanationText(w, anyExplanation(t, m), rapid.Bool().Draw(t, "full"), o)
			}},
			{"HeadsText", func(w io.Writer) error { return HeadsText(w, anyHeads(t), o) }},
			{"ComparisonText", func(w io.Writer) error { return ComparisonText(w, anyComparison(t, m), o) }},
			{"RecurrenceText", func(w io.Writer) error {
				r := Recurrence{Text: m.Text, Tokens: m.Tokens, Links: Recurring([]Map{m, m}, 0.3), Seeds: []SeedResult{{1, 2, Prediction{token().Draw(t, "word"), 0.5}}}}
				return RecurrenceText(w, r, o)
			}},
		} {
			var b bytes.Buffer
			if err := c.render(&b); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if err := tidy(b.String(), o); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
		if _, err := json.Marshal(anyComparisonResult(t, m)); err != nil {
			t.Fatal(err)
		}
	})
}

// anyComparisonResult draws a comparison whose numbers are all numbers.
func anyComparisonResult(t *rapid.T, m Map) ComparisonResult {
	c := anyComparison(t, m)
	c.Losses = nil
	return c.Result()
}
