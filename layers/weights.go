package layers

import (
	"fmt"
	"math"

	"attend/embed"
	"attend/internal/param"
	"attend/internal/random"
)

// Names of the parameters outside the blocks. Within block L a name begins with
// "h.L.", as in "h.0.attn.query.weight".
const (
	TokenTable    = "wte"     // [vocab, dim]
	PositionTable = "wpe"     // [context, dim], with learned positions
	OutputHead    = "lm_head" // [vocab, dim], when untied
	finalNorm     = "ln_f"
)

// initialDeviation is the standard deviation of initial weights in GPT-2.
const initialDeviation = 0.02

// Parameters returns the model's parameters, all zero, in the order of the forward pass.
func Parameters(c Config) *param.Set {
	var s param.Set
	s.Add(TokenTable, c.Vocab, c.Dim)
	if c.Positions == embed.Learned {
		s.Add(PositionTable, c.Context, c.Dim)
	}
	for layer := range c.Layers {
		name := blockName(layer)
		addNorm(&s, name+".ln_1", c.Dim)
		addLinear(&s, name+".attn.query", c.Dim, c.Dim)
		addLinear(&s, name+".attn.key", c.Dim, c.Dim)
		addLinear(&s, name+".attn.value", c.Dim, c.Dim)
		addLinear(&s, name+".attn.output", c.Dim, c.Dim)
		addNorm(&s, name+".ln_2", c.Dim)
		addLinear(&s, name+".mlp.up", c.Dim, c.Hidden)
		addLinear(&s, name+".mlp.down", c.Hidden, c.Dim)
	}
	addNorm(&s, finalNorm, c.Dim)
	if !c.Tied {
		s.Add(OutputHead, c.Vocab, c.Dim)
	}
	return &s
}

// ParameterCount returns how many numbers [Parameters] holds, without making them.
func (c Config) ParameterCount() int {
	linear := func(in, out int) int { return in*out + out }
	norm := 2 * c.Dim
	block := 2*norm + 4*linear(c.Dim, c.Dim) + linear(c.Dim, c.Hidden) + linear(c.Hidden, c.Dim)
	n := c.Vocab*c.Dim + c.Layers*block + norm
	if c.Positions == embed.Learned {
		n += c.Context * c.Dim
	}
	if !c.Tied {
		n += c.Vocab * c.Dim
	}
	return n
}

// NewWeights returns the model's parameters before training, as GPT-2 starts: matrices
// normal with standard deviation 0.02, those that write into the residual stream
// (attn.output, mlp.down) smaller by sqrt(2 layers), biases 0, LayerNorm gains 1. Each tensor
// is drawn from a generator keyed by (seed, its name).
func NewWeights(c Config, seed uint64) (*param.Set, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := Parameters(c)
	residual := map[string]bool{}
	for layer := range c.Layers {
		residual[blockName(layer)+".attn.output.weight"] = true
		residual[blockName(layer)+".mlp.down.weight"] = true
	}
	for _, p := range s.All() {
		switch {
		case p.IsMatrix():
			deviation := initialDeviation
			if residual[p.Name] {
				deviation /= math.Sqrt(float64(2 * c.Layers))
			}
			r := random.New(seed, "initial weights "+p.Name)
			for i := range p.Data {
				p.Data[i] = float32(r.NormFloat64() * deviation)
			}
		case isGain(p.Name):
			for i := range p.Data {
				p.Data[i] = 1
			}
		}
	}
	return s, nil
}

func blockName(layer int) string { return fmt.Sprintf("h.%d", layer) }

func addLinear(s *param.Set, name string, in, out int) {
	s.Add(name+".weight", in, out)
	s.Add(name+".bias", out)
}

func addNorm(s *param.Set, name string, dim int) {
	s.Add(name+".gain", dim)
	s.Add(name+".bias", dim)
}

func isGain(name string) bool { return len(name) > 5 && name[len(name)-5:] == ".gain" }
