package train

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"attend/embed"
	"attend/layers"
)

// A deep model is compiled in segments: it computes the bits that gorgonia's machine computes of the whole.
func TestDeepModelComputesTheSameBitsInSegments(t *testing.T) {
	c := layers.Config{Vocab: 13, Context: 7, Layers: 40, Heads: 3, Dim: 15, Hidden: 11,
		Positions: embed.Learned, Norm: layers.LayerNormName, Activation: layers.GELU, Init: layers.GPT2Init, Tied: true, Dropout: 0.1}
	_, build := toyModel(t, c)
	var gradients [2][][]float32
	var losses [2]float64
	for i := range 2 {
		r, err := newReplica(build, layers.Options{Batch: 2, Seq: 5, Training: true, Seed: 2}, true)
		if err != nil {
			t.Fatal(err)
		}
		defer r.machine.Close()
		ids, targets := make([]int, 10), make([]int, 10)
		chain{c.Vocab, 5}.Fill(1, ids, targets)
		r.load(ids, targets, 4, 1/float32(countTargets(targets)))
		run := r.run
		if i == 1 {
			vm := gorgonia.NewTapeMachine(r.ExprGraph)
			defer vm.Close()
			run = vm.RunAll
		}
		if err := run(); err != nil {
			t.Fatal(err)
		}
		losses[i] = r.lossValue()
		gradients[i] = r.gradients
	}
	if losses[0] != losses[1] || losses[0] == 0 {
		t.Errorf("loss %v in segments, %v as a whole", losses[0], losses[1])
	}
	for i := range gradients[0] {
		if !slices.Equal(gradients[0][i], gradients[1][i]) {
			t.Errorf("gradients of parameter %d differ", i)
		}
	}
}
