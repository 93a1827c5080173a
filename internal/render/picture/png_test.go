package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
)

// pixels decodes the PNG of a figure, which checks every checksum, and returns what the font lacks.
func pixels(t testing.TB, f Figure, o Options) (image.Image, []byte, string) {
	t.Helper()
	var b bytes.Buffer
	lacking, err := PNG(&b, f, o)
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
		f, err := NewFigureWithBaseline(attentiontest.Lion(), attentiontest.Flat(), attention.Source{Run: "runs/lion", Step: 120}, render.Selection{Layer: -1, Head: -1, All: false})
		if err != nil {
			t.Fatal(err)
		}
		d, err := layout(f, o, face(t))
		if err != nil {
			t.Fatal(err)
		}
		m, _, lacking := pixels(t, f, o)
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
		if want := render.Shade(f.Panels[0][0].Weights[7][5]); cell.fill != want || at(m, 2*cell.x+3, 2*cell.y+3) != want {
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
	f, err := NewFigure(attentiontest.Foreign(), attention.Source{Run: "runs/лев", Step: 1500}, render.Selection{Layer: -1, Head: -1, All: false})
	if err != nil {
		t.Fatal(err)
	}
	_, b, lacking := pixels(t, f, Options{})
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
		f, err := NewFigure(m, attention.Source{Run: "runs/lion", Step: 120}, render.Selection{Layer: -1, Head: -1, All: all})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, lacking := pixels(t, f, Options{}); lacking != "" {
			t.Errorf("the font lacks %q", lacking)
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	words := make([]string, 64)
	for i := range words {
		words[i] = attentiontest.Long().Tokens[i%40]
	}
	f, err := NewFigure(attentiontest.Made("sixty-four words", words, 4, 4), attention.Source{Run: "runs/lion", Step: 120}, render.Selection{Layer: -1, Head: -1, All: true})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := PNG(io.Discard, f, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// The marks for blanks, line feeds and tabs, which the font lacks, are drawn as others that it has.
func TestPNGDrawsOurMarks(t *testing.T) {
	m := attention.Map{Text: "a b", Tokens: []string{" ", "\n", "\t"}, Attention: [][][][]float32{{{{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}}}}
	f, err := NewFigure(m, attention.Source{Run: "runs/char", Step: 1}, render.Selection{Layer: -1, Head: -1})
	if err != nil {
		t.Fatal(err)
	}
	lacking, err := PNG(io.Discard, f, Options{})
	if err != nil || lacking != "" {
		t.Errorf("the font lacks %q, error %v", lacking, err)
	}
}
