package layers

import (
	"math"

	"gorgonia.org/gorgonia"

	"attend/internal/choice"
	"attend/internal/kernel"
	"attend/internal/node"
	"attend/internal/param"
)

// Norm normalises the inputs [rows, dim] of attention, feed-forward network and unembedding.
type Norm interface {
	// apply adds the norm to the graph.
	apply(g *builder, x *gorgonia.Node) *gorgonia.Node
	// memory returns what a graph stores of the norm for each token.
	memory() perToken
	// Direction returns the linear function of x that the product of the norm's output with a vector u is once the scale of the
	// norm is fixed as computed for x:
	//
	//	norm(x) · u = direction · x + constant
	//
	//	x, u, direction [dim]
	Direction(params *param.Set, x []float32, u []float64) (direction []float64, constant float64)
}

// LayerNormName is the name of [LayerNorm] among the norms.
const LayerNormName = "layernorm"

// Norms is the table that --norm selects from. An entry adds the parameters of a norm to a scope and returns the norm.
var Norms = choice.Table[func(s param.Scope, dim int) Norm]{
	{Name: LayerNormName, Choice: newLayerNorm},
}

// LayerNormEpsilon is added to the variance, so that a constant row gives no division by 0. It is GPT-2's value.
const LayerNormEpsilon = 1e-5

// LayerNorm normalises row by row:
//
//	y = gain (x - mean) / sqrt(variance + 1e-5) + bias
//
//	x, y [rows, dim]
//
// Source: Ba, Kiros and Hinton 2016.
type LayerNorm struct {
	name       string
	Gain, Bias *param.Param // [dim]
}

func newLayerNorm(s param.Scope, dim int) Norm {
	return LayerNorm{s.Name(), s.Add("gain", param.Ones, dim), s.Add("bias", nil, dim)}
}

func (l LayerNorm) apply(g *builder, x *gorgonia.Node) *gorgonia.Node {
	return g.must(applyLayerNorm(l.name, x, g.param(l.Gain), g.param(l.Bias)))
}

// Direction returns gain u / sqrt(variance + 1e-5), from which its mean is subtracted, since the norm subtracts the mean of x;
// and bias · u.
func (l LayerNorm) Direction(params *param.Set, x []float32, u []float64) (direction []float64, constant float64) {
	gain, bias := params.Get(l.Gain.Name).Data, params.Get(l.Bias.Name).Data
	n := float64(len(x))
	mean, variance, sum := 0.0, 0.0, 0.0
	for _, v := range x {
		mean += float64(v) / n
	}
	for _, v := range x {
		variance += (float64(v) - mean) * (float64(v) - mean) / n
	}
	scale := 1 / math.Sqrt(variance+LayerNormEpsilon)
	direction = make([]float64, len(x))
	for i := range direction {
		direction[i] = scale * float64(gain[i]) * u[i]
		sum += direction[i]
		constant += float64(bias[i]) * u[i]
	}
	for i := range direction {
		direction[i] -= sum / n
	}
	return direction, constant
}

func (l LayerNorm) memory() perToken {
	dim := float64(l.Gain.Shape[0])
	return perToken{dim + 2, dim} // with mean and rstd
}

// applyLayerNorm adds the operation to the graph of its inputs.
func applyLayerNorm(name string, x, gain, bias *gorgonia.Node) (*gorgonia.Node, error) {
	rows := x.Shape()[0]
	return node.Apply(&layerNorm{node.New(name, x.Shape(), x, gain, bias), make([]float32, rows), make([]float32, rows)})
}

type layerNorm struct {
	node.Op
	mean, rstd []float32 // [rows] of the last forward pass
}

// Forward normalises: inputs are x, gain, bias.
func (l *layerNorm) Forward(in ...gorgonia.Value) {
	rows := l.Rows(in[0])
	kernel.LayerNorm(l.Filled(l.Result()), l.mean[:rows], l.rstd[:rows],
		l.Filled(in[0]), node.Floats(in[1]), node.Floats(in[2]), LayerNormEpsilon)
}

// Backward computes dx, dGain and dBias. If another operation reads x too, its gradient is added to dx in the same pass.
func (l *layerNorm) Backward(g *node.Gradient) {
	rows, dx, other := l.Rows(g.In[0]), l.Filled(g.D[0]), g.Addend(0)
	kernel.LayerNormGrad(dx, node.Floats(g.D[1]), node.Floats(g.D[2]), l.Filled(g.Dy[0]), l.Filled(g.In[0]), node.Floats(g.In[1]),
		l.mean[:rows], l.rstd[:rows], other[:min(len(other), len(dx))])
}
