package text

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/printable/printabletest"
	"attend/internal/render/rendertest"
	"attend/internal/term"
)

// anyOptions draws options that fit a map, at widths from narrow to wide.
func anyOptions(t *rapid.T, m attention.Map) Options {
	return Options{
		Width: rapid.IntRange(leastWidth, 130).Draw(t, "width"),
		Layer: rapid.IntRange(-1, len(m.Attention)-1).Draw(t, "layer"),
		Head:  rapid.IntRange(-1, len(m.Attention[0])-1).Draw(t, "head"),
		All:   rapid.Bool().Draw(t, "all"),
		Color: colorprofile.Profile(rapid.IntRange(0, int(colorprofile.TrueColor)).Draw(t, "color")),
	}
}

// texts are the renderers for a terminal.
func texts(m attention.Map, o Options, most int) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"Grid":        func(w io.Writer) error { return Grid(w, m, nil, o) },
		"TopLinks":    func(w io.Writer) error { return TopLinks(w, m, o, most) },
		"Predictions": func(w io.Writer) error { return Predictions(w, m.Next, o) },
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// tidy tells what is wrong with text for a terminal, or nil.
func tidy(text string, o Options) error {
	bare := text
	if o.Color >= colorprofile.ANSI {
		bare = sgr.ReplaceAllString(text, "")
	}
	if !utf8.ValidString(text) {
		return fmt.Errorf("not UTF-8: %q", text)
	}
	if raw := printabletest.Raw(strings.ReplaceAll(term.WithoutIsolates(bare), "\n", "")); raw != 0 {
		return fmt.Errorf("%U reaches the terminal: %q", raw, text)
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		return fmt.Errorf("no newline at the end: %q", text)
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if w := ansi.StringWidth(line); w > o.Width {
			return fmt.Errorf("%d columns in a width of %d: %q", w, o.Width, line)
		}
		if last := strings.LastIndex(line, "\x1b["); last >= 0 && !strings.HasPrefix(line[last:], "\x1b[m") {
			return fmt.Errorf("the colour runs past the line: %q", line)
		}
	}
	return nil
}

func TestTextIsTidy(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		m := attentiontest.AnyMap(t)
		o := anyOptions(t, m)
		for name, write := range texts(m, o, rapid.IntRange(-1, 20).Draw(t, "most")) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := tidy(b.String(), o); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}

// The check above must be able to fail.
func TestTidyComplains(t *testing.T) {
	for _, text := range []string{"\x1b[2J\n", "\x1b[1mbold\n", "a\tb\n", "\u202e\n", "123456789\n", "\xff\n", "a"} {
		if tidy(text, Options{Width: 8, Color: colorprofile.ANSI}) == nil {
			t.Errorf("no complaint about %q", text)
		}
	}
	if tidy("\x1b[1ma\x1b[m\n", Options{Width: 8}) == nil {
		t.Error("no complaint about colour where there is none")
	}
}

func TestMalformedWritesNoText(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		m := attentiontest.AnyMalformed(t)
		o := Options{Width: 80, Layer: -1, Head: -1}
		outputs := texts(m, o, 3)
		delete(outputs, "Predictions")
		attentiontest.Refuses(t, m, outputs)
	})
}

// A hundred maps, each in five renderings with more draws of their own: more would take minutes.
func TestAnalysesAreTidy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := attentiontest.AnyMap(t)
		o := anyOptions(t, m)
		for _, c := range []struct {
			name   string
			render func(io.Writer) error
		}{
			{"Why", func(w io.Writer) error { return Why(w, anyWhy(t, m), o) }},
			{"Explanation", func(w io.Writer) error {
				return Explanation(w, anyExplanation(t, m), rapid.Bool().Draw(t, "full"), o)
			}},
			{"Heads", func(w io.Writer) error {
				return Heads(w, anyHeads(t), Tokens{Noun: "word", Sentences: rapid.Bool().Draw(t, "sentences")}, o)
			}},
			{"Comparison", func(w io.Writer) error { return Comparison(w, attentiontest.AnyComparison(t, m), o) }},
			{"Recurrence", func(w io.Writer) error {
				r := attention.Recurrence{Encoded: attention.Encoded{Text: m.Text, Tokens: m.Tokens}, Links: []attention.RecurringLink{{Query: len(m.Tokens) - 1, Seeds: 1, Weight: rapid.Float64Range(0, 1).Draw(t, "weight")}}, Seeds: []attention.SeedResult{{Seed: 1, HeldOutLoss: new(2.0), Next: attention.Prediction{Word: attentiontest.Token().Draw(t, "word"), Probability: 0.5}}}}
				return Recurrence(w, r, o)
			}},
		} {
			var b bytes.Buffer
			if err := c.render(&b); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if err := tidy(b.String(), o); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
		}
	})
}

// Maps beside any baseline of their shape make tidy text.
func TestGridWithBaselineIsTidy(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 1000 {
		words := make([]string, 1+random.IntN(6))
		for i := range words {
			words[i] = rendertest.RandomWord(random)
		}
		m, base := attentiontest.Made(rendertest.RandomWord(random), words, 1+random.IntN(2), 2), attention.Map{}
		for range m.Attention {
			base.Attention = append(base.Attention, attentiontest.Made("", words, 1, 2).Attention[0])
		}
		base.Tokens = words
		o := Options{Width: leastWidth + random.IntN(90), Layer: -1, Head: -1, All: random.IntN(2) == 0, Color: colorprofile.Profile(1 + random.IntN(int(colorprofile.TrueColor)))}
		var b bytes.Buffer
		if err := Grid(&b, m, &attention.Baseline{Name: rendertest.RandomWord(random), Map: base}, o); err != nil {
			t.Fatal(err)
		}
		if err := tidy(b.String(), o); err != nil {
			t.Fatal(err)
		}
	}
}

func TestScatterTextIsTidy(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyScatter(t, 14)
		o := anyOptions(t, attentiontest.Lion())
		var b bytes.Buffer
		if err := Scatter(&b, s, o); err != nil {
			t.Fatal(err)
		}
		if err := tidy(b.String(), o); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNearestAndCosinesAreTidy(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		n := attention.Neighbours{Word: attentiontest.Token().Draw(t, "word")}
		var names []string
		for range rapid.IntRange(1, 9).Draw(t, "words") {
			names = append(names, attentiontest.Token().Draw(t, "name"))
			n.Nearest = append(n.Nearest, attention.Neighbour{Name: names[len(names)-1], Cosine: rapid.Float64Range(-1, 1).Draw(t, "cosine")})
		}
		square := make([][]float64, len(names))
		for i := range square {
			square[i] = rapid.SliceOfN(rapid.Float64Range(-1, 1), len(names), len(names)).Draw(t, "row")
		}
		o := anyOptions(t, attentiontest.Lion())
		for name, write := range map[string]func(io.Writer) error{
			"nearest": func(w io.Writer) error { return Nearest(w, n, o) },
			"cosines": func(w io.Writer) error { return Cosines(w, names, square, o) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := tidy(b.String(), o); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}

func TestBadScatterWritesNoText(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyBadScatter(t)
		var b bytes.Buffer
		if err := Scatter(&b, s, Options{}); err == nil || b.Len() > 0 || err.Error() != fmt.Sprint(s.Validate()) {
			t.Fatalf("error %v, wrote %q", err, &b)
		}
	})
}

func FuzzScatterText(f *testing.F) {
	f.Add("lion", 1.0, -1.0, 80)
	f.Add("\x1b[2J", 1e308, 0.0, 12)
	f.Fuzz(func(t *testing.T, name string, x, y float64, width int) {
		s, o := attentiontest.ScatterOf(name, x, y), Options{Width: leastWidth + attentiontest.Abs(width)%100}
		var b bytes.Buffer
		err := Scatter(&b, s, o)
		if invalid := s.Validate() != nil; invalid != (err != nil) {
			t.Fatalf("error %v, want %v", err, s.Validate())
		}
		if err := tidy(b.String(), o); err != nil {
			t.Error(err)
		}
	})
}
