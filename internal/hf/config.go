// Package hf reads and writes the files of Hugging Face's transformers: config.json and the tensors of GPT-2, by the names and in the
// layout that GPT2LMHeadModel reads. A model that GPT-2 cannot express has a type of its own, so that no other program
// loads it wrongly; all that [layers.Config] says, and all parameters, are then kept by the names that they have here.
package hf

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"

	"attend/embed"
	"attend/layers"
)

// gpt2Config is config.json of a model that GPT-2 expresses: what transformers' GPT2LMHeadModel reads, and
// our kinds of positions and of initial weights, which it ignores (model.safetensors holds the weights and the table of
// positions).
type gpt2Config struct {
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
	Init            string   `json:"attend_init"`
}

// ownConfig is config.json of any other model.
type ownConfig struct {
	ModelType string `json:"model_type"`
	layers.Config
}

// The types of a model: one that GPT-2 expresses exactly, and any other.
const (
	gpt2Type = "gpt2"
	ownType  = "attend"
)

// activationNames maps our activations to GPT-2's names for them.
var activationNames = map[string]string{layers.GELU: "gelu_new", layers.ReLU: "relu"}

// asGPT2 returns the configuration as GPT-2's, and whether GPT-2 can express all of it.
func asGPT2(c layers.Config) (h gpt2Config, whole bool) {
	h = gpt2Config{
		Architectures: []string{"GPT2LMHeadModel"}, ModelType: gpt2Type,
		Vocab: c.Vocab, Context: c.Context, Dim: c.Dim, Layers: c.Layers, Heads: c.Heads, Hidden: c.Hidden,
		Activation:   activationNames[c.Activation],
		EmbedDropout: c.Dropout, AttnDropout: c.Dropout, ResidualDropout: c.Dropout,
		Epsilon: layers.LayerNormEpsilon, Tied: c.Tied, DType: "float32", Positions: c.Positions, Init: c.Init,
	}
	positions, err := embed.Schemes.Find("positions", c.Positions)
	return h, err == nil && positions.Rotate == nil && h.model() == c
}

// model is the inverse of asGPT2. The activation is "" if its name is not one of GPT-2's. Versions of attend that wrote no kind
// of initial weights had those of GPT-2.
func (h gpt2Config) model() layers.Config {
	c := layers.Config{
		Vocab: h.Vocab, Context: h.Context, Dim: h.Dim, Layers: h.Layers, Heads: h.Heads, Hidden: h.Hidden,
		Positions: h.Positions, Norm: layers.LayerNormName, Dropout: h.ResidualDropout, Tied: h.Tied,
		Init: cmp.Or(h.Init, layers.GPT2Init),
	}
	for ours, theirs := range activationNames {
		if theirs == h.Activation {
			c.Activation = ours
		}
	}
	return c
}

// ConfigJSON returns config.json. The boundary is the id of the boundary token, if there is one.
func ConfigJSON(c layers.Config, boundary int, hasBoundary bool) ([]byte, error) {
	h, whole := asGPT2(c)
	if hasBoundary {
		h.Boundary, h.End = &boundary, &boundary
	}
	var config any = h
	if !whole {
		config = ownConfig{ownType, c}
	}
	b, err := json.MarshalIndent(config, "", "  ")
	return append(b, '\n'), err
}

// ParseConfigJSON is the inverse of ConfigJSON. An unknown type of model, and an unknown name or choice in it, is an error.
func ParseConfigJSON(b []byte) (layers.Config, error) {
	var h gpt2Config
	if err := json.Unmarshal(b, &h); err != nil {
		return layers.Config{}, err
	}
	c := h.model()
	switch {
	case h.ModelType == ownType:
		d, own := json.NewDecoder(bytes.NewReader(b)), ownConfig{}
		d.DisallowUnknownFields()
		if err := d.Decode(&own); err != nil {
			return layers.Config{}, err
		}
		c = own.Config
	case h.ModelType != gpt2Type:
		return layers.Config{}, fmt.Errorf("the model_type is %q: want %s or %s", h.ModelType, gpt2Type, ownType)
	case c.Activation == "":
		return layers.Config{}, fmt.Errorf("no activation_function %q of GPT-2 is known: want gelu_new or relu", h.Activation)
	}
	return c, c.Validate()
}
