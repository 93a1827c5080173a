package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render/rendertest"
)

func TestDocumentWriterErrors(t *testing.T) {
	if err := JSON(rendertest.Broken{}, "", 0, []attention.Map{attentiontest.Lion()}, nil); !errors.Is(err, rendertest.ErrBroken) {
		t.Errorf("JSON: error %v, want that of the writer", err)
	}
	if err := CSV(rendertest.Broken{}, []attention.Map{attentiontest.Lion()}, nil); !errors.Is(err, rendertest.ErrBroken) {
		t.Errorf("CSV: error %v, want that of the writer", err)
	}
}

func TestGoldenDocuments(t *testing.T) {
	m := attentiontest.Made("=1+1 \"quoted\"", []string{"<s>", "=1+1", `"quoted"`}, 2, 1)
	m.Next = []attention.Prediction{{Word: "river", Probability: 0.75}}
	for name, write := range map[string]func(io.Writer, []attention.Map) error{
		"json": func(w io.Writer, maps []attention.Map) error { return JSON(w, "runs/lion", 120, maps, nil) },
		"csv":  func(w io.Writer, maps []attention.Map) error { return CSV(w, maps, nil) },
	} {
		var b bytes.Buffer
		if err := write(&b, []attention.Map{m, attentiontest.Lion()}); err != nil {
			t.Fatal(err)
		}
		rendertest.Golden(t, name, b.Bytes())
	}
}

func TestJSONReadsBack(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		maps := make([]attention.Map, rapid.IntRange(0, 2).Draw(t, "maps"))
		for i := range maps {
			maps[i] = attentiontest.AnyMap(t)
		}
		run, step := attentiontest.Token().Draw(t, "run"), rapid.Int().Draw(t, "step")
		var b bytes.Buffer
		if err := JSON(&b, run, step, maps, nil); err != nil {
			t.Fatal(err)
		}
		// JSON is UTF-8: other bytes cannot travel.
		text := func(s string) string { return string([]rune(s)) }
		want := Report{Run: text(run), Step: step, Sentences: []attention.Sentence{}}
		for _, m := range maps {
			s := attention.Sentence{Text: text(m.Text), Attention: m.Attention, Next: []attention.Prediction{}}
			for _, token := range m.Tokens {
				s.Tokens = append(s.Tokens, text(token))
			}
			for _, p := range m.Next {
				s.Next = append(s.Next, attention.Prediction{Word: text(p.Word), Probability: p.Probability})
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

func TestMalformedWritesNoDocument(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		m := attentiontest.AnyMalformed(t)
		maps := []attention.Map{attentiontest.Lion(), m}
		attentiontest.Refuses(t, m, map[string]func(io.Writer) error{
			"JSON": func(w io.Writer) error { return JSON(w, "run", 1, maps, nil) },
			"CSV":  func(w io.Writer) error { return CSV(w, maps, nil) },
		})
	})
}

func TestNearestJSON(t *testing.T) {
	var b bytes.Buffer
	bad := attention.Neighbours{Word: "lion", Nearest: []attention.Neighbour{{Name: "a", Cosine: 0.5}, {Name: "b", Cosine: 1.1}}}
	if err := Nearest(&b, attention.Source{}, []attention.Neighbours{bad}); err == nil || !strings.Contains(err.Error(), "neighbour 1: cosine") || b.Len() > 0 {
		t.Errorf("error %v, wrote %q", err, &b)
	}
	if err := Nearest(&b, attention.Source{Run: "runs/lion", Step: 7}, []attention.Neighbours{attentiontest.Near(), {Word: "<s>"}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `{"word":"<s>","nearest":[]}`) {
		t.Errorf("wrote %s", &b)
	}
	var got struct {
		Run   string
		Step  int
		Words []attention.Neighbours
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || got.Run != "runs/lion" || got.Step != 7 || len(got.Words) != 2 || got.Words[0].Nearest[2] != attentiontest.Near().Nearest[2] {
		t.Errorf("%v: %+v", err, got)
	}
}

func TestScatterJSONReadsBack(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyScatter(t, 8)
		var cosines [][]float64
		if rapid.Bool().Draw(t, "with cosines") {
			for range s.Points {
				cosines = append(cosines, rapid.SliceOfN(rapid.Float64Range(-1, 1), len(s.Points), len(s.Points)).Draw(t, "cosines"))
			}
		}
		var b bytes.Buffer
		if err := Scatter(&b, s, cosines); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Title, Run string
			Step       int
			Share      [2]float64
			Points     []attention.Point
			Cosines    [][]float64
		}
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		// JSON is UTF-8: other bytes cannot travel.
		text := func(s string) string { return string([]rune(s)) }
		for i, p := range s.Points {
			if want := (attention.Point{Name: text(p.Name), X: p.X, Y: p.Y}); got.Points[i] != want {
				t.Fatalf("point %v, want %v", got.Points[i], want)
			}
		}
		if got.Title != text(s.Title) || got.Run != text(s.Source.Run) || got.Step != s.Source.Step || got.Share != s.Share || !reflect.DeepEqual(got.Cosines, cosines) {
			t.Fatalf("%+v, want %+v", got, s)
		}
	})
}

func TestBadScatterWritesNoJSON(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyBadScatter(t)
		var b bytes.Buffer
		if err := Scatter(&b, s, nil); err == nil || b.Len() > 0 || err.Error() != fmt.Sprint(s.Validate()) {
			t.Fatalf("error %v, wrote %q", err, &b)
		}
	})
}

func TestJSON(t *testing.T) {
	m := attention.Map{Text: "a", Tokens: []string{"<s>", "a"}, Attention: [][][][]float32{{{{1, 0}, {0.1, 0.9}}}}}
	var b bytes.Buffer
	if err := JSON(&b, "runs/lion", 7, []attention.Map{m}, nil); err != nil {
		t.Fatal(err)
	}
	want := `{"run":"runs/lion","step":7,"sentences":[{"text":"a","tokens":["<s>","a"],"attention":[[[[1,0],[0.1,0.9]]]],"next":[]}]}` + "\n"
	if b.String() != want {
		t.Errorf("got  %swant %s", &b, want)
	}
	b.Reset()
	if err := JSON(&b, "", 0, nil, nil); err != nil || b.String() != `{"run":"","step":0,"sentences":[]}`+"\n" {
		t.Errorf("no maps: error %v, wrote %s", err, &b)
	}
}

func TestFilmJSONReadsBack(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		frames := attentiontest.AnyFilm(t)
		formed := attention.Formation(frames, 0.2)
		losses := []attention.Point{{Name: attentiontest.Token().Draw(t, "name"), X: 1, Y: 2}}
		var b bytes.Buffer
		if err := Film(&b, attention.Source{Run: "runs/lion", Step: 9}, frames, formed, losses); err != nil {
			t.Fatal(err)
		}
		var got struct {
			Run       string
			Step      int
			Frames    []attention.Frame
			Formation []attention.Formed
			Losses    []attention.Point
		}
		if err := json.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if got.Run != "runs/lion" || got.Step != 9 || len(got.Losses) != 1 || len(got.Formation) != len(formed) {
			t.Fatalf("got %+v", got)
		}
		for i, f := range frames {
			for j, s := range f.Sentences {
				if got.Frames[i].Step != f.Step || !reflect.DeepEqual(got.Frames[i].Sentences[j].Attention, s.Attention) {
					t.Fatalf("frame %d, sentence %d differs", i, j)
				}
			}
		}
	})
}

func TestFilmJSONListsAreNeverNull(t *testing.T) {
	var b bytes.Buffer
	if err := Film(&b, attention.Source{}, nil, nil, nil); err == nil || b.Len() > 0 {
		t.Errorf("no frames: error %v, wrote %q", err, &b)
	}
	if err := Film(&b, attention.Source{}, attentiontest.Filmed(0.5), nil, []int{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"formation":[]`) || !strings.Contains(b.String(), `"losses":[]`) {
		t.Errorf("wrote %s", &b)
	}
}

func TestDocumentsWithBaselines(t *testing.T) {
	m, base := attentiontest.Lion(), attentiontest.Flat()
	var b bytes.Buffer
	if err := JSON(&b, "runs/lion", 120, []attention.Map{m}, []attention.Baseline{base}); err != nil {
		t.Fatal(err)
	}
	var report Report
	if err := json.Unmarshal(b.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	s := report.Sentences[0]
	b.Reset()
	if err := CSV(&b, []attention.Map{m}, []attention.Baseline{base}); err != nil {
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
func TestDocumentsRefuseABaselineOfAnotherShape(t *testing.T) {
	m := attentiontest.Lion()
	for name, b := range attentiontest.OtherShapes() {
		for kind, write := range map[string]func(io.Writer) error{
			"JSON": func(w io.Writer) error {
				return JSON(w, "", 0, []attention.Map{m}, []attention.Baseline{b})
			},
			"CSV": func(w io.Writer) error { return CSV(w, []attention.Map{m}, []attention.Baseline{b}) },
			"too many": func(w io.Writer) error {
				return CSV(w, []attention.Map{m}, []attention.Baseline{attentiontest.Flat(), attentiontest.Flat()})
			},
		} {
			var out bytes.Buffer
			if err := write(&out); err == nil || out.Len() > 0 || !strings.Contains(err.Error(), "baseline") {
				t.Errorf("%s, other %s: error %v, wrote %q", kind, name, err, &out)
			}
		}
	}
}
