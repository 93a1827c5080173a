package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// flat is uniform attention over what is visible in the lion's sentence.
func flat() Baseline {
	m := lion()
	for h := range m.Attention[0] {
		m.Attention[0][h] = causal(len(m.Tokens), func(int, int) float64 { return 0 })
	}
	return Baseline{"uniform", m}
}

func TestGoldenBeside(t *testing.T) {
	for color, profile := range map[string]colorprofile.Profile{"plain": colorprofile.ASCII, "ansi256": colorprofile.ANSI256, "truecolor": colorprofile.TrueColor} {
		var b bytes.Buffer
		o := TextOptions{Width: 60, Layer: -1, Head: -1, Color: profile}
		if err := GridBeside(&b, lion(), flat(), o); err != nil {
			t.Fatal(err)
		}
		golden(t, "beside-60-"+color, b.Bytes())
	}
}

// Each difference that is printed is that of the two numbers printed above it, give or take rounding.
func TestGridBesideSubtracts(t *testing.T) {
	for _, color := range []colorprofile.Profile{colorprofile.NoTTY, colorprofile.TrueColor} {
		var b bytes.Buffer
		if err := GridBeside(&b, lion(), flat(), TextOptions{Layer: -1, Head: -1, Color: color}); err != nil {
			t.Fatal(err)
		}
		var numbers []float64
		text, _, _ := strings.Cut(ansi.Strip(b.String()), "rows look")
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

func TestDocumentsBeside(t *testing.T) {
	m, base := lion(), flat()
	var b bytes.Buffer
	if err := JSONBeside(&b, "runs/lion", 120, []Map{m}, []Baseline{base}); err != nil {
		t.Fatal(err)
	}
	var report Report
	if err := json.Unmarshal(b.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	s := report.Sentences[0]
	b.Reset()
	if err := CSVBeside(&b, []Map{m}, []Baseline{base}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0][7:], ","); got != "weight,baseline,difference" || report.Baseline != "uniform" {
		t.Errorf("columns %s, baseline %q", got, report.Baseline)
	}
	i := 0
	for h := range m.Attention[0] {
		for q := range m.Tokens {
			for k := range q + 1 {
				i++
				weight, want := m.Attention[0][h][q][k], 1/float32(q+1)
				if got := s.Baseline[0][h][q][k]; got != want || rows[i][8] != shortest(want) {
					t.Errorf("head %d, query %d, key %d: baseline %v and %s, want %v", h, q, k, got, rows[i][8], want)
				}
				if got := s.Difference[0][h][q][k]; got != weight-want || rows[i][9] != shortest(weight-want) {
					t.Errorf("head %d, query %d, key %d: difference %v and %s, want %v", h, q, k, got, rows[i][9], weight-want)
				}
			}
		}
	}
}

// A baseline that does not fit its map is refused by every renderer, with not a byte written.
func TestBesideRefusesAnotherShape(t *testing.T) {
	m := lion()
	for name, base := range map[string]Map{
		"words": made("", strings.Fields("a b c"), 1, 2), "heads": made("", m.Tokens, 1, 3),
		"layers": made("", m.Tokens, 2, 2), "nothing": {},
	} {
		b := Baseline{"uniform", base}
		for kind, write := range map[string]func(io.Writer) error{
			"GridBeside": func(w io.Writer) error { return GridBeside(w, m, b, TextOptions{Layer: -1, Head: -1}) },
			"JSONBeside": func(w io.Writer) error { return JSONBeside(w, "", 0, []Map{m}, []Baseline{b}) },
			"CSVBeside":  func(w io.Writer) error { return CSVBeside(w, []Map{m}, []Baseline{b}) },
			"too many":   func(w io.Writer) error { return CSVBeside(w, []Map{m}, []Baseline{flat(), flat()}) },
		} {
			var out bytes.Buffer
			if err := write(&out); err == nil || out.Len() > 0 || !strings.Contains(fmt.Sprint(err), "baseline") {
				t.Errorf("%s, other %s: error %v, wrote %q", kind, name, err, &out)
			}
		}
	}
}
