package layers

import (
	"math"
	"testing"

	"attend/embed"
	"attend/internal/node/nodetest"
)

// variants returns models that differ in everything that decides their size.
func variants() []Config {
	var all []Config
	for _, positions := range embed.Schemes.Names() {
		for _, norm := range Norms.Names() {
			for _, tied := range []bool{true, false} {
				for _, dropout := range []float64{0, 0.1} {
					all = append(all, Config{Vocab: 113, Context: 97, Layers: 3, Heads: 5, Dim: 40, Hidden: 61,
						Positions: positions, Norm: norm, Activation: GELU, Init: GPT2Init, Tied: tied, Dropout: dropout})
				}
			}
		}
	}
	return all
}

func TestParameterCountIsThatOfTheParameters(t *testing.T) {
	for _, c := range variants() {
		if got, want := c.ParameterCount(), float64(ZeroParameters(c).Count()); got != want {
			t.Errorf("%+v: %v parameters, want %v", c, got, want)
		}
	}
}

// That of the gradients is tested in package train, where there is a loss.
func TestGraphBytesAreWhatTheGraphHolds(t *testing.T) {
	for _, c := range variants() {
		for _, training := range []bool{false, true} {
			o := Options{Batch: 7, Seq: 89, Training: training}
			weights, err := NewParameters(c, 1)
			if err != nil {
				t.Fatal(err)
			}
			tr, err := New(c, weights, o)
			if err != nil {
				t.Fatal(err)
			}
			var shared [][]float32
			for _, p := range weights.All() {
				shared = append(shared, p.Data)
			}
			held := float64(nodetest.Bytes(tr.ExprGraph, shared...))
			estimated := c.GraphBytes(o, false, Full(o.Seq)) - nodeBytes*c.nodes(false)
			// Operations hold a few words beside the numbers, such as shapes.
			if math.Abs(estimated-held) > 0.002*held {
				t.Errorf("%s %s tied=%v dropout=%v training=%v: estimated %.0f bytes, the graph holds %.0f (%.4f)",
					c.Positions, c.Norm, c.Tied, c.Dropout, training, estimated, held, estimated/held)
			}
			if nodes, got := float64(len(tr.ExprGraph.AllNodes())), c.nodes(false); math.Abs(nodes-got) > 20 {
				t.Errorf("%v nodes estimated of %v", got, nodes)
			}
		}
	}
}
