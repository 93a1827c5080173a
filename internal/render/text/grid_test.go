package text

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

// The sentence of the manual stays in one piece on an ordinary terminal.
func TestGridLionFits(t *testing.T) {
	for p := colorprofile.Unknown; p <= colorprofile.TrueColor; p++ {
		var b bytes.Buffer
		if err := Grid(&b, attentiontest.Lion(), nil, Options{Layer: -1, Head: -1, Color: p}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "keys") {
			t.Errorf("%v: folded at 80 columns", p)
		}
		if p <= colorprofile.ASCII && strings.Contains(b.String(), "\x1b") {
			t.Errorf("%v: escape sequences", p)
		}
		if p > colorprofile.ASCII && !strings.Contains(b.String(), "\x1b[") {
			t.Errorf("%v: no escape sequences", p)
		}
	}
}

// A folded grid shows every weight that a query can see, once.
func TestGridFoldsWithoutLoss(t *testing.T) {
	m := attentiontest.Made("", make([]string, 23), 1, 1)
	for i := range m.Tokens {
		m.Tokens[i] = string(rune('a' + i))
	}
	for _, width := range []int{24, 31, 50, 80, 300} {
		for _, color := range []colorprofile.Profile{colorprofile.NoTTY, colorprofile.TrueColor} {
			var b bytes.Buffer
			if err := Grid(&b, m, nil, Options{Width: width, Color: color}); err != nil {
				t.Fatal(err)
			}
			text, _, _ := strings.Cut(ansi.Strip(b.String()), "rows attend")
			numbers := 0
			for _, field := range strings.Fields(text) {
				field = strings.TrimLeft(field, "░▒▓█")
				if strings.HasPrefix(field, ".") || field == "1.0" {
					numbers++
				}
			}
			if want := 23 * 24 / 2; numbers != want {
				t.Errorf("width %d, %v: %d weights, want %d", width, color, numbers, want)
			}
		}
	}
}

func TestGridUnknown(t *testing.T) {
	m := attentiontest.Lion()
	var b bytes.Buffer
	if err := Grid(&b, m, nil, Options{}); err != nil || strings.Contains(b.String(), "?") {
		t.Errorf("error %v, a question mark where all is known:\n%s", err, &b)
	}
	m.Unknown = make([]bool, 8)
	m.Unknown[5] = true
	b.Reset()
	if err := Grid(&b, m, nil, Options{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "zebra?"); n != 2 || !strings.Contains(b.String(), render.UnknownNote) {
		t.Errorf("zebra? %d times, want 2 and a note:\n%s", n, &b)
	}
}

func TestWriterErrors(t *testing.T) {
	m, o := attentiontest.Lion(), Options{}
	for name, err := range map[string]error{
		"Grid": Grid(rendertest.Broken{}, m, nil, o), "TopLinks": TopLinks(rendertest.Broken{}, m, o, 3),
		"Predictions": Predictions(rendertest.Broken{}, m.Next, o),
	} {
		if !errors.Is(err, rendertest.ErrBroken) {
			t.Errorf("%s: error %v, want that of the writer", name, err)
		}
	}
}

// one is the cell of one number.
func one(x float64, signed bool, columns int, p colorprofile.Profile) string {
	return cell(render.View{Weights: [][]float64{{x}}, Signed: signed}, 0, 0, columns, p)
}

// The column of a sink has numbers without shades, or greys, and its reason below the grid; others have neither.
func TestSink(t *testing.T) {
	m := attention.Map{Encoded: attention.Encoded{Tokens: []string{"<s>", "lion"}}, Attention: [][][][]float32{{{{1, 0}, {0.8, 0.2}}}}}
	for first, sink := range map[string]bool{"<s>": true, "the": false} {
		m.Tokens[0] = first
		for p, marks := range map[colorprofile.Profile][2]string{
			colorprofile.ASCII:     {"lion   .80", "lion ██.80"},
			colorprofile.ANSI256:   {"48;5;244;38;5;16m  .80", "48;5;140;38;5;16m  .80"},
			colorprofile.TrueColor: {"129;129;132;38;2;0;0;0m  .80", "191;135;224;38;2;0;0;0m  .80"},
		} {
			var b strings.Builder
			if err := Grid(&b, m, nil, Options{Layer: -1, Head: -1, Color: p}); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), marks[0]) != sink || strings.Contains(b.String(), marks[1]) == sink {
				t.Errorf("%s, %v: sink %v, got %q", first, p, sink, b.String())
			}
			if strings.Contains(b.String(), "attention sink") != sink {
				t.Errorf("%s, %v: the reason is missing or there without a sink: %s", first, p, b.String())
			}
		}
	}
}

func TestCell(t *testing.T) {
	for _, c := range []struct {
		weight float64
		color  colorprofile.Profile
		want   string
	}{
		{0.48, colorprofile.NoTTY, "  ▒▒.48"},
		{0.001, colorprofile.ASCII, "    .00"},
		{0.001, colorprofile.ANSI, "\x1b[2m    .00\x1b[m"},
		{1, colorprofile.ANSI256, "\x1b[48;5;177;38;5;16m  1.0  \x1b[m"},
		{0.5, colorprofile.TrueColor, "\x1b[48;2;155;122;179;38;2;0;0;0m  .50  \x1b[m"},
		{0.001, colorprofile.TrueColor, "\x1b[2m  .00  \x1b[m"},
	} {
		if got := one(c.weight, false, 7, c.color); got != c.want {
			t.Errorf("cell(%v) with %v = %q, want %q", c.weight, c.color, got, c.want)
		}
	}
	for p := colorprofile.Unknown; p <= colorprofile.TrueColor; p++ {
		for i := range 101 {
			if w := ansi.StringWidth(one(float64(i)/100, false, cellWidth, p)); w != cellWidth {
				t.Errorf("%v: the cell of %d%% has %d columns, want %d", p, i, w, cellWidth)
			}
		}
	}
}

func TestFold(t *testing.T) {
	open := cmp.AllowUnexported(panel{})
	for _, c := range []struct {
		name  string
		words []int
		space int
		want  []panel
	}{
		{"short words are as wide as a number", []int{1, 3}, 80, []panel{{0, 2, []int{5, 5}}}},
		{"all as wide as the widest", []int{1, 8}, 80, []panel{{0, 2, []int{8, 8}}}},
		{"never wider than the cap", []int{1, 30}, 80, []panel{{0, 2, []int{10, 10}}}},
		{"each as its own word", []int{1, 8}, 16, []panel{{0, 2, []int{5, 8}}}},
		{"long words are cut", []int{9, 6}, 14, []panel{{0, 2, []int{6, 6}}}},
		{"shared out evenly", []int{1, 1, 1, 1}, 18, []panel{{0, 2, []int{5, 5}}, {2, 4, []int{5, 5}}}},
	} {
		if diff := cmp.Diff(c.want, fold(c.words, c.space), open); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestFoldProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.IntRange(1, 30), 1, 60).Draw(t, "words")
		space := rapid.IntRange(cellWidth+1, 120).Draw(t, "space")
		panels := fold(words, space)
		next := 0
		for _, p := range panels {
			if p.from != next || p.to <= p.from || len(p.columns) != p.to-p.from {
				t.Fatalf("panel %+v after key %d", p, next)
			}
			next = p.to
			total := 0
			for _, c := range p.columns {
				if c < cellWidth || c > widestColumn {
					t.Fatalf("a column of %d", c)
				}
				total += c + 1
			}
			if total > space {
				t.Fatalf("panel %+v fills %d of %d", p, total, space)
			}
		}
		if next != len(words) {
			t.Fatalf("%d of %d keys shown", next, len(words))
		}
		if least := (len(words)*(cellWidth+1) + space - 1) / space; len(panels) < least {
			t.Fatalf("%d panels, at least %d needed", len(panels), least)
		}
		if len(words)*(cellWidth+1) <= space && len(panels) != 1 {
			t.Fatalf("%d panels where one would do", len(panels))
		}
	})
}

func TestSignedCell(t *testing.T) {
	for d, want := range map[float64]string{0: "  .00", 0.03: " +.03", -0.3: "▒-.30", 1: "█+1.0"} {
		if got := one(d, true, cellWidth, colorprofile.ASCII); got != want {
			t.Errorf("signed cell(%v) = %q, want %q", d, got, want)
		}
	}
	for _, p := range []colorprofile.Profile{colorprofile.ANSI256, colorprofile.TrueColor} {
		less, more := one(-0.5, true, 7, p), one(0.5, true, 7, p)
		if background(less) == background(more) {
			t.Errorf("%v: %q and %q have one colour", p, less, more)
		}
		if ansi.StringWidth(less) != 7 || !strings.Contains(less, "-.50") {
			t.Errorf("%v: %q", p, less)
		}
	}
}

func TestSignedLegendFits(t *testing.T) {
	for _, p := range []colorprofile.Profile{colorprofile.ASCII, colorprofile.ANSI256, colorprofile.TrueColor} {
		for width := leastWidth; width < 100; width++ {
			o := Options{Width: width, Color: p}
			if err := tidy(signedLegend(o), o); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestGoldenBaseline(t *testing.T) {
	for color, profile := range map[string]colorprofile.Profile{"plain": colorprofile.ASCII, "ansi256": colorprofile.ANSI256, "truecolor": colorprofile.TrueColor} {
		var b bytes.Buffer
		o := Options{Width: 60, Layer: -1, Head: -1, Color: profile}
		flat := attentiontest.Flat()
		if err := Grid(&b, attentiontest.Lion(), &flat, o); err != nil {
			t.Fatal(err)
		}
		rendertest.Golden(t, "beside-60-"+color, b.Bytes())
	}
}

// Each difference that is printed is that of the two numbers printed above it, give or take rounding.
func TestGridSubtractsTheBaseline(t *testing.T) {
	for _, color := range []colorprofile.Profile{colorprofile.NoTTY, colorprofile.TrueColor} {
		var b bytes.Buffer
		flat := attentiontest.Flat()
		if err := Grid(&b, attentiontest.Lion(), &flat, Options{Layer: -1, Head: -1, Color: color}); err != nil {
			t.Fatal(err)
		}
		var numbers []float64
		text, _, _ := strings.Cut(ansi.Strip(b.String()), "rows attend")
		for _, field := range strings.Fields(text) {
			field = strings.TrimLeft(field, "░▒▓█")
			if strings.Contains(field, ".") {
				x, err := strconv.ParseFloat(field, 64)
				if err != nil {
					t.Fatal(err)
				}
				numbers = append(numbers, x)
			}
		}
		const cells = 8 * 9 / 2
		if len(numbers) != 3*cells {
			t.Fatalf("%d numbers, want %d", len(numbers), 3*cells)
		}
		negative := 0
		for i := range cells {
			d := numbers[2*cells+i]
			if want := numbers[i] - numbers[cells+i]; d < want-0.0101 || d > want+0.0101 {
				t.Errorf("cell %d: %v less %v is not %v", i, numbers[i], numbers[cells+i], d)
			}
			if d < 0 {
				negative++
			}
		}
		if negative == 0 || negative == cells {
			t.Errorf("%d of %d differences are below 0", negative, cells)
		}
	}
}

func TestGridRefusesABaselineOfAnotherShape(t *testing.T) {
	for name, b := range attentiontest.OtherShapes() {
		var out bytes.Buffer
		err := Grid(&out, attentiontest.Lion(), &b, Options{Layer: -1, Head: -1})
		if err == nil || out.Len() > 0 || !strings.Contains(err.Error(), "baseline") {
			t.Errorf("other %s: error %v, wrote %q", name, err, &out)
		}
	}
}
