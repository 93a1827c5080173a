package render

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// A picture takes longer to draw than a line of text, so fewer are drawn unless asked for:
// go test ./internal/render -draws 10000
var pictures = flag.Int("draws", 1000, "random pictures that each property sees, of every renderer")

// thorough is rapid.Check with that many inputs; a hundred under -short.
func thorough(t *testing.T, property func(t *rapid.T)) {
	t.Helper()
	for range max(1, *pictures/100) {
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

// anyScatter draws a valid picture of a few words.
func anyScatter(t *rapid.T, most int) Scatter {
	s := Scatter{Title: token().Draw(t, "title"), Joined: rapid.Bool().Draw(t, "joined")}
	s.Source = Source{token().Draw(t, "run"), rapid.Int().Draw(t, "step")}
	s.Share[0] = rapid.Float64Range(0, 1).Draw(t, "share")
	s.Share[1] = (1 - s.Share[0]) * rapid.Float64Range(0, 1).Draw(t, "share of the rest")
	at := coordinate()
	for range rapid.IntRange(1, most).Draw(t, "points") {
		s.Points = append(s.Points, Point{token().Draw(t, "name"), at.Draw(t, "x"), at.Draw(t, "y")})
	}
	return s
}

func TestScatterTextIsTidy(t *testing.T) {
	thorough(t, func(t *rapid.T) {
		s := anyScatter(t, 14)
		o := anyOptions(t, lion())
		var b bytes.Buffer
		if err := ScatterText(&b, s, o); err != nil {
			t.Fatal(err)
		}
		if err := tidy(b.String(), o); err != nil {
			t.Fatal(err)
		}
	})
}

func TestScatterSVGIsXML(t *testing.T) {
	thorough(t, func(t *rapid.T) {
		s := anyScatter(t, 14)
		o := ScatterOptions{Width: rapid.IntRange(-5, 700).Draw(t, "width"), Dark: rapid.Bool().Draw(t, "dark")}
		var b bytes.Buffer
		if err := ScatterSVG(&b, s, o); err != nil {
			t.Fatal(err)
		}
		titles, _, err := svgTexts(b.Bytes(), "title")
		if err != nil {
			t.Fatalf("%v: %q", err, &b)
		}
		if len(titles) != 1+len(s.Points) {
			t.Fatalf("%d titles for %d points", len(titles), len(s.Points))
		}
		for i, p := range s.Points {
			if titles[1+i] != spelling(p.Name) {
				t.Fatalf("tooltip %q, want %q", titles[1+i], spelling(p.Name))
			}
		}
		for _, r := range b.String() {
			if raw := rawRune(string(r)); raw != 0 && r != '\n' {
				t.Fatalf("%U in %q", raw, &b)
			}
		}
		for _, number := range []string{"NaN", "Inf", "e+"} {
			if bytes.Contains(b.Bytes(), []byte(`="`+number)) {
				t.Fatalf("a number %s in %q", number, &b)
			}
		}
	})
}

func TestScatterTagsDoNotOverlap(t *testing.T) {
	f, err := newTypeface()
	if err != nil {
		t.Fatal(err)
	}
	thorough(t, func(t *rapid.T) {
		s := anyScatter(t, 14)
		l := s.layout(ScatterOptions{Width: rapid.IntRange(200, 700).Draw(t, "width")}, f)
		if err := checkTags(l.tags, l.points, l.plot); err != nil {
			t.Fatal(err)
		}
		if l.unnamed+len(l.tags) != len(s.Points) {
			t.Fatalf("%d named and %d not of %d", len(l.tags), l.unnamed, len(s.Points))
		}
	})
}

func TestScatterPNGIsAnImage(t *testing.T) {
	// An image takes as long as a hundred documents.
	rapid.Check(t, func(t *rapid.T) {
		s := anyScatter(t, 6)
		var b bytes.Buffer
		if err := ScatterPNG(&b, s, ScatterOptions{Width: 200, Dark: rapid.Bool().Draw(t, "dark")}); err != nil {
			t.Fatal(err)
		}
		texts, err := pngTexts(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if texts["Title"] != s.heading() || texts["Run"] != spelling(s.Source.Run) {
			t.Fatalf("texts %q", texts)
		}
	})
}

func TestScatterJSONReadsBack(t *testing.T) {
	thorough(t, func(t *rapid.T) {
		s := anyScatter(t, 8)
		var cosines [][]float64
		if rapid.Bool().Draw(t, "with cosines") {
			for range s.Points {
				cosines = append(cosines, rapid.SliceOfN(rapid.Float64Range(-1, 1), len(s.Points), len(s.Points)).Draw(t, "cosines"))
			}
		}
		var b bytes.Buffer
		if err := ScatterJSON(&b, s, cosines); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Title, Run string
			Step       int
			Share      [2]float64
			Points     []Point
			Cosines    [][]float64
		}
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		// JSON is UTF-8: other bytes cannot travel.
		text := func(s string) string { return string([]rune(s)) }
		for i, p := range s.Points {
			if want := (Point{text(p.Name), p.X, p.Y}); got.Points[i] != want {
				t.Fatalf("point %v, want %v", got.Points[i], want)
			}
		}
		if got.Title != text(s.Title) || got.Run != text(s.Source.Run) || got.Step != s.Source.Step || got.Share != s.Share || !reflect.DeepEqual(got.Cosines, cosines) {
			t.Fatalf("%+v, want %+v", got, s)
		}
	})
}

func TestNearestAndCosinesAreTidy(t *testing.T) {
	thorough(t, func(t *rapid.T) {
		n := Neighbours{Word: token().Draw(t, "word")}
		var names []string
		for range rapid.IntRange(1, 9).Draw(t, "words") {
			names = append(names, token().Draw(t, "name"))
			n.Nearest = append(n.Nearest, Neighbour{names[len(names)-1], rapid.Float64Range(-1, 1).Draw(t, "cosine")})
		}
		square := make([][]float64, len(names))
		for i := range square {
			square[i] = rapid.SliceOfN(rapid.Float64Range(-1, 1), len(names), len(names)).Draw(t, "row")
		}
		o := anyOptions(t, lion())
		for name, write := range map[string]func(io.Writer) error{
			"nearest": func(w io.Writer) error { return NearestText(w, n, o) },
			"cosines": func(w io.Writer) error { return CosinesText(w, names, square, o) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := tidy(b.String(), o); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		var b bytes.Buffer
		if err := NearestJSON(&b, Source{}, []Neighbours{n}); err != nil || !json.Valid(b.Bytes()) {
			t.Fatalf("%v: %q", err, &b)
		}
	})
}

// A picture with anything wrong is refused by every renderer, with not a byte written.
func TestBadScatterWritesNothing(t *testing.T) {
	thorough(t, func(t *rapid.T) {
		s := anyScatter(t, 8)
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
		for name, write := range map[string]func(io.Writer) error{
			"text": func(w io.Writer) error { return ScatterText(w, s, TextOptions{}) },
			"svg":  func(w io.Writer) error { return ScatterSVG(w, s, ScatterOptions{}) },
			"png":  func(w io.Writer) error { return ScatterPNG(w, s, ScatterOptions{}) },
			"json": func(w io.Writer) error { return ScatterJSON(w, s, nil) },
		} {
			var b bytes.Buffer
			if err := write(&b); err == nil || b.Len() > 0 || err.Error() != fmt.Sprint(s.Validate()) {
				t.Fatalf("%s: error %v, wrote %q", name, err, &b)
			}
		}
	})
}

func FuzzScatter(f *testing.F) {
	f.Add("lion", 1.0, -1.0, 80)
	f.Add("\x1b[2J", 1e308, 0.0, 12)
	f.Add("]]>&\"<\x00\ufffe", -0.5, 0.25, 40)
	f.Fuzz(func(t *testing.T, name string, x, y float64, width int) {
		s := Scatter{Title: name, Source: Source{Run: name}, Share: [2]float64{0.5, 0.25}, Points: []Point{{name, x, y}, {"other", 0, 0}, {name + name, y, x}}}
		o := TextOptions{Width: leastWidth + abs(width)%100}
		var text, svg bytes.Buffer
		errText, errSVG := ScatterText(&text, s, o), ScatterSVG(&svg, s, ScatterOptions{Width: abs(width) % 900})
		if invalid := s.Validate() != nil; invalid != (errText != nil) || invalid != (errSVG != nil) {
			t.Fatalf("errors %v and %v, want %v", errText, errSVG, s.Validate())
		}
		if s.Validate() != nil {
			return
		}
		if err := tidy(text.String(), o); err != nil {
			t.Error(err)
		}
		titles, _, err := svgTexts(svg.Bytes(), "title")
		if err != nil || len(titles) != 4 || titles[1] != spelling(name) {
			t.Errorf("%v: titles %q", err, titles)
		}
	})
}

func abs(n int) int {
	if n < 0 {
		return -(n + 1)
	}
	return n
}
