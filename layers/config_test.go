package layers

import (
	"math"
	"slices"
	"strings"
	"testing"

	"attend/embed"
	"attend/internal/param"
)

var valid = Config{Vocab: 13, Context: 7, Layers: 2, Heads: 3, Dim: 15, Hidden: 11, Positions: embed.Learned, Norm: LayerNormName, Activation: GELU}

func TestValidateNamesWhatIsWrong(t *testing.T) {
	if err := valid.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		change func(c *Config)
		want   string
	}{
		{func(c *Config) { c.Vocab = 1 }, "vocab must be between 2 and"},
		{func(c *Config) { c.Context = 0 }, "context must be between 1 and"},
		{func(c *Config) { c.Layers = 0 }, "layers must be between"},
		{func(c *Config) { c.Heads = 0 }, "heads must be between"},
		{func(c *Config) { c.Dim = -1 }, "dim must be between"},
		{func(c *Config) { c.Hidden = maxSize + 1 }, "hidden must be between"},
		{func(c *Config) { c.Dim = 32 }, "3 heads do not divide dim 32: choose a dim that is a multiple of the heads, such as 33"},
		{func(c *Config) { c.Dropout = 1 }, "dropout must be at least 0 and below 1, not 1"},
		{func(c *Config) { c.Dropout = -0.1 }, "dropout must be"},
		{func(c *Config) { c.Dropout = math.NaN() }, "dropout must be"},
		{func(c *Config) { c.Positions = "spiral" }, `no positions "spiral": choose learned, sinusoidal, none`},
		{func(c *Config) { c.Activation = "other" }, `no activation "other": choose gelu, relu`},
	} {
		config := valid
		c.change(&config)
		if err := config.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
		if _, err := NewParameters(config, 1); err == nil {
			t.Errorf("weights are made all the same: %q", c.want)
		}
		if _, err := NewInference(config, &param.Set{}, 1, 1); err == nil {
			t.Errorf("a graph is made all the same: %q", c.want)
		}
	}
}

func TestInferenceErrors(t *testing.T) {
	weights, err := NewParameters(valid, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, shape := range [][2]int{{0, 1}, {1, 0}, {1, 8}} {
		if _, err := NewInference(valid, weights, shape[0], shape[1]); err == nil || !strings.Contains(err.Error(), "at most 7 tokens") {
			t.Errorf("shape %v: error %v", shape, err)
		}
	}
	for _, p := range weights.All() {
		var fewer param.Set
		for _, other := range weights.All() {
			if other != p {
				fewer.Add(other.Name, other.Shape...)
			}
		}
		if _, err := NewInference(valid, &fewer, 1, 3); err == nil || !strings.Contains(err.Error(), "there is no parameter \""+p.Name+"\"") {
			t.Errorf("without %s: error %v", p.Name, err)
		}
	}
	f, err := NewInference(valid, weights, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	one := []int{0}
	for want, sentences := range map[string][][]int{
		"the graph takes 1 to 2 sentences, not 3": {one, one, one},
		"the graph takes 1 to 2 sentences, not 0": {},
		"sentence 2 has 4 tokens, want 1 to 3":    {one, make([]int, 4)},
		"sentence 1 has 0 tokens, want 1 to 3":    {{}, one},
	} {
		if err := f.Run(sentences...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestInitialWeights(t *testing.T) {
	c := Config{Vocab: 101, Context: 31, Layers: 3, Heads: 4, Dim: 64, Hidden: 128, Positions: embed.Learned, Norm: LayerNormName, Activation: GELU}
	a, err := NewParameters(c, 1)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := NewParameters(c, 1)
	other, _ := NewParameters(c, 2)
	for i, p := range a.All() {
		sameBits(t, p.Name+" of the same seed", b.All()[i].Data, p.Data)
		var sum, squares float64
		for _, x := range p.Data {
			sum += float64(x)
			squares += float64(x) * float64(x)
		}
		n := float64(len(p.Data))
		mean, deviation := sum/n, math.Sqrt(squares/n)
		switch {
		case p.IsMatrix():
			want := 0.02
			if strings.HasSuffix(p.Name, "attn.output.weight") || strings.HasSuffix(p.Name, "mlp.down.weight") {
				want /= math.Sqrt(6)
			}
			if math.Abs(deviation/want-1) > 0.08 || math.Abs(mean) > 5*want/math.Sqrt(n) {
				t.Errorf("%s has mean %g and deviation %g, want 0 and %g", p.Name, mean, deviation, want)
			}
			if slices.Equal(other.All()[i].Data, p.Data) {
				t.Errorf("%s is the same for another seed", p.Name)
			}
			for _, q := range a.All()[:i] {
				if q.IsMatrix() && q.Data[0] == p.Data[0] {
					t.Errorf("%s begins like %s", p.Name, q.Name)
				}
			}
		case strings.HasSuffix(p.Name, ".gain"):
			if mean != 1 || deviation != 1 {
				t.Errorf("%s has mean %g", p.Name, mean)
			}
		default:
			if deviation != 0 {
				t.Errorf("%s is not 0", p.Name)
			}
		}
	}
}
