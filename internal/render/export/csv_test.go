package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/printable"
	"attend/internal/render/rendertest"
)

func TestCSVReadsBack(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		maps := []attention.Map{attentiontest.AnyMap(t), attentiontest.AnyMap(t)}
		var b bytes.Buffer
		if err := CSV(&b, maps, nil); err != nil {
			t.Fatal(err)
		}
		text := printable.Field
		want := [][]string{strings.Split("sentence,layer,head,query_index,query,key_index,key,weight", ",")}
		texts, named := []int{4, 6}, maps[0].Name+maps[1].Name != ""
		unknown := slices.Contains(slices.Concat(maps[0].Unknown, maps[1].Unknown), true)
		if unknown {
			want[0] = append(want[0], "query_unknown", "key_unknown")
		}
		if named {
			texts, want[0] = append(texts, len(want[0])), append(want[0], "name")
		}
		for sentence, m := range maps {
			is := func(token int) string { return strconv.FormatBool(len(m.Unknown) > 0 && m.Unknown[token]) }
			for l := range m.Attention {
				for h := range m.Attention[l] {
					for q := range m.Tokens {
						for k := range q + 1 {
							weight, i := m.Attention[l][h][q][k], strconv.Itoa
							want = append(want, []string{i(sentence), i(l), i(h), i(q), text(m.Tokens[q]), i(k), text(m.Tokens[k]),
								strconv.FormatFloat(float64(weight), 'g', -1, 32)})
							if unknown {
								want[len(want)-1] = append(want[len(want)-1], is(q), is(k))
							}
							if named {
								want[len(want)-1] = append(want[len(want)-1], text(m.Name))
							}
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
			for _, column := range texts {
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

func TestCSVQuotes(t *testing.T) {
	m := attention.Map{Encoded: attention.Encoded{Text: `=1+1, "so"`, Tokens: []string{"-2"}}, Attention: [][][][]float32{{{{1}}}}}
	var b bytes.Buffer
	if err := CSV(&b, []attention.Map{m}, nil); err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(b.String(), "\n")
	if want := `0,0,0,0,"'-2",0,"'-2",1` + "\n"; line != want {
		t.Errorf("got %q, want %q", line, want)
	}
}

// A spreadsheet takes no text for a formula, and one apostrophe less gives the text back.
func TestCSVQuotesFormulas(t *testing.T) {
	for _, s := range []string{"=1", "+1", "-1", "@a", " =1", "＝1", "＋1", "－1", "＠a", "'", "'tis", "''"} {
		if got := quoted(s); got != `"'`+s+`"` {
			t.Errorf("%q is written as %s", s, got)
		}
	}
	for _, s := range []string{"", " ", "lion", "1", "<s>", "a=1", "don't", "—", "狮子", "\t=1", "\r", "\n", "\u3000=1", "\ufeff=1", "\x00=1", "a\n=1", "\x1b[2J"} {
		if got := quoted(s); got != `"`+printable.Field(s)+`"` {
			t.Errorf("%q is written as %s", s, got)
		}
	}
}

func TestCSVNamesMaps(t *testing.T) {
	m := attention.Map{Encoded: attention.Encoded{Text: "a", Tokens: []string{"a"}}, Attention: [][][][]float32{{{{1}}}}}
	rollout := m
	rollout.Name = "rollout over 2 layers"
	var b bytes.Buffer
	if err := CSV(&b, []attention.Map{m, rollout}, nil); err != nil {
		t.Fatal(err)
	}
	want := "sentence,layer,head,query_index,query,key_index,key,weight,name\n" +
		"0,0,0,0,\"a\",0,\"a\",1,\"\"\n1,0,0,0,\"a\",0,\"a\",1,\"rollout over 2 layers\"\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// A table is written as its cells are: texts quoted, without formulas, and what is not known empty.
func TestRows(t *testing.T) {
	var b bytes.Buffer
	err := Rows(&b, []string{"run", "loss", "step", "bytes", "training"}, slices.Values([][]any{
		{"runs/a \"b\"\n", 1.25, 3, int64(4), true}, {"=1+1", nil, nil, nil, nil},
	}))
	want := "run,loss,step,bytes,training\n\"runs/a \"\"b\"\"↵\",1.25,3,4,true\n\"'=1+1\",,,,\n"
	if err != nil || b.String() != want {
		t.Errorf("%v, %q, want %q", err, &b, want)
	}
}

func TestCurvesCSV(t *testing.T) {
	var b bytes.Buffer
	runs := []Curves{
		{Source: attention.Source{Run: "runs/a"}, Evaluations: []Evaluation{
			{Step: 0, Loss: 4.762386471087740, HeldOutLoss: new(0.1), LearningRate: 1e-4}, {Step: 5, Seconds: 0.25, TokensPerSecond: 1e4, Loss: 2, HeldOutLoss: new(3.0)}}},
		{Source: attention.Source{Run: `=b"`}, Evaluations: []Evaluation{{Step: 1, Loss: 1.5}}},
	}
	if err := CurvesCSV(&b, runs); err != nil {
		t.Fatal(err)
	}
	const want = "run,step,seconds,tokens_per_second,loss,sample_heldout_loss,learning_rate\n" +
		"\"runs/a\",0,0,0,4.76238647108774,0.1,0.0001\n\"runs/a\",5,0.25,10000,2,3,0\n\"'=b\"\"\",1,0,0,1.5,,0\n"
	if b.String() != want {
		t.Errorf("wrote\n%s\nwant\n%s", &b, want)
	}
	if err := CurvesCSV(rendertest.Broken{}, runs); !errors.Is(err, rendertest.ErrBroken) {
		t.Errorf("error %v", err)
	}
}

// Norms have a column of their own.
func TestCSVOfNorms(t *testing.T) {
	m := attentiontest.Halves()
	m.Attention, m.Products = m.Attention[:1], [][][][]float64{{{{1, 0}, {0, 4}}, {{9, 0}, {0, 16}}}}
	var b bytes.Buffer
	if err := CSV(&b, []attention.Map{m, attentiontest.Halves()}, nil); err != nil { // the second has no norms
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if !strings.HasSuffix(lines[0], ",weight,norm") || !strings.HasSuffix(lines[2], ",0.5,0.5") || !strings.HasSuffix(lines[6], ",0.75,3") ||
		!strings.HasSuffix(lines[7], ",1,") {
		t.Errorf("%s", &b)
	}
}

// Lines leave as they are made: however many there are, memory is needed for a part of them.
func TestCSVIsStreamed(t *testing.T) {
	m := attentiontest.Made("", slices.Repeat([]string{"word"}, 300), 1, 2)
	var text counter
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := CSV(&text, []attention.Map{m}, nil); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if allocated := int(after.TotalAlloc - before.TotalAlloc); allocated > int(text)/10 {
		t.Errorf("%d bytes were allocated for %d bytes of text", allocated, text)
	}
}

// counter counts the bytes that are written.
type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}
