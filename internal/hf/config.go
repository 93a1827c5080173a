// Package hf knows the folders of Hugging Face: config.json and the tensors of GPT-2, by the names and in the layout that
// transformers' GPT2LMHeadModel reads.
package hf

import (
	"encoding/json"

	"attend/layers"
)

// config is config.json: what transformers' GPT2LMHeadModel reads, and
// our kind of positions, which it ignores (model.safetensors holds their table in any case).
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
}

// activationNames maps our activations to GPT-2's names for them.
var activationNames = map[string]string{layers.GELU: "gelu_new", layers.ReLU: "relu"}

// ConfigJSON returns config.json. The boundary is the id of the boundary token, if there is one.
func ConfigJSON(c layers.Config, boundary int, hasBoundary bool) ([]byte, error) {
	h := config{
		Architectures: []string{"GPT2LMHeadModel"}, ModelType: "gpt2",
		Vocab: c.Vocab, Context: c.Context, Dim: c.Dim, Layers: c.Layers, Heads: c.Heads, Hidden: c.Hidden,
		Activation:   activationNames[c.Activation],
		EmbedDropout: c.Dropout, AttnDropout: c.Dropout, ResidualDropout: c.Dropout,
		Epsilon: 1e-5, Tied: c.Tied, DType: "float32", Positions: c.Positions,
	}
	if hasBoundary {
		h.Boundary, h.End = &boundary, &boundary
	}
	b, err := json.MarshalIndent(h, "", "  ")
	return append(b, '\n'), err
}

// ParseConfigJSON is the inverse of configJSON.
func ParseConfigJSON(b []byte) (layers.Config, error) {
	var h config
	if err := json.Unmarshal(b, &h); err != nil {
		return layers.Config{}, err
	}
	c := layers.Config{
		Vocab: h.Vocab, Context: h.Context, Dim: h.Dim, Layers: h.Layers, Heads: h.Heads, Hidden: h.Hidden,
		Positions: h.Positions, Norm: layers.LayerNormName, Dropout: h.ResidualDropout, Tied: h.Tied,
	}
	for ours, theirs := range activationNames {
		if theirs == h.Activation {
			c.Activation = ours
		}
	}
	return c, c.Validate()
}
