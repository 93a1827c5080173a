package node

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"attend/internal/param"
)

// Ids adds an input of whole numbers to the graph and returns it with the slice
// that holds its elements: write there before each run.
func Ids(g *gorgonia.ExprGraph, name string, n int) (*gorgonia.Node, []int) {
	backing := make([]int, n)
	value := tensor.New(tensor.WithShape(n), tensor.WithBacking(backing))
	return gorgonia.NewTensor(g, tensor.Int, 1, gorgonia.WithShape(n), gorgonia.WithName(name), gorgonia.WithValue(value)), backing
}

// Weights adds an input of float32 numbers to the graph over a slice that the caller
// keeps. Each graph gets a tensor header of its own, since gorgonia changes headers
// while it runs; the numbers are shared.
func Weights(g *gorgonia.ExprGraph, name string, shape []int, backing []float32) *gorgonia.Node {
	value := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
	return gorgonia.NewTensor(g, tensor.Float32, len(shape), gorgonia.WithShape(shape...), gorgonia.WithName(name), gorgonia.WithValue(value))
}

// Param adds a parameter to the graph.
func Param(g *gorgonia.ExprGraph, p *param.Param) *gorgonia.Node {
	return Weights(g, p.Name, p.Shape, p.Data)
}
