package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"attend/data"
	"attend/embed"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/layers"
)

// Table is a table of vectors of a run: one row for each token of its vocabulary, or for each position in a sentence.
type Table struct {
	Title   string // for headings, such as "word vectors"
	Ordered bool   // the rows have an order, as positions do
	Names   []string
	Rows    [][]float64 // [rows][dim]
	Source  attention.Source
}

// WordTable returns the embedding vectors of the tokens of a run, by id. If the unembedding is tied, its table is the same.
func WordTable(r *run.Run) Table {
	return table(r, r.Vocabulary.Tokenizer().Noun()+" vectors", r.Parameters.Get(layers.TokenTable).Data, r.Vocabulary.Key)
}

// PositionTable returns the vectors of the positions in a sentence, learned or sinusoidal. Their names count from 1; the position
// of the boundary token, before the first word, has its name. It is an error if the position scheme of the run has no vectors.
func PositionTable(r *run.Run) (Table, error) {
	var t Table
	name := func(i int) string {
		if before := untyped(r); i >= before {
			return strconv.Itoa(i + 1 - before)
		}
		return data.BoundaryToken
	}
	switch positions := r.Settings.Positions; positions {
	case embed.Learned:
		t = table(r, "position vectors", r.Parameters.Get(layers.PositionTable).Data, name)
	case embed.Sinusoidal:
		t = table(r, "sinusoidal position vectors", r.Config.FixedPositions(), name)
	default:
		return Table{}, fmt.Errorf("%s was trained with --positions %s: it has no position vectors", printable.Path(r.Path), positions)
	}
	t.Ordered = true
	return t, nil
}

// WordCounts returns the words of the vocabulary of a run by id, without the boundary and the unknown token, and how often each
// occurs in the training text; without counts if corpus is nil.
func WordCounts(r *run.Run, corpus *data.Corpus) ([]attention.WordCount, error) {
	if corpus != nil {
		if err := r.CheckText(corpus); err != nil {
			return nil, err
		}
	}
	counts := make([]int, r.Vocabulary.Len())
	if corpus != nil {
		for i := range corpus.Train.Len() {
			for _, id := range corpus.Train.Sequence(i).Ints() {
				counts[id]++
			}
		}
	}
	var words []attention.WordCount
	boundary, hasBoundary := r.Vocabulary.Boundary()
	unknown, _ := r.Vocabulary.Unknown()
	for id := range counts {
		if hasBoundary && id == boundary || id == unknown {
			continue
		}
		w := attention.WordCount{Word: r.Vocabulary.Key(id), ID: id}
		if corpus != nil {
			w.Count = &counts[id]
		}
		words = append(words, w)
	}
	return words, nil
}

// table splits the values of a table [rows, dim] into its rows.
func table(r *run.Run, title string, values []float32, name func(int) string) Table {
	dim := r.Config.Dim
	t := Table{Title: title, Source: r.Source()}
	for i := range len(values) / dim {
		t.Names, t.Rows = append(t.Names, name(i)), append(t.Rows, widened(values[i*dim:][:dim]))
	}
	return t
}

// Nearest returns the rows with the largest cosine similarity to a row, without that row: at most `most`, the largest first; of
// equal ones the earlier row comes first.
func (t Table) Nearest(row, most int) []attention.Neighbour {
	var near []attention.Neighbour
	for i, other := range t.Rows {
		if i != row {
			near = append(near, attention.Neighbour{Name: t.Names[i], ID: i, Cosine: cosine(t.Rows[row], other)})
		}
	}
	slices.SortStableFunc(near, func(a, b attention.Neighbour) int { return cmp.Compare(b.Cosine, a.Cosine) })
	return near[:min(max(most, 0), len(near))]
}

// Cosines returns the cosine similarity of each pair of rows, [row][row].
func (t Table) Cosines() [][]float64 {
	square := make([][]float64, len(t.Rows))
	for i, a := range t.Rows {
		for _, b := range t.Rows {
			square[i] = append(square[i], cosine(a, b))
		}
	}
	return square
}

// cosine returns the cosine similarity of two vectors:
//
//	a·b / (|a| |b|), in -1 to 1
//
// The cosine of a vector of zeros is 0.
func cosine(a, b []float64) float64 {
	var product, squaresA, squaresB float64
	for i := range a {
		product += a[i] * b[i]
		squaresA += a[i] * a[i]
		squaresB += b[i] * b[i]
	}
	if squaresA == 0 || squaresB == 0 {
		return 0
	}
	return min(max(product/math.Sqrt(squaresA*squaresB), -1), 1)
}

// Picture returns the rows of the table projected onto their first two principal components:
//
//	x = (row - mean)·v1, y = (row - mean)·v2
//
// v1 and v2 are the first two right singular vectors of the centred table. Their signs are arbitrary; here the number of largest
// magnitude in each is positive (the first of equals), so that a run always gives the same picture. Share is the variance of each
// component divided by the total. It is an error if the table has fewer than three rows, or if all rows are equal.
//
// Source: I. T. Jolliffe, Principal Component Analysis, 2nd ed. 2002, chapters 2 and 3.
func (t Table) Picture() (attention.Scatter, error) {
	s := attention.Scatter{Title: t.Title, Joined: t.Ordered, Source: t.Source}
	rows := len(t.Rows)
	if rows < 3 {
		return s, fmt.Errorf("a picture of the %s needs at least 3 of them, and %s has %d", t.Title, printable.Path(t.Source.Run), rows)
	}
	dim := len(t.Rows[0])
	table := mat.NewDense(rows, dim, nil)
	for i, row := range t.Rows {
		table.SetRow(i, row)
	}
	if sum := mat.Sum(table); math.IsNaN(sum) || math.IsInf(sum, 0) {
		return s, fmt.Errorf("a picture of the %s of %s is not possible: a number is not finite", t.Title, printable.Path(t.Source.Run))
	}
	var components stat.PC
	if !components.PrincipalComponents(table, nil) {
		return s, fmt.Errorf("the principal components of the %s of %s could not be computed", t.Title, printable.Path(t.Source.Run))
	}
	variances := components.VarsTo(nil)
	total := floats.Sum(variances)
	if !(total > 0) {
		return s, fmt.Errorf("the %s of %s are all equal: a picture would show one point", t.Title, printable.Path(t.Source.Run))
	}
	var vectors mat.Dense
	components.VectorsTo(&vectors) // [dim, min(rows, dim)]
	means := make([]float64, dim)
	for j := range means {
		means[j] = stat.Mean(mat.Col(nil, j, table), nil)
	}
	at := [2][]float64{make([]float64, rows), make([]float64, rows)}
	for k := range min(2, len(variances)) { // a table of dim 1 has one component
		s.Share[k] = variances[k] / total
		direction := mat.Col(nil, k, &vectors)
		largest := 0
		for j, x := range direction {
			if math.Abs(x) > math.Abs(direction[largest]) {
				largest = j
			}
		}
		sign := math.Copysign(1, direction[largest])
		for i, row := range t.Rows {
			at[k][i] = sign * (floats.Dot(row, direction) - floats.Dot(means, direction))
		}
	}
	for i, name := range t.Names {
		s.Points = append(s.Points, attention.Point{Name: name, X: at[0][i], Y: at[1][i]})
	}
	return s, nil
}
