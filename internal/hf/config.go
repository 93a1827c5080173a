// Package hf knows the folders of Hugging Face: config.json and the tensors of GPT-2, by the names and in the layout that
// transformers' GPT2LMHeadModel reads.
package hf

import (
	"encoding/json"
	"fmt"

	"attend/embed"
	"attend/layers"
)

// config is config.json: what transformers' GPT2LMHeadModel reads, and
// our kind of positions, which it ignores (model.safetensors holds their table in any case). A model that GPT-2 cannot express has
// a type of its own, so that no other program loads it wrongly.
type config struct {
	Architectures   []string `json:"architectures"`
	ModelType       string   `json:"model_type"`
	Vocab           int      `json:"vocab_size"`
	Context         int      `json:"n_positions"`
	Dim             int      `json:"n_embd"`
	Layers          int      `json:"n_layer"`
	Heads           int      `json:"n_head"`
	Hidden          int      `json:"n_inner"`
	Activation      string   `json:"activation_function"`
	EmbedDropout    float64  `json:"embd_pdrop"`
	AttnDropout     float64  `json:"attn_pdrop"`
	ResidualDropout float64  `json:"resid_pdrop"`
	Epsilon         float64  `json:"layer_norm_epsilon"`
	Tied            bool     `json:"tie_word_embeddings"`
	Boundary        *int     `json:"bos_token_id"`
	End             *int     `json:"eos_token_id"`
	DType           string   `json:"torch_dtype"`
	Positions       string   `json:"attend_positions"`
	Norm            string   `json:"attend_norm,omitempty"` // of a model that GPT-2 cannot express
}

// The types of a model: one that GPT-2 expresses exactly, and any other.
const (
	gpt2Type = "gpt2"
	ownType  = "attend"
)

// activationNames maps our activations to GPT-2's names for them.
var activationNames = map[string]string{layers.GELU: "gelu_new", layers.ReLU: "relu"}

// ConfigJSON returns config.json. The boundary is the id of the boundary token, if there is one.
func ConfigJSON(c layers.Config, boundary int, hasBoundary bool) ([]byte, error) {
	positions, err := embed.Schemes.Find("positions", c.Positions)
	if err != nil {
		return nil, err
	}
	h := config{
		Architectures: []string{"GPT2LMHeadModel"}, ModelType: gpt2Type,
		Vocab: c.Vocab, Context: c.Context, Dim: c.Dim, Layers: c.Layers, Heads: c.Heads, Hidden: c.Hidden,
		Activation:   activationNames[c.Activation],
		EmbedDropout: c.Dropout, AttnDropout: c.Dropout, ResidualDropout: c.Dropout,
		Epsilon: layers.LayerNormEpsilon, Tied: c.Tied, DType: "float32", Positions: c.Positions,
	}
	if h.Activation == "" || c.Norm != layers.LayerNormName || positions.Rotate != nil {
		h.Architectures, h.ModelType, h.Activation, h.Norm = []string{}, ownType, c.Activation, c.Norm
	}
	if hasBoundary {
		h.Boundary, h.End = &boundary, &boundary
	}
	b, err := json.MarshalIndent(h, "", "  ")
	return append(b, '\n'), err
}

// ParseConfigJSON is the inverse of ConfigJSON. An unknown type of model, activation or norm is an error.
func ParseConfigJSON(b []byte) (layers.Config, error) {
	var h config
	if err := json.Unmarshal(b, &h); err != nil {
		return layers.Config{}, err
	}
	c := layers.Config{
		Vocab: h.Vocab, Context: h.Context, Dim: h.Dim, Layers: h.Layers, Heads: h.Heads, Hidden: h.Hidden,
		Positions: h.Positions, Dropout: h.ResidualDropout, Tied: h.Tied,
	}
	switch h.ModelType {
	case gpt2Type:
		c.Norm = layers.LayerNormName
		for ours, theirs := range activationNames {
			if theirs == h.Activation {
				c.Activation = ours
			}
		}
		if c.Activation == "" {
			return layers.Config{}, fmt.Errorf("no activation_function %q of GPT-2 is known: want gelu_new or relu", h.Activation)
		}
	case ownType:
		c.Norm, c.Activation = h.Norm, h.Activation
	default:
		return layers.Config{}, fmt.Errorf("the model_type is %q: want %s or %s", h.ModelType, gpt2Type, ownType)
	}
	return c, c.Validate()
}
