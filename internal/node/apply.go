package node

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"
	"slices"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Operation is an operation of ours: a type that embeds [Op].
type Operation interface {
	gorgonia.Op
	shared() *Op
}

func (o *Op) shared() *Op { return o }

// Apply adds an operation to the graph of its inputs, as [gorgonia.ApplyOp] does.
//
// gorgonia takes nodes of one 32-bit hash for the same node. Where the hash of the new node is taken
// already, a salt is added to what is hashed, which depends on the graph alone. The name stays as
// it is: dropout masks are drawn by it.
func Apply(op Operation, inputs ...*gorgonia.Node) (*gorgonia.Node, error) {
	o := op.shared()
	if len(inputs) == 0 {
		return nil, fmt.Errorf("operation %q has no input", o.name)
	}
	of, ok := op.Type().(*hm.FunctionType)
	if !ok {
		return nil, fmt.Errorf("operation %q is no function of its inputs", o.name)
	}
	shape, err := op.InferShape()
	if err != nil {
		return nil, err
	}
	o.nodes, o.hashes = inputs, hashesOf(inputs)
	for o.hashes.taken(hashOf(of.Ret(true), shape, op.WriteHash, inputs)) {
		o.salt++
	}
	return gorgonia.ApplyOp(op, inputs...)
}

// hashOf returns the hash that gorgonia will give to a node of this type, shape and inputs: see
// WriteHash of gorgonia.Node.
func hashOf(of hm.Type, shape tensor.Shape, name func(hash.Hash), inputs gorgonia.Nodes) uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%v%v", of, shape)
	name(h)
	b := []byte{byte(len(inputs))}
	for _, in := range inputs {
		b = binary.LittleEndian.AppendUint32(b, in.Hashcode())
	}
	h.Write(b)
	return h.Sum32()
}

// hashes are those of the nodes of a graph. The operations of a graph share them.
type hashes struct {
	graph *gorgonia.ExprGraph
	seen  int // how many of the graph's nodes are in the set
	set   map[uint32]bool
}

// hashesOf returns those of the first input that has any, or else new ones.
func hashesOf(inputs gorgonia.Nodes) *hashes {
	for _, in := range inputs {
		if op, ours := in.Op().(Operation); ours && op.shared().hashes != nil {
			return op.shared().hashes
		}
	}
	return &hashes{graph: inputs[0].Graph(), set: map[uint32]bool{}}
}

// taken reports whether a node of the graph has the hash.
func (h *hashes) taken(hash uint32) bool {
	all := h.graph.AllNodes()
	for ; h.seen < len(all); h.seen++ {
		h.set[all[h.seen].Hashcode()] = true
	}
	return h.set[hash]
}

// inputName returns the name by which an input is added to a graph, which is all that its hash is made
// of beside its type: its own, or where a node of the graph has the hash of that, its own with a number.
func inputName(g *gorgonia.ExprGraph, name string, of hm.Type, shape tensor.Shape) string {
	salted := name
	for i := 1; ; i++ {
		hash := hashOf(of, shape, func(h hash.Hash) { fmt.Fprint(h, salted) }, nil)
		if !slices.ContainsFunc(g.AllNodes(), func(n *gorgonia.Node) bool { return n.Hashcode() == hash }) {
			return salted
		}
		salted = fmt.Sprintf("%s %d", name, i)
	}
}
