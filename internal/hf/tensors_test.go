package hf

import (
	"slices"
	"strings"
	"testing"

	"attend/embed"
	"attend/internal/choice"
	"attend/internal/param"
	"attend/layers"
)

// Weights survive the way to GPT-2's names and back, all of them and in their places.
func TestHuggingFaceRoundTrip(t *testing.T) {
	for _, tied := range []bool{true, false} {
		for _, positions := range []string{embed.Learned, embed.Sinusoidal, embed.None} {
			c := config
			c.Positions, c.Tied, c.Dropout = positions, tied, 0.25
			weights, back := layers.ZeroParameters(c), layers.ZeroParameters(c)
			number(weights)
			tensors := Tensors(c, weights)
			if err := CheckShapes(Shapes(c), tensors); err != nil {
				t.Fatal(err)
			}
			Fill(c, back, tensors)
			for i, p := range weights.All() {
				if !slices.Equal(back.All()[i].Data, p.Data) {
					t.Errorf("%s came back changed", p.Name)
				}
			}
			added := map[string][]float32{embed.Sinusoidal: c.FixedPositions(), embed.None: make([]float32, 30)}
			if positions == embed.Learned {
				added[positions] = weights.Get(layers.PositionTable).Data
			}
			if wpe := tensors["transformer.wpe.weight"]; !slices.Equal(wpe.Shape, []int{5, 6}) || !slices.Equal(wpe.Data, added[positions]) {
				t.Errorf("%s positions: a table %v, %v, want what the model adds: %v", positions, wpe.Shape, wpe.Data, added[positions])
			}
			if _, ok := tensors["lm_head.weight"]; ok == tied {
				t.Errorf("tied %t, but a head of its own: %t", tied, ok)
			}
			b, err := ConfigJSON(c, 0, true)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := ParseConfigJSON(b); err != nil || got != c {
				t.Errorf("config.json: %+v, %v, want %+v", got, err, c)
			}
		}
	}
}

// A model that GPT-2 cannot express keeps all of its parameters by their own names, whatever they are.
func TestOtherModelsRoundTrip(t *testing.T) {
	all := layers.Norms
	t.Cleanup(func() { layers.Norms = all })
	layers.Norms = append(slices.Clone(all), choice.Entry[func(param.Scope, int) layers.Norm]{Name: "other", Choice: func(s param.Scope, dim int) layers.Norm {
		s.Add("scale", param.Ones, dim, 2)
		return struct{ layers.Norm }{}
	}})
	c := config
	c.Norm = "other"
	weights, back := layers.ZeroParameters(c), layers.ZeroParameters(c)
	number(weights)
	tensors := Tensors(c, weights)
	if len(tensors) != len(weights.All()) || !slices.Equal(tensors["h.1.ln_2.scale"].Shape, []int{6, 2}) {
		t.Errorf("%d tensors of %d parameters; a norm has the shape %v", len(tensors), len(weights.All()), tensors["h.1.ln_2.scale"].Shape)
	}
	if err := CheckShapes(Shapes(c), tensors); err != nil {
		t.Fatal(err)
	}
	Fill(c, back, tensors)
	for i, p := range weights.All() {
		if !slices.Equal(back.All()[i].Data, p.Data) {
			t.Errorf("%s came back changed", p.Name)
		}
	}
	b, err := ConfigJSON(c, 0, true)
	if err != nil || !strings.Contains(string(b), `"model_type": "attend"`) {
		t.Fatalf("%s, error %v", b, err)
	}
	if got, err := ParseConfigJSON(b); err != nil || got != c {
		t.Errorf("config.json: %+v, %v, want %+v", got, err, c)
	}
	if _, err := ParseConfigJSON([]byte(strings.Replace(string(b), `"heads"`, `"tails"`, 1))); err == nil || !strings.Contains(err.Error(), `unknown field "tails"`) {
		t.Errorf("a field that is not known: error %v", err)
	}
	delete(tensors, "h.1.ln_2.scale")
	if err := CheckShapes(Shapes(c), tensors); err == nil || !strings.Contains(err.Error(), "it lacks the tensor h.1.ln_2.scale") {
		t.Errorf("a tensor is missing: error %v", err)
	}
}

// number gives each number of the parameters another value.
func number(set *param.Set) {
	n := float32(0)
	for _, p := range set.All() {
		for i := range p.Data {
			n++
			p.Data[i] = n
		}
	}
}
