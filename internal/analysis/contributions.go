package analysis

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/run"
	"attend/layers"
)

// ValueProducts returns the products of a map of the run with its vectors, see [attention.Map.Products].
func ValueProducts(r *run.Run, m attention.Map) (products [][][][]float64) {
	outputs := newOutputProjections(r)
	for layer, vectors := range m.Vectors {
		keys := make([][][]float64, len(m.Tokens))
		for key := range keys {
			added := make([][]float64, len(vectors)) // [head][dim] with a weight of 1
			for head := range vectors {
				added[head] = outputs.project(layer, head, vectors[head].Value[key])
			}
			for _, a := range added {
				row := make([]float64, len(added))
				for i, b := range added {
					row[i] = floats.Dot(a, b)
				}
				keys[key] = append(keys[key], row)
			}
		}
		products = append(products, keys)
	}
	return products
}

// normOfSum returns the norm of the sum over heads of the vector of a key times its weight.
func normOfSum(projected [][][]float64, key int, weight func(head int) float64) float64 {
	sum := make([]float64, len(projected[0][key]))
	for head := range projected {
		floats.AddScaled(sum, weight(head), projected[head][key])
	}
	return floats.Norm(sum, 2)
}

// lastNorms returns for each token the norm of what attention to it adds at the last token, over all heads of a layer, mean over
// the layers, from the result of a forward pass with the hook points of [valueHooks].
func lastNorms(r *run.Run, out run.ForwardResult, seq int) []float64 {
	norms, outputs := make([]float64, seq), newOutputProjections(r)
	for layer := range r.Config.Layers {
		values := out.Activation(hookName(layer, "attn.v"))
		projected := make([][][]float64, r.Config.Heads)
		for head := range projected {
			of := values[head*len(values)/r.Config.Heads]
			for key := range seq {
				projected[head] = append(projected[head], outputs.project(layer, head, of.Row(key)))
			}
		}
		for key := range norms {
			weight := func(head int) float64 { return float64(out.Weights(layer, head, seq-1)[key]) }
			norms[key] += normOfSum(projected, key, weight) / float64(r.Config.Layers)
		}
	}
	return norms
}

// valueHooks returns the names of the hook points of the values.
func valueHooks(r *run.Run) (names []string) {
	for layer := range r.Config.Layers {
		names = append(names, hookName(layer, "attn.v"))
	}
	return names
}

// outputProjections are the parts of the output projections that belong to each head.
type outputProjections struct {
	headDim int
	weights []kernel.Matrix // of each layer [heads*headDim, dim]
	biases  [][]float32     // of each layer [dim]
}

func newOutputProjections(r *run.Run) outputProjections {
	o := outputProjections{headDim: r.Config.HeadDim()}
	for _, b := range layers.NewModel(r.Config).Blocks {
		w := b.Attention.Output.Weight
		o.weights = append(o.weights, kernel.Dense(r.Parameters.Get(w.Name).Data, w.Shape[0], w.Shape[1]))
		o.biases = append(o.biases, r.Parameters.Get(b.Attention.Output.Bias.Name).Data)
	}
	return o
}

// project returns a vector [headDim] of a head times its part of the output projection, [dim].
func (o outputProjections) project(layer, head int, x []float32) []float64 {
	w := o.weights[layer]
	y := make([]float64, w.Cols)
	for i, v := range x {
		for j, weight := range w.Row(head*o.headDim + i) {
			y[j] += float64(v) * float64(weight)
		}
	}
	return y
}

// directHooks returns the names of the hook points that [directLogits] reads.
func directHooks(r *run.Run) []string {
	names := []string{"embed", hookName(0, "resid_pre"), hookName(r.Config.Layers-1, "resid_post")}
	for layer := range r.Config.Layers {
		names = append(names, hookName(layer, "attn.z"), hookName(layer, "mlp_out"))
	}
	return names
}

// directLogits returns the direct logit attribution of the prediction at a query, see [attention.DirectLogits], from the result of
// a forward pass with the hook points of [directHooks]. With against below 0 the target is compared with the mean over the
// vocabulary.
func directLogits(r *run.Run, out run.ForwardResult, query, target, against int) attention.DirectLogits {
	m := layers.NewModel(r.Config)
	d := attention.DirectLogits{Target: r.Vocabulary.Key(target)}
	if against >= 0 {
		d.Against = r.Vocabulary.Key(against)
	}
	row := func(name string) []float32 { return out.Activation(name)[0].Row(query) }
	direction, constant := m.Norm.Direction(r.Parameters, row(hookName(r.Config.Layers-1, "resid_post")), unembedded(r, m,
		target, against))
	add := func(kind string, layer, head *int, vector []float64) {
		d.Components = append(d.Components, attention.LogitComponent{Kind: kind, Layer: layer, Head: head,
			Logit: floats.Dot(direction, vector)})
	}
	token := widened(row("embed"))
	add(attention.TokenComponent, nil, nil, token)
	positions := widened(row(hookName(0, "resid_pre")))
	if floats.Sub(positions, token); floats.Norm(positions, math.Inf(1)) > 0 {
		add(attention.PositionComponent, nil, nil, positions)
	}
	outputs := newOutputProjections(r)
	for layer := range r.Config.Layers {
		for head, z := range out.Activation(hookName(layer, "attn.z")) {
			add(attention.HeadComponent, &layer, &head, outputs.project(layer, head, z.Row(query)))
		}
		add(attention.BiasComponent, &layer, nil, widened(outputs.biases[layer]))
		add(attention.MLPComponent, &layer, nil, widened(row(hookName(layer, "mlp_out"))))
	}
	d.Components = append(d.Components, attention.LogitComponent{Kind: attention.NormComponent, Logit: constant})
	for _, c := range d.Components {
		d.Difference += c.Logit
	}
	return d
}

// unembedded returns the vector whose product with the output of the final norm is the logit difference: the difference of the
// two rows of the unembedding, or of the target's and the mean of all.
func unembedded(r *run.Run, m *layers.Model, target, against int) []float64 {
	table := r.Parameters.Get(m.Unembedding.Table.Name).Data
	dim := r.Config.Dim
	other := make([]float64, dim)
	if against >= 0 {
		other = widened(table[against*dim:][:dim])
	} else {
		for id := range r.Config.Vocab {
			floats.AddScaled(other, 1/float64(r.Config.Vocab), widened(table[id*dim:][:dim]))
		}
	}
	u := widened(table[target*dim:][:dim])
	floats.Sub(u, other)
	return u
}
