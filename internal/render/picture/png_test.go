package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
)

// pixels decodes the PNG of a drawing, which checks every checksum, and returns what the font lacks.
func pixels(t testing.TB, d Drawing) (image.Image, []byte, string) {
	t.Helper()
	var b bytes.Buffer
	lacking, err := writePNG(&b, d)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return m, b.Bytes(), lacking
}

// at is the colour of a pixel.
func at(m image.Image, x, y int) color.RGBA { return color.RGBAModel.Convert(m.At(x, y)).(color.RGBA) }

// The pixels of a PNG are those of the drawing that SVG shows, density times as many.
func TestPNGShowsTheDrawing(t *testing.T) {
	for _, o := range []Options{{}, {Dark: true}} {
		flat := attentiontest.Flat()
		f, err := newFigure(attentiontest.Lion(), &flat, attention.Source{Run: "runs/lion", Step: 120}, render.Selection{Layer: -1, Head: -1})
		if err != nil {
			t.Fatal(err)
		}
		d := f.drawn(t, o)
		m, _, lacking := pixels(t, d)
		if m.Bounds() != image.Rect(0, 0, 2*d.width, 2*d.height) || lacking != "" {
			t.Errorf("%v, lacking %q; want twice %d x %d", m.Bounds(), lacking, d.width, d.height)
		}
		if got := at(m, 1, 1); got != d.background {
			t.Errorf("the corner is %v, want %v", got, d.background)
		}
		for _, r := range d.rects {
			// Numbers lie in the middle of a cell, and hatching may touch its upper and right corners.
			for _, free := range [][2]int{{2 * r.x, 2*(r.y+r.height) - 1}, {2*r.x + 1, 2*r.y + r.height}} {
				if got := at(m, free[0], free[1]); got != r.fill {
					t.Fatalf("pixel %v is %v, want %v of %+v", free, got, r.fill, r)
				}
			}
		}
		// One cell by hand: the last query looks at zebra.
		cell := d.rects[7*8/2+5]
		if want := render.Shade(f.panels[0][0].Weights[7][5]); cell.fill != want || at(m, 2*cell.x+3, 2*cell.y+3) != want {
			t.Errorf("the cell of zebra is %v, want %v", cell.fill, want)
		}
	}
}

// international reads the iTXt chunks of a PNG by their keywords.
func international(t testing.TB, b []byte) map[string]string {
	t.Helper()
	found := map[string]string{}
	for b = b[8:]; len(b) > 0; {
		size, kind := binary.BigEndian.Uint32(b), string(b[4:8])
		if kind == "iTXt" {
			parts := bytes.SplitN(b[8:8+size], []byte{0}, 6)
			// keyword, no compression, method 0, no language, no translated keyword, text
			if len(parts) != 6 || len(parts[1])+len(parts[2])+len(parts[3])+len(parts[4]) != 0 {
				t.Errorf("a malformed iTXt chunk: %q", b[8:8+size])
			}
			found[string(parts[0])] = string(parts[len(parts)-1])
		}
		b = b[12+size:]
	}
	return found
}

func TestPNGTellsWhatItIs(t *testing.T) {
	d, err := Map(attentiontest.Foreign(), nil, attention.Source{Run: "runs/лев", Step: 1500}, render.Selection{Layer: -1, Head: -1}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, b, lacking := pixels(t, d)
	found := international(t, b)
	for name, want := range map[string]string{"Title": "attention, layer 1, head 1", "Run": "runs/лев", "Step": "1500", "Sentence": attentiontest.Foreign().Text, "Software": "attend"} {
		if found[name] != want {
			t.Errorf("%s is %q, want %q", name, found[name], want)
		}
	}
	if string(b[12:16]) != "IHDR" || string(b[37:41]) != "iTXt" {
		t.Errorf("chunks begin %q, %q", b[12:16], b[37:41])
	}
	if want := "狮子看见斑马在河边"; lacking != want {
		t.Errorf("the font lacks %q, want %q", lacking, want)
	}
}

func TestPNGLacksNothingItNeeds(t *testing.T) {
	m := attentiontest.Made("", strings.Fields("<s> λέων лев łoś Öl ÿ ñu œuf « » — … “x” €"), 2, 2)
	m.Unknown = make([]bool, len(m.Tokens))
	m.Unknown[1] = true
	for _, all := range []bool{false, true} {
		if _, _, lacking := pixels(t, drawn(t, m, all)); lacking != "" {
			t.Errorf("the font lacks %q", lacking)
		}
	}
}

// Drawn band by band, a picture is the same as drawn at once, but for the rounding of edges that cross from one band to the next.
func TestBandsJoin(t *testing.T) {
	d := drawn(t, attentiontest.Long(), false)
	whole := image.NewRGBA(image.Rect(0, 0, density*d.width, density*d.height))
	d.paint(whole, 0)
	if whole.Rect.Dy() < 2*bandHeight {
		t.Errorf("%v has no two bands", whole.Rect)
	}
	m, _, _ := pixels(t, d)
	for i, got := range m.(*image.RGBA).Pix {
		if want := whole.Pix[i]; max(got, want)-min(got, want) > 8 {
			t.Fatalf("row %d has %d, want %d", i/whole.Stride, got, want)
		}
	}
}

// 33,280 cells.
func BenchmarkFormats(b *testing.B) {
	words := make([]string, 64)
	for i := range words {
		words[i] = attentiontest.Long().Tokens[i%40]
	}
	d := drawn(b, attentiontest.Made("sixty-four words", words, 4, 4), true)
	for _, format := range Formats {
		b.Run(format.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := format.Choice.Write(io.Discard, d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The marks for blanks, line feeds and tabs, which the font lacks, are drawn as others that it has.
func TestPNGDrawsOurMarks(t *testing.T) {
	m := attention.Map{Text: "a b", Tokens: []string{" ", "\n", "\t"}, Attention: [][][][]float32{{{{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}}}}
	if _, _, lacking := pixels(t, drawn(t, m, false)); lacking != "" {
		t.Errorf("the font lacks %q", lacking)
	}
}

// onWhite draws texts and lines of black in the middle of a white picture of 100 x 100.
func onWhite(t *testing.T, texts []text, lines []line) (image.Image, string) {
	t.Helper()
	d := Drawing{width: 100, height: 100, texts: texts, lines: lines}
	d.background = rgb(0xffffff)
	m, _, lacking := pixels(t, d)
	return m, lacking
}

// darkness is how many whole black pixels the picture would have.
func darkness(m image.Image) float64 {
	sum := 0.0
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			sum += float64(255-int(at(m, x, y).R)) / 255
		}
	}
	return sum
}

// The ink of a line is its length by its width, whatever its direction.
func TestLinesCoverTheirArea(t *testing.T) {
	for _, l := range [][4]float64{{5, 5, 45, 5}, {5, 5, 5, 45}, {5, 45, 45, 5}, {5, 5, 45, 45}, {5, 20, 45, 31}, {45, 31, 5, 20}, {20, 5, 31, 45}} {
		m, _ := onWhite(t, nil, []line{{l[0], l[1], l[2], l[3], 1.5, rgb(0)}})
		want := density * density * 1.5 * math.Hypot(l[2]-l[0], l[3]-l[1])
		if got := darkness(m); math.Abs(got-want) > 0.05*want {
			t.Errorf("%v: %v pixels, want %v", l, got, want)
		}
	}
	m, _ := onWhite(t, nil, []line{{7, 7, 7, 7, 1, rgb(0)}})
	if got := darkness(m); got != 0 {
		t.Errorf("a line without length: %v pixels", got)
	}
}

// Turned text is level text turned by 90 degrees, for every anchor.
func TestUpwardIsLevelTurned(t *testing.T) {
	for _, a := range []anchor{start, middle, end} {
		s := text{x: 50, y: 50, size: 13, s: "Lion, gj", fill: rgb(0), anchor: a}
		level, _ := onWhite(t, []text{s}, nil)
		s.upward = true
		upward, _ := onWhite(t, []text{s}, nil)
		if darkness(level) < 100 {
			t.Fatalf("only %v pixels of text", darkness(level))
		}
		for y := range 200 {
			for x := range 200 {
				// What is right of the place goes above it, what is below it to the right.
				if got, want := at(upward, y, 199-x).R, at(level, x, y).R; math.Abs(float64(got)-float64(want)) > 16 {
					t.Fatalf("anchor %d: pixel %d, %d is %d, turned %d", a, x, y, want, got)
				}
			}
		}
	}
}

func TestAnchors(t *testing.T) {
	// left and right are the outermost columns with ink.
	columns := func(a anchor) (left, right int) {
		m, _ := onWhite(t, []text{{x: 50, y: 50, size: 13, s: "Hlion", fill: rgb(0), anchor: a}}, nil)
		left = 200
		for y := range 200 {
			for x := range 200 {
				if at(m, x, y).R < 128 {
					left, right = min(left, x), max(right, x)
				}
			}
		}
		return left, right
	}
	const place, near = 100, 5
	if left, _ := columns(start); left < place || left > place+near {
		t.Errorf("start: begins at %d", left)
	}
	if left, right := columns(middle); left+right < 2*place-near || left+right > 2*place+near {
		t.Errorf("middle: from %d to %d", left, right)
	}
	if _, right := columns(end); right > place || right < place-near {
		t.Errorf("end: ends at %d", right)
	}
}

// A character that the font lacks is a box that can be seen, is reported once, and a line below says so.
func TestLackingCharactersAreBoxes(t *testing.T) {
	for s, want := range map[string]string{"狮": "狮", "狮子狮": "狮子", "a": ""} {
		m, lacking := onWhite(t, []text{{x: 20, y: 50, size: 13, s: s, fill: rgb(0)}}, nil)
		if darkness(m) < 30 || lacking != want {
			t.Errorf("%q: %v pixels, lacking %q, want %q", s, darkness(m), lacking, want)
		}
		if taller := m.Bounds().Dy() > 200; taller != (want != "") {
			t.Errorf("%q: the picture is %v", s, m.Bounds())
		}
	}
	d, lacking := drawn(t, attentiontest.Foreign(), false).inGoFonts()
	last := d.texts[len(d.texts)-1]
	if want := "□: the font of this picture lacks 9 characters, which SVG shows"; last.s != want || int(last.y) > d.height || lacking != "狮子看见斑马在河边" {
		t.Errorf("lacking %q, the last line is %q", lacking, last.s)
	}
}
