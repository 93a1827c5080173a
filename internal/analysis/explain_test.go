package analysis

import (
	"math"
	"slices"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/run"
)

// Every number of an explanation is the operation's: the softmax of its scores is the map's row bit for bit,
// and the contributions of all keys add up to what the head put out.
func TestExplanationIsTheOperations(t *testing.T) {
	r := deep(t)
	const text = "The otter likes the dog near rocks"
	one := session(t, r, 1)
	m, err := one.MapWithVectors(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	e, _ := r.Encode(text)
	for layer := range r.Config.Layers {
		for head := range r.Config.Heads {
			for query := range m.Tokens {
				var output []float32
				err := one.Forward([][]int{e.IDs}, func(_ int, reading run.Reading) error {
					output = slices.Clone(reading.Output(layer, head, query))
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				sum := make([]float64, r.Config.HeadDim())
				for key := range query + 1 {
					x := explanation(m, layer, head, query, key)
					scores := slices.Clone(x.Scores)
					kernel.Softmax(scores)
					if !slices.Equal(scores, m.Attention[layer][head][query][:query+1]) || !slices.Equal(x.Weights, scores) {
						t.Fatalf("layer %d, head %d, query %d: softmax %v, the map has %v", layer, head, query, scores, m.Attention[layer][head][query])
					}
					var dot float64
					for i, q := range x.QueryVector {
						dot += float64(q) * float64(x.KeyVector[i])
						sum[i] += float64(x.Contribution[i])
					}
					near(t, "product", float64(x.Products[key]), dot, 1e-5*(1+math.Abs(dot)))
					near(t, "score", float64(x.Scores[key]), dot/math.Sqrt(float64(len(x.QueryVector))), 1e-5*(1+math.Abs(dot)))
					if !slices.Equal(x.Output, output) {
						t.Fatalf("layer %d, head %d, query %d: output %v, the head put out %v", layer, head, query, x.Output, output)
					}
				}
				for i, s := range sum {
					near(t, "sum of contributions", s, float64(output[i]), 1e-5)
				}
			}
		}
	}
}

func TestExplainFindsItsCell(t *testing.T) {
	r := deep(t)
	const text = "The otter likes the dog near rocks"
	m, err := session(t, r, 1).Map(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	top := 0 // what the last word looks at most
	for key, w := range m.Attention[1][2][7] {
		if w > m.Attention[1][2][7][top] {
			top = key
		}
	}
	for _, c := range []struct {
		query, key         string
		wantQuery, wantKey int
	}{
		{"", "otter", 7, 2}, {"", "", 7, top}, {"LIKES", "The", 3, 1}, {"the", "the", 4, 4}, {"5", "0", 5, 0}, {"near", "<s>", 6, 0},
	} {
		x, err := Explain(r, attention.Cell{Text: text, Layer: 1, Head: 2, Query: c.query, Key: c.key})
		if err != nil || x.Query != c.wantQuery || x.Key != c.wantKey || x.Layer != 1 || x.Head != 2 {
			t.Errorf("%s, %s: query %d, key %d, error %v", c.query, c.key, x.Query, x.Key, err)
		}
	}
	_, err = Explain(r, attention.Cell{Text: text, Query: "otter", Key: "dog"})
	wantError(t, err, "\"dog\" (place 5) comes after \"otter\" (place 2), and no word sees a later one")
	_, err = Explain(r, attention.Cell{Text: text, Query: "cat"})
	wantError(t, err, "query: ", "\"cat\" is not in the sentence")
	_, err = Explain(r, attention.Cell{Text: text, Key: "cat"})
	wantError(t, err, "key: ", "\"cat\" is not in the sentence")
}

func TestPlace(t *testing.T) {
	tokens := []string{"<s>", "The", "dog", "saw", "the", "dog", "near", "the", "3"}
	for word, want := range map[string]int{"": 8, "<s>": 0, "The": 1, "DOG:1": 2, "dog:2": 5, "the:1": 4, "the:2": 7, "SAW": 3, "3": 8, "5": 5} {
		if got, err := place(tokens, word, 8); err != nil || got != want {
			t.Errorf("%q: place %d, error %v, want %d", word, got, err, want)
		}
	}
	for word, want := range map[string]string{
		"dog": "\"dog\" occurs 2 times: say which by dog:1 to dog:2", "dog:3": "there is no dog:3", "dog:0": "there is no dog:0",
		"cat": "\"cat\" is not in the sentence: choose one of <s> The dog saw the dog near the 3, or a place from 0 to 8",
		"9":   "is not in the sentence", "-1": "is not in the sentence",
	} {
		_, err := place(tokens, word, 8)
		wantError(t, err, want)
	}
}

// Whatever names a word of a sentence is an error of one line, or a position of the sentence.
func FuzzPlace(f *testing.F) {
	for _, s := range []string{"the", "the:2", "the:0", ":", "::1", "a:b:1", "3", "-1", "99999999999999999999", "the:99999999999999999999", "", "\x1b[31m"} {
		f.Add("<s> the lion saw the a:b 7", s)
	}
	f.Fuzz(func(t *testing.T, sentence, word string) {
		tokens := strings.Fields(sentence)
		if len(tokens) == 0 {
			return
		}
		at, err := place(tokens, word, 0)
		if err == nil && (at < 0 || at >= len(tokens)) {
			t.Errorf("%q is token %d of %d", word, at, len(tokens))
		}
	})
}
