package render

import (
	"math"
	"strings"
	"testing"
)

// animals is a small picture in three heaps, with words that need care.
func animals() Scatter {
	return Scatter{Title: "word vectors", Source: Source{"runs/lion", 1500}, Share: [2]float64{0.41, 0.215}, Points: []Point{
		{"lion", 1, 1}, {"zebra", 1.02, 1.01}, {"hyena", 1.01, 0.99}, {"leopard", 0.99, 1}, {"giraffe", 1.3, 0.8},
		{"river", -1.5, 0.4}, {"acacia", -1.45, 0.3}, {"достопримечательность", -1.2, 0.5}, {"狮子", -1.6, 0.1},
		{"is", 0, -1}, {"was", 0.05, -1.02}, {"<s>", 0.4, -0.9}, {"", 0.1, 0.1}, {"\x1b[31mred", -0.6, -0.7},
		{"a & b \"c\" <script>", 0.2, 0.6}, {"extraordinarily-long-word-of-many-letters", 0.7, -0.4},
	}}
}

func TestScatterValidate(t *testing.T) {
	if err := animals().Validate(); err != nil {
		t.Errorf("a good picture: %v", err)
	}
	for want, spoil := range map[string]func(*Scatter){
		"no points":                         func(s *Scatter) { s.Points = nil },
		"point 1: coordinate NaN":           func(s *Scatter) { s.Points[1].X = math.NaN() },
		"point 2: coordinate +Inf":          func(s *Scatter) { s.Points[2].Y = math.Inf(1) },
		"share of variance -0.1":            func(s *Scatter) { s.Share[0] = -0.1 },
		"share of variance NaN":             func(s *Scatter) { s.Share[1] = math.NaN() },
		"share of variance 1.41 is not in ": func(s *Scatter) { s.Share[1] = 1 },
	} {
		s := animals()
		spoil(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestCaptionSaysWhatIsNotShown(t *testing.T) {
	want := "across: component 1, 41.0% of the variance; up: component 2, 21.5%; together 62.5%, the other 37.5% is not shown"
	if got := animals().caption(); got != want {
		t.Errorf("caption %q, want %q", got, want)
	}
}

func TestPlaneKeepsProportions(t *testing.T) {
	for name, scale := range map[string]float64{"small": 5e-300, "one": 1, "huge": 1.7e308} {
		s := Scatter{Points: []Point{{"a", -scale, 0}, {"b", scale, 0}, {"c", 0, scale}}}
		points, across, down := s.plane()
		if across != 1 || down != 0.5 {
			t.Errorf("%s: %g across, %g down, want 1 and 0.5", name, across, down)
		}
		for i, want := range [][2]float64{{0, 0.5}, {1, 0.5}, {0.5, 0}} { // y runs downwards
			if points[i] != want {
				t.Errorf("%s: point %d at %v, want %v", name, i, points[i], want)
			}
		}
	}
	if points, across, down := (Scatter{Points: []Point{{"a", 3, 4}, {"b", 3, 4}}}).plane(); across != 0 || down != 0 || points[1] != [2]float64{} {
		t.Errorf("one place: %v, %g, %g", points, across, down)
	}
}
