package layers

import (
	"math"
	"slices"
	"strings"
	"testing"

	"attend/embed"
	"attend/internal/param"
)

var valid = Config{Vocab: 13, Context: 7, Layers: 2, Heads: 3, Dim: 15, Hidden: 11, Positions: embed.Learned, Norm: LayerNormName, Activation: GELU, Init: GPT2Init}

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
		{func(c *Config) { c.Init = "zeros" }, `no init "zeros": choose scaled, gpt2`},
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

// The weights of each tensor are drawn anew for each seed, with the standard deviation of its kind.
func TestInitialWeights(t *testing.T) {
	c := Config{Vocab: 101, Context: 31, Layers: 3, Heads: 4, Dim: 64, Hidden: 144, Positions: embed.Learned, Norm: LayerNormName, Activation: GELU}
	for name, want := range map[string]map[string]float64{
		GPT2Init: {
			"wte": 0.02, "wpe": 0.02, "lm_head": 0.02, "attn.query": 0.02, "attn.key": 0.02, "attn.value": 0.02, "mlp.up": 0.02,
			"attn.output": 0.02 / math.Sqrt(6), "mlp.down": 0.02 / math.Sqrt(6),
		},
		ScaledInit: {
			"wte": 1. / 16, "wpe": 1. / 16, "lm_head": 1. / 16, "attn.query": 1. / 16, "attn.key": 1. / 16, "attn.value": 1. / 16, "mlp.up": 1. / 16,
			"attn.output": 1. / 16 / math.Sqrt(3), "mlp.down": 1. / 24 / math.Sqrt(3),
		},
	} {
		c.Init = name
		t.Run(name, func(t *testing.T) { checkInitialWeights(t, c, want) })
	}
}

// checkInitialWeights checks the standard deviations by the ends of the names of matrices.
func checkInitialWeights(t *testing.T, c Config, std map[string]float64) {
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
			kind := strings.TrimSuffix(p.Name, ".weight")
			if block := strings.SplitN(kind, ".", 3); len(block) == 3 {
				kind = block[2]
			}
			want := std[kind]
			if math.Abs(deviation/want-1) > 5/math.Sqrt(2*n) || math.Abs(mean) > 5*want/math.Sqrt(n) { // five standard errors
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

// Position vectors that are not learned have a length of 1/2, or of sqrt(dim/2) as they are without a factor. They are what the
// graph adds to the embedding.
func TestFixedPositions(t *testing.T) {
	c := valid
	c.Dim, c.Heads, c.Positions = 14, 2, embed.Sinusoidal
	for name, length := range map[string]float64{ScaledInit: 0.5, GPT2Init: math.Sqrt(7)} {
		c.Init = name
		table := c.FixedPositions()
		for position := range c.Context {
			var squares float64
			for _, x := range table[position*c.Dim:][:c.Dim] {
				squares += float64(x) * float64(x)
			}
			if got := math.Sqrt(squares); math.Abs(got-length) > 1e-6 {
				t.Errorf("%s: position %d has a vector of length %g, want %g", name, position, got, length)
			}
		}
		graph, err := NewInference(c, ZeroParameters(c), 1, c.Context) // the embeddings are 0
		if err != nil {
			t.Fatal(err)
		}
		defer graph.Close()
		stream, err := graph.HookPoint("blocks.0.resid_pre")
		if err != nil {
			t.Fatal(err)
		}
		if err := graph.Run(make([]int, c.Context)); err != nil {
			t.Fatal(err)
		}
		sameBits(t, name+": vectors in the graph", stream.Read(0)[0].Data, table)
	}
	for _, positions := range []string{embed.Learned, embed.None} {
		c.Positions = positions
		if table := c.FixedPositions(); table != nil {
			t.Errorf("%s positions: vectors %v, want none", positions, table)
		}
	}
}
