// Package attention holds the attention of a model as plain data: the [Map] of a sentence with the vectors that it was computed
// from, the [Frame]s of a training, a [Comparison], the answer to [Why] a word is predicted, what each [Head] attends to, and
// vectors as a [Scatter]. Packages run and analysis make these values, the packages under render show them. A map is read like
// this:
//
//	m, err := session.Map("The lion saw the zebra near the", 5)
//	weight := m.Attention[layer][head][query][key]        // each row sums to 1
//	for _, link := range attention.Links(m.Mean(attention.All, attention.All)[query], 3) {
//		fmt.Println(m.Tokens[link.Key], link.Weight)
//	}
//
// Validate, or a function whose name begins with Check, reports whether a value can be shown. JSON tags are the names of
// docs/json.md. Layers, heads, queries and keys count from 0.
package attention

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Map is the attention of one sentence as the operations computed it, or what an analysis computed from that.
type Map struct {
	// Name says what an analysis computed from the attention, such as "rollout over 2 layers". Such a map has one layer with one
	// head. "" means that this is the attention that the model computed.
	Name string `json:"name,omitempty"`
	Encoded
	Attention [][][][]float32 `json:"attention"` // [layers][heads][query][key]; each row sums to 1, 0 for key > query
	Next      []Prediction    `json:"next"`      // most likely next tokens, most likely first, after the last token
	// NextAt is [seq] the same after each token, the first few of Next after the last; nil unless requested, and in films of
	// older runs.
	NextAt  [][]Prediction  `json:"next_at,omitempty"`
	Vectors [][]HeadVectors `json:"-"` // [layers][heads] what the weights were computed from; nil unless requested
	// Effects is the effect of the zero ablation of each head: the fall of the log-probability of the most likely next token,
	// Next[0], when z of that head is 0, in nats, [layers][heads]; nil unless measured.
	Effects [][]float64 `json:"-"`
	// Products are the dot products of what two heads of a layer would add to the residual stream with a weight of 1: value times
	// output projection, [layers][key][head][head]; nil unless computed. See [Map.Norms].
	Products [][][][]float64 `json:"-"`
}

// All, as a layer or a head, means the mean over all of them.
const All = -1

// Source is the run that a result comes from: its folder, and the number of updates of its weights.
type Source struct {
	Run          string `json:"run"`
	Step         int    `json:"step"`          // updates of its weights
	TrainedSteps int    `json:"trained_steps"` // updates of its training, which may have kept earlier weights
	Weights      string `json:"weights"`       // which of the training: best, of the lowest held-out loss, or last
}

// Prediction is a possible next word, its id, and its probability, in 0 to 1.
type Prediction struct {
	Word        string  `json:"word"`
	ID          int     `json:"id"`
	Probability float64 `json:"probability"`
}

// Rounding is how far above 1 the sum of a float32 softmax may be.
const Rounding = 1e-5

// Validate returns an error unless the map can be shown. It needs at least one token, layer and head (one layer and one head if
// it has a name), the same number of heads in every layer, a square of weights [query][key] over the tokens in every head, and
// weights and probabilities that are finite and in 0 to 1. A weight must be exactly 0 if the key comes after the query. Vectors,
// if any, must exist for every layer, head and token, be finite and have one length. The error names layer, head, query and key,
// counted from 1.
func (m Map) Validate() error {
	seq := len(m.Tokens)
	switch {
	case seq == 0:
		return errors.New("the map has no tokens")
	case len(m.Attention) == 0:
		return errors.New("the map has no layers")
	case len(m.Attention[0]) == 0:
		return errors.New("layer 1 of the map has no heads")
	case m.Name != "" && (len(m.Attention) > 1 || len(m.Attention[0]) > 1):
		return fmt.Errorf("the map %q wants one layer of one head and has %d of %d", m.Name, len(m.Attention), len(m.Attention[0]))
	}
	if err := m.Encoded.check(); err != nil {
		return err
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

// checkEffects returns an error unless the effects, if any, are one finite number for each head of a map with a prediction.
func (m Map) checkEffects() error {
	if m.Effects != nil && (len(m.Effects) != len(m.Attention) || len(m.Next) == 0) {
		return fmt.Errorf("effects of %d layers for %d, on %d predictions", len(m.Effects), len(m.Attention), len(m.Next))
	}
	for l, heads := range m.Effects {
		if len(heads) != len(m.Attention[l]) {
			return fmt.Errorf("layer %d: effects of %d heads for %d", l+1, len(heads), len(m.Attention[l]))
		}
		for h, e := range heads {
			if e-e != 0 { // NaN, as is infinity minus infinity
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

// InRange returns an error unless layer and head lie between lowest and the last of the map.
func (m Map) InRange(layer, head, lowest int) error {
	if last := len(m.Attention) - 1; layer < lowest || layer > last {
		return fmt.Errorf("no layer %d: want %d to %d", layer, lowest, last)
	}
	if last := len(m.Attention[0]) - 1; head < lowest || head > last {
		return fmt.Errorf("no head %d: want %d to %d", head, lowest, last)
	}
	return nil
}

// Mean returns the mean of the weights, [query][key], over one layer or [All], and one head or [All]. The map must be valid and
// have that layer and head.
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

// Link is a key that a query attends to, and its weight.
type Link struct {
	Key    int
	Weight float64 // 0 to 1
}

// LeastEffect is the smallest effect, in nats, with which a prediction is said to depend on a head: the probability falls by a
// tenth.
const LeastEffect = 0.1

// Important returns the heads whose zero ablation lowers the log-probability of the most likely next token by at least
// [LeastEffect], the largest effect first. It returns none if effects were not measured or the model has a single head.
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

// Links returns the keys of one row of weights, sorted by weight, the largest first; of equal weights the earlier key comes
// first. It returns at most `most` keys, or all if most is 0 or less. Keys with weight 0, such as those after the query, are left
// out.
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

// HeadVectors are the vectors and scores of one head, as the hook points of the forward pass hold them:
//
//	score_qk = query_q · key_k / sqrt(headDim),  weights = softmax(scores),  z_q = sum_k weight_qk value_k
type HeadVectors struct {
	Query, Key, Value [][]float32 // [seq][headDim], as the scores are computed from them
	Scores            [][]float32 // [query][key up to the query]
	Z                 [][]float32 // [seq][headDim]: the sum of the values, each times its weight
}

// check returns an error unless there is a vector of each kind for each of seq tokens, all of one length, with the scores of all
// keys up to the query, and every number is finite.
func (v HeadVectors) check(seq int) error {
	for _, part := range []struct {
		name string
		rows [][]float32
	}{
		{"query vectors", v.Query}, {"key vectors", v.Key}, {"value vectors", v.Value},
		{"rows of scores", v.Scores}, {"z vectors", v.Z},
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
				return fmt.Errorf("%s: position %d has %d values, want %d", part.name, i+1, len(row), want)
			}
			for j, x := range row {
				if x-x != 0 { // NaN, as is infinity minus infinity
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
