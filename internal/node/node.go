// Package node adds operations written in this project to a gorgonia graph.
//
// An operation is a type that embeds [Op], which implements the interface gorgonia.Op. The type adds the method Forward and, if
// it has a gradient, Backward, see [Differentiable]:
//
//	type double struct{ node.Op }
//
//	func (d *double) Forward(in ...gorgonia.Value) { kernel.Add(d.Out(), node.Floats(in[0]), node.Floats(in[0])) }
//
//	y, err := node.Apply(&double{node.New("y", x.Shape(), x)})
//
// A [Machine] compiles and runs the graph. Each operation owns its output tensor and returns the same tensor on every run, so
// that a run allocates no memory for it.
//
// gorgonia identifies nodes by a 32-bit hash. So each operation has a name that is unique in its graph and determines the hash,
// [Apply] changes the hash if another node has it, and [CheckUnique] returns an error if two nodes still have the same.
package node

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Operation is a type that embeds [Op]. An operation with a gradient is [Differentiable].
type Operation interface {
	gorgonia.Op
	// Forward computes the results from the inputs.
	Forward(in ...gorgonia.Value)
	shared() *Op
}

// Op is the common part of all operations of this package: name, inputs and results.
type Op struct {
	name    string
	salt    int            // added to the hash, 0 unless another node of the graph has the hash; see Apply
	hashes  *hashes        // of the graph, set by Apply
	inputs  gorgonia.Nodes // in the graph that is run
	results []gorgonia.Value
	self    Operation // the value that embeds this Op, set by Apply

	gradients []inputGradient // by input
	sentences *Sentences      // of the batch, or nil
	onDone    []func()
}

// New returns the Op of an operation with an output of the given shape. The name must be unique in the graph.
func New(name string, shape tensor.Shape, inputs ...*gorgonia.Node) Op {
	return of(name, []gorgonia.Value{NewTensor(shape)}, inputs)
}

// NewScalar returns the Op of an operation whose output is a single number, [Op.Scalar].
func NewScalar(name string, inputs ...*gorgonia.Node) Op {
	return of(name, []gorgonia.Value{gorgonia.NewF32(0)}, inputs)
}

// NewSeveral returns the Op of an operation with several results, see [ApplySeveral].
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

// Result returns the output.
func (o *Op) Result() gorgonia.Value { return o.results[0] }

// Results returns the results of an operation with several.
func (o *Op) Results() []gorgonia.Value { return o.results }

// Out returns the elements of the output, row-major.
func (o *Op) Out() []float32 { return Floats(o.results[0]) }

// Scalar returns the output of an operation made by [NewScalar].
func (o *Op) Scalar() *gorgonia.F32 { return o.results[0].(*gorgonia.F32) }

// OnDone adds a function that every later run calls right after the operation has computed its output. The function may read or
// change the output before other operations read it.
func (o *Op) OnDone(f func()) { o.onDone = append(o.onDone, f) }

// Do computes the output and calls the functions of [Op.OnDone].
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

// Type returns the function type of the operation, from the types of its inputs to the type of its output.
func (o *Op) Type() hm.Type {
	var types []hm.Type
	for _, in := range o.inputs {
		types = append(types, in.Type())
	}
	return hm.NewFnType(append(types, gorgonia.TypeOf(o.results[0]))...)
}

// InferShape returns the shape of the output.
func (o *Op) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	return o.results[0].Shape().Clone(), nil
}

// ReturnsPtr returns false, so that the machine calls Do.
func (o *Op) ReturnsPtr() bool { return false }

// CallsExtern returns false: the operation is Go code.
func (o *Op) CallsExtern() bool { return false }

// OverwritesInput returns -1: the operation does not write its inputs.
func (o *Op) OverwritesInput() int { return -1 }

// WriteHash writes the name, which identifies the operation, and the salt if it is not 0.
func (o *Op) WriteHash(h hash.Hash) {
	fmt.Fprint(h, "attend ", o.name)
	if o.salt > 0 {
		fmt.Fprint(h, " ", o.salt)
	}
}

// Hashcode returns the 32-bit FNV-1a hash of the bytes of WriteHash.
func (o *Op) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// String returns the name.
func (o *Op) String() string { return o.name }

// IntInput adds an input [n] of integers to the graph. It returns the node and the slice of its elements, which the caller sets
// before each run.
func IntInput(g *gorgonia.ExprGraph, name string, n int) (*gorgonia.Node, []int) {
	backing := make([]int, n)
	value := tensor.New(tensor.WithShape(n), tensor.WithBacking(backing))
	return input(g, name, tensor.Int, value), backing
}

// Input adds an input of float32 values to the graph. The elements are those of backing, which several graphs may share. Each
// graph has a separate tensor header, since gorgonia changes headers during a run.
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

// constant is the operation of a constant in gorgonia.
type constant interface{ Value() gorgonia.Value }

// Result returns the value of a node, to be read after a run, and the node that computes it: for one of several results the
// operation of all results, otherwise the node itself. It returns an error for an operation of gorgonia, since other nodes may
// share its memory.
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
	return nil, nil, fmt.Errorf("%v is an operation of gorgonia, which allocates on every run: use only operations of package node", n)
}
