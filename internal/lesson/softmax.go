package lesson

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"attend/internal/render"
)

// softmax is chapter 3: scores become weights, and weights mix values.
func (c *Course) softmax(_ context.Context, show Show) error {
	s, err := c.settle(Vector{"query", []float32{1, 0}},
		[]Vector{{"key 1", []float32{1, 1}}, {"key 2", []float32{0, 1}}, {"key 3", []float32{1, 0}}},
		[]Vector{{"value 1", []float32{10, 0}}, {"value 2", []float32{0, 10}}, {"value 3", []float32{5, 5}}})
	if err != nil {
		return err
	}
	temperature := c.Temperature
	if temperature == 0 {
		temperature = 1
	}
	scores := products(s.query.Numbers, s.keys)
	a, err := attendTo(s.query.Numbers, s.keys, s.values, 1/temperature)
	if err != nil {
		return err
	}
	parts := []Part{
		Paragraph("Scores are not shares yet: they may be below 0, and they add up to anything. Softmax makes shares of them, called weights. Each score becomes e to the power of the score, where e is 2.718: always above 0, and 2.7 times as much for each point of score more. Then each is divided by the sum of all."),
		Formula("weight = e^score / (sum of e^score over all keys)"),
		Formula(vectorLines(s.query, append(slices.Clone(s.keys), Vector{"scores", scores}))),
	}
	if q, ok := sharesQuestion(scores, a.weights); ok {
		parts = append(parts, q)
	}
	if err := show(parts...); err != nil {
		return err
	}
	title := "Weights"
	if temperature != 1 {
		title = fmt.Sprintf("Weights at temperature %s", short(float32(temperature)))
	}
	t := Table{Head: []string{"key", "score", "e^(score - top)", "weight"}, Words: 1}
	b := render.Bars{Title: title}
	top := float64(slices.Max(scores))
	for i, k := range s.keys {
		t.Rows = append(t.Rows, []string{k.Name, short(scores[i]), fmt.Sprintf("%.4f", math.Exp((float64(scores[i])-top)/temperature)), fmt.Sprintf("%.7f", a.weights[i])})
		b.Bars = append(b.Bars, render.Bar{Name: k.Name, Value: float64(a.weights[i]), Text: fmt.Sprintf("%.3f", a.weights[i])})
	}
	if temperature != 1 {
		t.Head[2] = "e^((score - top)/T)"
	}
	if err := show(t, bars(b),
		Paragraph("The weights are all above 0 and add up to 1. Equal scores get equal weights; the best key gets most, but not all: softmax is soft. In the table, top is the largest score. Taking it away from each first changes no weight, for it divides all powers alike; it keeps them small, and every program does it."),
	); err != nil {
		return err
	}
	mix := Table{Caption: "The weights then mix the values: each value times its weight, all added up.", Head: []string{"value", "vector", "weight", "weight × value"}, Words: 2}
	for i, v := range s.values {
		part := make([]float32, len(v.Numbers))
		for j, x := range v.Numbers {
			part[j] = a.weights[i] * x
		}
		mix.Rows = append(mix.Rows, []string{v.Name, written(v.Numbers), fmt.Sprintf("%.4f", a.weights[i]), written(part)})
	}
	mix.Rows = append(mix.Rows, []string{"output", "", "1", written(a.output)})
	parts = []Part{Paragraph("What is taken in these shares? Each word has a third vector, its value: what it hands over to those that look at it. The mix, called the output, is nearest to the values with the largest weights."), mix}
	if len(a.output) == 2 {
		p := render.Arrows{Title: "The output lies between the values"}
		for _, v := range s.values {
			p.Arrows = append(p.Arrows, arrow(v, render.ValueArrow))
		}
		p.Arrows = append(p.Arrows, arrow(Vector{"output", a.output}, render.QueryArrow))
		parts = append(parts, arrows(p))
	}
	if err := show(parts...); err != nil {
		return err
	}
	return c.temperatures(s, scores, show)
}

// temperatures ends chapter 3: what dividing the scores does to the weights.
func (c *Course) temperatures(s setting, scores []float32, show Show) error {
	if err := show(
		Paragraph("The scores may be divided by a number before softmax, called the temperature. Divided by less than 1 they lie further apart, divided by more they come together. (When a model writes a text, its scores for the next word go the same way: a low temperature takes the likeliest, a high one dares more.)"),
		Question{
			Ask:     "What do the weights become at a very high temperature?",
			Choices: []string{"all alike", "1 for the best key and 0 for the others", "the same as before"},
			Right:   0,
			Because: "Scores divided by a large number are all close to 0, and e^0 is 1 for each. Near temperature 0 it is the other way: the best key takes all, shared among equals.",
		},
	); err != nil {
		return err
	}
	t := Table{Caption: "Weights by temperature", Head: []string{"T"}, Words: 0}
	shownKeys := s.keys[:min(4, len(s.keys))]
	for _, k := range shownKeys {
		t.Head = append(t.Head, k.Name)
	}
	for _, temperature := range []float64{0.1, 0.5, 1, 2, 10} {
		a, err := attendTo(s.query.Numbers, s.keys, s.values, 1/temperature)
		if err != nil {
			return err
		}
		row := []string{short(float32(temperature))}
		for i := range shownKeys {
			row = append(row, fmt.Sprintf("%.4f", a.weights[i]))
		}
		t.Rows = append(t.Rows, row)
	}
	return show(t,
		Paragraph("The dot product, softmax and the mixing of values: that is attention, whole. The three chapters that follow say why it is built with a divisor, with three vectors a word, and with a mask."),
		Try{
			{"attend lesson 3 --temperature 0.2", "bolder"},
			{"attend lesson 3 --query 2,0", "a longer query asks more sharply: the same as temperature 0.5"},
			{"attend lesson 3 --query 1,0 --key zebra=1,1 --value zebra=1,0 --key lion=0,1 --value lion=0,1", "keys and values of your own"},
			{"attend lesson 3 -o weights.png", "the weights as a picture"},
			{"attend lesson 4", "the next chapter"},
		},
	)
}

// sharesQuestion asks for the weights that some scores give. ok is false where there is nothing to tell apart.
func sharesQuestion(scores, weights []float32) (q Question, ok bool) {
	list := func(share func(i int) float64) string {
		var texts []string
		for i := range scores[:min(6, len(scores))] {
			texts = append(texts, fmt.Sprintf("%.2f", share(i)))
		}
		if len(scores) > 6 {
			texts = append(texts, "…")
		}
		return strings.Join(texts, "  ")
	}
	top, best := slices.Max(scores), 0
	for _, score := range scores {
		if score == top {
			best++
		}
	}
	hard := list(func(i int) float64 {
		if scores[i] == top {
			return 1 / float64(best)
		}
		return 0
	})
	soft := list(func(i int) float64 { return float64(weights[i]) })
	even := list(func(int) float64 { return 1 / float64(len(scores)) })
	if soft == hard || soft == even || hard == even {
		return q, false
	}
	return Question{
		Ask: "Which weights do these scores give?", Choices: []string{hard, soft, even}, Right: 1,
		Because: "The best score gets the largest weight, but every key gets some. A point of score more is 2.7 times the weight, not all of it.",
	}, true
}
