package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render/rendertest"
)

var lion = attention.Source{Run: "runs/lion", Step: 120, TrainedSteps: 150, Weights: "best"}

// writeMaps writes the document of `attend inspect`.
func writeMaps(w io.Writer, from attention.Source, maps []attention.Map, baselines []attention.Baseline) error {
	report, err := Maps(maps, baselines)
	if err != nil {
		return err
	}
	return JSON(w, "inspect", from, []string{}, report)
}

// read returns the result of a document.
func read[T any](t interface{ Fatal(...any) }, b *bytes.Buffer) (d Document, result T) {
	decoder := json.NewDecoder(b)
	decoder.DisallowUnknownFields()
	d.Result = &result
	if err := decoder.Decode(&d); err != nil {
		t.Fatal(err)
	}
	return d, result
}

func TestDocumentWriterErrors(t *testing.T) {
	if err := writeMaps(rendertest.Broken{}, lion, []attention.Map{attentiontest.Lion()}, nil); !errors.Is(err, rendertest.ErrBroken) {
		t.Errorf("JSON: error %v, want that of the writer", err)
	}
	if err := CSV(rendertest.Broken{}, []attention.Map{attentiontest.Lion()}, nil); !errors.Is(err, rendertest.ErrBroken) {
		t.Errorf("CSV: error %v, want that of the writer", err)
	}
}

func TestGoldenDocuments(t *testing.T) {
	m := attentiontest.Made("=1+1 \"quoted\"", []string{"<s>", "=1+1", `"quoted"`}, 2, 1)
	m.Next = []attention.Prediction{{Word: "river", ID: 7, Probability: 0.75}}
	m.NextAt = [][]attention.Prediction{{{Word: "=1+1", ID: 2, Probability: 0.5}}, {{Word: "river", ID: 7, Probability: 0.25}}, m.Next}
	m.IDs, m.Unknown = []int{0, 2, 1}, []bool{false, false, true}
	for name, write := range map[string]func(io.Writer, []attention.Map) error{
		"json": func(w io.Writer, maps []attention.Map) error { return writeMaps(w, lion, maps, nil) },
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
		if err := writeMaps(&b, attention.Source{Run: run, Step: step}, maps, nil); err != nil {
			t.Fatal(err)
		}
		// JSON is UTF-8: other bytes cannot travel.
		text := func(s string) string { return string([]rune(s)) }
		want := Report{Sentences: []Sentence{}}
		for _, m := range maps {
			s := Sentence{Map: attention.Map{Name: text(m.Name), Encoded: attention.Encoded{Text: text(m.Text), IDs: m.IDs, Unknown: m.Unknown}, Attention: m.Attention, Next: []attention.Prediction{}}}
			for _, token := range m.Tokens {
				s.Tokens = append(s.Tokens, text(token))
			}
			for _, p := range m.Next {
				s.Next = append(s.Next, attention.Prediction{Word: text(p.Word), ID: p.ID, Probability: p.Probability})
			}
			want.Sentences = append(want.Sentences, s)
		}
		d, got := read[Report](t, &b)
		if d.Format != "attend/inspect" || d.Version != Version || d.Run != text(run) || d.Step != step {
			t.Fatalf("%+v", d)
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
			"JSON": func(w io.Writer) error { return writeMaps(w, lion, maps, nil) },
			"CSV":  func(w io.Writer) error { return CSV(w, maps, nil) },
		})
	})
}

func TestNearestJSON(t *testing.T) {
	bad := attention.Neighbours{Word: "lion", Nearest: []attention.Neighbour{{Name: "a", Cosine: 0.5}, {Name: "b", Cosine: 1.1}}}
	if _, err := Nearest([]attention.Neighbours{bad}); err == nil || !strings.Contains(err.Error(), "neighbour 2: cosine") {
		t.Errorf("error %v", err)
	}
	report, err := Nearest([]attention.Neighbours{attentiontest.Near(), {Word: "<s>"}})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := JSON(&b, "words-nearest", lion, nil, report); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `{"word":"<s>","id":0,"nearest":[]}`) {
		t.Errorf("wrote %s", &b)
	}
	if d, got := read[NearestReport](t, &b); *d.Source != lion || len(got.Words) != 2 || got.Words[0].Nearest[2] != attentiontest.Near().Nearest[2] {
		t.Errorf("%+v", got)
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
		report, err := Scatter(s, cosines)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := JSON(&b, "words", s.Source, nil, report); err != nil {
			t.Fatal(err)
		}
		d, got := read[ScatterReport](t, &b)
		// JSON is UTF-8: other bytes cannot travel.
		text := func(s string) string { return string([]rune(s)) }
		for i, p := range s.Points {
			if want := (attention.Point{Name: text(p.Name), X: p.X, Y: p.Y}); got.Points[i] != want {
				t.Fatalf("point %v, want %v", got.Points[i], want)
			}
		}
		if got.Title != text(s.Title) || d.Run != text(s.Source.Run) || d.Step != s.Source.Step || got.Share != s.Share || !reflect.DeepEqual(got.Cosines, cosines) {
			t.Fatalf("%+v, want %+v", got, s)
		}
	})
}

func TestBadScatterHasNoReport(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		s := attentiontest.AnyBadScatter(t)
		if _, err := Scatter(s, nil); err == nil || err.Error() != fmt.Sprint(s.Validate()) {
			t.Fatalf("error %v", err)
		}
	})
}

func TestJSON(t *testing.T) {
	m := attention.Map{Encoded: attention.Encoded{Text: "a", Tokens: []string{"<s>", "a"}}, Attention: [][][][]float32{{{{1, 0}, {0.1, 0.9}}}}}
	var b bytes.Buffer
	if err := writeMaps(&b, lion, []attention.Map{m}, nil); err != nil {
		t.Fatal(err)
	}
	want := `{"format":"attend/inspect","version":4,"run":"runs/lion","step":120,"trained_steps":150,"weights":"best","unknown":[],"result":` +
		`{"sentences":[{"text":"a","tokens":["<s>","a"],"attention":[[[[1,0],[0.1,0.9]]]],"next":[]}]}}` + "\n"
	if b.String() != want {
		t.Errorf("got  %swant %s", &b, want)
	}
	b.Reset()
	if err := writeMaps(&b, lion, nil, nil); err != nil || !strings.HasSuffix(b.String(), `"result":{"sentences":[]}}`+"\n") {
		t.Errorf("no maps: error %v, wrote %s", err, &b)
	}
}

func TestFilmJSONReadsBack(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		frames := attentiontest.AnyFilm(t)
		formed := attention.Formation(frames, 0.2)
		losses := []Evaluation{{Step: 1, Loss: 2, HeldOutLoss: new(3.5)}}
		report, err := Film(frames, formed, losses)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := JSON(&b, "film", lion, nil, report); err != nil {
			t.Fatal(err)
		}
		d, got := read[FilmReport](t, &b)
		if *d.Source != lion || !reflect.DeepEqual(got.Losses, losses) || len(got.Formation) != len(formed) {
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
	if _, err := Film(nil, nil, nil); err == nil {
		t.Error("no frames are a film")
	}
	report, err := Film(attentiontest.Filmed(0.5), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := JSON(&b, "film", lion, nil, report); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"formation":[]`) || !strings.Contains(b.String(), `"losses":[]`) {
		t.Errorf("wrote %s", &b)
	}
}

// spelled is the shortest number that reads back to the same float32.
func spelled(x float32) string { return strconv.FormatFloat(float64(x), 'g', -1, 32) }

func TestDocumentsWithBaselines(t *testing.T) {
	m, base := attentiontest.Lion(), attentiontest.Flat()
	var b bytes.Buffer
	if err := writeMaps(&b, lion, []attention.Map{m}, []attention.Baseline{base}); err != nil {
		t.Fatal(err)
	}
	_, report := read[Report](t, &b)
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
				if got := s.Baseline[0][h][q][k]; got != want || rows[i][8] != spelled(want) {
					t.Errorf("head %d, query %d, key %d: baseline %v and %s, want %v", h, q, k, got, rows[i][8], want)
				}
				if got := s.Difference[0][h][q][k]; got != weight-want || rows[i][9] != spelled(weight-want) {
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
				return writeMaps(w, lion, []attention.Map{m}, []attention.Baseline{b})
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
