package analysis

import (
	"attend/data"
	"attend/internal/run"
	"attend/layers"
)

// HeadMeans is what each head puts out on average: [layer][head][headDim].
type HeadMeans [][][]float32

// meanSentences is how many sentences of the held-out text the means of heads are taken over.
const meanSentences = 500

// NewHeadMeans returns the mean output of every head over all tokens of held-out sentences, those that
// a head "off" is fixed to.
func NewHeadMeans(r *run.Run, corpus *data.Corpus) (HeadMeans, error) {
	if err := r.CheckText(corpus); err != nil {
		return nil, err
	}
	c := r.Config
	sums := make([][][]float64, c.Layers)
	for layer := range sums {
		sums[layer] = make([][]float64, c.Heads)
		for head := range sums[layer] {
			sums[layer][head] = make([]float64, c.HeadDim())
		}
	}
	session, err := r.NewSession(r.EvaluationBatch())
	if err != nil {
		return nil, err
	}
	defer session.Close()
	tokens := 0.0
	sentences := inputs(corpus.HeldOut.Rows(r.Config.Context, meanSentences))
	err = session.Forward(sentences, func(i int, reading run.Reading) error {
		tokens += float64(len(sentences[i]))
		for layer := range sums {
			for head, sum := range sums[layer] {
				for place := range sentences[i] {
					for j, x := range reading.Output(layer, head, place) {
						sum[j] += float64(x)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	means := make(HeadMeans, c.Layers)
	for layer := range means {
		means[layer] = make([][]float32, c.Heads)
		for head := range means[layer] {
			means[layer][head] = make([]float32, c.HeadDim())
			for j, sum := range sums[layer][head] {
				means[layer][head][j] = float32(sum / tokens)
			}
		}
	}
	return means, nil
}

// inputs returns what a model reads of sequences: all of each but its last token.
func inputs(sequences [][]int) [][]int {
	read := make([][]int, len(sequences))
	for i, s := range sequences {
		read[i] = s[:len(s)-1]
	}
	return read
}

// ablate fixes a head to its mean in one sentence of the batch.
func (m HeadMeans) ablate(f *layers.Inference, sentence, layer, head int) error {
	return f.Layers[layer].Fix(sentence, head, m[layer][head])
}
