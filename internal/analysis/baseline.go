package analysis

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
)

// The names of the baselines that a map can be compared with.
const (
	BaselineUntrained = "untrained" // the same model before training
	BaselineUniform   = "uniform"   // the same weight for every key up to the query
	BaselinePosition  = "position"  // the mean over held-out sentences at the same positions
)

// Baselines returns the baseline of that name for each map of the run. It calls load for the text of the run, which only the
// position baseline needs.
func Baselines(r *run.Run, name string, maps []attention.Map, load func(*run.Run) (*data.Corpus, error)) ([]attention.Baseline, error) {
	var of func(m attention.Map) (attention.Map, error)
	switch name {
	case BaselineUntrained:
		before, err := r.Untrained()
		if err != nil {
			return nil, err
		}
		session, err := before.NewSession(1)
		if err != nil {
			return nil, err
		}
		defer session.Close()
		of = func(m attention.Map) (attention.Map, error) { return session.Map(m.Text, len(m.Next)) }
	case BaselineUniform:
		of = filled(func(_, _, query, _ int) float32 { return 1 / float32(query+1) })
	case BaselinePosition:
		longest := 0
		for _, m := range maps {
			longest = max(longest, len(m.Tokens))
		}
		corpus, err := load(r)
		if err != nil {
			return nil, err
		}
		mean, err := PositionMean(r, corpus, longest)
		if err != nil {
			return nil, err
		}
		of = filled(func(layer, head, query, key int) float32 { return float32(mean[layer][head][query][key]) })
	default:
		return nil, fmt.Errorf("there is no baseline %s: choose %s, %s or %s",
			printable.Quote(name), BaselineUntrained, BaselineUniform, BaselinePosition)
	}
	list := make([]attention.Baseline, len(maps))
	for i, m := range maps {
		base, err := of(m)
		if err != nil {
			return nil, err
		}
		list[i] = attention.Baseline{Name: name, Map: base}
	}
	return list, nil
}

// filled returns a function that replaces the weights of a map, for all keys up to the query.
func filled(weight func(layer, head, query, key int) float32) func(attention.Map) (attention.Map, error) {
	return func(m attention.Map) (attention.Map, error) {
		m.Next, m.Vectors, m.Effects = nil, nil, nil
		m.Attention = attention.PerHead(len(m.Attention), len(m.Attention[0]), func(layer, head int) [][]float32 {
			rows := make([][]float32, len(m.Tokens))
			for query := range rows {
				rows[query] = make([]float32, len(m.Tokens)) // [key], 0 beyond the query
				for key := range query + 1 {
					rows[query][key] = weight(layer, head, query, key)
				}
			}
			return rows
		})
		return m, nil
	}
}

// PositionMean returns the mean attention weights between the first positions of a sentence, [layer][head][query][key] with key
// <= query: the mean over the held-out sentences that are long enough to have the query. In a run on characters a sentence is a
// piece of the held-out text as long as the context. It is an error if the corpus is not the text of the run, or if no sentence
// has that many tokens.
func PositionMean(r *run.Run, corpus *data.Corpus, positions int) ([][][][]float64, error) {
	if err := r.CheckText(corpus); err != nil {
		return nil, err
	}
	set, _ := corpus.Measured()
	pieces := inputs(set.Rows(r.Config.Context, 0))
	longest := 0
	for i, p := range pieces {
		longest = max(longest, len(p))
		pieces[i] = p[:min(len(p), positions)] // later tokens change nothing before them
	}
	if longest < positions {
		return nil, fmt.Errorf("no held-out sentence has %d tokens, the longest has %d, so some positions have no mean: "+
			"shorten the sentence, or choose another baseline", positions, longest)
	}
	sum := attention.PerHead(r.Config.Layers, r.Config.Heads, func(int, int) [][]float64 {
		rows := make([][]float64, positions)
		for query := range rows {
			rows[query] = make([]float64, query+1)
		}
		return rows
	})
	count := make([]float64, positions)
	err := forward(r, each(pieces, nil, func(i int, out run.ForwardResult) {
		for query := range pieces[i] {
			count[query]++
			for layer, heads := range sum {
				for head, rows := range heads {
					floats.Add(rows[query], widened(out.Weights(layer, head, query)))
				}
			}
		}
	}))
	if err != nil {
		return nil, err
	}
	for _, rows := range slices.Concat(sum...) {
		for query, row := range rows {
			for key := range row {
				row[key] /= count[query]
			}
		}
	}
	return sum, nil
}
