package train

import (
	"math"
	"testing"

	"attend/embed"
	"attend/internal/node/nodetest"
	"attend/layers"
)

// The graphs of all models that differ in what decides their size hold what was estimated, with
// gradients and without.
func TestBytesAreWhatTheGraphsHold(t *testing.T) {
	for _, positions := range embed.Schemes.Names() {
		for _, norm := range layers.Norms.Names() {
			for _, tied := range []bool{true, false} {
				for _, dropout := range []float64{0, 0.1} {
					c := layers.Config{Vocab: 113, Context: 97, Layers: 3, Heads: 5, Dim: 40, Hidden: 61,
						Positions: positions, Norm: norm, Activation: layers.GELU, Init: layers.GPT2Init, Tied: tied, Dropout: dropout}
					for _, gradients := range []bool{true, false} {
						checkBytes(t, c, gradients)
					}
				}
			}
		}
	}
}

func checkBytes(t *testing.T, c layers.Config, gradients bool) {
	t.Helper()
	weights, build := toyModel(t, c)
	o := layers.Options{Batch: 7, Seq: 89, Training: gradients}
	r, err := newReplica(build, o, gradients)
	if err != nil {
		t.Fatal(err)
	}
	defer r.machine.Close()
	if err := r.run(); err != nil { // some memory is taken by the first run
		t.Fatal(err)
	}
	var shared [][]float32
	for _, p := range weights.All() {
		shared = append(shared, p.Data)
	}
	held := float64(nodetest.Bytes(r.ExprGraph, shared...))
	l := layers.Full(o.Seq)
	empty := c // of all but the nodes
	estimated := c.GraphBytes(o, gradients, l) + lossBytes(c, o, gradients, l)
	empty.Vocab, empty.Dim, empty.Hidden, empty.Heads, empty.Context = 0, 0, 0, 0, 0
	o.Batch = 0
	estimated -= empty.GraphBytes(o, gradients, layers.Full(0))
	if math.Abs(estimated-held) > 0.002*held {
		t.Errorf("%s %s tied=%v dropout=%v gradients=%v: estimated %.0f bytes, the graph holds %.0f (%.4f)",
			c.Positions, c.Norm, c.Tied, c.Dropout, gradients, estimated, held, estimated/held)
	}
}
