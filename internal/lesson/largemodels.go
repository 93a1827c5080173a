package lesson

import (
	"context"
	"fmt"
	"math"

	"attend/embed"
	"attend/internal/printable"
	"attend/layers"
)

// sized is a model with its sizes.
type sized struct {
	Name string
	layers.Config
}

func (s sized) count() int { return int(s.ParameterCount()) }

// Size is the number of parameters in words: 124 million.
func (s sized) Size() string {
	switch n := float64(s.count()); {
	case n >= 1e9:
		return fmt.Sprintf("%.3g billion", n/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.3g million", n/1e6)
	}
	return printable.Thousands(s.count())
}

// PowerOfTen is that of the number of parameters.
func (s sized) PowerOfTen() float64 { return math.Log10(float64(s.count())) }

// models are the lesson's and three published ones. Sources: Radford et al. 2019, "Language Models are Unsupervised
// Multitask Learners", table 2 (GPT-2); Brown et al. 2020, "Language Models are Few-Shot Learners", tables 2.1 and 2.2 (GPT-3).
func (c *Course) models() []sized {
	gpt := func(layerCount, heads, dim, context int) layers.Config {
		return layers.Config{Vocab: 50257, Context: context, Layers: layerCount, Heads: heads, Dim: dim, Hidden: 4 * dim,
			Positions: embed.Learned, Norm: layers.LayerNormName, Activation: layers.GELU, Init: layers.GPT2Init, Tied: true}
	}
	return []sized{
		{"yours", c.untrained.Config},
		{"GPT-2 small", gpt(12, 12, 768, 1024)},
		{"GPT-2 XL", gpt(48, 25, 1600, 1024)},
		{"GPT-3", gpt(96, 96, 12288, 2048)},
	}
}

// largeModels is chapter 10: the same thing, larger, and what is not the same.
func (c *Course) largeModels(context.Context) (values, error) {
	models := c.models()
	yours, gpt3 := models[0].count(), models[3].count()
	ratio := float64(gpt3) / float64(yours)
	return values{
		"models": models, "yours": yours, "gpt3Size": models[3].Size(), "words": c.corpus.Train.Predictions() - c.corpus.TrainText.Len(), "times": roughly(ratio),
		"hundredth": roughly(ratio / 1e2), "hundredThousandth": roughly(ratio / 1e5),
	}, nil
}

// roughly is a number to one digit that counts.
func roughly(x float64) string {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	n := math.Round(x/power) * power
	if n >= 1e6 {
		return fmt.Sprintf("%.0f million", n/1e6)
	}
	return printable.Thousands(n)
}
