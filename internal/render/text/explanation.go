package text

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// shownNumbers is how many numbers of a vector are shown unless all are wanted.
const shownNumbers = 4

// Explanation writes the arithmetic of a cell as a person would on paper. Full shows every number of
// the vectors.
func Explanation(w io.Writer, x attention.Explanation, full bool, o Options) error {
	var b bytes.Buffer
	words := numberedWords(x.Tokens)
	name := func(place int) string { return words[place].Word + words[place].Mark }
	query, key := name(x.Query), name(x.Key)
	headDim := len(x.QueryVector)
	vector := func(v []float32) string {
		some := v
		if !full {
			some = v[:min(shownNumbers, len(v))]
		}
		var s []string
		for _, n := range some {
			s = append(s, render.Significant(float64(n)))
		}
		if len(some) < len(v) {
			s = append(s, fmt.Sprintf("… %d more", len(v)-len(some)))
		}
		return "[" + strings.Join(s, " ") + "]"
	}
	line := func(format string, a ...any) { b.WriteString(indent(fmt.Sprintf(format, a...), o)) }

	b.WriteString(title(fmt.Sprintf("How much %s looks at %s in layer %d, head %d: %s", query, key, x.Layer+1, x.Head+1, render.Significant(float64(x.Weights[x.Key]))), o))
	b.WriteString("\n" + wrap("1. What "+query+" looks for and what "+key+" offers, two learned projections of their vectors:", o.width()))
	line("query(%s) = %s", query, vector(x.QueryVector))
	line("key(%s) = %s", key, vector(x.KeyVector))

	b.WriteString("\n" + wrap("2. How well they fit: the dot product, the sum of the products of their numbers:", o.width()))
	line("%s = %s", terms(x.QueryVector, x.KeyVector, full), render.Significant(float64(x.Products[x.Key])))

	b.WriteString("\n" + wrap(fmt.Sprintf("3. Scaled by sqrt(%d) = %s, so that longer vectors do not make sharper weights:", headDim, render.Significant(math.Sqrt(float64(headDim)))), o.width()))
	line("%s / %s = %s", render.Significant(float64(x.Products[x.Key])), render.Significant(math.Sqrt(float64(headDim))), render.Significant(float64(x.Scores[x.Key])))

	b.WriteString("\n" + wrap(fmt.Sprintf("4. Masked: %s is token %d and sees %s up to itself; later ones do not count.", query, x.Query+1, printable.Count(x.Query+1, "token")), o.width()))

	b.WriteString("\n" + wrap("5. Softmax over what it sees: e to the score (less the largest), as a share of the sum:", o.width()))
	b.WriteString(table(softmaxColumns(x, name, o), o.width()))

	b.WriteString("\n" + wrap("6. What "+key+" hands over: its value, times the weight, added to what the others hand over:", o.width()))
	line("value(%s) = %s", key, vector(x.ValueVector))
	line("%s × value = %s, of length %s", render.Significant(float64(x.Weights[x.Key])), vector(x.Contribution), render.Significant(length(x.Contribution)))
	line("sum over all = %s, of length %s", vector(x.Output), render.Significant(length(x.Output)))
	return render.Write(w, &b)
}

// terms writes a dot product out.
func terms(query, key []float32, full bool) string {
	shown := len(query)
	if !full {
		shown = min(shownNumbers, shown)
	}
	var s []string
	for i := range shown {
		s = append(s, factor(query[i])+"·"+factor(key[i]))
	}
	if shown < len(query) {
		s = append(s, fmt.Sprintf("… %d more", len(query)-shown))
	}
	return strings.Join(s, " + ")
}

// factor is a number of a product, in brackets where its sign would be misread.
func factor(x float32) string {
	if x < 0 {
		return "(" + render.Significant(float64(x)) + ")"
	}
	return render.Significant(float64(x))
}

// softmaxColumns are the rows of step 5.
func softmaxColumns(x attention.Explanation, name func(int) string, o Options) []column {
	word, score, e, weight := column{title: "  key", left: true}, column{title: "score"}, column{title: "e^(score - largest)", spare: 2}, column{title: "weight"}
	bars := column{left: true, spare: 1}
	top := math.Inf(-1)
	for _, s := range x.Scores {
		top = math.Max(top, float64(s))
	}
	for i, s := range x.Scores {
		mark := "  "
		if i == x.Key {
			mark = "> "
		}
		word.cells = append(word.cells, mark+render.Fit(name(i), render.WidestLabel))
		score.cells = append(score.cells, render.Significant(float64(s)))
		e.cells = append(e.cells, render.Significant(math.Exp(float64(s)-top)))
		weight.cells = append(weight.cells, render.Significant(float64(x.Weights[i])))
		bars.cells = append(bars.cells, tintedBar(float64(x.Weights[i]), 1, o))
	}
	return []column{word, score, e, weight, bars}
}

// length is the Euclidean length of a vector.
func length(v []float32) float64 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}
