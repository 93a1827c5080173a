package node

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

// Bypass takes a gradient around a branch of the graph. A node that two operations read has
// two gradients, one from each. gorgonia would add them by an operation that allocates
// its sum on every run. With a Bypass the later reader hands its gradient to the earlier one,
// which adds it in the pass that it makes anyway:
//
//	x --> first reader --> ... --> last reader (x, ...)
//	x <-- adds both    <-- ... <-- gives its gradient of x to the Bypass
//
// The last reader declares no gradient with respect to x. gorgonia differentiates it before
// the first reader, whose result it depends on. The zero value is ready for use.
type Bypass struct{ gradient *gorgonia.Node }

// Give hands the gradient over: for the SymDiff of the last reader.
func (b *Bypass) Give(gradient *gorgonia.Node) { b.gradient = gradient }

// With appends the gradient that was given to the inputs of the first reader's gradient. A nil
// Bypass appends nothing.
func (b *Bypass) With(inputs ...*gorgonia.Node) (gorgonia.Nodes, error) {
	if b == nil {
		return inputs, nil
	}
	if b.gradient == nil {
		return nil, fmt.Errorf("node: a bypass whose last reader has no gradient yet")
	}
	return append(inputs, b.gradient), nil
}
