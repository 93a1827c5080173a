package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/printable"
	"attend/internal/printable/printabletest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
	"attend/internal/term"
)

// randomMap is any map, valid or with one thing wrong, and a baseline for it or none.
func randomMap(random *rand.Rand) (m attention.Map, baseline *attention.Baseline, valid bool) {
	seq, layers, heads := 1+random.IntN(4), 1+random.IntN(2), 1+random.IntN(2)
	m.Text = rendertest.RandomWord(random)
	for range seq {
		m.Tokens = append(m.Tokens, rendertest.RandomWord(random))
		m.Unknown = append(m.Unknown, random.IntN(4) == 0)
	}
	weights := func() (all [][][][]float32) {
		for range layers {
			var layer [][][]float32
			for range heads {
				layer = append(layer, attentiontest.Causal(seq, func(int, int) float64 { return 4 * random.NormFloat64() }))
			}
			all = append(all, layer)
		}
		return all
	}
	m.Attention = weights()
	if random.IntN(2) == 0 {
		baseline = &attention.Baseline{Name: rendertest.RandomWord(random), Map: m}
		baseline.Map.Attention = weights()
	}
	head := m.Attention[layers-1][heads-1]
	switch random.IntN(40) {
	case 0:
		head[seq-1][random.IntN(seq)] = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 2, -2}[random.IntN(5)]
	case 1:
		m.Tokens = nil
	case 2:
		m.Attention[layers-1][heads-1] = head[1:]
	case 3:
		head[seq-1] = nil
	case 4:
		m.Attention[0] = nil
	case 5:
		m.Attention = nil
	case 6:
		m.Unknown = m.Unknown[1:]
		return m, baseline, seq == 1 && m.Unknown == nil
	default:
		return m, baseline, true
	}
	return m, baseline, false
}

// raw is the first character of a document that is neither a newline nor to be seen, or 0.
func raw(document string) rune {
	return printabletest.Raw(term.WithoutIsolates(strings.ReplaceAll(document, "\n", ""))) // isolates stand around words from right to left
}

// checkSVG draws a map and tells what is wrong with the document.
func checkSVG(t testing.TB, m attention.Map, baseline *attention.Baseline, s attention.Source, valid bool) (d Drawing) {
	d, err := Map(m, baseline, s, render.Selection{Layer: -1, Head: -1, All: len(m.Text)%2 == 0}, Options{Dark: len(m.Tokens)%2 == 0})
	if (err == nil) != valid {
		t.Fatalf("valid %v, error %v: %+v, %+v", valid, err, m, baseline)
	}
	if !valid {
		return d
	}
	document := svgOf(t, d)
	if c := raw(document); c != 0 || !utf8.ValidString(document) {
		t.Fatalf("%U is in the document, or it is no UTF-8: %+v", c, m)
	}
	for x := xml.NewDecoder(strings.NewReader(document)); ; {
		token, err := x.Token()
		if err == io.EOF {
			return d
		}
		if err != nil {
			t.Fatalf("%v: %+v", err, m)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if !slices.Contains(elements, e.Name.Local) {
				t.Fatalf("a <%s> comes from the words of %+v", e.Name.Local, m)
			}
		case xml.EndElement, xml.CharData:
		default:
			t.Fatalf("a %T comes from the words of %+v", token, m)
		}
	}
}

// elements are all that a picture has.
var elements = []string{"rect", "text", "path", "g", "title", "desc", "svg", "metadata", "picture", "run", "step", "sentence"}

// Thousands of maps, valid and not, of every kind of word: none stops a renderer, none leaves a malformed
// document or a character that cannot be seen. Every 25th is also written as PNG, every 100th as PDF; they share the layout.
func TestPicturesHold(t *testing.T) {
	t.Parallel()
	maps := 1500
	if testing.Short() {
		maps = 500
	}
	random := rand.New(rand.NewPCG(4, 4))
	for i := range maps {
		m, baseline, valid := randomMap(random)
		d := checkSVG(t, m, baseline, attention.Source{Run: rendertest.RandomWord(random), Step: random.IntN(1e6)}, valid)
		if i%25 != 0 || !valid {
			continue
		}
		picture, b, lacking := pixels(t, d)
		if c := raw(lacking); c != 0 || picture.Bounds().Dx() != 2*d.width {
			t.Fatalf("lacking %q, size %v: %+v", lacking, picture.Bounds(), m)
		}
		for name, s := range international(t, b) {
			if c := printabletest.Raw(s); c != 0 || !utf8.ValidString(s) {
				t.Fatalf("%s has %U: %q", name, c, s)
			}
		}
		if i%100 != 0 {
			continue
		}
		if document, same := pdfOf(t, d); same != lacking || !strings.Contains(document, "/Title") {
			t.Fatalf("lacking %q in PDF, %q in PNG", same, lacking)
		}
	}
}

func FuzzSVG(f *testing.F) {
	f.Fuzz(func(t *testing.T, text, word, run string, weight float64, signed bool) {
		w := float32(weight)
		m := attention.Map{Encoded: attention.Encoded{Text: text, Tokens: []string{"lion", word}}, Attention: [][][][]float32{{{{1, 0}, {w, 1 - w}}}}}
		var baseline *attention.Baseline
		if signed {
			baseline = &attention.Baseline{Name: word, Map: attentiontest.Made(text, m.Tokens, 1, 1)}
		}
		checkSVG(t, m, baseline, attention.Source{Run: run}, m.Validate() == nil)
	})
}

func TestScatterSVGIsXML(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyScatter(t, 14)
		o := Options{Width: rapid.IntRange(-5, 700).Draw(t, "width"), Dark: rapid.Bool().Draw(t, "dark")}
		d, _, _ := layoutScatter(s, o)
		var b bytes.Buffer
		if _, err := SVG(&b, d); err != nil {
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
			if want := term.Isolate(render.Spelling(p.Name)); titles[1+i] != want {
				t.Fatalf("tooltip %q, want %q", titles[1+i], want)
			}
		}
		if c := raw(b.String()); c != 0 {
			t.Fatalf("%U in %q", c, &b)
		}
		for _, number := range []string{"NaN", "Inf", "e+"} {
			if bytes.Contains(b.Bytes(), []byte(`="`+number)) {
				t.Fatalf("a number %s in %q", number, &b)
			}
		}
	})
}

func TestScatterTagsDoNotOverlap(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyScatter(t, 14)
		d, tags, plot := layoutScatter(s, Options{Width: rapid.IntRange(200, 700).Draw(t, "width")})
		if err := checkTags(tags, places(d), plot); err != nil {
			t.Fatal(err)
		}
		if without := fmt.Sprintf("%d of %d without a name", len(s.Points)-len(tags), len(s.Points)); !strings.HasSuffix(d.description, without) {
			t.Fatalf("%q does not say that %s", d.description, without)
		}
	})
}

func TestScatterPNGIsAnImage(t *testing.T) {
	// An image takes as long as a hundred documents.
	rapid.Check(t, func(t *rapid.T) {
		s := attentiontest.AnyScatter(t, 6)
		d, _, _ := layoutScatter(s, Options{Width: 200, Dark: rapid.Bool().Draw(t, "dark")})
		var b bytes.Buffer
		if _, err := writePNG(&b, d); err != nil {
			t.Fatal(err)
		}
		texts, err := pngTexts(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if texts["Title"] != render.ScatterHeading(s) || texts["Run"] != printable.Path(s.Source.Run) {
			t.Fatalf("texts %q", texts)
		}
	})
}

func TestBadScatterDrawsNothing(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyBadScatter(t)
		if d, err := Scatter(s, Options{}); err == nil || d.width > 0 || err.Error() != fmt.Sprint(s.Validate()) {
			t.Fatalf("error %v, drew %d pixels", err, d.width)
		}
	})
}

func FuzzScatter(f *testing.F) {
	f.Add("lion", 1.0, -1.0, 80)
	f.Add("]]>&\"<\x00\ufffe", -0.5, 0.25, 40)
	f.Fuzz(func(t *testing.T, name string, x, y float64, width int) {
		s := attentiontest.ScatterOf(name, x, y)
		d, err := Scatter(s, Options{Width: attentiontest.Abs(width) % 900})
		if invalid := s.Validate() != nil; invalid != (err != nil) {
			t.Fatalf("error %v, want %v", err, s.Validate())
		}
		if err != nil {
			return
		}
		titles, _, err := svgTexts([]byte(svgOf(t, d)), "title")
		if err != nil || len(titles) != 4 || titles[1] != render.Spelling(name) {
			t.Errorf("%v: titles %q", err, titles)
		}
	})
}
