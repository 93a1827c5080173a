package node

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// part hands on one of several results of its single input. An operation of gorgonia
// has one output; where one pass yields several gradients, one node computes them
// into tensors of its own and a part for each hands it on. The edge between
// them makes the machine run the pass first.
type part struct {
	Op
	source *gorgonia.Node
}

// Part returns the node that hands on result, which the operation of source fills.
func Part(name string, source *gorgonia.Node, result *tensor.Dense) (*gorgonia.Node, error) {
	return Apply(&part{Of(name, result, source), source}, source)
}

// Do returns the tensor that the source has filled.
func (p *part) Do(...gorgonia.Value) (gorgonia.Value, error) { return p.Result(), nil }

// Result says where the value of a node of ours can be read after a run, and which node
// must run for it: the source of a [Part], whose own running would only hand the value on,
// or else the node itself.
func Result(n *gorgonia.Node) (runs *gorgonia.Node, value gorgonia.Value, ok bool) {
	if p, isPart := n.Op().(*part); isPart {
		return p.source, p.Result(), true
	}
	op, ours := n.Op().(interface{ Result() gorgonia.Value })
	if !ours {
		return n, nil, false
	}
	return n, op.Result(), true
}
