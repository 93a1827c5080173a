package render

import (
	"math"
	"math/rand/v2"
	"strings"
)

// lion is the sentence of the manual, with the attention a trained model
// plausibly has: its last row looks at the animal seen and the preposition.
func lion() Map {
	m := made("The lion saw the zebra near the", strings.Fields("<s> the lion saw the zebra near the"), 1, 2)
	row := m.Attention[0][0][7]
	copy(row, []float32{0.05, 0.004, 0.01, 0.006, 0.01, 0.48, 0.434, 0.006})
	row = m.Attention[0][1][7]
	copy(row, []float32{0.043, 0.005, 0.012, 0.01, 0.02, 0.45, 0.44, 0.02})
	m.Next = []Prediction{{"river", 0.9978}, {"cave", 0.0011}, {"acacia", 0.0006}, {"termite mound", 0.0002}}
	return m
}

// long is a sentence of 40 tokens over three layers of two heads.
func long() Map {
	text := strings.Repeat("the antelope under the tree watched the hyenas because the ", 4)
	return made(text, strings.Fields("<s> " + text)[:40], 3, 2)
}

// foreign has wide, Cyrillic and very long words, and two unknown ones.
func foreign() Map {
	tokens := strings.Fields("<s> 狮子 看见 斑马 在 河边 лев увидел достопримечательность internationalization e\u0301le\u0301phant")
	m := made(strings.Join(tokens[1:], " "), tokens, 1, 1)
	m.Unknown = make([]bool, len(tokens))
	m.Unknown[3], m.Unknown[9] = true, true
	return m
}

// made draws a valid map: every row is a softmax over keys up to the query.
func made(text string, tokens []string, layers, heads int) Map {
	random := rand.New(rand.NewPCG(7, uint64(len(tokens))))
	m := Map{Text: text, Tokens: tokens}
	for range layers {
		var layer [][][]float32
		for range heads {
			layer = append(layer, causal(len(tokens), func(int, int) float64 { return 2.2 * random.NormFloat64() }))
		}
		m.Attention = append(m.Attention, layer)
	}
	return m
}

// causal is a [query][key] square: the softmax of the scores of the keys up to
// each query, 0 beyond.
func causal(seq int, score func(q, k int) float64) [][]float32 {
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
