package lesson

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/render"
)

// dotProduct is chapter 2: how well vectors fit.
func (c *Course) dotProduct(context.Context) (values, error) {
	s, err := c.settle(Vector{"query", numbers{1, 0}}, []Vector{{"key 1", numbers{1, 1}}, {"key 2", numbers{0, 1}}}, nil)
	if err != nil {
		return nil, err
	}
	dots := products(s.query.Numbers, s.keys)
	best, top := kernel.Argmax(dots), slices.Max(dots)
	var keys, offered []values
	var tied []string
	for i, k := range s.keys {
		keys = append(keys, values{
			"name": escape.Replace(k.Name), "vector": k.Numbers, "products": writtenOut(s.query.Numbers, k.Numbers), "dot": dots[i],
		})
		if dots[i] == top {
			tied = append(tied, k.Name)
		}
	}
	for i := range min(mostOffered, len(s.keys)) {
		if i == mostOffered-1 && len(tied) == 1 {
			i = max(i, best)
		}
		k := s.keys[i]
		offered = append(offered, values{"right": i == best && len(tied) == 1, "key": k.short() + " " + k.Numbers.String(),
			"products": writtenOut(s.query.Numbers, k.Numbers), "dot": dots[i]})
	}
	return values{
		"vectors": vectorLines(append([]Vector{s.query}, s.keys...)), "keys": keys, "offered": offered,
		"top": short(top), "several": len(tied) > 1, "best": printable.Sentence(strings.Join(tied, ", ")),
		"arrows": plane(append([]Vector{s.query}, s.keys...), 0, render.KeyArrow),
	}, nil
}

// mostOffered is how many keys a question names.
const mostOffered = 8

// vectorLines lists vectors with their names.
func vectorLines(vectors []Vector) string {
	width := 0
	for _, v := range vectors {
		width = max(width, len([]rune(v.short())))
	}
	var lines []string
	for _, v := range vectors {
		lines = append(lines, fmt.Sprintf("%-*s  %s", width, v.short(), v.Numbers))
	}
	return strings.Join(lines, "\n")
}

// writtenOut is a dot product with its terms.
func writtenOut(a, b numbers) string {
	return render.Listed(len(a), 3, " + ", func(i int) string {
		return render.Product(a[i], b[i], func(x float32) string { return short(x) })
	})
}

// plane is the picture of vectors as arrows, one of them as a query; nil unless they have two numbers.
func plane(vectors []Vector, query int, others render.ArrowKind) any {
	var p render.Arrows
	for i, v := range vectors {
		if len(v.Numbers) != 2 {
			return nil
		}
		arrow := render.Arrow{Name: v.Name, X: float64(v.Numbers[0]), Y: float64(v.Numbers[1]), Kind: others}
		if i == query {
			arrow.Kind = render.QueryArrow
		}
		p.Arrows = append(p.Arrows, arrow)
	}
	return p
}

// softmax is chapter 3: scores become weights, and weights mix values.
func (c *Course) softmax(context.Context) (values, error) {
	s, err := c.settle(Vector{"query", numbers{1, 0}},
		[]Vector{{"key 1", numbers{1, 1}}, {"key 2", numbers{0, 1}}, {"key 3", numbers{1, 0}}},
		[]Vector{{"value 1", numbers{10, 0}}, {"value 2", numbers{0, 10}}, {"value 3", numbers{5, 5}}})
	if err != nil {
		return nil, err
	}
	temperature := cmp.Or(c.Temperature, 1)
	scores := products(s.query.Numbers, s.keys)
	weights, output, err := attendTo(s.query.Numbers, s.keys, s.values, 1/temperature)
	if err != nil {
		return nil, err
	}
	top, n := slices.Max(scores), len(s.keys)
	var keys, mixed, temperatures []values
	var first []string
	best, sum := 0.0, 0.0
	for i, k := range s.keys {
		power := math.Exp(float64(scores[i]) / temperature)
		sum += power
		keys = append(keys, values{"name": escape.Replace(k.Name), "score": scores[i], "power": large(power), "weight": float64(weights[i])})
		part := make(numbers, len(output))
		value := s.values[i]
		for j, x := range value.Numbers {
			part[j] = weights[i] * x
		}
		mixed = append(mixed, values{"name": escape.Replace(value.Name), "vector": value.Numbers, "weight": weights[i], "part": part.rounded()})
		if i < mostShown {
			first = append(first, escape.Replace(k.Name))
		}
		if scores[i] == top {
			best++
		}
	}
	for _, t := range []float64{0.1, 0.5, 1, 2, 10} {
		weights, _, err := attendTo(s.query.Numbers, s.keys, s.values, 1/t)
		if err != nil {
			return nil, err
		}
		temperatures = append(temperatures, values{"T": t, "weights": weights[:len(first)]})
	}
	hard := shares(n, func(i int) float64 {
		if scores[i] == top {
			return 1 / best
		}
		return 0
	})
	soft := shares(n, func(i int) float64 { return float64(weights[i]) })
	even := shares(n, func(int) float64 { return 1 / float64(n) })
	example := ""
	if sum > 0 && !math.IsInf(sum, 1) {
		example = fmt.Sprintf("weight of %s = %s / %s = %.3f", s.keys[0].short(), keys[0]["power"], large(sum), weights[0])
	}
	return values{
		"vectors": vectorLines(slices.Concat([]Vector{s.query}, s.keys, []Vector{{"scores", scores}})),
		"keys":    keys, "sum": large(sum), "example": example, "values": mixed, "output": output.rounded(),
		"hard": hard, "soft": soft, "even": even, "question": soft != hard && soft != even && hard != even,
		"changed": temperature != 1, "temperature": short(temperature), "first": first, "temperatures": temperatures,
		"arrows": plane(append(slices.Clone(s.values), Vector{"output", output}), n, render.ValueArrow),
	}, nil
}

// large writes a power of e to four digits that count, or says that it is too large for a float64.
func large(power float64) string {
	if math.IsInf(power, 1) {
		return "too large"
	}
	return short(power)
}

// mostShown is how many keys have a column of weights by temperature.
const mostShown = 4

// shares lists the weights of some keys, the first six.
func shares(n int, share func(i int) float64) string {
	var texts []string
	for i := range min(6, n) {
		texts = append(texts, fmt.Sprintf("%.2f", share(i)))
	}
	if n > 6 {
		texts = append(texts, "…")
	}
	return strings.Join(texts, "  ")
}
