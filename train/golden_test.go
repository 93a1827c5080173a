package train

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"attend/embed"
	"attend/internal/param"
	"attend/layers"
)

// golden is one file written by testdata/golden/make.py: a GPT-2 model in PyTorch with
// its weights, logits, loss, attention, gradients and ten steps of AdamW.
type golden struct {
	tensors safetensors.SafeTensors
	text    map[string]string
}

func readGolden(t *testing.T, name string) golden {
	t.Helper()
	b, err := os.ReadFile("testdata/golden/" + name + ".safetensors")
	if err != nil {
		t.Fatal(err)
	}
	_, metadata, err := safetensors.ReadMetadata(b)
	if err != nil {
		t.Fatal(err)
	}
	tensors, err := safetensors.Deserialize(b)
	if err != nil {
		t.Fatal(err)
	}
	return golden{tensors, metadata.Metadata()}
}

func (g golden) bytes(t *testing.T, name string) []byte {
	t.Helper()
	view, ok := g.tensors.Tensor(name)
	if !ok {
		t.Fatalf("the golden file lacks %q", name)
	}
	return view.Data()
}

func (g golden) floats(t *testing.T, name string) []float32 {
	b := g.bytes(t, name)
	x := make([]float32, len(b)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return x
}

func (g golden) ints(t *testing.T, name string) []int {
	b := g.bytes(t, name)
	x := make([]int, len(b)/8)
	for i := range x {
		x[i] = int(int64(binary.LittleEndian.Uint64(b[8*i:])))
	}
	return x
}

func (g golden) int(t *testing.T, name string) int { return int(g.float(t, name)) }

func (g golden) float(t *testing.T, name string) float64 {
	x, err := strconv.ParseFloat(g.text[name], 64)
	if err != nil {
		t.Fatalf("golden setting %s: %v", name, err)
	}
	return x
}

func (g golden) model(t *testing.T) (layers.Config, *param.Set) {
	c := layers.Config{
		Vocab: g.int(t, "vocab"), Context: g.int(t, "seq"), Layers: g.int(t, "layers"), Heads: g.int(t, "heads"),
		Dim: g.int(t, "dim"), Hidden: g.int(t, "hidden"), Positions: embed.Learned,
		Norm: layers.LayerNormName, Activation: g.text["activation"], Init: layers.GPT2Init, Tied: g.text["tied"] == "true",
	}
	weights := layers.ZeroParameters(c)
	for _, p := range weights.All() {
		if n := copy(p.Data, g.floats(t, "weight/"+p.Name)); n != len(p.Data) {
			t.Fatalf("%s has %d golden numbers, want %d", p.Name, n, len(p.Data))
		}
	}
	return c, weights
}

// within fails if got is further from want than the tolerance, absolute plus relative to
// the largest number of the tensor.
func within(t *testing.T, what string, got, want []float32, absolute, relative float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	var largest, worst float64
	position := 0
	for i := range want {
		largest = max(largest, math.Abs(float64(want[i])))
		if d := math.Abs(float64(got[i]) - float64(want[i])); d > worst || math.IsNaN(d) {
			worst, position = d, i
		}
	}
	if !(worst <= absolute+relative*largest) {
		t.Errorf("%s: number %d is %g, want %g (off by %.2g, largest %g)", what, position, got[position], want[position], worst, largest)
	}
}

// repeat is a source of one and the same batch.
type repeat struct{ ids, targets []int }

func (r repeat) Fill(_ int, ids, targets []int) {
	copy(ids, r.ids)
	copy(targets, r.targets)
}

func countTargets(targets []int) (n int) {
	for _, target := range targets {
		if target >= 0 {
			n++
		}
	}
	return n
}

var goldenFiles = []string{"a", "b", "c"}

func TestPyTorchForwardAndGradients(t *testing.T) {
	for _, name := range goldenFiles {
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, name)
			c, weights := g.model(t)
			build := func(o layers.Options) (*layers.Graph, error) { return layers.New(c, weights, o) }
			r, err := newReplica(build, layers.Options{Batch: g.int(t, "batch"), Seq: c.Context}, true)
			if err != nil {
				t.Fatal(err)
			}
			ids, targets := g.ints(t, "ids"), g.ints(t, "targets")
			r.loadPadded(ids, targets, 0, 1/float32(countTargets(targets)))
			if err := r.run(); err != nil {
				t.Fatal(err)
			}
			within(t, "logits", logitsOf(r), g.floats(t, "logits"), 1e-5, 0)
			within(t, "loss", []float32{float32(r.lossValue())}, g.floats(t, "loss"), 1e-5, 0)
			for layer, attended := range r.Attention {
				within(t, "attention", attended.Weights(), g.floats(t, fmt.Sprintf("attention/%d", layer)), 1e-5, 0)
			}
			for i, p := range weights.All() {
				absolute, relative := 1e-6, 1e-4
				if strings.HasSuffix(p.Name, "key.bias") {
					// Exactly 0 in theory: a bias on all keys shifts each row of scores evenly, which softmax ignores.
					relative = 0
				}
				within(t, "gradient of "+p.Name, r.gradients[i], g.floats(t, "grad/"+p.Name), absolute, relative)
			}
		})
	}
}

func TestPyTorchTenStepsOfAdamW(t *testing.T) {
	for _, name := range goldenFiles {
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, name)
			c, weights := g.model(t)
			config := Config{
				Batch: g.int(t, "batch"), Seq: c.Context, Steps: g.int(t, "steps"), Optimizer: AdamW,
				LearningRate: g.float(t, "lr"), MinRate: g.float(t, "lr"), WeightDecay: g.float(t, "weight_decay"),
				Beta1: g.float(t, "beta1"), Beta2: g.float(t, "beta2"), Clip: g.float(t, "clip"),
			}
			build := func(o layers.Options) (*layers.Graph, error) { return layers.New(c, weights, o) }
			trainer, err := New(config, build, weights, repeat{g.ints(t, "ids"), g.ints(t, "targets")})
			if err != nil {
				t.Fatal(err)
			}
			var losses []float32
			for range config.Steps {
				s, err := trainer.Step()
				if err != nil {
					t.Fatal(err)
				}
				losses = append(losses, float32(s.Loss))
			}
			within(t, "losses", losses, g.floats(t, "adamw_losses"), 1e-5, 0)
			for _, p := range weights.All() {
				if strings.HasSuffix(p.Name, "key.bias") {
					continue // its gradient is rounding noise around 0, which AdamW scales up to whole steps
				}
				within(t, "weight "+p.Name+" after ten steps", p.Data, g.floats(t, "adamw/"+p.Name), 2e-5, 1e-4)
			}
		})
	}
}
