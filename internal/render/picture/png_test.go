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

// pixels decodes the PNG of a drawing, which checks every checksum, and returns what the font lacks.
func pixels(t testing.TB, d Drawing) (image.Image, []byte, string) {
	t.Helper()
	var b bytes.Buffer
	words, err := writePNG(&b, d)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return m, b.Bytes(), strings.Join(words, " ")
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
			// Numbers lie in the middle of a cell.
			for _, free := range [][2]int{{2 * r.x, 2*(r.y+r.height) - 1}, {2*r.x + 1, 2*r.y + r.height}} {
				if got := at(m, free[0], free[1]); got != r.fill {
					t.Fatalf("pixel %v is %v, want %v of %+v", free, got, r.fill, r)
				}
			}
		}
		// One cell by hand: the last query attends to zebra.
		cell := d.rects[8+7*8/2+5]
		if want := d.scale.Weight(f.panels[0][0].Weights[7][5]); cell.fill != want || at(m, 2*cell.x+3, 2*cell.y+3) != want {
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
	if want := foreignWords; lacking != want {
		t.Errorf("the font lacks %q, want %q", lacking, want)
	}
}

// foreignWords are the words of a map that the Go fonts lack.
const foreignWords = "狮子 看见 斑马 在 河边"

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
	m := attention.Map{Encoded: attention.Encoded{Text: "a b", Tokens: []string{" ", "\n", "\t"}}, Attention: [][][][]float32{{{{1, 0, 0}, {1, 0, 0}, {1, 0, 0}}}}}
	if _, _, lacking := pixels(t, drawn(t, m, false)); lacking != "" {
		t.Errorf("the font lacks %q", lacking)
	}
}

// A character that the font lacks is a box that can be seen, its word is reported once, and a line below says so.
func TestLackingCharactersAreBoxes(t *testing.T) {
	for s, want := range map[string]string{"狮": "狮", "狮子狮 b, 狮": "狮子狮 狮", "a": "",
		"👨‍👩‍👧": "👨‍👩‍👧", "🇫🇷🇩🇪": "🇫🇷🇩🇪", "❤️": "❤️", "a\ufe0f": "", "م\u200cم": "م\u200cم"} {
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
	if want := "□: the font of this picture lacks 9 characters, which SVG shows"; last.s != want || int(last.y) > d.height || strings.Join(lacking, " ") != foreignWords {
		t.Errorf("lacking %q, the last line is %q", lacking, last.s)
	}
}
