package hf

import (
	"strings"
	"testing"

	"attend/embed"
	"attend/internal/choice"
	"attend/internal/kernel"
	"attend/layers"
)

var config = layers.Config{Vocab: 7, Context: 5, Layers: 2, Heads: 3, Dim: 6, Hidden: 11, Positions: embed.Sinusoidal, Norm: layers.LayerNormName, Activation: layers.ReLU, Init: layers.ScaledInit}

// A model that GPT-2 expresses says so; any other has a type of its own, and reads back.
func TestTypeOfModel(t *testing.T) {
	all := layers.Activations
	t.Cleanup(func() { layers.Activations = all })
	layers.Activations = append(choice.Table[layers.Activation]{{Name: "other", Choice: kernel.ReLU}}, all...)
	c := config
	for activation, want := range map[string]string{layers.ReLU: `"model_type": "gpt2"`, layers.GELU: `"activation_function": "gelu_new"`, "other": `"model_type": "attend"`} {
		c.Activation = activation
		b, err := ConfigJSON(c, 0, true)
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: %s, error %v, want %s", activation, b, err, want)
		}
		if got, err := ParseConfigJSON(b); err != nil || got != c {
			t.Errorf("%s: %+v, error %v, want %+v", activation, got, err, c)
		}
	}
	for change, want := range map[[2]string]string{
		{`"gpt2"`, `"llama"`}:     `the model_type is "llama": want gpt2 or attend`,
		{`"gelu_new"`, `"swish"`}: `no activation_function "swish" of GPT-2 is known`,
		{`"gelu_new"`, `""`}:      `no activation_function "" of GPT-2 is known`,
		{`"gpt2"`, `"attend"`}:    `unknown field "architectures"`,
	} {
		c.Activation = layers.GELU
		b, err := ConfigJSON(c, 0, true)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseConfigJSON([]byte(strings.Replace(string(b), change[0], change[1], 1))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want %s", change, err, want)
		}
	}
	for _, b := range []string{"", "null", "{}", "[]", `{"n_embd": "8"}`, `{"n_embd": 1e99}`} {
		if _, err := ParseConfigJSON([]byte(b)); err == nil {
			t.Errorf("config.json %q: no error", b)
		}
	}
}

// A folder that was written before there was a choice of initial weights has those of GPT-2, and position vectors of that size.
func TestConfigWithoutInit(t *testing.T) {
	b, err := ConfigJSON(config, 0, true)
	if err != nil {
		t.Fatal(err)
	}
	older := strings.Replace(string(b), ",\n  \"attend_init\": \"scaled\"", "", 1)
	if older == string(b) {
		t.Fatalf("no attend_init in %s", b)
	}
	if c, err := ParseConfigJSON([]byte(older)); err != nil || c.Init != layers.GPT2Init || c.FixedPositions()[1] != 1 { // cos 0
		t.Errorf("init %q, error %v", c.Init, err)
	}
}

func FuzzParseConfigJSON(f *testing.F) {
	c := layers.Config{Vocab: 7, Context: 5, Layers: 1, Heads: 4, Dim: 8, Hidden: 16, Positions: embed.Learned, Norm: layers.LayerNormName, Activation: layers.GELU, Init: layers.GPT2Init, Tied: true}
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
