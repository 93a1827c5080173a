package embed

import (
	"math/rand/v2"
	"testing"

	"gorgonia.org/gorgonia"

	"attend/internal/node"
	"attend/internal/node/nodetest"
)

func TestTokensGradientWithRepeatedIds(t *testing.T) {
	table := nodetest.Normal(rand.New(rand.NewPCG(1, 0)), "table", 7, 5)
	nodetest.CheckGradients(t, 1e-4, []nodetest.Input{table}, func(g *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		ids, backing := node.IntInput(g, "ids", 11)
		copy(backing, []int{3, 0, 3, 6, 1, 3, 0, 5, 1, 6, 6})
		return Tokens("tokens", in[0], ids, nil)
	})
}

func TestAddPositionsGradientWithSeqBelowContext(t *testing.T) {
	const batch, seq, context, dim = 3, 5, 7, 2
	r := rand.New(rand.NewPCG(2, 0))
	inputs := []nodetest.Input{nodetest.Normal(r, "x", batch*seq, dim), nodetest.Normal(r, "table", context, dim)}
	nodetest.CheckGradients(t, 1e-4, inputs, func(_ *gorgonia.ExprGraph, in gorgonia.Nodes) (*gorgonia.Node, error) {
		return AddPositions("positions", in[0], in[1], seq)
	})
}
