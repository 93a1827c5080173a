package hf

import (
	"slices"
	"strings"
	"testing"

	"attend/embed"
	"attend/layers"
)

// Weights survive the way to GPT-2's names and back, all of them and in their places.
func TestHuggingFaceRoundTrip(t *testing.T) {
	for _, tied := range []bool{true, false} {
		for _, positions := range []string{embed.Learned, embed.Sinusoidal, embed.None} {
			c := layers.Config{Vocab: 7, Context: 5, Layers: 2, Heads: 3, Dim: 6, Hidden: 11, Positions: positions, Norm: layers.LayerNormName, Activation: layers.ReLU, Tied: tied, Dropout: 0.25}
			weights, back := layers.Parameters(c), layers.Parameters(c)
			n := float32(0)
			for _, p := range weights.All() {
				for i := range p.Data {
					n++
					p.Data[i] = n
				}
			}
			tensors := Tensors(c, weights)
			if err := CheckShapes(Shapes(back), tensors); err != nil {
				t.Fatal(err)
			}
			Fill(c, back, tensors)
			for i, p := range weights.All() {
				if !slices.Equal(back.All()[i].Data, p.Data) {
					t.Errorf("%s came back changed", p.Name)
				}
			}
			if wpe := tensors["transformer.wpe.weight"]; !slices.Equal(wpe.Shape, []int{5, 6}) || len(wpe.Data) != 30 {
				t.Errorf("%s positions: a table %v", positions, wpe.Shape)
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
	for _, b := range []string{"", "null", "{}", "[]", `{"n_embd": "8"}`, `{"n_embd": 1e99}`} {
		if _, err := ParseConfigJSON([]byte(b)); err == nil {
			t.Errorf("config.json %q: no error", b)
		}
	}
}

func FuzzParseConfigJSON(f *testing.F) {
	c := layers.Config{Vocab: 7, Context: 5, Layers: 1, Heads: 4, Dim: 8, Hidden: 16, Positions: embed.Learned, Norm: layers.LayerNormName, Activation: layers.GELU, Tied: true}
	for _, boundary := range []bool{true, false} {
		b, err := ConfigJSON(c, 0, boundary)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, s := range []string{"", "null", "[]", `{"n_layer":-1}`, `{"n_embd":1e400}`, `{"n_layer":9223372036854775807,"n_embd":9223372036854775807}`, strings.Repeat("[", 10001)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseConfigJSON(b)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %v", err)
			}
			return
		}
		again, err := ConfigJSON(c, 0, true)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseConfigJSON(again); err != nil || got != c {
			t.Errorf("%+v came back as %+v, %v", c, got, err)
		}
	})
}
