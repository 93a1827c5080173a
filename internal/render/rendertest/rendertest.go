// Package rendertest holds what the tests of renderers share.
package rendertest

import (
	"errors"
	"flag"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"attend/internal/render"
)

type Broken struct{}

var ErrBroken = errors.New("broken pipe")

func (Broken) Write([]byte) (int, error) { return 0, ErrBroken }

// Apart is how different two colours look: their distance in Oklab.
func Apart(a, b color.RGBA) float64 {
	p, q := render.ToOklab(a), render.ToOklab(b)
	return math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
}

var update = flag.Bool("update", false, "write the golden files anew")

// Golden compares an output with testdata/name.golden.
func Golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// strange are words that a text may hold, or a file that is none.
var strange = []string{
	"", " ", "\n", "\t", "\r\n", "<s>", "the", "lion", "internationalization", "\x00", "\x1b[31m", "\x1b]0;title\x07", "\u009b2J", "\u202e", "\u200d",
	"\ufeff", "\u0301", "e\u0301", "狮子", "достопримечательность", "🦁", "👩\u200d👩\u200d👧", "🇰🇪", "\xff\xfe", "\ufffe", "\uffff", "\ufffd", "]]>", "<!--", "&amp;", "</svg>",
	`"><script>alert(1)</script>`, "'", "\u2028", "ا", "עברית", "नमस्ते", "\U000e0041", "\ue000", "a  b", strings.Repeat("W", 2000), strings.Repeat("狮", 500),
	strings.Repeat("\u0301", 50), strings.Repeat("ab ", 300),
}

// RandomWord is a strange word, or some random bytes or characters.
func RandomWord(random *rand.Rand) string {
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

func ThreeBars() render.Bars {
	return render.Bars{Title: "Weights", Bars: []render.Bar{{Name: "key 1", Value: 0.5, Text: "0.500"}, {Name: "key 2", Value: 0.25, Text: "0.250"}, {Name: "none", Value: 0, Text: "0"}}}
}

// Notebook is the plane of the query [1 0] and the keys [1 1] and [0 1].
func Notebook() render.Arrows {
	return render.Arrows{Title: "Query and keys", Arrows: []render.Arrow{{Name: "query", X: 1, Y: 0, Kind: render.QueryArrow}, {Name: "key 1", X: 1, Y: 1, Kind: render.KeyArrow}, {Name: "key 2", X: 0, Y: 1, Kind: render.KeyArrow}}}
}
