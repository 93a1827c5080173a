package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/png"
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
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

// randomFigure is any figure, valid or with one thing wrong.
func randomFigure(random *rand.Rand) (f Figure, valid bool) {
	f = Figure{Title: rendertest.RandomWord(random), Source: attention.Source{Run: rendertest.RandomWord(random), Step: random.IntN(1e6)}, Text: rendertest.RandomWord(random)}
	seq := 1 + random.IntN(4)
	for range seq {
		f.Words = append(f.Words, rendertest.RandomWord(random))
		f.Unknown = append(f.Unknown, random.IntN(4) == 0)
	}
	for range 1 + random.IntN(2) {
		var row []Panel
		for range 1 + random.IntN(2) {
			p := Panel{Title: rendertest.RandomWord(random), Signed: random.IntN(2) == 0, Weights: make([][]float64, seq)}
			for q := range p.Weights {
				p.Weights[q] = make([]float64, seq)
				for k := range q + 1 {
					p.Weights[q][k] = random.Float64()
					if p.Signed {
						p.Weights[q][k] = 2*p.Weights[q][k] - 1
					}
				}
			}
			row = append(row, p)
		}
		f.Panels = append(f.Panels, row)
	}
	p := &f.Panels[len(f.Panels)-1][0]
	switch random.IntN(40) {
	case 0:
		p.Weights[seq-1][random.IntN(seq)] = []float64{math.NaN(), math.Inf(1), math.Inf(-1), 2, -2}[random.IntN(5)]
	case 1:
		f.Words = nil
	case 2:
		p.Weights = p.Weights[1:]
	case 3:
		p.Weights[seq-1] = nil
	case 4:
		f.Panels = append(f.Panels, nil)
	case 5:
		f.Panels = nil
	case 6:
		f.Unknown = f.Unknown[1:]
	default:
		return f, true
	}
	return f, false
}

// raw is the first character of a document that is neither a newline nor to be seen, or 0.
func raw(document string) rune { return rendertest.RawRune(strings.ReplaceAll(document, "\n", "")) }

// checkSVG renders a figure and tells what is wrong with the document.
func checkSVG(t testing.TB, f Figure, valid bool) {
	var b bytes.Buffer
	err := SVG(&b, f, Options{Dark: len(f.Words)%2 == 0})
	if (err == nil) != valid || !valid && b.Len() > 0 {
		t.Fatalf("valid %v, error %v, %d bytes: %+v", valid, err, b.Len(), f)
	}
	if !valid {
		return
	}
	if c := raw(b.String()); c != 0 || !utf8.Valid(b.Bytes()) {
		t.Fatalf("%U is in the document, or it is no UTF-8: %+v", c, f)
	}
	for d := xml.NewDecoder(&b); ; {
		token, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%v: %+v", err, f)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if !slices.Contains(elements, e.Name.Local) {
				t.Fatalf("a <%s> comes from the words of %+v", e.Name.Local, f)
			}
		case xml.EndElement, xml.CharData:
		default:
			t.Fatalf("a %T comes from the words of %+v", token, f)
		}
	}
}

// elements are all that a picture has.
var elements = []string{"rect", "text", "path", "g", "title", "desc", "svg", "metadata", "picture", "run", "step", "sentence"}

// Ten thousand figures, valid and not, of every kind of word: none stops a renderer, none leaves a malformed
// document or a character that cannot be seen. Every 25th is also drawn as a PNG, which shares the layout.
func TestPicturesHold(t *testing.T) {
	t.Parallel()
	figures := 4000
	if testing.Short() {
		figures = 500
	}
	random := rand.New(rand.NewPCG(4, 4))
	for i := range figures {
		f, valid := randomFigure(random)
		checkSVG(t, f, valid)
		if i%25 != 0 {
			continue
		}
		var b bytes.Buffer
		lacking, err := PNG(&b, f, Options{})
		if (err == nil) != valid || !valid && b.Len() > 0 || raw(lacking) != 0 {
			t.Fatalf("valid %v, error %v, lacking %q: %+v", valid, err, lacking, f)
		}
		if valid {
			if _, err := png.DecodeConfig(bytes.NewReader(b.Bytes())); err != nil {
				t.Fatalf("%v: %+v", err, f)
			}
			for name, s := range international(t, b.Bytes()) {
				if c := rendertest.RawRune(s); c != 0 || !utf8.ValidString(s) {
					t.Fatalf("%s has %U: %q", name, c, s)
				}
			}
		}
	}
}

func FuzzSVG(f *testing.F) {
	f.Fuzz(func(t *testing.T, text, word, run string, weight float64, signed bool) {
		figure := twoWords()
		figure.Text, figure.Words[1], figure.Source.Run, figure.Title = text, word, run, word
		p := &figure.Panels[0][0]
		p.Signed, p.Weights[1][0] = signed, weight
		checkSVG(t, figure, figure.Validate() == nil)
	})
}

func TestScatterSVGIsXML(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyScatter(t, 14)
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
			if titles[1+i] != render.Spelling(p.Name) {
				t.Fatalf("tooltip %q, want %q", titles[1+i], render.Spelling(p.Name))
			}
		}
		for _, r := range b.String() {
			if raw := rendertest.RawRune(string(r)); raw != 0 && r != '\n' {
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
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyScatter(t, 14)
		l := layoutScatter(s, ScatterOptions{Width: rapid.IntRange(200, 700).Draw(t, "width")}, f)
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
		s := attentiontest.AnyScatter(t, 6)
		var b bytes.Buffer
		if err := ScatterPNG(&b, s, ScatterOptions{Width: 200, Dark: rapid.Bool().Draw(t, "dark")}); err != nil {
			t.Fatal(err)
		}
		texts, err := pngTexts(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if texts["Title"] != render.ScatterHeading(s) || texts["Run"] != render.Spelling(s.Source.Run) {
			t.Fatalf("texts %q", texts)
		}
	})
}

func TestBadScatterDrawsNothing(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyBadScatter(t)
		for name, write := range map[string]func(io.Writer) error{
			"svg": func(w io.Writer) error { return ScatterSVG(w, s, ScatterOptions{}) },
			"png": func(w io.Writer) error { return ScatterPNG(w, s, ScatterOptions{}) },
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
	f.Add("]]>&\"<\x00\ufffe", -0.5, 0.25, 40)
	f.Fuzz(func(t *testing.T, name string, x, y float64, width int) {
		s := attentiontest.ScatterOf(name, x, y)
		var b bytes.Buffer
		err := ScatterSVG(&b, s, ScatterOptions{Width: attentiontest.Abs(width) % 900})
		if invalid := s.Validate() != nil; invalid != (err != nil) {
			t.Fatalf("error %v, want %v", err, s.Validate())
		}
		if err != nil {
			return
		}
		titles, _, err := svgTexts(b.Bytes(), "title")
		if err != nil || len(titles) != 4 || titles[1] != render.Spelling(name) {
			t.Errorf("%v: titles %q", err, titles)
		}
	})
}
