package analysis

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/random"
	"attend/internal/run"
)

// Reference is what [Why] compares a sentence with, measured on the text of the run: the outputs that replace those of ablated
// heads, the noise floor, and the words that can replace others.
type Reference struct {
	corpus  *data.Corpus
	outputs HeadOutputs
	floor   attention.NoiseFloor
}

// NewReference measures a reference on the held-out text of a run or, if nothing is held out, on its training text.
func NewReference(r *run.Run, corpus *data.Corpus) (*Reference, error) {
	outputs, err := NewHeadOutputs(r, corpus)
	if err != nil {
		return nil, err
	}
	reference := &Reference{corpus: corpus, outputs: outputs}
	reference.floor, err = noiseFloor(r, reference)
	return reference, err
}

// NoiseFloor returns the size of effects that is not distinguished from none.
func (r *Reference) NoiseFloor() attention.NoiseFloor { return r.floor }

// floorPredictions is the number of predictions that the noise floor is measured on, floorTokens the number of tokens of their
// sentences at most.
const (
	floorPredictions = 200
	floorTokens      = 8192
)

// noiseFloor measures the noise floor on random predictions.
func noiseFloor(r *run.Run, reference *Reference) (attention.NoiseFloor, error) {
	set, _ := reference.corpus.Measured()
	longest := min(r.Config.Context, set.LongestInput())
	rows := set.SpreadRows(r.Config.Context, max(1, min(floorPredictions, floorTokens/longest)))
	draw := random.New(r.Settings.Seed, "noise floor")
	var words []position // each row up to the predicting token, and the word to replace
	for _, row := range rows {
		if len(row) > 2 {
			ids := row[:2+draw.IntN(len(row)-2)]
			words = append(words, position{ids, draw.IntN(len(ids))})
		}
	}
	var queue []intervention
	var removed, others, differenceRemoved, differenceOthers []float64
	for i, c := range newReplacer(r, reference).choose(words) {
		ids := words[i].ids
		p := newPrediction(r, asked{Encoded: attention.Encoded{IDs: ids}, target: -1, against: -1})
		p.measure(func(run.ForwardResult) {})
		add := func(effects, differences *[]float64) func(effect measured) {
			return func(effect measured) {
				*effects = append(*effects, math.Abs(effect.logP))
				*differences = append(*differences, math.Abs(effect.difference))
			}
		}
		p.add(ids, p.query, removeAttention(attention.All, p.query, draw.IntN(len(ids))), add(&removed, &differenceRemoved))
		if len(c.ids) > 0 {
			p.add(replaced(ids, words[i].at, c.ids[draw.IntN(len(c.ids))]), words[i].at, nil, add(&others, &differenceOthers))
		}
		queue = append(queue, p.queue...)
	}
	if err := (passes{lastOnly: true}).forward(r, queue); err != nil {
		return attention.NoiseFloor{}, err
	}
	return attention.NoiseFloor{Removed: floorOf(removed), Replaced: floorOf(others), DifferenceRemoved: floorOf(differenceRemoved),
		DifferenceReplaced: floorOf(differenceOthers), Predictions: len(removed)}, nil
}

// floorOf returns the noise floor of the sizes of effects, see [attention.NoiseFloor].
func floorOf(effects []float64) float64 {
	if len(effects) == 0 {
		return attention.LeastEffect
	}
	slices.Sort(effects)
	return min(attention.MostFloor, max(attention.LeastEffect, 10*stat.Quantile(0.5, stat.LinInterp, effects, nil)))
}
