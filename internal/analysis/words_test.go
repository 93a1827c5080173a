package analysis

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"attend/embed"
	"attend/internal/attention"
	"attend/internal/run/runtest"
	"attend/layers"
)

// compass is a table of known angles.
func compass() Table {
	return Table{Title: "directions", Names: []string{"east", "northeast", "north", "west", "nowhere", "far east", "askew"},
		Rows: [][]float64{{2, 0}, {3, 3}, {0, 5}, {-7, 0}, {0, 0}, {3e38, 0}, {0.1, 0.7}}}
}

func TestNearestByCosine(t *testing.T) {
	half := 1 / math.Sqrt2
	want := []attention.Neighbour{{Name: "far east", ID: 5, Cosine: 1}, {Name: "northeast", ID: 1, Cosine: half}, {Name: "askew", ID: 6, Cosine: 0.1 / math.Sqrt(0.5)}, {Name: "north", ID: 2, Cosine: 0}}
	got := compass().Nearest(0, 4)
	for i, n := range got {
		if n.Name != want[i].Name || n.ID != want[i].ID || math.Abs(n.Cosine-want[i].Cosine) > 1e-15 {
			t.Errorf("position %d: %v, want %v", i, n, want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d neighbours, want %d", len(got), len(want))
	}
	all := compass().Nearest(0, 99)
	if last := all[len(all)-1]; len(all) != 6 || last.Name != "west" || last.Cosine != -1 {
		t.Errorf("all: %v", all)
	}
	if none := compass().Nearest(0, -1); len(none) != 0 {
		t.Errorf("none: %v", none)
	}
}

func TestCosinesAreSymmetric(t *testing.T) {
	c := compass().Cosines()
	for i := range c {
		for j := range c {
			want := 1.0
			if i == 4 || j == 4 { // the zero vector
				want = 0
			}
			if c[i][j] != c[j][i] || i == j && c[i][j] != want {
				t.Errorf("cosine of %d and %d: %g and %g", i, j, c[i][j], c[j][i])
			}
		}
	}
}

func TestTablesAreTheWeights(t *testing.T) {
	for _, kind := range []string{embed.Learned, embed.Sinusoidal, embed.None} {
		s := small()
		s.Positions = string(kind)
		r := trained(t, s, runtest.Text())
		words := WordTable(r)
		if len(words.Rows) != r.Vocabulary.Len() || words.Source != (attention.Source{Run: r.Path, Step: s.Steps, TrainedSteps: s.Steps, Weights: "best"}) || words.Ordered {
			t.Errorf("%d rows from %v", len(words.Rows), words.Source)
		}
		for id, row := range words.Rows {
			if words.Names[id] != r.Vocabulary.Key(id) {
				t.Errorf("row %d is called %q", id, words.Names[id])
			}
			for j, x := range row {
				if want := r.Parameters.Get(layers.TokenTable).Data[id*8+j]; float32(x) != want {
					t.Fatalf("word %d, number %d: %g, want %g", id, j, x, want)
				}
			}
		}
		positions, err := PositionTable(r)
		if kind == embed.None {
			wantError(t, err, "--positions none", r.Path)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float32, r.Config.Context*8)
		embed.SinusoidalTable(want, 8)
		for i := range want {
			want[i] /= 4 // the factor 1/sqrt(2 dim)
		}
		if kind == embed.Learned {
			want = r.Parameters.Get(layers.PositionTable).Data
		}
		for i, row := range positions.Rows {
			if name := strconv.Itoa(i); i == 0 && positions.Names[0] != "<s>" || i > 0 && positions.Names[i] != name {
				t.Errorf("row %d is called %q", i, positions.Names[i])
			}
			for j, x := range row {
				if float32(x) != want[i*8+j] {
					t.Fatalf("%s: position %d, number %d: %g, want %g", kind, i, j, x, want[i*8+j])
				}
			}
		}
		if len(positions.Rows) != r.Config.Context || !positions.Ordered {
			t.Errorf("%d places of %d", len(positions.Rows), r.Config.Context)
		}
	}
}

// Every word of the training text is counted as the text has it; without the text there are no counts.
func TestWordCountsAreThoseOfTheText(t *testing.T) {
	s := small()
	r := trained(t, s, runtest.Text())
	corpus, err := textOf(runtest.Text())(r)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{}
	for _, line := range corpus.TrainText.All() {
		for _, word := range strings.Fields(strings.ToLower(line)) {
			want[word]++
		}
	}
	words, err := WordCounts(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range words {
		if w.Word == "<s>" || w.Word == "<unk>" || *w.Count != want[w.Word] {
			t.Errorf("%s: %d, want %d", w.Word, *w.Count, want[w.Word])
		}
	}
	if len(words) != r.Vocabulary.Len()-2 {
		t.Errorf("%d words of a vocabulary of %d", len(words), r.Vocabulary.Len())
	}
	words, err = WordCounts(r, nil)
	if err != nil || len(words) != r.Vocabulary.Len()-2 || words[0].Count != nil {
		t.Errorf("without the text: %v, error %v", words, err)
	}
	if corpus, err = textOf(runtest.Text() + "another lion\n")(r); err != nil {
		t.Fatal(err)
	}
	if _, err := WordCounts(r, corpus); err == nil {
		t.Error("the counts of another text are taken")
	}
}

func TestPictureOfTheSameRunIsTheSame(t *testing.T) {
	r := trained(t, small(), runtest.Text())
	a, err := WordTable(r).Picture()
	if err != nil {
		t.Fatal(err)
	}
	b, err := WordTable(r).Picture()
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Error("two pictures of one run differ")
	}
	if err := a.Validate(); err != nil {
		t.Error(err)
	}
}

// Points of a cross have known components: the longer arm first.
func TestPictureOfACross(t *testing.T) {
	// Arms of length 6 along (0.6, 0, -0.8) and of length 3 along (0, 1, 0), around (10, 20, 30).
	table := Table{Title: "arms", Names: []string{"a", "b", "c", "d"}, Rows: [][]float64{
		{10 + 3.6, 20, 30 - 4.8}, {10 - 3.6, 20, 30 + 4.8}, {10, 20 + 3, 30}, {10, 20 - 3, 30}}}
	s, err := table.Picture()
	if err != nil {
		t.Fatal(err)
	}
	// The largest number of the first direction, -0.8, is made positive: a, which lies against it, is left.
	want := [][2]float64{{-6, 0}, {6, 0}, {0, 3}, {0, -3}}
	for i, p := range s.Points {
		if p.Name != table.Names[i] || math.Abs(p.X-want[i][0]) > 1e-12 || math.Abs(p.Y-want[i][1]) > 1e-12 {
			t.Errorf("%v, want %s at %v", p, table.Names[i], want[i])
		}
	}
	if math.Abs(s.Share[0]-0.8) > 1e-12 || math.Abs(s.Share[1]-0.2) > 1e-12 {
		t.Errorf("shares %v, want 0.8 and 0.2", s.Share)
	}
}

// The variances of the coordinates are the shares of the whole, and another sign of the whole table
// turns the picture by half.
func TestPictureKeepsTheVarianceItSays(t *testing.T) {
	const rows, dim = 23, 7
	random := rand.New(rand.NewPCG(3, 0))
	table, negative := Table{Title: "random"}, Table{Title: "random"}
	whole := 0.0
	means := make([]float64, dim)
	for range rows {
		row, mirrored := make([]float64, dim), make([]float64, dim)
		for j := range row {
			row[j] = random.NormFloat64() * float64(1+j)
			mirrored[j] = -row[j]
			means[j] += row[j] / rows
		}
		table.Names, table.Rows = append(table.Names, "w"), append(table.Rows, row)
		negative.Names, negative.Rows = append(negative.Names, "w"), append(negative.Rows, mirrored)
	}
	for _, row := range table.Rows {
		for j, x := range row {
			whole += (x - means[j]) * (x - means[j])
		}
	}
	s, err := table.Picture()
	if err != nil {
		t.Fatal(err)
	}
	n, err := negative.Picture()
	if err != nil {
		t.Fatal(err)
	}
	var x, y, product float64
	for i, p := range s.Points {
		x, y, product = x+p.X*p.X, y+p.Y*p.Y, product+p.X*p.Y
		if math.Abs(p.X+n.Points[i].X) > 1e-9 || math.Abs(p.Y+n.Points[i].Y) > 1e-9 {
			t.Errorf("point %d: %v, mirrored %v", i, p, n.Points[i])
		}
	}
	if math.Abs(x/whole-s.Share[0]) > 1e-12 || math.Abs(y/whole-s.Share[1]) > 1e-12 {
		t.Errorf("shares %v, want %g and %g", s.Share, x/whole, y/whole)
	}
	if math.Abs(product) > 1e-9 {
		t.Errorf("the axes are correlated: %g", product)
	}
	// No other plane keeps more: the largest eigenvalues of the covariance say how much there is.
	covariance := mat.NewSymDense(dim, nil)
	for i := range dim {
		for j := range i + 1 {
			sum := 0.0
			for _, row := range table.Rows {
				sum += (row[i] - means[i]) * (row[j] - means[j])
			}
			covariance.SetSym(i, j, sum)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, false) {
		t.Fatal("no eigenvalues")
	}
	values := eigen.Values(nil)
	if math.Abs(values[dim-1]-x) > 1e-9*x || math.Abs(values[dim-2]-y) > 1e-9*y {
		t.Errorf("variances %g and %g, want %g and %g", x, y, values[dim-1], values[dim-2])
	}
}

func TestPictureOfOneDimension(t *testing.T) {
	s, err := Table{Title: "numbers", Names: []string{"a", "b", "c"}, Rows: [][]float64{{1}, {2}, {6}}}.Picture()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{-2, -1, 3} {
		if p := s.Points[i]; math.Abs(p.X-want) > 1e-12 || p.Y != 0 {
			t.Errorf("point %d at %v, want %g and 0", i, p, want)
		}
	}
	if math.Abs(s.Share[0]-1) > 1e-12 || s.Share[1] != 0 {
		t.Errorf("shares %v", s.Share)
	}
}

func TestNoPicture(t *testing.T) {
	names := []string{"a", "b", "c"}
	for _, c := range []struct {
		want string
		rows [][]float64
	}{
		{"at least 3", nil},
		{"at least 3", [][]float64{{1, 2}, {3, 4}}},
		{"all equal", [][]float64{{1, 2}, {1, 2}, {1, 2}}},
		{"not finite", [][]float64{{1, 2}, {math.NaN(), 2}, {1, 3}}},
		{"not finite", [][]float64{{1, 2}, {math.Inf(1), 2}, {1, 3}}},
	} {
		_, err := Table{Title: "rows", Names: names[:len(c.rows)], Rows: c.rows}.Picture()
		wantError(t, err, c.want)
	}
}
