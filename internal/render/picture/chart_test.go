package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"attend/internal/render"
	"attend/internal/render/rendertest"
)

func TestChartGolden(t *testing.T) {
	for name, c := range map[string]render.Chart{"losses": rendertest.Losses(), "banded": rendertest.Banded(), "diverging": rendertest.Diverging()} {
		d, err := Chart(c, Options{Dark: name == "banded"})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := SVG(&b, d); err != nil {
			t.Fatal(err)
		}
		rendertest.Golden(t, "chart-"+name+".svg", b.Bytes())
	}
}

// The curve reaches from the left to the right end of the plot, its points are in proportion, and each has its numbers.
func TestChartPlacesItsPoints(t *testing.T) {
	c := render.Chart{Title: "Loss <b>", X: render.Axis{Title: "step"}, Y: render.Axis{Title: "loss"},
		Series: []render.Series{{Points: []render.Point{{X: 0, Y: 4}, {X: 5, Y: 3}, {X: 10, Y: 0}}}}, Levels: []render.Level{{Name: "the floor", Y: 1}}}
	d, err := Chart(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.dots) != 3 || len(d.paths) != 2 {
		t.Fatalf("%d dots and %d paths", len(d.dots), len(d.paths))
	}
	curve := d.paths[1].points
	for i, dot := range d.dots {
		if math.Hypot(dot.x-curve[i][0], dot.y-curve[i][1]) > 1e-9 {
			t.Errorf("dot %d is at %v, %v and the curve at %v", i, dot.x, dot.y, curve[i])
		}
	}
	if across, down := curve[2][0]-curve[0][0], curve[2][1]-curve[0][1]; math.Abs(across-chartWidth) > 1e-9 || math.Abs(down-chartHeight) > 1e-9 ||
		math.Abs(curve[1][1]-curve[0][1]-chartHeight/4) > 1e-9 {
		t.Errorf("the curve is at %v", curve)
	}
	if level := d.paths[0].points; math.Abs(level[0][1]-curve[0][1]-0.75*chartHeight) > 1e-9 || level[0][1] != level[1][1] {
		t.Errorf("the level is at %v", level)
	}
	var b bytes.Buffer
	if _, err := SVG(&b, d); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Loss &lt;b&gt;", "the floor 1.000", "step 5, 3.000", ">loss<"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the picture has no %q", want)
		}
	}
	if _, err := Chart(render.Chart{}, Options{}); err == nil {
		t.Error("a chart of nothing is drawn")
	}
}

// Whatever its words, a chart is XML of one kind of elements, and all of it lies in the picture.
func TestChartsOfStrangeWords(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		c := rendertest.Losses()
		word := func() string { return rendertest.RandomWord(random) }
		c.Title, c.X.Title, c.Y.Title, c.Thick, c.Notes = word(), word(), word(), word(), []string{word()}
		c.X.Log, c.Y.Log = random.IntN(2) == 0, random.IntN(2) == 0
		for i := range c.Series {
			c.Series[i].Name, c.Series[i].Detail = word(), word()
		}
		for i := range c.Levels {
			c.Levels[i].Name = word()
		}
		d, err := Chart(c, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range d.paths {
			for _, p := range path.points {
				if !(p[0] >= 0 && p[0] <= float64(d.width) && p[1] >= 0 && p[1] <= float64(d.height)) {
					t.Fatalf("a point is at %v in %d by %d", p, d.width, d.height)
				}
			}
		}
		for _, s := range d.texts {
			from, to := s.x, s.x+d.face.svgWidth(s.s, s.size, s.bold)
			if s.anchor == middle {
				from, to = s.x-(to-s.x)/2, s.x+(to-s.x)/2
			} else if s.anchor == end {
				from, to = s.x-(to-s.x), s.x
			}
			if from < -1 || to > float64(d.width)+1 || s.y < 0 || s.y > float64(d.height) {
				t.Fatalf("%q goes from %v to %v at %v in %d by %d", s.s, from, to, s.y, d.width, d.height)
			}
		}
		var b bytes.Buffer
		if _, err := SVG(&b, d); err != nil {
			t.Fatal(err)
		}
		for decoder := xml.NewDecoder(&b); ; {
			token, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v of %+v", err, c)
			}
			if e, is := token.(xml.StartElement); is && !strings.Contains(" svg title desc rect g path circle text ", " "+e.Name.Local+" ") {
				t.Fatalf("element %s", e.Name.Local)
			}
		}
	}
}

// The names of levels that are close are spread, in order.
func TestSpread(t *testing.T) {
	for _, c := range []struct{ from, want []float64 }{
		{[]float64{10, 12, 50}, []float64{10, 25, 50}}, {[]float64{80, 90, 95}, []float64{70, 85, 100}}, {nil, nil},
	} {
		got := append([]float64(nil), c.from...)
		spread(got, 15, 100)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%v are spread to %v, want %v", c.from, got, c.want)
				break
			}
		}
	}
}

// A chart is a picture of pixels and a PDF too, the same bytes each time.
func TestChartInEveryFormat(t *testing.T) {
	c := rendertest.Banded()
	for _, f := range Formats {
		var files [2]bytes.Buffer
		for i := range files {
			d, err := Chart(c, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if lacking, err := f.Choice.Write(&files[i], d); err != nil || lacking != nil {
				t.Fatalf("%s: error %v, lacks %q", f.Name, err, lacking)
			}
		}
		if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) || files[0].Len() < 1000 {
			t.Errorf("%s: %d and %d bytes, which differ", f.Name, files[0].Len(), files[1].Len())
		}
	}
}

// A PDF has the polygon of a band, and each curve with its dashes.
func TestPDFOfAChart(t *testing.T) {
	c := rendertest.Losses()
	c.Series[0].Band = make([]render.Interval, len(c.Series[0].Points))
	for i, p := range c.Series[0].Points {
		c.Series[0].Band[i] = render.Interval{Low: p.Y - 0.1, High: p.Y + 0.1}
	}
	d, err := Chart(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	document, _ := pdfOf(t, d)
	areas := regexp.MustCompile(`m\n(?:[-0-9.]+ [-0-9.]+ l\s+)+f\n`).FindAllString(document, -1)
	if len(areas) != 1 || strings.Count(areas[0], " l") < 2*len(c.Series[0].Points)-1 || !strings.Contains(document, "/ca 0.200") {
		t.Errorf("polygons %q", areas)
	}
	dashed := 0
	for _, p := range d.paths {
		if p.dashes != nil {
			dashed++
		}
	}
	if got := strings.Count(document, "] 0.00 d\n") - strings.Count(document, "[] 0.00 d\n"); got != dashed || dashed < 5 {
		t.Errorf("%d lines have dashes, want %d", got, dashed)
	}
}

// The ink of dashes is their part of the line, that of a polygon its opacity times its area.
func TestPathsAndPolygonsCoverTheirArea(t *testing.T) {
	d := Drawing{width: 100, height: 100, paths: []path{{points: [][2]float64{{5, 5}, {5, 85}, {85, 85}}, width: 2, stroke: rgb(0), dashes: []float64{5, 3}}}}
	d.background = rgb(0xffffff)
	m, _, _ := pixels(t, d)
	if got, want := darkness(m), density*density*2*160*5/8.0; math.Abs(got-want) > 0.05*want {
		t.Errorf("dashes: %v pixels, want %v", got, want)
	}
	d.paths, d.polygons = nil, []polygon{{[][2]float64{{10, 10}, {60, 10}, {10, 60}}, rgb(0)}}
	m, _, _ = pixels(t, d)
	if got, want := darkness(m), density*density*opacity*50*50/2; math.Abs(got-want) > 0.05*want {
		t.Errorf("a polygon: %v pixels, want %v", got, want)
	}
}
