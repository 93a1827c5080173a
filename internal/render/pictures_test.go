package render

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/colorprofile"
)

// strange are words that a text may hold, or a file that is none.
var strange = []string{
	"", " ", "\n", "\t", "\r\n", "<s>", "the", "lion", "internationalization", "\x00", "\x1b[31m", "\x1b]0;title\x07", "\u009b2J", "\u202e", "\u200d",
	"\ufeff", "\u0301", "e\u0301", "狮子", "достопримечательность", "🦁", "👩\u200d👩\u200d👧", "🇰🇪", "\xff\xfe", "\ufffe", "\uffff", "\ufffd", "]]>", "<!--", "&amp;", "</svg>",
	`"><script>alert(1)</script>`, "'", "\u2028", "ا", "עברית", "नमस्ते", "\U000e0041", "\ue000", "a  b", strings.Repeat("W", 2000), strings.Repeat("狮", 500),
	strings.Repeat("\u0301", 50), strings.Repeat("ab ", 300),
}

// randomWord is a strange word, or some random bytes or characters.
func randomWord(random *rand.Rand) string {
	switch random.IntN(4) {
	case 0:
		b := make([]byte, random.IntN(12))
		for i := range b {
			b[i] = byte(random.IntN(256))
		}
		return string(b)
	case 1:
		r := make([]rune, random.IntN(12))
		for i := range r {
			r[i] = rune(random.IntN(utf8.MaxRune + 1))
		}
		return string(r)
	}
	return strange[random.IntN(len(strange))]
}

// randomFigure is any figure, valid or with one thing wrong.
func randomFigure(random *rand.Rand) (f Figure, valid bool) {
	f = Figure{Title: randomWord(random), Source: Source{randomWord(random), random.IntN(1e6)}, Text: randomWord(random)}
	seq := 1 + random.IntN(4)
	for range seq {
		f.Words = append(f.Words, randomWord(random))
		f.Unknown = append(f.Unknown, random.IntN(4) == 0)
	}
	for range 1 + random.IntN(2) {
		var row []Panel
		for range 1 + random.IntN(2) {
			p := Panel{Title: randomWord(random), Signed: random.IntN(2) == 0, Weights: make([][]float64, seq)}
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

// rawRune is the first character of s that may steer a terminal or hide in it,
// or 0: controls, format characters (bidi, zero width), separators.
func rawRune(s string) rune {
	for _, r := range s {
		if r >= ' ' && r <= '~' { // most are
			continue
		}
		if unicode.In(r, unicode.C, unicode.Z, unicode.Variation_Selector) {
			return r
		}
	}
	return 0
}

// raw is the first character of a document that is neither a newline nor to be seen, or 0.
func raw(document string) rune { return rawRune(strings.ReplaceAll(document, "\n", "")) }

// checkSVG renders a figure and tells what is wrong with the document.
func checkSVG(t testing.TB, f Figure, valid bool) {
	var b bytes.Buffer
	err := SVG(&b, f, PictureOptions{Dark: len(f.Words)%2 == 0})
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
	figures := 10000
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
		lacking, err := PNG(&b, f, PictureOptions{})
		if (err == nil) != valid || !valid && b.Len() > 0 || raw(lacking) != 0 {
			t.Fatalf("valid %v, error %v, lacking %q: %+v", valid, err, lacking, f)
		}
		if valid {
			if _, err := png.DecodeConfig(bytes.NewReader(b.Bytes())); err != nil {
				t.Fatalf("%v: %+v", err, f)
			}
			for name, s := range international(t, b.Bytes()) {
				if c := rawRune(s); c != 0 || !utf8.ValidString(s) {
					t.Fatalf("%s has %U: %q", name, c, s)
				}
			}
		}
	}
}

// Maps beside any baseline of their shape make tidy text.
func TestTextBesideIsTidy(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 1000 {
		words := make([]string, 1+random.IntN(6))
		for i := range words {
			words[i] = randomWord(random)
		}
		m, base := made(randomWord(random), words, 1+random.IntN(2), 2), Map{}
		for range m.Attention {
			base.Attention = append(base.Attention, made("", words, 1, 2).Attention[0])
		}
		base.Tokens = words
		o := TextOptions{Width: leastWidth + random.IntN(90), Layer: -1, Head: -1, All: random.IntN(2) == 0, Color: colorprofile.Profile(1 + random.IntN(int(colorprofile.TrueColor)))}
		var b bytes.Buffer
		if err := GridBeside(&b, m, Baseline{randomWord(random), base}, o); err != nil {
			t.Fatal(err)
		}
		if err := tidy(b.String(), o); err != nil {
			t.Fatal(err)
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
