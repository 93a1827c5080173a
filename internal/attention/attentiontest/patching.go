package attentiontest

import (
	"math/rand/v2"
	"slices"
	"strings"

	"attend/internal/attention"
)

// Patching is a patching between two sentences that differ at a position, in a model of layers of heads. Its parts are random
// numbers around 0.
func Patching(clean []string, at int, other string, layers, heads int) attention.Patching {
	random := rand.New(rand.NewPCG(7, uint64(len(clean))))
	grid := func(rows, columns, from int) [][]float64 {
		all := make([][]float64, rows)
		for i := range all {
			all[i] = make([]float64, columns)
			for j := from; j < columns; j++ {
				all[i][j] = 0.7 * random.NormFloat64()
			}
		}
		return all
	}
	seq := len(clean)
	parts := func() attention.PatchParts {
		var each [][][]float64
		for range layers {
			each = append(each, grid(heads, seq, at))
		}
		return attention.PatchParts{
			HeadsAt: each, Residual: grid(layers+1, seq, at), Attention: grid(layers, seq, at), FeedForward: grid(layers, seq, at),
			Heads: grid(layers, heads, 0), Patterns: grid(layers, heads, 0),
		}
	}
	corrupted := slices.Clone(clean)
	corrupted[at] = other
	side := func(tokens []string, difference float64) attention.Patched {
		return attention.Patched{Encoded: attention.Encoded{Text: strings.Join(tokens, " "), Tokens: tokens}, Difference: difference}
	}
	return attention.Patching{
		Clean: side(clean, 9.25), Corrupted: side(corrupted, -8.5), Word: "river", Against: "cave", Differ: []int{at},
		Denoising: parts(), Noising: parts(),
	}
}
