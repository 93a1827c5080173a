package text

import (
	"math"

	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
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
func anyWhy(t *rapid.T, m attention.Map) attention.Why {
	y := attention.Why{Encoded: m.Encoded, Unit: rapid.SampledFrom([]string{"word", "character"}).Draw(t, "unit"), ContextText: m.Text, Target: attentiontest.Token().Draw(t, "target"), Probability: rapid.Float64Range(0, 1).Draw(t, "p")}
	y.NoiseFloor = attention.NoiseFloor{Removed: rapid.Float64Range(0, 5).Draw(t, "floor"), Replaced: 0.1}
	if rho := anyEffect(t); rho != nil {
		y.Correlation = &attention.Correlation{Rho: *rho, P: rapid.Float64Range(0, 0.1).Draw(t, "p of rho")}
	}
	if rapid.Bool().Draw(t, "against") {
		y.Against = &attention.Against{Word: attentiontest.Token().Draw(t, "against word"), LogitDifference: 1}
	}
	for i, word := range m.Tokens {
		c := attention.WordEffect{Position: i, Word: word, Attention: rapid.Float64Range(0, 1).Draw(t, "attention"), AttentionRemoved: anyEffect(t), Replaced: anyEffect(t),
			Deviation: anyEffect(t), NineInTen: anyEffect(t), Kind: rapid.SampledFrom([]string{"", "animal"}).Draw(t, "kind"), Seen: "between", Cause: rapid.Bool().Draw(t, "cause"), DifferenceRemoved: anyEffect(t)}
		for range len(m.Attention) {
			c.ByHead = append(c.ByHead, make([]float64, len(m.Attention[0])))
		}
		if rapid.Bool().Draw(t, "replaced") {
			c.Replacements = []attention.Replacement{{Word: attentiontest.Token().Draw(t, "replacement"), Effect: 1}}
		}
		y.Words = append(y.Words, c)
	}
	y.WithEffect, y.SomeOthers, y.RemovalOnly = y.Affecting(), y.Sensitive(), y.RemovedOnly()
	if i := y.Unexplained(); i >= 0 {
		y.Redundancy = &attention.Redundancy{Position: i, Word: y.Words[i].Word, AllQueries: new(float64)}
		for _, reason := range []string{attention.Sink, attention.PairNeeded, attention.OtherTokens, attention.Certain, attention.NotUsed} {
			if rapid.Bool().Draw(t, reason) {
				y.Redundancy.Reasons = append(y.Redundancy.Reasons, reason)
			}
		}
	}
	if e := anyEffect(t); e != nil {
		layer, head := 1, 0
		y.Direct = &attention.DirectLogits{Target: y.Target, Difference: *e, Components: []attention.LogitComponent{{Kind: attention.HeadComponent, Layer: &layer, Head: &head, Logit: *e},
			{Kind: attention.MLPComponent, Layer: &layer, Logit: -1}, {Kind: attention.NormComponent}}}
		y.Heads = []attention.HeadAblation{{Layer: 0, Head: 0, Mean: *e, Deviation: anyEffect(t)}, {Layer: 1, Head: 0, Mean: 0.5}}
	}
	return y
}

// anyExplanation draws the arithmetic of a cell of a map.
func anyExplanation(t *rapid.T, m attention.Map) attention.Explanation {
	query := rapid.IntRange(0, len(m.Tokens)-1).Draw(t, "query")
	vector := rapid.SliceOfN(rapid.Float32(), 3, 3)
	row := rapid.SliceOfN(rapid.Float32(), query+1, query+1)
	return attention.Explanation{
		Encoded: attention.Encoded{Tokens: m.Tokens}, Query: query, Key: rapid.IntRange(0, query).Draw(t, "key"),
		QueryVector: vector.Draw(t, "q"), KeyVector: vector.Draw(t, "k"), ValueVector: vector.Draw(t, "v"),
		Products: row.Draw(t, "products"), Scores: row.Draw(t, "scores"), Weights: row.Draw(t, "weights"),
		Contribution: vector.Draw(t, "contribution"), Z: vector.Draw(t, "output"),
	}
}

// anyHeads draws what heads do.
func anyHeads(t *rapid.T) []attention.Head {
	var heads []attention.Head
	for range rapid.IntRange(1, 4).Draw(t, "heads") {
		h := attention.Head{Role: attention.RoleBroad, Named: -1, Effect: anyEffect(t), EffectError: anyEffect(t), Resample: anyEffect(t), ResampleError: anyEffect(t)}
		h.Tokens, h.ByOffset = 5, rapid.SliceOfN(rapid.Float64Range(0, 1), 0, 12).Draw(t, "offsets")
		offset, position := rapid.IntRange(2, 600).Draw(t, "offset"), rapid.IntRange(0, 600).Draw(t, "position")
		words := rapid.SliceOfN(attentiontest.Token(), 1, 8).Draw(t, "words")
		weighted := rapid.Float64Range(0, 1).Draw(t, "weighted")
		h.Scores = []attention.RoleScore{
			{Role: attention.RoleDuplicate, Score: 0.9, Uniform: 0.1, Cases: 5},
			{Role: attention.RoleOffset, Offset: &offset, Score: 0.9, Uniform: 0.1, Cases: 5},
			{Role: attention.RolePosition, Position: &position, Score: 0.2, Random: anyEffect(t)},
			{Role: attention.RoleWords, Words: words, Weighted: &weighted, WeightedUniform: &weighted},
			{Role: attentiontest.Token().Draw(t, "rule"), Rule: true, Score: rapid.Float64Range(0, 1).Draw(t, "score"), Uniform: 0.5, Cases: 3},
		}
		switch named := rapid.IntRange(-2, len(h.Scores)-1).Draw(t, "named"); {
		case named >= 0:
			h.Named, h.Role = named, h.Scores[named].Role
		case named == -2:
			h.Role = attention.RoleMixed
		}
		if rapid.Bool().Draw(t, "copying") {
			h.Copying = &attention.Copying{Share: 0.5, Mean: -1, Tokens: 1000}
		}
		if rapid.Bool().Draw(t, "example") {
			h.Examples = []attention.HeadExample{{Text: attentiontest.Token().Draw(t, "text"), Query: attentiontest.Token().Draw(t, "q"), Key: attentiontest.Token().Draw(t, "k"), Weight: 0.5, Cost: anyEffect(t)}}
		}
		heads = append(heads, h)
	}
	return heads
}
