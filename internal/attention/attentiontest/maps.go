// Package attentiontest holds maps, films and findings for tests, made up and drawn at random.
package attentiontest

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"strings"

	"pgregory.net/rapid"

	"attend/internal/attention"
)

// Halves has two layers of one and the same two heads over two tokens.
func Halves() attention.Map {
	return attention.Map{Encoded: attention.Encoded{Tokens: []string{"a", "b"}}, Attention: [][][][]float32{
		{{{1, 0}, {0.5, 0.5}}, {{1, 0}, {0.25, 0.75}}},
		{{{1, 0}, {1, 0}}, {{1, 0}, {0, 1}}},
	}}
}

// WithVectors gives a map random scores, and vectors of headDim numbers. No number follows from others: who shows what is here
// has read it, and not computed it.
func WithVectors(m attention.Map, headDim int) attention.Map {
	random := rand.New(rand.NewPCG(3, uint64(headDim)))
	rows := func(length func(row int) int) [][]float32 {
		all := make([][]float32, len(m.Tokens))
		for i := range all {
			for range length(i) {
				all[i] = append(all[i], float32(1.5*random.NormFloat64()))
			}
		}
		return all
	}
	whole, seen := func(int) int { return headDim }, func(query int) int { return query + 1 }
	m.Vectors = attention.PerHead(len(m.Attention), len(m.Attention[0]), func(int, int) attention.HeadVectors {
		return attention.HeadVectors{Query: rows(whole), Key: rows(whole), Value: rows(whole), Scores: rows(seen), Z: rows(whole)}
	})
	return m
}

// Lion is the sentence of the manual, with the attention a trained model
// plausibly has: its last row attends to the animal seen and the preposition.
func Lion() attention.Map {
	m := Made("The lion saw the zebra near the", strings.Fields("<s> the lion saw the zebra near the"), 1, 2)
	row := m.Attention[0][0][7]
	copy(row, []float32{0.05, 0.004, 0.01, 0.006, 0.01, 0.48, 0.434, 0.006})
	row = m.Attention[0][1][7]
	copy(row, []float32{0.043, 0.005, 0.012, 0.01, 0.02, 0.45, 0.44, 0.02})
	m.Next = []attention.Prediction{{Word: "river", Probability: 0.9978}, {Word: "cave", Probability: 0.0011}, {Word: "acacia", Probability: 0.0006}, {Word: "termite mound", Probability: 0.0002}}
	return m
}

// Long is a sentence of 40 tokens over three layers of two heads.
func Long() attention.Map {
	text := strings.Repeat("the antelope under the tree watched the hyenas because the ", 4)
	return Made(text, strings.Fields("<s> " + text)[:40], 3, 2)
}

// Foreign has wide, Cyrillic and very long words, and two unknown ones.
func Foreign() attention.Map {
	tokens := strings.Fields("<s> 狮子 看见 斑马 在 河边 лев увидел достопримечательность internationalization e\u0301le\u0301phant")
	m := Made(strings.Join(tokens[1:], " "), tokens, 1, 1)
	m.Unknown = make([]bool, len(tokens))
	m.Unknown[3], m.Unknown[9] = true, true
	return m
}

// Made draws a valid map: every row is a softmax over keys up to the query.
func Made(text string, tokens []string, layers, heads int) attention.Map {
	random := rand.New(rand.NewPCG(7, uint64(len(tokens))))
	return attention.Map{Encoded: attention.Encoded{Text: text, Tokens: tokens}, Attention: weights(len(tokens), layers, heads, func() float64 { return 2.2 * random.NormFloat64() })}
}

// weights are those of heads whose scores are drawn, [layers][heads][query][key].
func weights(seq, layers, heads int, score func() float64) [][][][]float32 {
	return attention.PerHead(layers, heads, func(int, int) [][]float32 { return Causal(seq, func(int, int) float64 { return score() }) })
}

// Causal is a [query][key] square: the softmax of the scores of the keys up to
// each query, 0 beyond.
func Causal(seq int, score func(q, k int) float64) [][]float32 {
	weights := make([][]float32, seq)
	for q := range weights {
		weights[q] = make([]float32, seq)
		row, sum := make([]float64, q+1), 0.0
		for k := range row {
			row[k] = math.Exp(score(q, k))
			sum += row[k]
		}
		for k := range row {
			weights[q][k] = float32(row[k] / sum)
		}
	}
	return weights
}

// Token draws what a user may type: words, nothing, huge words, escapes,
// direction marks, bytes that are no text.
func Token() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "\n", "\t", "\r\n", "<s>", "the", "lion", "the", "\x1b[31m", "\x1b]0;title\x07",
			"\u009b2J", "\u202e", "\u200d", "\ufeff", "\u0301", "e\u0301", "狮子", "достопримечательность", "🦁", "👩\u200d👩\u200d👧", "🇰🇪",
			"\xff\xfe", "=1+1", "+a", "-b", "@c", `say "a", b`, "\\u202e", "\u0d4e", "\uff9e", "\U0001f3fd", "\u1100\u1161", "\u2028", "?", "a  b", "</script>", "<!--<script>", "&lt;"}),
		rapid.String(),
		rapid.StringMatching(`[a-zа-я]{1,12}`),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 12), func(b []byte) string { return string(b) }),
		rapid.Map(rapid.StringN(1, 4, -1), func(s string) string { return strings.Repeat(s, 300) }),
	)
}

// AnyMap draws a valid map.
func AnyMap(t *rapid.T) attention.Map {
	tokens := rapid.SliceOfN(Token(), 1, 14).Draw(t, "tokens")
	m := attention.Map{Encoded: attention.Encoded{Text: Token().Draw(t, "text"), Tokens: tokens}}
	layers, heads := rapid.IntRange(1, 3).Draw(t, "layers"), rapid.IntRange(1, 3).Draw(t, "heads")
	if layers*heads == 1 {
		m.Name = Token().Draw(t, "name")
	}
	score := rapid.Float64Range(-20, 20)
	m.Attention = weights(len(tokens), layers, heads, func() float64 { return score.Draw(t, "score") })
	if rapid.Bool().Draw(t, "with ids") {
		m.IDs = rapid.SliceOfN(rapid.IntRange(0, 1e6), len(tokens), len(tokens)).Draw(t, "ids")
	}
	if rapid.Bool().Draw(t, "some unknown") {
		m.Unknown = rapid.SliceOfN(rapid.Bool(), len(tokens), len(tokens)).Draw(t, "unknown")
	}
	for range rapid.IntRange(0, 5).Draw(t, "predictions") {
		m.Next = append(m.Next, attention.Prediction{Word: Token().Draw(t, "word"), ID: rapid.IntRange(0, 1e6).Draw(t, "id"), Probability: rapid.Float64Range(0, 1).Draw(t, "probability")})
	}
	return m
}

// AnyMalformed draws a map with one thing wrong.
func AnyMalformed(t *rapid.T) attention.Map {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	m := AnyMap(t)
	head := m.Attention[len(m.Attention)-1][0]
	last := len(m.Tokens) - 1
	switch rapid.IntRange(0, 8).Draw(t, "what") {
	case 0:
		head[last][rapid.IntRange(0, last).Draw(t, "key")] = rapid.SampledFrom([]float32{nan, inf, -inf, -1, 2}).Draw(t, "weight")
	case 1:
		m.Tokens = append(m.Tokens, "more")
	case 2:
		m.Tokens = nil
	case 3:
		m.Attention = nil
	case 4:
		m.Attention[0] = m.Attention[0][:0]
	case 5:
		head[last] = head[last][:last]
	case 6:
		m.Unknown = make([]bool, last+2)
	case 7:
		m.Next = []attention.Prediction{{Word: "a", Probability: rapid.SampledFrom([]float64{math.NaN(), math.Inf(-1), 1.5}).Draw(t, "probability")}}
	case 8:
		m.IDs = make([]int, last+2)
	}
	return m
}

// Refuses checks that each output of a malformed map is the map's error, in one line, and not a byte.
func Refuses(t *rapid.T, m attention.Map, outputs map[string]func(io.Writer) error) {
	want := m.Validate()
	if want == nil {
		t.Fatal("a valid map")
	}
	for name, write := range outputs {
		var b bytes.Buffer
		err := write(&b)
		if err == nil || b.Len() > 0 {
			t.Fatalf("%s: error %v, wrote %q", name, err, &b)
		}
		if !strings.HasSuffix(err.Error(), want.Error()) || strings.Contains(err.Error(), "\n") {
			t.Fatalf("%s: error %q, want %q in one line", name, err, want)
		}
	}
}

// Flat is uniform attention over what is visible in the lion's sentence.
func Flat() attention.Baseline {
	m := Lion()
	for h := range m.Attention[0] {
		m.Attention[0][h] = Causal(len(m.Tokens), func(int, int) float64 { return 0 })
	}
	return attention.Baseline{Name: "uniform", Map: m}
}

// OtherShapes are baselines that do not fit the lion's sentence.
func OtherShapes() map[string]attention.Baseline {
	words := Lion().Tokens
	return map[string]attention.Baseline{
		"words": {Name: "uniform", Map: Made("", words[:3], 1, 2)}, "heads": {Name: "uniform", Map: Made("", words, 1, 3)},
		"layers": {Name: "uniform", Map: Made("", words, 2, 2)}, "nothing": {Name: "uniform", Map: attention.Map{}},
	}
}

// Filmed makes a film of two tokens in one head, whose second attends to the first with the given
// weights, ten steps apart.
func Filmed(weights ...float32) []attention.Frame {
	var frames []attention.Frame
	for i, w := range weights {
		frames = append(frames, attention.Frame{Step: 10 * i, HeldOutLoss: new(3.0), Sentences: []attention.Map{{
			Encoded: attention.Encoded{Text: "a b", Tokens: []string{"a", "b"}}, Attention: [][][][]float32{{{{1, 0}, {w, 1 - w}}}},
		}}})
	}
	return frames
}

// AnyFilm draws a film that can be shown: up to five frames of the same sentences.
func AnyFilm(t *rapid.T) []attention.Frame {
	first := make([]attention.Map, rapid.IntRange(1, 2).Draw(t, "sentences"))
	for i := range first {
		first[i] = AnyMap(t)
	}
	frames := make([]attention.Frame, rapid.IntRange(1, 5).Draw(t, "frames"))
	step := rapid.IntRange(0, 50).Draw(t, "first step")
	score := rapid.Float64Range(-8, 8)
	for i := range frames {
		frames[i] = attention.Frame{Step: step, HeldOutLoss: new(rapid.Float64Range(0, 20).Draw(t, "loss"))}
		step += rapid.IntRange(1, 500).Draw(t, "steps on")
		for _, m := range first {
			s := attention.Map{Encoded: attention.Encoded{Text: m.Text, Tokens: m.Tokens}, Next: m.Next}
			s.Attention = weights(len(m.Tokens), len(m.Attention), len(m.Attention[0]), func() float64 { return score.Draw(t, "score") })
			frames[i].Sentences = append(frames[i].Sentences, s)
		}
	}
	return frames
}

// Compared is one layer of two heads over two words; B has the heads of A the other way round, but for one link.
func Compared() attention.Comparison {
	even, first := [][]float32{{1, 0}, {0.5, 0.5}}, [][]float32{{1, 0}, {1, 0}}
	return attention.Comparison{
		A:  attention.Map{Encoded: attention.Encoded{Text: "lion saw", Tokens: []string{"lion", "saw"}}, Attention: [][][][]float32{{even, first}}, Next: []attention.Prediction{{Word: "the", Probability: 0.75}, {Word: "a", Probability: 0.25}}},
		B:  attention.Map{Encoded: attention.Encoded{Text: "lion met", Tokens: []string{"lion", "met"}}, Attention: [][][][]float32{{first, {{1, 0}, {0.25, 0.75}}}}, Next: []attention.Prediction{{Word: "the", Probability: 0.25}, {Word: "one", Probability: 0.125}}},
		Of: attention.Source{Run: "runs/a", Step: 10}, With: attention.Source{Run: "runs/b", Step: 20},
	}
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
		e := rapid.Float64().Draw(t, "error")
		c.Losses = &attention.Losses{A: 1, B: rapid.Float64().Draw(t, "loss"), Difference: math.NaN(), StandardError: &e, Interval: &[2]float64{-e, e},
			Sentences: 2, HeldOut: [2]int{2, rapid.IntRange(2, 3).Draw(t, "sentences")}, Tokens: 12, LeftOut: rapid.IntRange(0, 1e9).Draw(t, "left out")}
		c.Settings = []attention.SettingPair{{Name: "sample", A: Token().Draw(t, "setting"), B: Token().Draw(t, "setting")}}
	}
	return c
}
