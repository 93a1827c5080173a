package train

import (
	"fmt"
	"testing"

	"attend/embed"
	"attend/layers"
)

// modelShape is a model and its batch, as the peers are measured with: hidden is 4 dim, the head tied.
type modelShape struct{ batch, seq, vocab, layers, heads, dim int }

// benchmark times training steps: forward, backward, clip, AdamW, as ../shared/peers does for PyTorch.
func (s modelShape) benchmark(b *testing.B) {
	model := layers.Config{Vocab: s.vocab, Context: s.seq, Layers: s.layers, Heads: s.heads, Dim: s.dim, Hidden: 4 * s.dim,
		Positions: embed.Learned, Norm: layers.LayerNormName, Activation: layers.GELU, Init: layers.GPT2Init, Tied: true}
	training := toyTraining
	training.Batch, training.Seq, training.Steps, training.LearningRate, training.MinRate = s.batch, s.seq, 1<<30, 1e-4, 1e-4
	trainer, weights := toyTrainer(b, model, training)
	steps(b, trainer, 3) // the first steps touch fresh memory
	b.ReportAllocs()
	for b.Loop() {
		steps(b, trainer, 1)
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	tokens := float64(s.batch * s.seq)
	flops := 6*float64(weights.Count())*tokens + 12*float64(s.layers*s.seq*s.seq*s.dim*s.batch)
	b.ReportMetric(tokens/seconds, "tokens/s")
	b.ReportMetric(flops/seconds/1e9, "GFLOP/s")
}

// BenchmarkStep measures the shapes that the peers are measured at.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name  string
		shape modelShape
	}{
		{"toy", modelShape{16, 8, 32, 1, 2, 32}}, {"small", modelShape{32, 16, 64, 2, 4, 64}},
		{"nanogpt", modelShape{12, 64, 65, 4, 4, 128}}, {"mid", modelShape{8, 128, 256, 6, 6, 384}},
	} {
		b.Run(c.name, c.shape.benchmark)
	}
}

// BenchmarkGrowth measures how the cost of a token grows with the length of the sequence, the number
// of tokens in a batch held, and with the width.
func BenchmarkGrowth(b *testing.B) {
	for _, seq := range []int{64, 128, 256, 512, 1024} {
		b.Run(fmt.Sprintf("seq=%d", seq), modelShape{2048 / seq, seq, 65, 4, 4, 128}.benchmark)
	}
	for _, dim := range []int{64, 128, 256, 512} {
		b.Run(fmt.Sprintf("dim=%d", dim), modelShape{12, 64, 65, 4, 4, dim}.benchmark)
	}
}
