package text

import (
	"bytes"
	"io"
	"math"
	"slices"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// shownNumbers is how many numbers of a vector are shown unless all are wanted.
const shownNumbers = 4

// Explanation writes the arithmetic of an attention weight as a person would on paper. Full shows every number of
// the vectors.
func Explanation(w io.Writer, x attention.Explanation, full bool, o Options) error {
	var b bytes.Buffer
	words := numbered(render.Labels(x.Encoded))
	query, key := words[x.Query], words[x.Key]
	root := math.Sqrt(float64(len(x.QueryVector)))
	most := shownNumbers
	if full {
		most = len(x.QueryVector)
	}
	vector := func(v []float32) string {
		return "[" + render.Listed(len(v), most, " ", func(i int) string { return number(v[i]) }) + "]"
	}
	products := render.Listed(len(x.QueryVector), most, " + ", func(i int) string {
		return render.Product(x.QueryVector[i], x.KeyVector[i], number[float32])
	})
	step := func(format string, a ...any) { b.WriteString("\n" + o.paragraph(format, a...)) }
	line := func(format string, a ...any) { b.WriteString(o.hanging("  ", format, a...)) }

	b.WriteString(o.title("Attention of %s to %s in layer %d, head %d: %s", query, key, x.Layer+1, x.Head+1, number(x.Weights[x.Key])))
	step("1. The query of %s and the key of %s, computed from their vectors by two learned projections:", query, key)
	line("query(%s) = %s", query, vector(x.QueryVector))
	line("key(%s) = %s", key, vector(x.KeyVector))

	step("2. Their dot product, the sum of the products of their numbers:")
	line("%s = %s", products, number(x.Products[x.Key]))

	step("3. Divided by sqrt(%d) = %s, so that vectors with more numbers do not make sharper weights:", len(x.QueryVector), number(root))
	line("%s / %s = %s", number(x.Products[x.Key]), number(root), number(x.Scores[x.Key]))

	step("4. Masked: %s can attend to %s, up to itself; later tokens get the weight 0.",
		query, printable.Count(x.Query+1, "token"))

	step("5. Softmax over these tokens: e to the score - largest score, divided by the sum:")
	b.WriteString(softmaxTable(x, words, o).Text(o.width()))

	step("6. The value of %s, times the weight, is added to those of the others:", key)
	line("value(%s) = %s", key, vector(x.ValueVector))
	line("%s × value = %s, of length %s", number(x.Weights[x.Key]), vector(x.Contribution), number(length(x.Contribution)))
	line("sum over all = %s, of length %s", vector(x.Z), number(length(x.Z)))
	if note := o.unknownNote(x.Unknown); note != "" {
		b.WriteString("\n" + note)
	}
	return render.Write(w, &b)
}

// number prints three digits that count.
func number[T float32 | float64](x T) string { return render.Significant(float64(x)) }

// softmaxTable has the rows of step 5.
func softmaxTable(x attention.Explanation, words []render.Label, o Options) term.Table {
	t := term.Table{Columns: []term.Column{
		{Title: "  key", Left: true}, {Title: "score"}, {Title: "e^(score - largest)", Spare: 2},
		{Title: "weight"}, {Left: true, Spare: 1},
	}}
	top := float64(slices.Max(x.Scores))
	for i, s := range x.Scores {
		mark := "  "
		if i == x.Key {
			mark = "> "
		}
		t.Add(mark+term.Fit(words[i].String(), render.WidestLabel), number(s), number(math.Exp(float64(s)-top)), number(x.Weights[i]),
			tableBar(float64(x.Weights[i]), 1, o))
	}
	return t
}

// length is the Euclidean length of a vector.
func length(v []float32) float64 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}
