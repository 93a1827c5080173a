package hf

import (
	"fmt"
	"maps"
	"slices"

	"attend/internal/param"
	"attend/layers"
)

// Tensor is one array of float32 with its shape.
type Tensor struct {
	Shape []int
	Data  []float32
}

// stored is a tensor of the file: the parameters that it holds side by side, in its columns.
type stored struct {
	name   string
	params []*param.Param // without their data
}

// layout returns the tensors of a model: by GPT-2's names where GPT-2 expresses it, with query, key and value side by side; else
// each parameter by its own name. It panics unless the configuration is valid.
func layout(c layers.Config) (all []stored) {
	m := layers.NewModel(c)
	add := func(name string, params ...*param.Param) { all = append(all, stored{name, params}) }
	if _, gpt2 := asGPT2(c); !gpt2 {
		for _, p := range m.Params().All() {
			add(p.Name, p)
		}
		return all
	}
	linear := func(name string, maps ...layers.Linear) {
		var weights, biases []*param.Param
		for _, l := range maps {
			weights, biases = append(weights, l.Weight), append(biases, l.Bias)
		}
		add(name+".weight", weights...)
		add(name+".bias", biases...)
	}
	norm := func(name string, n layers.Norm) {
		l := n.(layers.LayerNorm)
		add(name+".weight", l.Gain)
		add(name+".bias", l.Bias)
	}
	add("transformer.wte.weight", m.Tokens)
	if m.Positions != nil {
		add(positionTable, m.Positions)
	}
	for layer, b := range m.Blocks {
		h := fmt.Sprintf("transformer.h.%d.", layer)
		norm(h+"ln_1", b.AttentionNorm)
		linear(h+"attn.c_attn", b.Attention.Projections.Query, b.Attention.Projections.Key, b.Attention.Projections.Value)
		linear(h+"attn.c_proj", b.Attention.Output)
		norm(h+"ln_2", b.FeedForwardNorm)
		linear(h+"mlp.c_fc", b.FeedForward.Up)
		linear(h+"mlp.c_proj", b.FeedForward.Down)
	}
	norm("transformer.ln_f", m.Norm)
	if !c.Tied {
		add("lm_head.weight", m.Unembedding.Table)
	}
	return all
}

// positionTable is GPT-2's name of the table of positions [context, dim].
const positionTable = "transformer.wpe.weight"

// shape returns that of the tensor: of the one parameter, or with the columns of all.
func (s stored) shape() []int {
	shape := slices.Clone(s.params[0].Shape)
	for _, p := range s.params[1:] {
		shape[len(shape)-1] += p.Shape[len(shape)-1]
	}
	return shape
}

// eachRow calls f with the part of each row of the tensor that is a row of one of its parameters, whose numbers are in the set.
func (s stored) eachRow(data []float32, set *param.Set, f func(part, row []float32)) {
	shape, from := s.shape(), 0
	wide := shape[len(shape)-1]
	for _, p := range s.params {
		width, numbers := p.Shape[len(shape)-1], set.Get(p.Name).Data
		for row := range len(numbers) / width {
			f(data[row*wide+from:][:width], numbers[row*width:][:width])
		}
		from += width
	}
}

// Tensors returns the weights as they are stored: for GPT-2 with a table of positions whatever their kind. The configuration must
// be valid.
func Tensors(c layers.Config, weights *param.Set) map[string]Tensor {
	tensors := map[string]Tensor{}
	for _, s := range layout(c) {
		t := Tensor{s.shape(), weights.Get(s.params[0].Name).Data}
		if len(s.params) > 1 {
			t.Data = make([]float32, len(t.Data)/s.params[0].Shape[len(t.Shape)-1]*t.Shape[len(t.Shape)-1])
			s.eachRow(t.Data, weights, func(part, row []float32) { copy(part, row) })
		}
		tensors[s.name] = t
	}
	if _, gpt2 := asGPT2(c); gpt2 && tensors[positionTable].Data == nil {
		table := c.FixedPositions()
		if table == nil {
			table = make([]float32, c.Context*c.Dim)
		}
		tensors[positionTable] = Tensor{[]int{c.Context, c.Dim}, table}
	}
	return tensors
}

// Shapes returns the shapes of the tensors of a model, which must be valid, by their names.
func Shapes(c layers.Config) map[string][]int {
	shapes := map[string][]int{}
	for _, s := range layout(c) {
		shapes[s.name] = s.shape()
	}
	return shapes
}

// CheckShapes returns an error unless the tensors have the shapes that are wanted, by their names.
func CheckShapes(want map[string][]int, tensors map[string]Tensor) error {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		switch t, ok := tensors[name]; {
		case !ok:
			return fmt.Errorf("it lacks the tensor %s", name)
		case !slices.Equal(t.Shape, want[name]):
			return fmt.Errorf("tensor %s has shape %v, the settings ask for %v", name, t.Shape, want[name])
		}
	}
	return nil
}

// Fill fills the parameters of a model from tensors that have its [Shapes].
func Fill(c layers.Config, set *param.Set, tensors map[string]Tensor) {
	for _, s := range layout(c) {
		s.eachRow(tensors[s.name].Data, set, func(part, row []float32) { copy(row, part) })
	}
}
