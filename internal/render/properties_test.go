package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"attend/internal/printable"
)

// draws is how many random maps each property sees.
const draws = 2500

// check is rapid.Check with draws maps instead of its hundred; a hundred under
// -short.
func check(t *testing.T, property func(t *rapid.T)) {
	t.Helper()
	for range draws / 100 {
		rapid.Check(t, property)
		if t.Failed() || testing.Short() {
			return
		}
	}
}

// token draws what a user may type: words, nothing, huge words, escapes,
// direction marks, bytes that are no text.
func token() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", " ", "\n", "\t", "\r\n", "<s>", "the", "lion", "the", "\x1b[31m", "\x1b]0;title\x07",
			"\u009b2J", "\u202e", "\u200d", "\ufeff", "\u0301", "e\u0301", "狮子", "достопримечательность", "🦁", "👩\u200d👩\u200d👧", "🇰🇪",
			"\xff\xfe", "=1+1", "+a", "-b", "@c", `say "a", b`, "\\u202e", "\u0d4e", "\uff9e", "\U0001f3fd", "\u1100\u1161", "\u2028", "?", "a  b", "</script>", "<!--<script>", "&lt;"}),
		rapid.String(),
		rapid.StringMatching(`[a-zа-я]{1,12}`),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 12), func(b []byte) string { return string(b) }),
		rapid.Map(rapid.StringN(1, 4, -1), func(s string) string { return strings.Repeat(s, 300) }),
	)
}

// anyMap draws a valid map.
func anyMap(t *rapid.T) Map {
	tokens := rapid.SliceOfN(token(), 1, 14).Draw(t, "tokens")
	m := Map{Text: token().Draw(t, "text"), Tokens: tokens}
	layers, heads := rapid.IntRange(1, 3).Draw(t, "layers"), rapid.IntRange(1, 3).Draw(t, "heads")
	score := rapid.Float64Range(-20, 20)
	for range layers {
		var layer [][][]float32
		for range heads {
			layer = append(layer, causal(len(tokens), func(int, int) float64 { return score.Draw(t, "score") }))
		}
		m.Attention = append(m.Attention, layer)
	}
	if rapid.Bool().Draw(t, "some unknown") {
		m.Unknown = rapid.SliceOfN(rapid.Bool(), len(tokens), len(tokens)).Draw(t, "unknown")
	}
	for range rapid.IntRange(0, 5).Draw(t, "predictions") {
		m.Next = append(m.Next, Prediction{token().Draw(t, "word"), rapid.Float64Range(0, 1).Draw(t, "probability")})
	}
	return m
}

// anyOptions draws options that fit a map, at widths from narrow to wide.
func anyOptions(t *rapid.T, m Map) TextOptions {
	return TextOptions{
		Width: rapid.IntRange(leastWidth, 130).Draw(t, "width"),
		Layer: rapid.IntRange(-1, len(m.Attention)-1).Draw(t, "layer"),
		Head:  rapid.IntRange(-1, len(m.Attention[0])-1).Draw(t, "head"),
		All:   rapid.Bool().Draw(t, "all"),
		Color: colorprofile.Profile(rapid.IntRange(0, int(colorprofile.TrueColor)).Draw(t, "color")),
	}
}

// texts are the renderers for a terminal.
func texts(m Map, o TextOptions, most int) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"Grid":        func(w io.Writer) error { return Grid(w, m, o) },
		"Story":       func(w io.Writer) error { return Story(w, m, o, most) },
		"Predictions": func(w io.Writer) error { return Predictions(w, m.Next, o) },
	}
}

// documents are the renderers for programs.
func documents(maps []Map) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"JSON": func(w io.Writer) error { return JSON(w, "run", 1, maps) },
		"CSV":  func(w io.Writer) error { return CSV(w, maps) },
		"HTML": func(w io.Writer) error { return HTML(w, Source{Run: "run", Step: 1}, maps) },
	}
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]*m")

// tidy tells what is wrong with text for a terminal, or nil.
func tidy(text string, o TextOptions) error {
	bare := text
	if o.Color >= colorprofile.ANSI {
		bare = sgr.ReplaceAllString(text, "")
	}
	if !utf8.ValidString(text) {
		return fmt.Errorf("not UTF-8: %q", text)
	}
	if raw := rawRune(strings.ReplaceAll(bare, "\n", "")); raw != 0 {
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
	check(t, func(t *rapid.T) {
		m := anyMap(t)
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
		if tidy(text, TextOptions{Width: 8, Color: colorprofile.ANSI}) == nil {
			t.Errorf("no complaint about %q", text)
		}
	}
	if tidy("\x1b[1ma\x1b[m\n", TextOptions{Width: 8}) == nil {
		t.Error("no complaint about colour where there is none")
	}
}

func TestJSONReadsBack(t *testing.T) {
	check(t, func(t *rapid.T) {
		maps := make([]Map, rapid.IntRange(0, 2).Draw(t, "maps"))
		for i := range maps {
			maps[i] = anyMap(t)
		}
		run, step := token().Draw(t, "run"), rapid.Int().Draw(t, "step")
		var b bytes.Buffer
		if err := JSON(&b, run, step, maps); err != nil {
			t.Fatal(err)
		}
		// JSON is UTF-8: other bytes cannot travel.
		text := func(s string) string { return string([]rune(s)) }
		want := Report{Run: text(run), Step: step, Sentences: []Sentence{}}
		for _, m := range maps {
			s := Sentence{Text: text(m.Text), Attention: m.Attention, Next: []Prediction{}}
			for _, token := range m.Tokens {
				s.Tokens = append(s.Tokens, text(token))
			}
			for _, p := range m.Next {
				s.Next = append(s.Next, Prediction{text(p.Word), p.Probability})
			}
			want.Sentences = append(want.Sentences, s)
		}
		var got Report
		decoder := json.NewDecoder(&b)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(want, got) { // cmp.Diff is slow where nothing differs
			t.Fatal(cmp.Diff(want, got))
		}
	})
}

func TestCSVReadsBack(t *testing.T) {
	check(t, func(t *rapid.T) {
		maps := []Map{anyMap(t), anyMap(t)}
		var b bytes.Buffer
		if err := CSV(&b, maps); err != nil {
			t.Fatal(err)
		}
		text := printable.Field
		want := [][]string{strings.Split("sentence,layer,head,query_index,query,key_index,key,weight", ",")}
		for _, m := range maps {
			for l := range m.Attention {
				for h := range m.Attention[l] {
					for q := range m.Tokens {
						for k := range q + 1 {
							weight, i := m.Attention[l][h][q][k], strconv.Itoa
							want = append(want, []string{text(m.Text), i(l), i(h), i(q), text(m.Tokens[q]), i(k), text(m.Tokens[k]),
								strconv.FormatFloat(float64(weight), 'g', -1, 32)})
						}
					}
				}
			}
		}
		got, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range got[1:] {
			for _, column := range []int{0, 4, 6} { // the texts
				if row[column] != "" && strings.ContainsAny(row[column][:1], "=+-@\t\r\n") {
					t.Fatalf("a spreadsheet takes %q for a formula", row[column])
				}
				row[column] = strings.TrimPrefix(row[column], "'")
			}
		}
		if !reflect.DeepEqual(want, got) { // cmp.Diff is slow where nothing differs
			t.Fatal(cmp.Diff(want, got))
		}
	})
}

// A map with anything wrong is refused by every renderer of maps, with the
// same error and not a byte written.
func TestMalformedWritesNothing(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	check(t, func(t *rapid.T) {
		m := anyMap(t)
		o := anyOptions(t, m)
		head := m.Attention[len(m.Attention)-1][0]
		last := len(m.Tokens) - 1
		switch rapid.IntRange(0, 7).Draw(t, "what") {
		case 0:
			head[last][rapid.IntRange(0, last).Draw(t, "key")] = rapid.SampledFrom([]float32{nan, inf, -inf, -1, 2}).Draw(t, "weight")
		case 1:
			m.Tokens = append(m.Tokens, "more")
		case 2:
			m.Tokens = nil
		case 3:
			m.Attention = nil
		case 4:
			m.Attention[0] = m.Attention[0][:0]
		case 5:
			head[last] = head[last][:last]
		case 6:
			m.Unknown = make([]bool, last+2)
		case 7:
			m.Next = []Prediction{{"a", rapid.SampledFrom([]float64{math.NaN(), math.Inf(-1), 1.5}).Draw(t, "probability")}}
		}
		want := m.Validate()
		if want == nil {
			t.Fatal("a valid map")
		}
		m.Mean()
		if _, err := m.Head(0, 0); err == nil {
			t.Fatal("Head of a malformed map")
		}
		outputs := documents([]Map{lion(), m})
		for name, write := range texts(m, o, 3) {
			if name != "Predictions" {
				outputs[name] = write
			}
		}
		for name, write := range outputs {
			var b bytes.Buffer
			err := write(&b)
			if err == nil || b.Len() > 0 {
				t.Fatalf("%s: error %v, wrote %q", name, err, &b)
			}
			cause := want.Error()
			if !strings.HasSuffix(err.Error(), cause) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%s: error %q, want %q in one line", name, err, want)
			}
		}
	})
}
