package hf

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"attend/embed"
	"attend/internal/param"
	"attend/layers"
)

// Tensor is one array of float32 with its shape.
type Tensor struct {
	Shape []int
	Data  []float32
}

// Tensors returns the weights under GPT-2's names: query, key and value side by
// side in c_attn, and a table of positions whatever their kind.
func Tensors(c layers.Config, weights *param.Set) map[string]Tensor {
	tensors, shapes := map[string]Tensor{}, Shapes(weights)
	for _, p := range weights.All() {
		name, part := name(p.Name)
		if part < 0 {
			tensors[name] = Tensor{p.Shape, p.Data}
			continue
		}
		t, ok := tensors[name]
		if !ok {
			t = Tensor{shapes[name], make([]float32, 3*len(p.Data))}
			tensors[name] = t
		}
		eachColumnBlock(t.Data, p.Data, c.Dim, part, func(wide, narrow []float32) { copy(wide, narrow) })
	}
	if c.Positions != embed.Learned {
		table := make([]float32, c.Context*c.Dim)
		if c.Positions == embed.Sinusoidal {
			embed.SinusoidalTable(table, c.Dim)
		}
		tensors["transformer.wpe.weight"] = Tensor{[]int{c.Context, c.Dim}, table}
	}
	return tensors
}

// eachColumnBlock visits, row by row, the dim elements of block `part` in rows of 3*dim
// beside the dim elements of the narrow rows.
func eachColumnBlock(wide, narrow []float32, dim, part int, visit func(wide, narrow []float32)) {
	for row := range len(narrow) / dim {
		start := row*3*dim + part*dim
		visit(wide[start:start+dim], narrow[row*dim:(row+1)*dim])
	}
}

// Shapes returns the shapes of a set of parameters, which may be without their numbers, under GPT-2's names.
func Shapes(set *param.Set) map[string][]int {
	shapes := map[string][]int{}
	for _, p := range set.All() {
		name, part := name(p.Name)
		shape := slices.Clone(p.Shape)
		if part >= 0 {
			shape[len(shape)-1] *= 3 // [dim, 3*dim] or [3*dim]
		}
		shapes[name] = shape
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

// Fill fills a set of parameters from tensors that have its [Shapes].
func Fill(c layers.Config, set *param.Set, tensors map[string]Tensor) {
	for _, p := range set.All() {
		name, part := name(p.Name)
		t := tensors[name]
		if part < 0 {
			copy(p.Data, t.Data)
		} else {
			eachColumnBlock(t.Data, p.Data, c.Dim, part, func(wide, narrow []float32) { copy(narrow, wide) })
		}
	}
}

// name returns GPT-2's name for a parameter of ours, and for a part of c_attn which
// third of its columns it is (query 0, key 1, value 2), else -1.
func name(name string) (string, int) {
	for part, third := range []string{".attn.query.", ".attn.key.", ".attn.value."} {
		if strings.Contains(name, third) {
			return "transformer." + strings.Replace(name, third, ".attn.c_attn.", 1), part
		}
	}
	switch name {
	case layers.OutputHead:
		return "lm_head.weight", -1
	case layers.TokenTable, layers.PositionTable:
		return "transformer." + name + ".weight", -1
	}
	return "transformer." + strings.NewReplacer(
		".attn.output.", ".attn.c_proj.", ".mlp.up.", ".mlp.c_fc.", ".mlp.down.", ".mlp.c_proj.", ".gain", ".weight",
	).Replace(name), -1
}
