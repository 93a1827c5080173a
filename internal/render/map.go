package render

import (
	"errors"
	"fmt"
)

// Map is the attention of one sentence, as the ops computed it.
type Map struct {
	Text      string          // the sentence as typed
	Tokens    []string        // [seq] display spelling, boundary token first for word runs
	Unknown   []bool          // [seq] token i is not in the run's vocabulary (nil: all known)
	Attention [][][][]float32 // [layers][heads][query][key]; each row sums to 1, 0 for key > query
	Next      []Prediction    // most likely next tokens, most likely first, after the last token
	Vectors   *Vectors        // what the weights were computed from; nil unless asked for
}

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

// rounding is how far above 1 a float32 softmax may land.
const rounding = 1e-5

// Validate tells whether the map can be shown: at least one token, layer and
// head, as many heads in every layer, a [query][key] square over the tokens in
// every head, every weight and probability finite and in 0 to 1, weight
// exactly 0 wherever the key lies after the query, and vectors, if any, for
// every layer, head and token, finite and equally long. The error names the place,
// counted from 0 as in the slices.
func (m Map) Validate() error {
	if err := m.check(); err != nil {
		return fmt.Errorf("%w", err)
	}
	return nil
}

// check is Validate without the name of the package before the error, for
// callers that put a place there.
func (m Map) check() error {
	seq := len(m.Tokens)
	switch {
	case seq == 0:
		return errors.New("the map has no tokens")
	case m.Unknown != nil && len(m.Unknown) != seq:
		return fmt.Errorf("%d unknown marks for %d tokens", len(m.Unknown), seq)
	case len(m.Attention) == 0:
		return errors.New("the map has no layers")
	case len(m.Attention[0]) == 0:
		return errors.New("layer 0 of the map has no heads")
	}
	for l, heads := range m.Attention {
		if len(heads) != len(m.Attention[0]) {
			return fmt.Errorf("layer %d has %d heads, layer 0 has %d", l, len(heads), len(m.Attention[0]))
		}
		for h, weights := range heads {
			if err := validateHead(weights, seq); err != nil {
				return fmt.Errorf("layer %d, head %d: %w", l, h, err)
			}
		}
	}
	if err := validatePredictions(m.Next); err != nil || m.Vectors == nil {
		return err
	}
	return m.Vectors.check(len(m.Attention), len(m.Attention[0]), seq)
}

// validateHead checks the weights [query][key] of one head over seq tokens.
func validateHead(weights [][]float32, seq int) error {
	if len(weights) != seq {
		return fmt.Errorf("%d query rows for %d tokens", len(weights), seq)
	}
	for q, row := range weights {
		if len(row) != seq {
			return fmt.Errorf("query %d has %d keys for %d tokens", q, len(row), seq)
		}
		for k, weight := range row {
			// Written so that NaN, which compares false, is refused too.
			if !(weight >= 0 && weight <= 1+rounding) {
				return fmt.Errorf("query %d, key %d: weight %v is not in 0 to 1", q, k, weight)
			}
			if k > q && weight != 0 {
				return fmt.Errorf("query %d, key %d: weight %v, but a later key must weigh 0", q, k, weight)
			}
		}
	}
	return nil
}

// validatePredictions checks that every probability is finite and in 0 to 1.
func validatePredictions(next []Prediction) error {
	for i, p := range next {
		if !(p.Probability >= 0 && p.Probability <= 1+rounding) {
			return fmt.Errorf("prediction %d: probability %v is not in 0 to 1", i, p.Probability)
		}
	}
	return nil
}

// Mean is the mean over all layers and heads, [query][key]; nil when the map
// is not valid.
func (m Map) Mean() [][]float64 {
	if m.Validate() != nil {
		return nil
	}
	return m.mean(all, all)
}

// Head is the attention of one head, [query][key]. Layer and head count from
// 0; the error names the valid range.
func (m Map) Head(layer, head int) ([][]float64, error) {
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if err := m.inRange(layer, head, 0); err != nil {
		return nil, err
	}
	return m.mean(layer, head), nil
}

// inRange checks that layer and head lie between lowest and the last there is.
func (m Map) inRange(layer, head, lowest int) error {
	if last := len(m.Attention) - 1; layer < lowest || layer > last {
		return fmt.Errorf("no layer %d: want %d to %d", layer, lowest, last)
	}
	if last := len(m.Attention[0]) - 1; head < lowest || head > last {
		return fmt.Errorf("no head %d: want %d to %d", head, lowest, last)
	}
	return nil
}

// mean is the mean, [query][key], over one layer or all, and one head or all.
func (m Map) mean(layer, head int) [][]float64 {
	layers := m.Attention
	if layer != all {
		layers = layers[layer : layer+1]
	}
	seq := len(m.Tokens)
	sum := make([][]float64, seq) // [query][key]
	for q := range sum {
		sum[q] = make([]float64, seq)
	}
	count := 0
	for _, heads := range layers {
		if head != all {
			heads = heads[head : head+1]
		}
		for _, weights := range heads {
			count++
			for q, row := range weights {
				for k, weight := range row {
					sum[q][k] += float64(weight)
				}
			}
		}
	}
	for q := range sum {
		for k := range sum[q] {
			sum[q][k] /= float64(count)
		}
	}
	return sum
}
