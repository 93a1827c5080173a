// Package attention holds what was seen and found out about the attention of a model, as plain data: the [Map] of a
// sentence with the vectors that it was computed from, the film of a training, a comparison, why a word is predicted,
// what heads do, vectors on a plane. Packages run and analysis fill it, the packages of render show it.
//
// Each type says with Validate, or a function named Check, whether it can be shown. JSON tags are the names that other programs read.
// Layers, heads, queries and keys count from 0.
package attention

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Map is the attention of one sentence, as the ops computed it, or what an analysis made of it.
type Map struct {
	// Name says what an analysis made of the attention, in one layer of one head, such as "rollout over 2 layers"; "" means that
	// this is the attention that the model computed.
	Name      string          `json:"name,omitempty"`
	Text      string          `json:"text"`      // the sentence as typed
	Tokens    []string        `json:"tokens"`    // [seq] display spelling, boundary token first for word runs
	Unknown   []bool          `json:"-"`         // [seq] token i is not in the run's vocabulary (nil: all known)
	Attention [][][][]float32 `json:"attention"` // [layers][heads][query][key]; each row sums to 1, 0 for key > query
	Next      []Prediction    `json:"next"`      // most likely next tokens, most likely first, after the last token
	NextAt    [][]Prediction  `json:"-"`         // [seq] the same after each token, the first few of Next after the last; nil unless asked for
	Vectors   [][]HeadVectors `json:"-"`         // [layers][heads] what the weights were computed from; nil unless asked for
	// Effects is by how much the logarithm of the probability of the likeliest next token, Next[0], falls when the output of
	// one head is set to 0 (zero ablation), in nats, [layers][heads]; nil unless measured.
	Effects [][]float64 `json:"-"`
}

// All, as a layer or a head, means the mean over every one of them.
const All = -1

// Source is where a map comes from: the run's folder and the updates that it had made.
type Source struct {
	Run  string `json:"run"`
	Step int    `json:"step"`
}

// Prediction is a word that may come next, and how probable it is, in 0 to 1.
type Prediction struct {
	Word        string  `json:"word"`
	Probability float64 `json:"probability"`
}

// Rounding is how far above 1 a float32 softmax may land.
const Rounding = 1e-5

// Validate reports whether the map can be shown: at least one token, layer and
// head, one of each if it has a name, as many heads in every layer, a [query][key] square over the tokens in
// every head, every weight and probability finite and in 0 to 1, weight
// exactly 0 wherever the key lies after the query, and vectors, if any, for
// every layer, head and token, finite and equally long. The error names layer, head, query and key, counted from 1.
func (m Map) Validate() error {
	seq := len(m.Tokens)
	switch {
	case seq == 0:
		return errors.New("the map has no tokens")
	case m.Unknown != nil && len(m.Unknown) != seq:
		return fmt.Errorf("%d unknown marks for %d tokens", len(m.Unknown), seq)
	case len(m.Attention) == 0:
		return errors.New("the map has no layers")
	case len(m.Attention[0]) == 0:
		return errors.New("layer 1 of the map has no heads")
	case m.Name != "" && (len(m.Attention) > 1 || len(m.Attention[0]) > 1):
		return fmt.Errorf("the map %q wants one layer of one head and has %d of %d", m.Name, len(m.Attention), len(m.Attention[0]))
	}
	if m.Vectors != nil && len(m.Vectors) != len(m.Attention) {
		return fmt.Errorf("vectors of %d layers for %d", len(m.Vectors), len(m.Attention))
	}
	if err := m.checkEffects(); err != nil {
		return err
	}
	for l, heads := range m.Attention {
		if len(heads) != len(m.Attention[0]) {
			return fmt.Errorf("layer %d has %d heads, layer 1 has %d", l+1, len(heads), len(m.Attention[0]))
		}
		if m.Vectors != nil && len(m.Vectors[l]) != len(heads) {
			return fmt.Errorf("layer %d: vectors of %d heads for %d", l+1, len(m.Vectors[l]), len(heads))
		}
		for h, weights := range heads {
			err := validateHead(weights, seq)
			if err == nil && m.Vectors != nil {
				err = m.Vectors[l][h].check(seq)
			}
			if err != nil {
				return fmt.Errorf("layer %d, head %d: %w", l+1, h+1, err)
			}
		}
	}
	if m.NextAt != nil && len(m.NextAt) != seq {
		return fmt.Errorf("predictions after %d tokens for %d", len(m.NextAt), seq)
	}
	for i, next := range m.NextAt {
		if err := ValidatePredictions(next); err != nil {
			return fmt.Errorf("after token %d: %w", i+1, err)
		}
	}
	return ValidatePredictions(m.Next)
}

// checkEffects reports whether the effects, if any, are one finite number for each head, and there is a prediction that they are of.
func (m Map) checkEffects() error {
	if m.Effects != nil && (len(m.Effects) != len(m.Attention) || len(m.Next) == 0) {
		return fmt.Errorf("effects of %d layers for %d, on %d predictions", len(m.Effects), len(m.Attention), len(m.Next))
	}
	for l, heads := range m.Effects {
		if len(heads) != len(m.Attention[l]) {
			return fmt.Errorf("layer %d: effects of %d heads for %d", l+1, len(heads), len(m.Attention[l]))
		}
		for h, e := range heads {
			if e-e != 0 { // NaN, which infinity less infinity is too
				return fmt.Errorf("layer %d, head %d: effect %v is not finite", l+1, h+1, e)
			}
		}
	}
	return nil
}

// validateHead checks the weights [query][key] of one head over seq tokens.
func validateHead(weights [][]float32, seq int) error {
	if len(weights) != seq {
		return fmt.Errorf("%d query rows for %d tokens", len(weights), seq)
	}
	for q, row := range weights {
		if len(row) != seq {
			return fmt.Errorf("query %d has %d keys for %d tokens", q+1, len(row), seq)
		}
		sum := 0.0
		for k, weight := range row {
			// Written so that NaN, which compares false, is refused too.
			if !(weight >= 0 && weight <= 1+Rounding) {
				return fmt.Errorf("query %d, key %d: weight %v is not in 0 to 1", q+1, k+1, weight)
			}
			if k > q && weight != 0 {
				return fmt.Errorf("query %d, key %d: weight %v, but a later key must weigh 0", q+1, k+1, weight)
			}
			sum += float64(weight)
		}
		if !(math.Abs(sum-1) <= Rounding) {
			return fmt.Errorf("query %d: its weights sum to %v, not to 1", q+1, sum)
		}
	}
	return nil
}

// ValidatePredictions checks that every probability is finite and in 0 to 1.
func ValidatePredictions(next []Prediction) error {
	for i, p := range next {
		if !(p.Probability >= 0 && p.Probability <= 1+Rounding) {
			return fmt.Errorf("prediction %d: probability %v is not in 0 to 1", i+1, p.Probability)
		}
	}
	return nil
}

// InRange checks that layer and head lie between lowest and the last there is.
func (m Map) InRange(layer, head, lowest int) error {
	if last := len(m.Attention) - 1; layer < lowest || layer > last {
		return fmt.Errorf("no layer %d: want %d to %d", layer, lowest, last)
	}
	if last := len(m.Attention[0]) - 1; head < lowest || head > last {
		return fmt.Errorf("no head %d: want %d to %d", head, lowest, last)
	}
	return nil
}

// Mean is the mean, [query][key], over one layer or [All], and one head or [All]. The map must be valid, and have them.
func (m Map) Mean(layer, head int) [][]float64 {
	layers, chosen := m.Attention, [][][]float32(nil)
	if layer != All {
		layers = layers[layer : layer+1]
	}
	for _, heads := range layers {
		if head != All {
			heads = heads[head : head+1]
		}
		chosen = append(chosen, heads...)
	}
	mean := make([][]float64, len(m.Tokens)) // [query][key]
	for q := range mean {
		mean[q] = make([]float64, len(m.Tokens))
		for k := range mean[q] {
			for _, weights := range chosen {
				mean[q][k] += float64(weights[q][k])
			}
			mean[q][k] /= float64(len(chosen))
		}
	}
	return mean
}

// Link is a key that one query attends to, and its weight.
type Link struct {
	Key    int
	Weight float64 // 0 to 1
}

// LeastEffect is the effect, in nats, from which on a prediction is said to depend on a head: the probability falls by a tenth or more.
const LeastEffect = 0.1

// Important returns the heads whose ablation lowers the log-probability of the likeliest next token by [LeastEffect] or more, the largest
// effect first; none where effects were not measured, and where there is only one head.
func (m Map) Important() []HeadEffect {
	var heads []HeadEffect
	for layer := range m.Effects {
		for head, effect := range m.Effects[layer] {
			if effect >= LeastEffect && len(m.Effects)*len(m.Effects[0]) > 1 {
				heads = append(heads, HeadEffect{Layer: layer, Head: head, Effect: effect})
			}
		}
	}
	slices.SortStableFunc(heads, func(a, b HeadEffect) int { return cmp.Compare(b.Effect, a.Effect) })
	return heads
}

// Links are the keys of one query row, the largest weight first and, among
// equals, the earlier key first: at most as many as asked for, or every one
// where most is 0 or less. Keys without weight, as those after the query, are
// no links.
func Links(row []float64, most int) []Link {
	var links []Link
	for k, weight := range row {
		if weight > 0 {
			links = append(links, Link{k, weight})
		}
	}
	slices.SortStableFunc(links, func(a, b Link) int { return cmp.Compare(b.Weight, a.Weight) })
	if most > 0 && len(links) > most {
		links = links[:most]
	}
	return links
}

// HeadVectors are what one head computed its weights from and what it made of them, as the hook points of the forward pass hold them. The
// weights are the softmax of the scores, and a score is query·key / sqrt(headDim).
type HeadVectors struct {
	Query, Key, Value [][]float32 // [seq][headDim], as the scores are computed from them
	Scores            [][]float32 // [query][key up to the query]
	Output            [][]float32 // [seq][headDim]: the sum of the values, each times its weight
}

// check reports whether there is a vector of each kind for seq tokens, all equally long, the scores of all keys that a query
// sees, and no number that is not finite.
func (v HeadVectors) check(seq int) error {
	for _, part := range []struct {
		name string
		rows [][]float32
	}{
		{"query vectors", v.Query}, {"key vectors", v.Key}, {"value vectors", v.Value},
		{"rows of scores", v.Scores}, {"output vectors", v.Output},
	} {
		if len(part.rows) != seq {
			return fmt.Errorf("%d %s for %d tokens", len(part.rows), part.name, seq)
		}
		for i, row := range part.rows {
			want := max(1, len(v.Query[0]))
			if part.name == "rows of scores" {
				want = i + 1
			}
			if len(row) != want {
				return fmt.Errorf("%s: position %d has %d numbers, want %d", part.name, i+1, len(row), want)
			}
			for j, x := range row {
				if x-x != 0 { // NaN, which infinity less infinity is too
					return fmt.Errorf("%s: position %d: number %d is %v", part.name, i+1, j+1, x)
				}
			}
		}
	}
	return nil
}

// PerHead returns a value for each head, [layers][heads].
func PerHead[T any](layers, heads int, of func(layer, head int) T) [][]T {
	all := make([][]T, layers)
	for layer := range all {
		all[layer] = make([]T, heads)
		for head := range all[layer] {
			all[layer][head] = of(layer, head)
		}
	}
	return all
}
