package analysis

import (
	"slices"

	"gonum.org/v1/gonum/floats"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/random"
	"attend/internal/run"
	"attend/layers"
)

// HeadMeans is the mean of z of each head over tokens of held-out text, [layer][head][headDim]. Mean ablation replaces z by it.
type HeadMeans [][][]float32

// ablate returns the edit of the mean ablation of a head.
func (m HeadMeans) ablate(layer, head int) run.Edit {
	return func(f *layers.Inference, sentence int) error {
		return f.Attention[layer].SetZ(sentence, head, m[layer][head])
	}
}

// ablateAt is ablate at the token of one position alone.
func (m HeadMeans) ablateAt(layer, head, position int) run.Edit {
	return editZ(layer, head, func(z kernel.Matrix) { copy(z.Row(position), m[layer][head]) })
}

// HeadOutputs is what ablations put in the place of z of a head: its mean over tokens of held-out text, or samples of it.
type HeadOutputs struct {
	Means HeadMeans

	samples [][][][]float32 // z of tokens drawn from the text, the same tokens for all heads, [layer][head][sample][headDim]
	seed    uint64
}

const (
	// outputSentences is the largest number of held-out sentences in the means and samples of [NewHeadOutputs].
	outputSentences = 500
	// mostTokens is the number of tokens that a measurement over held-out text reads at most, and mostLogits the number of
	// logits: a large vocabulary is measured on fewer tokens. One row is read in any case.
	mostTokens, mostLogits = 1 << 14, 7e7
	// outputSamples is the largest number of tokens that z is kept of.
	outputSamples = 1024
)

// NewHeadOutputs returns the means of z of every head over all tokens of held-out sentences, and z of up to 1,024 of these
// tokens, drawn without replacement with the seed of the run.
func NewHeadOutputs(r *run.Run, corpus *data.Corpus) (HeadOutputs, error) {
	if err := r.CheckText(corpus); err != nil {
		return HeadOutputs{}, err
	}
	c := r.Config
	sentences := inputs(measuredRows(r, corpus, outputSentences))
	total := countTokens(sentences)
	drawn := random.New(r.Settings.Seed, "samples of z").Perm(total)
	drawn = drawn[:min(outputSamples, total)]
	slices.Sort(drawn)

	sums := attention.PerHead(c.Layers, c.Heads, func(int, int) []float64 { return make([]float64, c.HeadDim()) })
	o := HeadOutputs{seed: r.Settings.Seed, samples: attention.PerHead(c.Layers, c.Heads, func(int,
		int) [][]float32 {
		return nil
	})}
	token, wide := 0, make([]float64, c.HeadDim())
	err := forward(r, each(sentences, nil, func(i int, out run.ForwardResult) {
		for position := range sentences[i] {
			_, keep := slices.BinarySearch(drawn, token)
			for layer := range sums {
				for head, sum := range sums[layer] {
					z := out.Z(layer, head, position)
					for j, x := range z {
						wide[j] = float64(x)
					}
					floats.Add(sum, wide)
					if keep {
						o.samples[layer][head] = append(o.samples[layer][head], slices.Clone(z))
					}
				}
			}
			token++
		}
	}))
	if err != nil {
		return HeadOutputs{}, err
	}
	o.Means = attention.PerHead(c.Layers, c.Heads, func(layer, head int) []float32 {
		mean := make([]float32, c.HeadDim())
		for j, sum := range sums[layer][head] {
			mean[j] = float32(sum / float64(total))
		}
		return mean
	})
	return o, nil
}

// resample returns the edit of the resample ablation of a head (Chan et al. 2022, "causal scrubbing"): z at every token of the
// sentence is replaced by z of another token, drawn from those of held-out text. Equal draws replace it by the same tokens in
// every head and every sentence; use another draw for each sentence that is measured.
func (o HeadOutputs) resample(layer, head, draw int) run.Edit {
	samples := o.samples[layer][head]
	return editZ(layer, head, func(z kernel.Matrix) {
		rng := random.New(o.seed, "resample ablation", uint64(draw))
		for row := z.Rows - 1; row >= 0; row-- { // the last token first, since a graph may compute no other
			copy(z.Row(row), samples[rng.IntN(len(samples))])
		}
	})
}

// editZ returns an edit of z of a head in a sentence, [length, headDim].
func editZ(layer, head int, change func(z kernel.Matrix)) run.Edit {
	return func(f *layers.Inference, sentence int) error {
		hook, err := f.HookPoint(hookName(layer, "attn.z"))
		if err != nil {
			return err
		}
		hook.Edit(sentence, func(heads []kernel.Matrix) { change(heads[head]) })
		return nil
	}
}

// measuredRows returns the first rows of the text that a model is measured on: at most so many, and as many as have few enough
// tokens and logits.
func measuredRows(r *run.Run, corpus *data.Corpus, most int) [][]int {
	set, _ := corpus.Measured()
	return firstTokens(set.Rows(r.Config.Context, most), tokensMeasured(r))
}

// tokensMeasured returns the number of tokens that a measurement reads at most.
func tokensMeasured(r *run.Run) int { return min(mostTokens, mostLogits/r.Config.Vocab) }

// firstTokens returns the first sequences that have at most so many predicted tokens together, but at least one of them.
func firstTokens(sequences [][]int, tokens int) [][]int {
	for i, s := range sequences {
		if tokens -= len(s) - 1; tokens < 0 {
			return sequences[:max(1, i)]
		}
	}
	return sequences
}

// countTokens returns the number of tokens in sentences.
func countTokens(sentences [][]int) (n int) {
	for _, ids := range sentences {
		n += len(ids)
	}
	return n
}
