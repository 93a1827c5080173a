package attentiontest

import (
	"math"

	"pgregory.net/rapid"

	"attend/internal/attention"
)

// Compared is one layer of two heads over two words; B has the heads of A the other way round, but for one link.
func Compared() attention.Comparison {
	even, first := [][]float32{{1, 0}, {0.5, 0.5}}, [][]float32{{1, 0}, {1, 0}}
	return attention.Comparison{
		A:  attention.Map{Text: "lion saw", Tokens: []string{"lion", "saw"}, Attention: [][][][]float32{{even, first}}, Next: []attention.Prediction{{Word: "the", Probability: 0.75}, {Word: "a", Probability: 0.25}}},
		B:  attention.Map{Text: "lion met", Tokens: []string{"lion", "met"}, Attention: [][][][]float32{{first, {{1, 0}, {0.25, 0.75}}}}, Next: []attention.Prediction{{Word: "the", Probability: 0.25}, {Word: "one", Probability: 0.125}}},
		Of: attention.Source{Run: "runs/a", Step: 10}, With: attention.Source{Run: "runs/b", Step: 20},
	}
}

// AnyEffect draws an effect of an intervention, now and then none or no number.
func AnyEffect(t *rapid.T) *float64 {
	x := rapid.OneOf(rapid.Float64Range(-30, 30), rapid.SampledFrom([]float64{0, 1e-12, -1e9, math.Inf(1), math.NaN()})).Draw(t, "effect")
	if rapid.Bool().Draw(t, "missing") {
		return nil
	}
	return &x
}

// AnyWhy draws an answer over the words of a map.
func AnyWhy(t *rapid.T, m attention.Map) attention.Why {
	y := attention.Why{Text: m.Text, Tokens: m.Tokens, Seen: m.Text, Target: Token().Draw(t, "target"), Probability: rapid.Float64Range(0, 1).Draw(t, "p"), Correlation: AnyEffect(t)}
	for i, word := range m.Tokens {
		c := attention.Cause{Place: i, Word: word, Attention: rapid.Float64Range(0, 1).Draw(t, "attention"), Cut: AnyEffect(t), Replaced: AnyEffect(t), Kind: rapid.SampledFrom([]string{"", "animal"}).Draw(t, "kind")}
		for range len(m.Attention) {
			c.ByHead = append(c.ByHead, make([]float64, len(m.Attention[0])))
		}
		if rapid.Bool().Draw(t, "replaced") {
			c.Replacements = []attention.Replacement{{Word: Token().Draw(t, "replacement"), Effect: 1}}
		}
		y.Words = append(y.Words, c)
	}
	if e := AnyEffect(t); e != nil {
		y.Heads = []attention.HeadEffect{{Layer: 0, Head: 0, Effect: *e}, {Layer: 1, Head: 0, Effect: 0.5}}
	}
	return y
}

// AnyExplanation draws the arithmetic of a cell of a map.
func AnyExplanation(t *rapid.T, m attention.Map) attention.Explanation {
	query := rapid.IntRange(0, len(m.Tokens)-1).Draw(t, "query")
	vector := rapid.SliceOfN(rapid.Float32(), 3, 3)
	row := rapid.SliceOfN(rapid.Float32(), query+1, query+1)
	return attention.Explanation{
		Tokens: m.Tokens, Query: query, Key: rapid.IntRange(0, query).Draw(t, "key"),
		QueryVector: vector.Draw(t, "q"), KeyVector: vector.Draw(t, "k"), ValueVector: vector.Draw(t, "v"),
		Products: row.Draw(t, "products"), Scores: row.Draw(t, "scores"), Weights: row.Draw(t, "weights"),
		Contribution: vector.Draw(t, "contribution"), Output: vector.Draw(t, "output"),
	}
}

// AnyHeads draws what heads do.
func AnyHeads(t *rapid.T) []attention.Head {
	var heads []attention.Head
	for range rapid.IntRange(1, 4).Draw(t, "heads") {
		h := attention.Head{Role: rapid.SampledFrom([]string{attention.RoleDiffuse, attention.RoleSame, "place"}).Draw(t, "role"), Effect: AnyEffect(t)}
		h.Scores = []attention.RoleScore{{Role: attention.RoleSame, Score: 0.9, Uniform: 0.1, Cases: 5}, {Role: "place", Score: rapid.Float64Range(0, 1).Draw(t, "score"), Uniform: 0.5, Cases: 3}}
		if rapid.Bool().Draw(t, "example") {
			h.Examples = []attention.HeadExample{{Text: Token().Draw(t, "text"), Query: Token().Draw(t, "q"), Key: Token().Draw(t, "k"), Weight: 0.5}}
		}
		heads = append(heads, h)
	}
	return heads
}

// AnyComparison draws two maps, of one size or two.
func AnyComparison(t *rapid.T, m attention.Map) attention.Comparison {
	c := attention.Comparison{A: m, B: AnyMap(t), Of: attention.Source{Run: Token().Draw(t, "run"), Step: 3}, With: attention.Source{Run: "b", Step: 4}}
	if rapid.Bool().Draw(t, "same") {
		c.B = m
		for layer := range m.Attention {
			for head := range m.Attention[layer] {
				c.Matches = append(c.Matches, attention.HeadMatch{Layer: layer, A: head, B: len(m.Attention[layer]) - 1 - head, Distance: 0.1})
			}
		}
	}
	if rapid.Bool().Draw(t, "runs") {
		c.Losses = []float64{1, math.NaN()}
		c.Settings = []attention.SettingPair{{Name: "probe", A: Token().Draw(t, "setting"), B: Token().Draw(t, "setting")}}
	}
	return c
}
