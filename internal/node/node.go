// Package node turns an operation of ours into a node of a gorgonia graph.
//
// An operation is a type that embeds [Op], which answers everything gorgonia asks of an operation; the type itself adds
// Forward and, unless it has no gradient, Backward:
//
//	type double struct{ node.Op }
//
//	func (d *double) Forward(in ...gorgonia.Value) { kernel.Add(d.Out(), node.Floats(in[0]), node.Floats(in[0])) }
//
//	y, err := node.Apply(&double{node.New("y", x.Shape(), x)})
//
// Each operation owns its output tensor and returns that same tensor on every run, so a run allocates nothing for it.
//
// gorgonia takes two nodes for one when they have the same 32-bit hash. So each operation
// carries a name that is unique in its graph, the hash is made of the name, [Apply] salts it where the
// hash is taken already, and [CheckUnique] shows after building that no two nodes collide.
package node

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Operation is an operation of ours: a type that embeds [Op]. One with a gradient is [Differentiable].
type Operation interface {
	gorgonia.Op
	// Forward computes the results from the inputs.
	Forward(in ...gorgonia.Value)
	shared() *Op
}

// Op is the part that all our operations share: a name, the inputs and the results.
type Op struct {
	name    string
	salt    int            // of the hash, 0 unless another node of the graph had it; see Apply
	hashes  *hashes        // of the graph, once the operation was applied
	inputs  gorgonia.Nodes // in the graph that runs
	results []gorgonia.Value
	self    Operation // what embeds this, once it was applied

	gradients []inputGradient // by input
	sentences *Sentences      // of the batch, or nil
	onDone    []func()
}

// New returns the shared part of an operation whose output has the given shape.
// The name must be unique in the graph.
func New(name string, shape tensor.Shape, inputs ...*gorgonia.Node) Op {
	return of(name, []gorgonia.Value{NewTensor(shape)}, inputs)
}

// NewScalar returns the shared part of an operation whose output is a single number, [Op.Scalar].
func NewScalar(name string, inputs ...*gorgonia.Node) Op {
	return of(name, []gorgonia.Value{gorgonia.NewF32(0)}, inputs)
}

// NewSeveral returns the shared part of an operation with several results: see [ApplySeveral].
func NewSeveral(name string, shapes []tensor.Shape, inputs ...*gorgonia.Node) Op {
	var results []gorgonia.Value
	for _, shape := range shapes {
		results = append(results, NewTensor(shape))
	}
	return of(name, results, inputs)
}

func of(name string, results []gorgonia.Value, inputs gorgonia.Nodes) Op {
	gradients := make([]inputGradient, len(inputs))
	return Op{name: name, results: results, inputs: inputs, gradients: gradients, sentences: sentencesOf(inputs)}
}

// NewTensor returns a tensor of zeros.
func NewTensor(shape tensor.Shape) *tensor.Dense {
	return tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
}

func (o *Op) shared() *Op { return o }

// Result returns the output: what Do returns.
func (o *Op) Result() gorgonia.Value { return o.results[0] }

// Results returns the results of an operation with several.
func (o *Op) Results() []gorgonia.Value { return o.results }

// Out returns the elements of the output, row-major.
func (o *Op) Out() []float32 { return Floats(o.results[0]) }

// Scalar returns the output of an operation made by [NewScalar].
func (o *Op) Scalar() *gorgonia.F32 { return o.results[0].(*gorgonia.F32) }

// OnDone has a function read the output, or change it, right after the operation has computed it, in every run that follows,
// before any other operation reads it.
func (o *Op) OnDone(f func()) { o.onDone = append(o.onDone, f) }

// Do computes the output.
func (o *Op) Do(in ...gorgonia.Value) (gorgonia.Value, error) {
	o.self.Forward(in...)
	for _, f := range o.onDone {
		f()
	}
	return o.results[0], nil
}

// Name returns the operation's name.
func (o *Op) Name() string { return o.name }

// Arity returns the number of inputs.
func (o *Op) Arity() int { return len(o.inputs) }

// Type returns the operation's type: from the types of its inputs to that of the output.
func (o *Op) Type() hm.Type {
	var types []hm.Type
	for _, in := range o.inputs {
		types = append(types, in.Type())
	}
	return hm.NewFnType(append(types, gorgonia.TypeOf(o.results[0]))...)
}

// InferShape returns the shape of the output, fixed when the operation was made.
func (o *Op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return o.results[0].Shape().Clone(), nil
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

// IntInput adds an input of whole numbers to the graph and returns it with the slice
// that holds its elements: write there before each run.
func IntInput(g *gorgonia.ExprGraph, name string, n int) (*gorgonia.Node, []int) {
	backing := make([]int, n)
	value := tensor.New(tensor.WithShape(n), tensor.WithBacking(backing))
	return input(g, name, tensor.Int, value), backing
}

// Input adds an input of float32 numbers to the graph over a slice that the caller
// keeps. Each graph gets a tensor header of its own, since gorgonia changes headers
// while it runs; the numbers are shared.
func Input(g *gorgonia.ExprGraph, name string, shape []int, backing []float32) *gorgonia.Node {
	value := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
	return input(g, name, tensor.Float32, value)
}

// input adds a tensor as an input to the graph.
func input(g *gorgonia.ExprGraph, name string, of tensor.Dtype, value *tensor.Dense) *gorgonia.Node {
	shape := value.Shape()
	name = inputName(g, name, gorgonia.TensorType{Dims: len(shape), Of: of}, shape)
	return gorgonia.NewTensor(g, of, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name), gorgonia.WithValue(value))
}

// Floats returns the elements of a float32 tensor.
func Floats(v gorgonia.Value) []float32 { return v.(*tensor.Dense).Float32s() }

// Ints returns the elements of an int tensor.
func Ints(v gorgonia.Value) []int { return v.(*tensor.Dense).Ints() }

// constant is an operation of gorgonia that stands for a value.
type constant interface{ Value() gorgonia.Value }

// Result returns where the value of a node can be read after a run, and which node must run for it: for one of several results
// the operation that computes them all, or else the node itself. An operation of gorgonia is an error: other nodes share its
// memory.
func Result(n *gorgonia.Node) (runs *gorgonia.Node, value gorgonia.Value, err error) {
	switch op := n.Op().(type) {
	case nil:
		return n, n.Value(), nil
	case constant:
		return n, op.Value(), nil
	case *part:
		return op.inputs[0], op.Result(), nil
	case Operation:
		return n, op.shared().Result(), nil
	}
	return nil, nil, fmt.Errorf("%v is computed by gorgonia, which allocates on every run: use operations of package node alone", n)
}
