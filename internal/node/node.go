// Package node turns an operation of ours into a node of a gorgonia graph.
//
// An operation is a type that embeds [Op], which answers everything gorgonia asks
// of an operation but what it computes; the type itself adds Do (the forward pass) and
// SymDiff (the nodes of its gradient). Each operation owns its output tensor and
// returns that same tensor on every run, so a run allocates nothing for it.
//
// gorgonia takes two nodes for one when they have the same 32-bit hash. So each operation
// carries a name that is unique in its graph, the hash is made of the name, [Apply] salts it where the
// hash is taken already, and [CheckUnique] shows after building that no two nodes collide.
//
// Read in this order: node.go, apply.go, sentences.go, part.go, fork.go, input.go, machine.go.
package node

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Op is the part that all our operations share: a name, the types of the inputs and
// the output tensor.
type Op struct {
	name   string
	salt   int     // of the hash, 0 unless another node of the graph had it; see Apply
	hashes *hashes // of the graph, once the operation was applied
	inputs []hm.Type
	nodes  gorgonia.Nodes // the inputs, once the operation was applied
	out    *tensor.Dense
	data   []float32 // of out

	sentences *Sentences // of the batch, or nil
	onDone    []func()
}

// New returns the shared part of an operation whose output has the given shape.
// The name must be unique in the graph.
func New(name string, shape tensor.Shape, inputs ...*gorgonia.Node) Op {
	return Of(name, tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...)), inputs...)
}

// Of returns the shared part of an operation whose output is the given tensor.
func Of(name string, out *tensor.Dense, inputs ...*gorgonia.Node) Op {
	types := make([]hm.Type, len(inputs))
	for i, in := range inputs {
		types[i] = in.Type()
	}
	return Op{name: name, inputs: types, out: out, data: Floats(out), sentences: sentencesOf(inputs)}
}

// Out returns the elements of the output, row-major.
func (o *Op) Out() []float32 { return o.data }

// Result returns the output tensor: what Do returns.
func (o *Op) Result() gorgonia.Value { return o.out }

// OnDone has a function look at the output, or change it, right after the operation has computed it, in every run that follows,
// before any other operation reads it.
func (o *Op) OnDone(f func()) { o.onDone = append(o.onDone, f) }

// Done calls the functions of [Op.OnDone] and returns the output tensor: what Do returns.
func (o *Op) Done() gorgonia.Value {
	for _, f := range o.onDone {
		f()
	}
	return o.out
}

// Dense returns the output tensor, to be kept beside others.
func (o *Op) Dense() *tensor.Dense { return o.out }

// Name returns the operation's name.
func (o *Op) Name() string { return o.name }

// Arity returns the number of inputs.
func (o *Op) Arity() int { return len(o.inputs) }

// Type returns the operation's type: from the types of its inputs to a float32
// tensor with the axes of the output.
func (o *Op) Type() hm.Type {
	types := append([]hm.Type{}, o.inputs...)
	return hm.NewFnType(append(types, gorgonia.TensorType{Dims: o.out.Dims(), Of: tensor.Float32})...)
}

// InferShape returns the shape of the output, fixed when the operation was made.
func (o *Op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return o.out.Shape().Clone(), nil
}

// ReturnsPtr is false: the machine must call Do and nothing else.
func (o *Op) ReturnsPtr() bool { return false }

// CallsExtern is false: no code outside Go.
func (o *Op) CallsExtern() bool { return false }

// OverwritesInput is -1: inputs are only read.
func (o *Op) OverwritesInput() int { return -1 }

// WriteHash writes the name, which stands for the whole operation, and the salt, if any.
func (o *Op) WriteHash(h hash.Hash) {
	fmt.Fprint(h, "attend ", o.name)
	if o.salt > 0 {
		fmt.Fprint(h, " ", o.salt)
	}
}

// Hashcode returns the 32-bit hash of what WriteHash writes.
func (o *Op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// String returns the name, for pictures of the graph.
func (o *Op) String() string { return o.name }

// Differentiable tells gorgonia which inputs have a gradient.
func Differentiable(inputs ...bool) []bool { return inputs }

// Floats returns the elements of a float32 tensor that an operation received.
func Floats(v gorgonia.Value) []float32 { return v.(*tensor.Dense).Float32s() }

// Ints returns the elements of an int tensor that an operation received.
func Ints(v gorgonia.Value) []int { return v.(*tensor.Dense).Ints() }

// CheckUnique returns an error if two nodes of the graph hash alike, since gorgonia
// would silently compute one of them in place of both, or if two operations of ours have
// one name. It cannot see a second operation of the same name and inputs: gorgonia has
// dropped that one while the graph was built.
func CheckUnique(g *gorgonia.ExprGraph) error {
	seen, named := map[uint32]*gorgonia.Node{}, map[string]bool{}
	for _, n := range g.AllNodes() {
		if other, ok := seen[n.Hashcode()]; ok && other != n {
			return fmt.Errorf("node: %v and %v have the same hash %#x: rename one", other, n, n.Hashcode())
		}
		seen[n.Hashcode()] = n
		if op, ours := n.Op().(interface{ Name() string }); ours {
			if named[op.Name()] {
				return fmt.Errorf("node: two operations are named %q: rename one", op.Name())
			}
			named[op.Name()] = true
		}
	}
	return nil
}
