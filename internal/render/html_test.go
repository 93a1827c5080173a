package render

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attend/internal/printable"
)

// A page holds the words and numbers of its maps, whatever the words are.
func TestHTMLHoldsItsMaps(t *testing.T) {
	like := tagsOf(t, func(b *bytes.Buffer) error { return HTML(b, Source{}, []Map{lion()}) })
	check(t, func(t *rapid.T) {
		maps := make([]Map, rapid.IntRange(1, 2).Draw(t, "maps"))
		for i := range maps {
			maps[i] = anyMap(t)
			if rapid.Bool().Draw(t, "vectors") {
				maps[i] = withVectors(maps[i], rapid.IntRange(1, 5).Draw(t, "headDim"))
			}
		}
		source := Source{token().Draw(t, "run"), rapid.Int().Draw(t, "step")}
		d := pageOf(t, func(b *bytes.Buffer) error { return HTML(b, source, maps) }, like).data
		if d.Run != printable.Path(source.Run) || d.Step != source.Step || d.Film || len(d.Frames) != 1 || len(d.Sentences) != len(maps) {
			t.Fatalf("run %q, step %d, film %t, %d frames of %d sentences", d.Run, d.Step, d.Film, len(d.Frames), len(d.Sentences))
		}
		for i, m := range maps {
			s := d.Sentences[i]
			if s.Text != printable.Sentence(m.Text) || s.Layers != len(m.Attention) || s.Heads != len(m.Attention[0]) || len(s.Tokens) != len(m.Tokens) {
				t.Fatalf("sentence %d: %+v", i, s)
			}
			for j, token := range m.Tokens {
				if s.Tokens[j] != spelling(token) || slices.Contains(s.Unknown, j) != (m.Unknown != nil && m.Unknown[j]) {
					t.Fatalf("token %d is %q, want %q", j, s.Tokens[j], spelling(token))
				}
			}
			same(t, "weights", d.Frames[0].Sentences[i].Weights, weightsIn(m.Attention))
			if (s.Vectors == nil) != (m.Vectors == nil) {
				t.Fatal("vectors on one side only")
			}
			if v := m.Vectors; v != nil {
				same(t, "query", s.Vectors.Query, vectorsIn(v.Query))
				same(t, "key", s.Vectors.Key, vectorsIn(v.Key))
				same(t, "value", s.Vectors.Value, vectorsIn(v.Value))
			}
			for j, p := range m.Next {
				if got := d.Frames[0].Sentences[i].Next[j]; got != (Prediction{spelling(p.Word), p.Probability}) {
					t.Fatalf("next word %+v, want %+v", got, p)
				}
			}
		}
	})
}

// Words that are markup change no element of a page.
func TestHTMLHostileWords(t *testing.T) {
	like := tagsOf(t, func(b *bytes.Buffer) error { return HTML(b, Source{}, []Map{lion()}) })
	var b bytes.Buffer
	if err := HTML(&b, Source{"<script>alert(0)</script>", 1}, []Map{hostile()}); err != nil {
		t.Fatal(err)
	}
	p, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.tags, like) {
		t.Errorf("elements %v, want %v", p.tags, like)
	}
	for i, token := range hostile().Tokens {
		if got := p.data.Sentences[0].Tokens[i]; got != spelling(token) {
			t.Errorf("token %d is %q, want %q", i, got, spelling(token))
		}
	}
}

func TestHTMLSameBytes(t *testing.T) {
	for name, write := range map[string]func(b *bytes.Buffer) error{
		"map":  func(b *bytes.Buffer) error { return HTML(b, Source{"runs/lion", 1}, lions()) },
		"film": func(b *bytes.Buffer) error { return FilmHTML(b, Source{"runs/lion", 1}, forming()) },
	} {
		var first bytes.Buffer
		if err := write(&first); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			var b bytes.Buffer
			if err := write(&b); err != nil || !bytes.Equal(first.Bytes(), b.Bytes()) {
				t.Fatalf("%s: other bytes when written again, error %v", name, err)
			}
		}
	}
}

func TestHTMLTitle(t *testing.T) {
	long := strings.Repeat("lion ", 40)
	for want, maps := range map[string][]Map{
		"The lion saw the zebra near the (runs/lion, step 12)":            {lion()},
		"The lion saw the zebra near the and 2 more (runs/lion, step 12)": {lion(), lion(), lion()},
		long[:80] + "… (runs/lion, step 12)":                              {made(long, []string{"lion"}, 1, 1)},
	} {
		var b bytes.Buffer
		if err := HTML(&b, Source{"runs/lion", 12}, maps); err != nil {
			t.Fatal(err)
		}
		if p, err := parse(b.Bytes()); err != nil || p.title != want {
			t.Errorf("title %q, error %v, want %q", p.title, err, want)
		}
	}
}

func TestHTMLRefuses(t *testing.T) {
	bad := lion()
	bad.Attention[0][1][3][2] = float32(math.NaN())
	film := forming()
	film[2].HeldOutLoss = math.Inf(1)
	for want, write := range map[string]func(b *bytes.Buffer) error{
		"a page wants a sentence and got none":           func(b *bytes.Buffer) error { return HTML(b, Source{}, nil) },
		"sentence 1: layer 0, head 1: query 3, key 2: w": func(b *bytes.Buffer) error { return HTML(b, Source{}, []Map{lion(), bad}) },
		"the film has no frames":                         func(b *bytes.Buffer) error { return FilmHTML(b, Source{}, nil) },
		"frame 2: the loss is +Inf":                      func(b *bytes.Buffer) error { return FilmHTML(b, Source{}, film) },
	} {
		var b bytes.Buffer
		if err := write(&b); err == nil || !strings.HasPrefix(err.Error(), want) || b.Len() > 0 {
			t.Errorf("error %v and %d bytes, want %q and none", err, b.Len(), want)
		}
	}
}

// Twelve heads over 64 words, with vectors, must be small enough to send to a class.
func TestHTMLIsSmall(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, Source{"runs/wide", 1}, []Map{wide()}); err != nil {
		t.Fatal(err)
	}
	if b.Len() >= 3e6 {
		t.Errorf("%d bytes, want fewer than 3,000,000", b.Len())
	}
}

// A baseline of another shape, or one for fewer sentences, writes no page.
func TestHTMLBesideRefusesOtherShapes(t *testing.T) {
	for want, beside := range map[string][]Baseline{
		"1 baselines for 2 sentences":     besides()[:1],
		"sentence 0: the baseline has 1 ": {besides()[1], besides()[0]},
	} {
		var b bytes.Buffer
		if err := HTMLBeside(&b, Source{"runs/lion", 1}, lions(), beside); err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("error %v and %d bytes, want %s", err, b.Len(), want)
		}
	}
}
