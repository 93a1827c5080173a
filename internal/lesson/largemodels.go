package lesson

import (
	"context"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"

	"attend/embed"
	"attend/internal/node"
	"attend/internal/random"
	"attend/internal/render"
	"attend/layers"
)

// sized is a model with its sizes.
type sized struct {
	name   string
	config layers.Config
	text   string // what it learned from
}

// models are the lesson's and three published ones. Sources: Radford et al. 2019, "Language Models are Unsupervised
// Multitask Learners", table 2 (GPT-2); Brown et al. 2020, "Language Models are Few-Shot Learners", tables 2.1 and 2.2 (GPT-3).
func (c *Course) models() ([]sized, error) {
	settings, err := c.settings()
	if err != nil {
		return nil, err
	}
	gpt := func(layerCount, heads, dim, context int) layers.Config {
		return layers.Config{Vocab: 50257, Context: context, Layers: layerCount, Heads: heads, Dim: dim, Hidden: 4 * dim, Positions: embed.Learned, Norm: layers.LayerNormName, Activation: layers.GELU, Tied: true}
	}
	return []sized{
		{"yours", settings.Model(c.corpus.Vocabulary.Len()), counted(c.corpus.Train.Predictions()) + " words"},
		{"GPT-2 small", gpt(12, 12, 768, 1024), "40 GB of web pages"},
		{"GPT-2 XL", gpt(48, 25, 1600, 1024), "40 GB of web pages"},
		{"GPT-3", gpt(96, 96, 12288, 2048), "300 billion pieces of words"},
	}, nil
}

// largeModels is chapter 10: the same thing, larger, and what is not the same.
func (c *Course) largeModels(_ context.Context, show Show) error {
	models, err := c.models()
	if err != nil {
		return err
	}
	mine, largest := int(models[0].config.ParameterCount()), int(models[len(models)-1].config.ParameterCount())
	ratio := float64(largest) / float64(mine)
	if err := show(
		Paragraph("Your model is GPT-2 in small. That is meant literally: the same parts in the same order, the same formulas, the same names in its files; programs that open GPT-2 open yours. A word becomes a vector with a place. Layers of heads mix the vectors by attention; between them a small network, the feed-forward network, works on each word by itself. At the end the vector of the last word says how probable each next word is."),
		Paragraph("A large language model that chats with you does this step and no other when it answers: predict the next piece of text, append it, predict again."),
		Question{
			Ask:     "GPT-3, of 2020: how many times as many learned numbers as your model?",
			Choices: []string{"about " + roughly(ratio/1e5), "about " + roughly(ratio/1e2), "about " + roughly(ratio)},
			Right:   2,
			Because: fmt.Sprintf("Yours has %s, GPT-3 has %s.", counted(mine), counted(largest)),
		},
	); err != nil {
		return err
	}
	t := Table{Caption: "Sizes side by side; the parameters are computed from the rows above them.", Head: []string{""}, Words: 1}
	rows := [][]string{{"layers"}, {"heads"}, {"vector"}, {"per head"}, {"feed-forward"}, {"sees at most"}, {"vocabulary"}, {"parameters"}}
	b := render.Bars{Title: "Parameters: each step of length is ten times more"}
	for _, m := range models {
		t.Head = append(t.Head, m.name)
		n := int(m.config.ParameterCount())
		for i, size := range []int{m.config.Layers, m.config.Heads, m.config.Dim, m.config.HeadDim(), m.config.Hidden, m.config.Context, m.config.Vocab} {
			rows[i] = append(rows[i], counted(size))
		}
		rows[7] = append(rows[7], magnitude(n))
		b.Bars = append(b.Bars, render.Bar{Name: m.name, Value: math.Log10(float64(n)), Text: magnitude(n)})
	}
	t.Rows = rows
	if err := show(t,
		Paragraph(fmt.Sprintf("They learned from: %s (yours), %s (GPT-2), %s (GPT-3). Sizes of GPT-2 from Radford et al. 2019, of GPT-3 from Brown et al. 2020.", models[0].text, models[1].text, models[3].text)),
		bars(b),
	); err != nil {
		return err
	}
	const tokens = 64
	off, err := sumsOfRows(models[1].config, tokens)
	if err != nil {
		return err
	}
	small := models[1].config
	return show(
		Paragraph(fmt.Sprintf("The operation is the same at any size. The one that your model trained with has just run over %d random vectors at the size of one layer of GPT-2 small: %d heads, %s weights, those of the future among them. Every row adds up to 1; the worst is off by %.7f.", tokens, small.Heads, counted(small.Heads*tokens*tokens), off)),
		Paragraph("The same: query, key, value; division by sqrt(d); softmax; the mask; several heads; positions; the loss; learning by the gradient. And what you saw of maps: heads with a task, resting places, attention that is not importance."),
		Paragraph("Only bigger: layers, heads, vectors, the text to learn from, the length that is seen at once."),
		Paragraph("Not the same: large models read pieces of words, not words. GPT-3 lets some of its layers see only the words nearby. Later models tell positions by turning queries and keys (rotary positions), let heads share keys and values (grouped queries), and send each word through a few of many networks (experts). After predicting text they are trained a second time, on answers that people preferred. And no one knows the floor of English: for the savanna we could tell how good a model is, and which words should be looked at. That is why it is a good place to learn."),
		Try{
			{"attend train --layers 2 --heads 8 --dim 64 --steps 300", "a larger model for a shorter time"},
			{"attend lesson reflect", "keep what surprised you, and what is still confused"},
			{"attend lesson export -o lesson.html", "the course as a page, for someone else"},
		},
	)
}

// sumsOfRows runs one layer's attention over random vectors and returns how far the sum of a row is from 1, at worst.
func sumsOfRows(c layers.Config, tokens int) (worst float64, err error) {
	g := gorgonia.NewGraph()
	var in [3]*gorgonia.Node
	for i, name := range []string{"query", "key", "value"} {
		r := random.New(scalingSeed, "lesson large "+name)
		numbers := make([]float32, tokens*c.Dim)
		for j := range numbers {
			numbers[j] = float32(r.NormFloat64())
		}
		in[i] = node.Weights(g, name, []int{tokens, c.Dim}, numbers)
	}
	heads, err := layers.Attend("attention", layers.Projected{Query: in[0], Key: in[1], Value: in[2]}, c.Heads, tokens, layers.AttentionOptions{})
	if err != nil {
		return 0, err
	}
	if err := runGraph(g, heads.Mixed); err != nil {
		return 0, err
	}
	for head := range c.Heads {
		for query := range tokens {
			sum := 0.0
			for _, w := range heads.Row(0, head, query) {
				sum += float64(w)
			}
			worst = max(worst, math.Abs(sum-1))
		}
	}
	return worst, nil
}

// magnitude is a count in words: 124 million.
func magnitude(n int) string {
	switch x := float64(n); {
	case x >= 1e9:
		return fmt.Sprintf("%.3g billion", x/1e9)
	case x >= 1e6:
		return fmt.Sprintf("%.3g million", x/1e6)
	}
	return counted(n)
}

// roughly is a number to one digit that counts.
func roughly(x float64) string {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	n := math.Round(x/power) * power
	if n >= 1e6 {
		return fmt.Sprintf("%.0f million", n/1e6)
	}
	return counted(int(n))
}
