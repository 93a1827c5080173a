package node

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Ids adds an input of whole numbers to the graph and returns it with the slice
// that holds its elements: write there before each run.
func Ids(g *gorgonia.ExprGraph, name string, n int) (*gorgonia.Node, []int) {
	backing := make([]int, n)
	value := tensor.New(tensor.WithShape(n), tensor.WithBacking(backing))
	return input(g, name, tensor.Int, value), backing
}

// Weights adds an input of float32 numbers to the graph over a slice that the caller
// keeps. Each graph gets a tensor header of its own, since gorgonia changes headers
// while it runs; the numbers are shared.
func Weights(g *gorgonia.ExprGraph, name string, shape []int, backing []float32) *gorgonia.Node {
	value := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
	return input(g, name, tensor.Float32, value)
}

// input adds a tensor as an input to the graph.
func input(g *gorgonia.ExprGraph, name string, of tensor.Dtype, value *tensor.Dense) *gorgonia.Node {
	shape := value.Shape()
	name = inputName(g, name, gorgonia.TensorType{Dims: len(shape), Of: of}, shape)
	return gorgonia.NewTensor(g, of, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name), gorgonia.WithValue(value))
}
