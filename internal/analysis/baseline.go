package analysis

import (
	"errors"
	"fmt"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
)

// Baselines are what a map may be compared with.
const (
	BaselineUntrained = "untrained" // the same model before training
	BaselineUniform   = "uniform"   // every word that a query sees shares alike
	BaselinePosition  = "position"  // the mean of the held-out sentences at the same positions
)

// Baselines returns for each map of this run what it is compared with, by the name of the baseline. load reads the
// text of the run, which only the position needs.
func Baselines(r *run.Run, name string, maps []attention.Map, load func(*run.Run) (*data.Corpus, error)) ([]attention.Baseline, error) {
	var base func(attention.Map) (attention.Map, error)
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
		base = func(m attention.Map) (attention.Map, error) { return session.Map(m.Text, len(m.Next)) }
	case BaselineUniform:
		base = func(m attention.Map) (attention.Map, error) { return uniform(m), nil }
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
		base = func(m attention.Map) (attention.Map, error) { return atPositions(m, mean), nil }
	default:
		return nil, fmt.Errorf("there is no baseline %s: want %s, %s or %s", printable.Quote(name), BaselineUntrained, BaselineUniform, BaselinePosition)
	}
	list := make([]attention.Baseline, len(maps))
	for i, m := range maps {
		b, err := base(m)
		if err != nil {
			return nil, err
		}
		list[i] = attention.Baseline{Name: name, Map: b}
	}
	return list, nil
}

// uniform returns the map in which a query at place q gives 1/(q+1) to each token up to itself.
func uniform(m attention.Map) attention.Map {
	return filled(m, func(_, _, query, _ int) float32 { return 1 / float32(query+1) })
}

// atPositions returns the map of the means [layer][head][query][key] at the places of a sentence.
func atPositions(m attention.Map, mean [][][][]float64) attention.Map {
	return filled(m, func(layer, head, query, key int) float32 { return float32(mean[layer][head][query][key]) })
}

// filled returns a map over the tokens of m whose weights up to the query are given.
func filled(m attention.Map, weight func(layer, head, query, key int) float32) attention.Map {
	f := attention.Map{Text: m.Text, Tokens: m.Tokens, Unknown: m.Unknown}
	n := len(m.Tokens)
	for layer := range m.Attention {
		heads := make([][][]float32, len(m.Attention[layer]))
		for head := range heads {
			heads[head] = make([][]float32, n)
			for query := range n {
				row := make([]float32, n) // [key], 0 beyond the query
				for key := range query + 1 {
					row[key] = weight(layer, head, query, key)
				}
				heads[head][query] = row
			}
		}
		f.Attention = append(f.Attention, heads)
	}
	return f
}

// PositionMean returns the mean attention between positions, [layer][head][query][key] for the first so many
// positions, with key <= query: the mean over the held-out sentences that are long enough to have the query. In a run on
// characters the held-out text counts in pieces of the context. It is an error if the corpus is not
// the text of the run or no sentence has so many tokens.
func PositionMean(r *run.Run, corpus *data.Corpus, positions int) ([][][][]float64, error) {
	if err := r.CheckText(corpus); err != nil {
		return nil, err
	}
	pieces := inputs(corpus.HeldOut.Rows(r.Config.Context, 0))
	longest := 0
	for i, p := range pieces {
		longest = max(longest, len(p))
		pieces[i] = p[:min(len(p), positions)] // later tokens change nothing before them
	}
	if longest < positions {
		return nil, fmt.Errorf("no held-out sentence has %d tokens, the longest has %d: there is no mean for these positions; shorten the sentence or take another baseline", positions, longest)
	}
	c := r.Config
	sum := make([][][][]float64, c.Layers)
	for layer := range sum {
		sum[layer] = make([][][]float64, c.Heads)
		for head := range sum[layer] {
			sum[layer][head] = make([][]float64, positions)
			for query := range positions {
				sum[layer][head][query] = make([]float64, query+1)
			}
		}
	}
	session, err := r.NewSession(r.EvaluationBatch())
	if err != nil {
		return nil, err
	}
	count := make([]float64, positions)
	err = session.Forward(pieces, func(i int, reading run.Reading) error {
		for query := range pieces[i] {
			count[query]++
			for layer := range sum {
				for head := range sum[layer] {
					for key, weight := range reading.Weights(layer, head, query) {
						sum[layer][head][query][key] += float64(weight)
					}
				}
			}
		}
		return nil
	})
	if err = errors.Join(err, session.Close()); err != nil {
		return nil, err
	}
	for _, heads := range sum {
		for _, rows := range heads {
			for query, row := range rows {
				for key := range row {
					row[key] /= count[query]
				}
			}
		}
	}
	return sum, nil
}
