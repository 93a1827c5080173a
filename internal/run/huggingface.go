package run

import (
	"encoding/json"
	"fmt"
	"strings"

	"attend/embed"
	"attend/internal/param"
	"attend/layers"
)

// huggingFaceConfig is config.json: what transformers' GPT2LMHeadModel reads, and
// our kind of positions, which it ignores (model.safetensors holds their table in any case).
type huggingFaceConfig struct {
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
var activationNames = map[layers.Activation]string{layers.GELU: "gelu_new", layers.ReLU: "relu"}

// configJSON returns config.json. The boundary is the id of the boundary token, if there is one.
func configJSON(c layers.Config, boundary int, hasBoundary bool) ([]byte, error) {
	h := huggingFaceConfig{
		Architectures: []string{"GPT2LMHeadModel"}, ModelType: "gpt2",
		Vocab: c.Vocab, Context: c.Context, Dim: c.Dim, Layers: c.Layers, Heads: c.Heads, Hidden: c.Hidden,
		Activation:   activationNames[c.Activation],
		EmbedDropout: c.Dropout, AttnDropout: c.Dropout, ResidualDropout: c.Dropout,
		Epsilon: 1e-5, Tied: c.Tied, DType: "float32", Positions: string(c.Positions),
	}
	if hasBoundary {
		h.Boundary, h.End = &boundary, &boundary
	}
	b, err := json.MarshalIndent(h, "", "  ")
	return append(b, '\n'), err
}

// parseConfigJSON is the inverse of configJSON.
func parseConfigJSON(b []byte) (layers.Config, error) {
	var h huggingFaceConfig
	if err := json.Unmarshal(b, &h); err != nil {
		return layers.Config{}, err
	}
	c := layers.Config{
		Vocab: h.Vocab, Context: h.Context, Dim: h.Dim, Layers: h.Layers, Heads: h.Heads, Hidden: h.Hidden,
		Positions: embed.Positions(h.Positions), Dropout: h.ResidualDropout, Tied: h.Tied,
	}
	for ours, theirs := range activationNames {
		if theirs == h.Activation {
			c.Activation = ours
		}
	}
	return c, c.Validate()
}

// huggingFaceTensors returns the weights under GPT-2's names: query, key and value side by
// side in c_attn, and a table of positions whatever their kind.
func huggingFaceTensors(c layers.Config, weights *param.Set) map[string]tensor {
	tensors := map[string]tensor{}
	for _, p := range weights.All() {
		name, part := huggingFaceName(p.Name)
		if part < 0 {
			tensors[name] = tensor{p.Shape, p.Data}
			continue
		}
		t, ok := tensors[name]
		if !ok {
			t.shape = append([]int{}, p.Shape...)
			t.shape[len(t.shape)-1] *= 3 // [dim, 3*dim] or [3*dim]
			t.data = make([]float32, 3*len(p.Data))
			tensors[name] = t
		}
		eachColumnBlock(t.data, p.Data, c.Dim, part, func(wide, narrow []float32) { copy(wide, narrow) })
	}
	if c.Positions != embed.Learned {
		table := make([]float32, c.Context*c.Dim)
		if c.Positions == embed.Sinusoidal {
			embed.SinusoidalTable(table, c.Dim)
		}
		tensors["transformer.wpe.weight"] = tensor{[]int{c.Context, c.Dim}, table}
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

// fromHuggingFace fills a set of parameters from tensors under GPT-2's names.
func fromHuggingFace(c layers.Config, set *param.Set, tensors map[string]tensor) error {
	for _, p := range set.All() {
		name, part := huggingFaceName(p.Name)
		t, ok := tensors[name]
		if !ok {
			return fmt.Errorf("it lacks the tensor %s", name)
		}
		want := append([]int{}, p.Shape...)
		if part >= 0 {
			want[len(want)-1] *= 3
		}
		if fmt.Sprint(t.shape) != fmt.Sprint(want) {
			return fmt.Errorf("tensor %s has shape %v, config.json asks for %v", name, t.shape, want)
		}
		if part < 0 {
			copy(p.Data, t.data)
		} else {
			eachColumnBlock(t.data, p.Data, c.Dim, part, func(wide, narrow []float32) { copy(narrow, wide) })
		}
	}
	return nil
}

// huggingFaceName returns GPT-2's name for a parameter of ours, and for a part of c_attn which
// third of its columns it is (query 0, key 1, value 2), else -1.
func huggingFaceName(name string) (string, int) {
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
