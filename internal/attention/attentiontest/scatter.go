package attentiontest

import (
	"flag"
	"math"
	"testing"

	"pgregory.net/rapid"

	"attend/internal/attention"
)

// Animals is a small picture in three heaps, with words that need care.
func Animals() attention.Scatter {
	return attention.Scatter{Title: "word vectors", Source: attention.Source{Run: "runs/lion", Step: 1500}, Share: [2]float64{0.41, 0.215}, Points: []attention.Point{
		{Name: "lion", X: 1, Y: 1}, {Name: "zebra", X: 1.02, Y: 1.01}, {Name: "hyena", X: 1.01, Y: 0.99}, {Name: "leopard", X: 0.99, Y: 1}, {Name: "giraffe", X: 1.3, Y: 0.8},
		{Name: "river", X: -1.5, Y: 0.4}, {Name: "acacia", X: -1.45, Y: 0.3}, {Name: "достопримечательность", X: -1.2, Y: 0.5}, {Name: "狮子", X: -1.6, Y: 0.1},
		{Name: "is", X: 0, Y: -1}, {Name: "was", X: 0.05, Y: -1.02}, {Name: "<s>", X: 0.4, Y: -0.9}, {Name: "", X: 0.1, Y: 0.1}, {Name: "\x1b[31mred", X: -0.6, Y: -0.7},
		{Name: "a & b \"c\" <script>", X: 0.2, Y: 0.6}, {Name: "extraordinarily-long-word-of-many-letters", X: 0.7, Y: -0.4},
	}}
}

func Near() attention.Neighbours {
	return attention.Neighbours{Word: "lion", Nearest: []attention.Neighbour{{Name: "rhino", ID: 7, Cosine: 1}, {Name: "狮子", ID: 9, Cosine: 0.5}, {Name: "\x1b[2J", ID: 2, Cosine: 0.004}, {Name: "is", ID: 4, Cosine: -0.25}}}
}

// More are drawn if asked for: go test ./internal/render/picture -draws 10000
var draws = flag.Int("draws", 300, "random inputs that each property sees")

// Thorough is rapid.Check with that many inputs; a hundred under -short.
func Thorough(t *testing.T, property func(t *rapid.T)) {
	t.Helper()
	for range max(1, *draws/100) {
		rapid.Check(t, property)
		if t.Failed() || testing.Short() {
			return
		}
	}
}

// coordinate draws a number from tiny to huge, often one that others have too.
func coordinate() *rapid.Generator[float64] {
	return rapid.OneOf(rapid.SampledFrom([]float64{0, 1, -1, 0.5, 1e-300, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64}), rapid.Float64Range(-3, 3))
}

// AnyScatter draws a valid picture of a few words.
func AnyScatter(t *rapid.T, most int) attention.Scatter {
	s := attention.Scatter{Title: Token().Draw(t, "title"), Joined: rapid.Bool().Draw(t, "joined")}
	s.Source = attention.Source{Run: Token().Draw(t, "run"), Step: rapid.Int().Draw(t, "step")}
	s.Share[0] = rapid.Float64Range(0, 1).Draw(t, "share")
	s.Share[1] = (1 - s.Share[0]) * rapid.Float64Range(0, 1).Draw(t, "share of the rest")
	at := coordinate()
	for range rapid.IntRange(1, most).Draw(t, "points") {
		s.Points = append(s.Points, attention.Point{Name: Token().Draw(t, "name"), X: at.Draw(t, "x"), Y: at.Draw(t, "y")})
	}
	return s
}

// AnyBadScatter draws a picture with one thing wrong.
func AnyBadScatter(t *rapid.T) attention.Scatter {
	s := AnyScatter(t, 8)
	bad := rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}).Draw(t, "number")
	switch rapid.IntRange(0, 3).Draw(t, "what") {
	case 0:
		s.Points = nil
	case 1:
		s.Points[len(s.Points)-1].X = bad
	case 2:
		s.Points[0].Y = bad
	case 3:
		s.Share[1] = bad
	}
	return s
}

// ScatterOf is a picture of three points, two of them of one name.
func ScatterOf(name string, x, y float64) attention.Scatter {
	return attention.Scatter{Title: name, Source: attention.Source{Run: name}, Share: [2]float64{0.5, 0.25}, Points: []attention.Point{{Name: name, X: x, Y: y}, {Name: "other", X: 0, Y: 0}, {Name: name + name, X: y, Y: x}}}
}

func Abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}
