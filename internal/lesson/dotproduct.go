package lesson

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"attend/internal/printable"
	"attend/internal/render"
)

// dotProduct is chapter 2: how well vectors fit.
func (c *Course) dotProduct(_ context.Context, show Show) error {
	s, err := c.settle(Vector{"query", []float32{1, 0}}, []Vector{{"key 1", []float32{1, 1}}, {"key 2", []float32{0, 1}}}, nil)
	if err != nil {
		return err
	}
	scores := products(s.query.Numbers, s.keys)
	if err := show(
		Paragraph("Before a word can share out its look it must know which words fit what it needs. So each word asks with one vector, its query: what I look for. And each word answers with another, its key: what I can be found by. Where these vectors come from is chapter 5. Here they are given:"),
		Formula(vectorLines(s.query, s.keys)),
		Paragraph("How well a key fits the query is measured by the dot product: multiply the first number of one by the first of the other, the second by the second, and so on, and add up. The result is called the score."),
		bestFit(s, scores),
	); err != nil {
		return err
	}
	t := Table{Head: []string{"key", "vector", "multiplied and added", "score"}, Words: 3}
	for i, k := range s.keys {
		t.Rows = append(t.Rows, []string{k.Name, written(k.Numbers), writtenOut(s.query.Numbers, k.Numbers), short(scores[i])})
	}
	if err := show(t, c.plane(s, "Query and keys as arrows")); err != nil {
		return err
	}
	return show(
		Paragraph("The score is a likeness of directions. Where two arrows point the same way it is largest. Where they stand at a right angle, as [1 0] and [0 1] do, it is 0: the one has nothing of what the other asks for. Where they point apart it is below 0. Length counts as well: [2 2] scores twice as much as [1 1]."),
		Paragraph("With more than two numbers nothing changes but the drawing. The heads of the model in chapter 8 use eight."),
		Try{
			{"attend lesson 2 --query 1,0 --key zebra=1,1 --key lion=0,1 --key tree=-1,0", "vectors and names of your own; tree points the other way"},
			{"attend lesson 2 --query 1,2,3 --key a=3,2,1 --key b=0,0,1", "three numbers each"},
			{"attend lesson 2 -o arrows.svg", "the arrows as a picture; a name that ends in .png does as well"},
			{"attend lesson 3", "the next chapter"},
		},
	)
}

// vectorLines lists a query and keys with their names.
func vectorLines(query Vector, keys []Vector) string {
	width := len([]rune(query.Name))
	for _, k := range keys {
		width = max(width, len([]rune(printable.Short(k.Name, longestName))))
	}
	var b strings.Builder
	for _, v := range append([]Vector{query}, keys...) {
		fmt.Fprintf(&b, "%-*s  %s\n", width, printable.Short(v.Name, longestName), written(v.Numbers))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// bestFit asks which key has the largest score.
func bestFit(s setting, scores []float32) Question {
	top := slices.Max(scores)
	var best []string
	q := Question{Ask: "Which key fits the query best?"}
	for i, k := range s.keys {
		if scores[i] == top {
			best = append(best, k.Name)
			q.Right = i
		}
		if i < 8 {
			q.Choices = append(q.Choices, printable.Short(k.Name, longestName)+" "+written(k.Numbers))
		}
	}
	q.Choices = append(q.Choices, "no single one: two or more fit alike")
	q.Because = fmt.Sprintf("Its score is %s, the largest.", short(top))
	if len(best) > 1 {
		q.Right = len(q.Choices) - 1
		q.Because = fmt.Sprintf("%s all score %s.", printable.Sentence(strings.Join(best, ", ")), short(top))
	} else if q.Right >= len(q.Choices)-1 { // it is not among those offered
		q.Choices[7] = printable.Short(s.keys[q.Right].Name, longestName) + " " + written(s.keys[q.Right].Numbers)
		q.Right = 7
	}
	if !s.own {
		q.Because = "[1 0] with [1 1] gives 1·1 + 0·1 = 1; with [0 1] it gives 1·0 + 0·1 = 0."
	}
	return q
}

// writtenOut is a dot product with its terms.
func writtenOut(a, b []float32) string {
	const most = 3
	var terms []string
	for i := range a {
		if i == most && len(a) > most {
			terms = append(terms, fmt.Sprintf("… %d more", len(a)-i))
			break
		}
		terms = append(terms, factor(a[i])+"·"+factor(b[i]))
	}
	return strings.Join(terms, " + ")
}

// factor is a number of a product, in brackets where its sign would be misread.
func factor(x float32) string {
	if x < 0 {
		return "(" + short(x) + ")"
	}
	return short(x)
}

// plane is the picture of a query and keys: arrows where they have two numbers, else their scores as bars.
func (c *Course) plane(s setting, title string) Part {
	if len(s.query.Numbers) != 2 {
		return Paragraph("Arrows are drawn for vectors of two numbers; these cannot be drawn on paper, and the score is what is left to see.")
	}
	p := render.Arrows{Title: title, Arrows: []render.Arrow{arrow(s.query, render.QueryArrow)}}
	for _, k := range s.keys {
		p.Arrows = append(p.Arrows, arrow(k, render.KeyArrow))
	}
	return arrows(p)
}

// arrow is a vector of two numbers in the plane.
func arrow(v Vector, kind render.ArrowKind) render.Arrow {
	return render.Arrow{Name: v.Name, X: float64(v.Numbers[0]), Y: float64(v.Numbers[1]), Kind: kind}
}
