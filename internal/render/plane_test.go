package render

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
)

// notebook is the plane of the query [1 0] and the keys [1 1] and [0 1].
func notebook() Plane {
	return Plane{Title: "Query and keys", Arrows: []Arrow{{"query", 1, 0, QueryArrow}, {"key 1", 1, 1, KeyArrow}, {"key 2", 0, 1, KeyArrow}}}
}

func TestPlaneText(t *testing.T) {
	const want = `Query and keys
   1  2                     1
      ·                   •
      •                 •
      ·               •
      •             •
      ·           •
      •         •
      •       •
      ·     •
      •   •
      · •
   0  +·•·•·•·•·•·•·•·•·•·•·q
      0                     1
q  query [1 0]
1  key 1 [1 1]
2  key 2 [0 1]
`
	var b bytes.Buffer
	if err := PlaneText(&b, notebook(), TextOptions{Color: colorprofile.NoTTY}); err != nil {
		t.Fatal(err)
	}
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// wellFormed fails unless a document is XML that stands alone.
func wellFormed(t *testing.T, document []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(document))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if strings.Count(string(document), "http") != 1 { // the name space
		t.Errorf("the document names something outside: %s", document)
	}
}

func TestPlanePictures(t *testing.T) {
	p := notebook()
	p.Arrows = append(p.Arrows, Arrow{"<b>\x1b", -3, -2, ValueArrow}, Arrow{"zero", 0, 0, KeyArrow}, Arrow{"twin", 1, 0, KeyArrow})
	for _, o := range []PictureOptions{{}, {Dark: true}} {
		var svg, again, pixels bytes.Buffer
		if err := errors.Join(PlaneSVG(&svg, p, o), PlaneSVG(&again, p, o)); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, svg.Bytes())
		if !bytes.Equal(svg.Bytes(), again.Bytes()) {
			t.Error("the same plane gave other bytes")
		}
		for _, want := range []string{"query, twin", "key 1 to (1, 1)", "&lt;b&gt;␛"} {
			if !strings.Contains(svg.String(), want) {
				t.Errorf("the picture lacks %q", want)
			}
		}
		if _, err := PlanePNG(&pixels, p, o); err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(&pixels)
		if err != nil {
			t.Fatal(err)
		}
		if size := picture.Bounds(); size.Dx() < 600 || size.Dy() < 500 {
			t.Errorf("the picture is %v", size)
		}
	}
}

// The picture of a query is brown and lies on the axis where the query does.
func TestAnArrowIsDrawnWhereItsVectorIs(t *testing.T) {
	face, err := newTypeface()
	if err != nil {
		t.Fatal(err)
	}
	d, err := planeDrawing(notebook(), PictureOptions{}, face)
	if err != nil {
		t.Fatal(err)
	}
	colors := PictureOptions{}.arrowColors()
	var query, first line
	for _, l := range d.lines {
		if l.stroke == colors[QueryArrow] && math.Hypot(l.x2-l.x1, l.y2-l.y1) > 2*headLength {
			query = l
		}
		if l.stroke == colors[KeyArrow] && math.Abs(l.x2-l.x1) > 2*headLength {
			first = l
		}
	}
	if query.y1 != query.y2 || query.x2 <= query.x1 {
		t.Errorf("the query [1 0] goes from (%g, %g) to (%g, %g)", query.x1, query.y1, query.x2, query.y2)
	}
	if math.Abs(first.x2-query.x2) > 1e-9 || math.Abs((first.y1-first.y2)-(query.x2-query.x1)) > 1e-9 {
		t.Errorf("the key [1 1] ends at (%g, %g), the query at (%g, %g)", first.x2, first.y2, query.x2, query.y2)
	}
}

func TestPlaneRefusesWhatHasNoPlace(t *testing.T) {
	for name, p := range map[string]Plane{
		"no arrows": {}, "NaN": {Arrows: []Arrow{{X: math.NaN()}}}, "infinite": {Arrows: []Arrow{{Y: math.Inf(1)}}},
		"too long": {Arrows: []Arrow{{X: 1e300}}}, "too many": {Arrows: make([]Arrow, mostArrows+1)},
	} {
		var b bytes.Buffer
		if err := PlaneText(&b, p, TextOptions{}); err == nil || b.Len() > 0 {
			t.Errorf("%s: text %q, error %v", name, b.String(), err)
		}
		if err := PlaneSVG(&b, p, PictureOptions{}); err == nil || b.Len() > 0 {
			t.Errorf("%s: SVG of %d bytes, error %v", name, b.Len(), err)
		}
	}
}

func TestPlaneTextFitsAnyWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Custom(func(t *rapid.T) float64 {
			return rapid.Float64Range(-1, 1).Draw(t, "x") * math.Pow(10, float64(rapid.IntRange(-6, 6).Draw(t, "power")))
		})
		p := Plane{Title: rapid.String().Draw(t, "title")}
		for range rapid.IntRange(1, 12).Draw(t, "arrows") {
			p.Arrows = append(p.Arrows, Arrow{rapid.String().Draw(t, "name"), number.Draw(t, "x"), number.Draw(t, "y"), ArrowKind(rapid.IntRange(0, 2).Draw(t, "kind"))})
		}
		width := rapid.IntRange(leastWidth, 120).Draw(t, "width")
		var b bytes.Buffer
		if err := PlaneText(&b, p, TextOptions{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := ansi.StringWidth(strings.TrimSuffix(line, "\n")); n > width {
				t.Fatalf("%d columns of %d: %q", n, width, line)
			}
		}
		if err := PlaneSVG(io.Discard, p, PictureOptions{}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestStepsOfTicks(t *testing.T) {
	for _, c := range []struct{ length, want float64 }{{1, 0.5}, {2, 1}, {5, 2}, {10, 5}, {0.02, 0.01}, {80, 50}} {
		if got := step(c.length); math.Abs(got-c.want) > 1e-12*c.want {
			t.Errorf("a range of %g has ticks %g apart, want %g", c.length, got, c.want)
		}
	}
}
