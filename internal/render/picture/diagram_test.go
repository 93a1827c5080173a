package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"attend/internal/render"
	"attend/internal/render/rendertest"
)

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

func TestArrowsPictures(t *testing.T) {
	p := rendertest.Notebook()
	p.Arrows = append(p.Arrows, render.Arrow{Name: "<b>\x1b", X: -3, Y: -2, Kind: render.ValueArrow}, render.Arrow{Name: "zero", X: 0, Y: 0, Kind: render.KeyArrow}, render.Arrow{Name: "twin", X: 1, Y: 0, Kind: render.KeyArrow})
	for _, o := range []Options{{}, {Dark: true}} {
		d, err := Arrows(p, o)
		if err != nil {
			t.Fatal(err)
		}
		svg := svgOf(t, d)
		wellFormed(t, []byte(svg))
		if again, err := Arrows(p, o); err != nil || svgOf(t, again) != svg {
			t.Errorf("the same plane gave other bytes, error %v", err)
		}
		for _, want := range []string{"query, twin", "key 1 to (1, 1)", "&lt;b&gt;␛"} {
			if !strings.Contains(svg, want) {
				t.Errorf("the picture lacks %q", want)
			}
		}
		picture, _, _ := pixels(t, d)
		if size := picture.Bounds(); size.Dx() < 600 || size.Dy() < 500 {
			t.Errorf("the picture is %v", size)
		}
	}
}

// The picture of a query is brown and lies on the axis where the query does.
func TestAnArrowIsDrawnWhereItsVectorIs(t *testing.T) {
	d, err := Arrows(rendertest.Notebook(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var query, first line
	for _, l := range d.lines {
		if l.stroke == d.arrows[render.QueryArrow] && math.Hypot(l.x2-l.x1, l.y2-l.y1) > 2*headLength {
			query = l
		}
		if l.stroke == d.arrows[render.KeyArrow] && math.Abs(l.x2-l.x1) > 2*headLength {
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

func TestNothingToDrawIsAnError(t *testing.T) {
	if d, err := Arrows(render.Arrows{}, Options{}); err == nil || d.width > 0 {
		t.Errorf("no arrows: error %v, drew %d pixels", err, d.width)
	}
	if d, err := Bars(render.Bars{}, Options{}); err == nil || d.width > 0 {
		t.Errorf("no bars: error %v, drew %d pixels", err, d.width)
	}
}

func TestBarsPictures(t *testing.T) {
	d, err := Bars(rendertest.ThreeBars(), Options{Dark: true})
	if err != nil {
		t.Fatal(err)
	}
	svg := svgOf(t, d)
	wellFormed(t, []byte(svg))
	for _, want := range []string{`width="280"`, `width="140"`, `width="0"`, "key 1 0.500; key 2 0.250; none 0."} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %s", want)
		}
	}
	if picture, _, _ := pixels(t, d); picture.Bounds().Dx() != 2*d.width || picture.Bounds().Dy() != 2*d.height {
		t.Errorf("%v for a drawing of %d x %d", picture.Bounds(), d.width, d.height)
	}
}
