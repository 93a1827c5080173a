package analysis

import (
	"math"
	"reflect"
	"strconv"
	"testing"

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
	want := []attention.Neighbour{{Name: "far east", Cosine: 1}, {Name: "northeast", Cosine: half}, {Name: "askew", Cosine: 0.1 / math.Sqrt(0.5)}, {Name: "north", Cosine: 0}}
	got := compass().Nearest(0, 4)
	for i, n := range got {
		if n.Name != want[i].Name || math.Abs(n.Cosine-want[i].Cosine) > 1e-15 {
			t.Errorf("place %d: %v, want %v", i, n, want[i])
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
		if len(words.Rows) != r.Vocabulary.Len() || words.Source != (attention.Source{Run: r.Path, Step: s.Steps}) || words.Ordered {
			t.Errorf("%d rows from %v", len(words.Rows), words.Source)
		}
		for id, row := range words.Rows {
			if words.Names[id] != r.Vocabulary.Key(id) {
				t.Errorf("row %d is called %q", id, words.Names[id])
			}
			for j, x := range row {
				if want := r.Weights.Get(layers.TokenTable).Data[id*8+j]; float32(x) != want {
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
		if kind == embed.Learned {
			want = r.Weights.Get(layers.PositionTable).Data
		}
		for i, row := range positions.Rows {
			if positions.Names[i] != strconv.Itoa(i) {
				t.Errorf("row %d is called %q", i, positions.Names[i])
			}
			for j, x := range row {
				if float32(x) != want[i*8+j] {
					t.Fatalf("%s: place %d, number %d: %g, want %g", kind, i, j, x, want[i*8+j])
				}
			}
		}
		if len(positions.Rows) != r.Config.Context || !positions.Ordered {
			t.Errorf("%d places of %d", len(positions.Rows), r.Config.Context)
		}
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
