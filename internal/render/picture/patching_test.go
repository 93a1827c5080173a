package picture

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

// lionOrZebra is a patching of which each part is another number.
func lionOrZebra() attention.Patching {
	p := attentiontest.Patching([]string{"<s>", "The", "lion", "in"}, 2, "zebra", 2, 2)
	grid := func(first float64, rows, columns, from int) [][]float64 {
		all := make([][]float64, rows)
		for i := range all {
			all[i] = make([]float64, columns)
			for j := from; j < columns; j++ {
				all[i][j] = first
				first += 0.01
			}
		}
		return all
	}
	p.Denoising = attention.PatchParts{
		Residual: grid(0.1, 3, 4, 2), Attention: grid(0.2, 2, 4, 2), FeedForward: grid(0.3, 2, 4, 2),
		Heads: grid(0.4, 2, 2, 0), Patterns: grid(0.5, 2, 2, 0), HeadsAt: [][][]float64{grid(0.8, 2, 4, 2), grid(0.9, 2, 4, 2)},
	}
	p.Noising = attention.PatchParts{
		Residual: grid(0.6, 3, 4, 2), Attention: grid(0.7, 2, 4, 2), FeedForward: grid(-0.8, 2, 4, 2),
		Heads: grid(1.9, 2, 2, 0), Patterns: grid(-12.3, 2, 2, 0), HeadsAt: [][][]float64{grid(-0.4, 2, 4, 2), grid(-0.5, 2, 4, 2)},
	}
	return p
}

var lionSource = attention.Source{Run: "runs/lion", Step: 120}

func drawnPatching(t testing.TB, p attention.Patching, o Options) Drawing {
	t.Helper()
	d, err := Patching(p, lionSource, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Every part is a cell with its number, its colour and its tip, denoising at the left and noising at the right.
func TestPatchingHasEveryPart(t *testing.T) {
	p := lionOrZebra()
	for _, dark := range []bool{false, true} {
		d := drawnPatching(t, p, Options{Dark: dark})
		scale := render.OnLight()
		if dark {
			scale = render.OnDark()
		}
		words, heads := []string{"<s>", "The", "lion|zebra", "in"}, []string{"head 1", "head 2"}
		layers, depths := []string{"layer 1", "layer 2"}, []string{"before layer 1", "before layer 2", "after layer 2"}
		cells := 0
		for side, parts := range []attention.PatchParts{p.Denoising, p.Noising} {
			for _, grid := range []struct {
				parts         [][]float64
				columns, rows []string
			}{
				{parts.Residual, words, depths}, {parts.Attention, words, layers}, {parts.FeedForward, words, layers},
				{parts.Heads, heads, layers}, {parts.Patterns, heads, layers},
				{slices.Concat(parts.HeadsAt...), words, []string{"layer 1, head 1", "layer 1, head 2", "layer 2, head 1", "layer 2, head 2"}},
			} {
				for i, row := range grid.parts {
					for j, part := range row {
						cells++
						tip := fmt.Sprintf("%s, %s: %.4f", grid.columns[j], grid.rows[i], part)
						at := slices.IndexFunc(d.rects, func(r rect) bool {
							return r.tip == tip && r.fill == scale.Difference(part) && (r.x > d.width/2) == (side == 1)
						})
						if at < 0 {
							t.Fatalf("no cell %q of that colour, dark %v", tip, dark)
						}
						r := d.rects[at]
						number := slices.IndexFunc(d.texts, func(x text) bool {
							return x.anchor == middle && x.x == float64(r.x)+float64(r.width)/2 && int(x.y) > r.y && int(x.y) < r.y+r.height
						})
						if part == 0 && number >= 0 || part != 0 && (number < 0 || d.texts[number].s != patchNumber(part)) {
							t.Errorf("%q is not written as %s", tip, patchNumber(part))
						}
					}
				}
			}
		}
		if tips := len(slices.DeleteFunc(slices.Clone(d.rects), func(r rect) bool { return r.tip == "" })); tips != cells {
			t.Errorf("%d cells, want %d", tips, cells)
		}
	}
	for part, want := range map[float64]string{
		0: "0", 0.004: "0", -0.004: "0", 0.996: "1.00", -0.35: "−.35", 1.234: "1.23", -9.994: "−9.99", -9.996: "−10", 123.4: "123",
	} {
		if got := patchNumber(part); got != want {
			t.Errorf("%g is written as %s, want %s", part, got, want)
		}
	}
}

func TestPatchingGolden(t *testing.T) {
	document := svgOf(t, drawnPatching(t, lionOrZebra(), Options{}))
	if again := svgOf(t, drawnPatching(t, lionOrZebra(), Options{})); again != document {
		t.Error("two drawings of one patching differ")
	}
	rendertest.Golden(t, "patching.svg", []byte(document))
}

// The tokens before the first that differs are left out of long sentences, cells become smaller, and what no screen holds is an
// error.
func TestLongPatchings(t *testing.T) {
	long := func(seq, at, layers, heads int) attention.Patching {
		return attentiontest.Patching(strings.Split(strings.Repeat("a", seq), ""), at, "b", layers, heads)
	}
	all := func(d Drawing) (s string) {
		for _, t := range d.texts {
			s += t.s + "\n"
		}
		return s
	}
	whole := all(drawnPatching(t, long(24, 20, 2, 2), Options{}))
	part := all(drawnPatching(t, long(25, 20, 2, 2), Options{}))
	if strings.Contains(whole, "left out") || !strings.Contains(part, "The first 20 tokens are left out") {
		t.Errorf("%s\n%s", whole, part)
	}
	words := strings.Fields(strings.Repeat("internationalization ", 12))
	cut := all(drawnPatching(t, attentiontest.Patching(words, 3, "institutionalization", 1, 1), Options{}))
	if !strings.Contains(cut, "internat…|institu") {
		t.Errorf("no part of both tokens in\n%s", cut)
	}
	d := drawnPatching(t, long(512, 100, 6, 64), Options{})
	if d.width > 4000 || d.height > 4000 {
		t.Errorf("512 tokens: %d by %d pixels", d.width, d.height)
	}
	var marked bool // a part below 0 by a dash, where no number fits
	for _, l := range drawnPatching(t, long(80, 0, 2, 2), Options{}).lines {
		marked = marked || l.y1 == l.y2 && l.x2-l.x1 < 6 && l.width == 1
	}
	if !marked {
		t.Error("no part below 0 has a dash")
	}
	few, many := all(drawnPatching(t, lionOrZebra(), Options{})), all(drawnPatching(t, long(80, 0, 2, 2), Options{}))
	const empty, dash = "An empty cell is 0", "a dash marks a part below 0"
	if !strings.Contains(few, empty) || strings.Contains(few, dash) || strings.Contains(many, empty) || !strings.Contains(many, dash) {
		t.Errorf("with numbers\n%s\nwithout\n%s", few, many)
	}
	if d, err := Patching(long(9000, 1, 40, 2), lionSource, Options{}); err == nil || d.width != 0 ||
		!strings.Contains(err.Error(), "too large for one picture: 40 layers of 9,000 tokens") {
		t.Errorf("%v", err)
	}
}

// Nothing is drawn outside of the picture, and no text lies on another.
func TestPatchingFits(t *testing.T) {
	long := strings.Fields("internationalization of the internationalization by institutionalization of an internationalization")
	for name, p := range map[string]attention.Patching{
		"words": lionOrZebra(), "characters": attentiontest.Patching(strings.Split("the lion eats", ""), 4, "b", 3, 20),
		"long words": attentiontest.Patching(long, 0, "institutionalization", 1, 1),
		"four long":  attentiontest.Patching(long[:4], 3, "institutionalization", 1, 1),
	} {
		d := drawnPatching(t, p, Options{})
		type box struct{ left, top, right, bottom float64 }
		var boxes []box
		for _, x := range d.texts {
			width := d.face.svgWidth(x.s, x.size, x.bold)
			b := box{x.x, x.y - 0.7*x.size, x.x + width, x.y}
			switch {
			case x.upward:
				b = box{x.x - 0.7*x.size, x.y - width, x.x, x.y}
			case x.anchor == middle:
				b.left, b.right = x.x-width/2, x.x+width/2
			case x.anchor == end:
				b.left, b.right = x.x-width, x.x
			}
			if b.left < 0 || b.top < 0 || b.right > float64(d.width) || b.bottom > float64(d.height) {
				t.Errorf("%s: %q at %+v is outside of %d by %d", name, x.s, b, d.width, d.height)
			}
			for _, r := range d.rects { // a number on its cell
				centred := r.tip != "" && b.left+width/2 == float64(r.x)+float64(r.width)/2
				if centred && int(b.bottom) > r.y && int(b.bottom) < r.y+r.height && width > float64(r.width) {
					t.Errorf("%s: %q is wider than its cell", name, x.s)
				}
			}
			for i, other := range boxes {
				if b.left < other.right && other.left < b.right && b.top < other.bottom && other.top < b.bottom {
					t.Errorf("%s: %q lies on %q", name, x.s, d.texts[i].s)
				}
			}
			boxes = append(boxes, b)
		}
	}
}

func TestBadPatchingsAreRefused(t *testing.T) {
	p := lionOrZebra()
	p.Noising.Heads[1][1] = math.NaN()
	if d, err := Patching(p, lionSource, Options{}); err == nil || d.width != 0 ||
		!strings.Contains(err.Error(), "noising.heads: row 1 holds NaN") {
		t.Errorf("error %v", err)
	}
}

// No word makes a document that is not well-formed, and every format can write the picture.
func TestPatchingsOfStrangeWords(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	for i := range 60 {
		var tokens []string
		for range 1 + random.IntN(6) {
			tokens = append(tokens, rendertest.RandomWord(random))
		}
		p := attentiontest.Patching(tokens, random.IntN(len(tokens)), rendertest.RandomWord(random), 1+random.IntN(2), 1+random.IntN(2))
		p.Word, p.Against = rendertest.RandomWord(random), rendertest.RandomWord(random)
		d := drawnPatching(t, p, Options{Dark: i%2 == 0})
		document := svgOf(t, d)
		if c := raw(document); c != 0 {
			t.Fatalf("%U is in the document of %+v", c, p)
		}
		if _, err := parsedXML(document); err != nil {
			t.Fatalf("%v: %+v", err, p)
		}
		if i == 0 {
			for _, f := range Formats {
				var b bytes.Buffer
				if _, err := f.Choice.Write(&b, d); err != nil || b.Len() == 0 {
					t.Errorf("%s: %v", f.Name, err)
				}
			}
		}
	}
}
