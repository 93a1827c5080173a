package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"attend/internal/attention"
)

func TestFilmAndMetricsOfATraining(t *testing.T) {
	s := small()
	r := trained(t, s, smallText())
	frames, err := film(r)
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := r.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []int{0, 1, 2, 4, 5, 6} {
		if frames[i].Step != step || metrics[i].Step != step || *frames[i].HeldOutLoss != *metrics[i].HeldOutLoss {
			t.Errorf("line %d: frame %d, metrics %+v", i, frames[i].Step, metrics[i])
		}
	}
	if len(frames) != 6 || len(metrics) != 6 {
		t.Errorf("%d frames, %d metrics", len(frames), len(metrics))
	}
	now, err := reader(t, r, 1).MapWithVectors(r.Settings.Sample, logPredictions)
	if err != nil {
		t.Fatal(err)
	}
	if last := frames[5].Sentences[0]; !reflect.DeepEqual(last.Attention, now.Attention) || !reflect.DeepEqual(last.Next, now.Next) ||
		!reflect.DeepEqual(last.NextAt, now.NextAt) {
		t.Error("the last frame is not what the model shows")
	}
}

// A long training has a frame of every evaluation at first, later of every second, then of every fourth; the metrics have a line of
// each. So it is with another size of the film, and where the training was interrupted.
func TestFilmOfALongTraining(t *testing.T) {
	s := small()
	s.Steps, s.EvalInterval, s.SaveInterval = 150, 2, 10
	corpus, err := smallCorpus(s)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Resolve(corpus); err != nil {
		t.Fatal(err)
	}
	var want []int // steps
	add := func(to, every int) {
		for step := 0; step <= to; step += every {
			if len(want) == 0 || step > want[len(want)-1] {
				want = append(want, step)
			}
		}
	}
	want = append(want, 0, 1, 2, 4, 5) // evaluations are denser at the beginning
	add(2*fewFrames, 2)
	add(4*fewFrames, 4)
	add(8*fewFrames, 8)
	want = append(want, 144, 150)

	var films [2][]byte
	for i, path := range []string{t.TempDir() + "/whole", t.TempDir() + "/parts"} {
		training, err := Start(path, s, corpus, false, FilmSize(1000, 1))
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			stopAt(t, training, 77)
			if training, err = Resume(path, loadSmall, nil, FilmSize(1000, 1)); err != nil {
				t.Fatal(err)
			}
		}
		finish(t, training)
		films[i] = contents(t, path, filmFile)
		r := opened(t, path)
		frames, err := r.Film()
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, f := range frames {
			got = append(got, f.Step)
		}
		if !slices.Equal(got, want) {
			t.Errorf("frames of %d, want %d", got, want)
		}
		if estimated := training.frames(); math.Abs(estimated-float64(len(got))) > 8 {
			t.Errorf("%g frames estimated, there are %d", estimated, len(got))
		}
		if metrics, err := r.Metrics(); err != nil || len(metrics) != 1+75+2 {
			t.Errorf("%d lines of metrics, want one for each evaluation: %v", len(metrics), err)
		}
	}
	if !bytes.Equal(films[0], films[1]) {
		t.Error("the film of an interrupted training is another one")
	}
}

// A last line that was being written when the process was killed does not count; one that the checkpoint recorded must
// be there.
func TestFilmOfAKilledTraining(t *testing.T) {
	r := trained(t, small(), smallText())
	whole := contents(t, r.Path, filmFile)
	write(t, r.Path, filmFile, append(whole, `{"step":8,"hel`...))
	frames, err := film(r)
	if err != nil || len(frames) != 6 {
		t.Errorf("%d frames: %v", len(frames), err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	write(t, r.Path, filmFile, bytes.Join(lines[:3], nil))
	_, err = film(r)
	wantError(t, err, filmFile, "lines are missing at its end")
	_, _, _, err = OpenLogs(r.Path)
	wantError(t, err, filmFile, "lines are missing at its end")
}

// film reads the film of a run anew.
func film(r *Run) ([]attention.Frame, error) {
	_, frames, _, err := OpenLogs(r.Path)
	return frames, err
}

// frameLine is a frame of two words in one head as film.jsonl has it.
func frameLine(step int, weight string) string {
	rest := 0.5
	if w, err := strconv.ParseFloat(weight, 64); err == nil {
		rest = 1 - w
	}
	return fmt.Sprintf(`{"step":%d,"heldout_loss":1.5,"sentences":[{"text":"a b","tokens":["a","b"],"attention":[[[[1,0],[%s,%g]]]],"next":[]}]}`+"\n", step, weight, rest)
}

// parseFilm reads a film without checksums.
func parseFilm(b []byte) ([]attention.Frame, error) {
	frames, err := readLog(&Run{Format: 1}, bytes.NewReader(b), filmFile, false, frameParser())
	frames, _ = inOrder(frames, func(f attention.Frame) int { return f.Step })
	return frames, err
}

func TestDamagedFilm(t *testing.T) {
	good := frameLine(0, "0.5")
	for _, c := range []struct{ film, want string }{
		{good + "\n", "line 2 is damaged"},
		{good + "null\n", "line 2 is damaged"},
		{good + "[]\n", "line 2 is damaged"},
		{good + "{}\n", "line 2 is damaged"},
		{good + frameLine(5, "1e999"), "line 2 is damaged"},
		{good + frameLine(5, "NaN"), "line 2 is damaged"},
		{good + frameLine(5, `"x"`), "line 2 is damaged"},
		{`{"step":0,"sentences":[]}` + "\n", "line 1 cannot be shown: no sentences"},
		{good + strings.Replace(frameLine(5, "0.5"), `"heldout_loss":1.5,`, "", 1), "line 2 cannot be shown: only some frames have a held-out loss"},
		{`{"step":0,"heldout_loss":1}` + "\n", "line 1 cannot be shown: no sentences"},
		{frameLine(0, "-0.5"), "line 1 cannot be shown: sentence 1: layer 1, head 1: query 2, key 1: weight -0.5 is not in 0 to 1"},
		{good + frameLine(5, "3e30"), "line 2 cannot be shown: sentence 1: layer 1, head 1: query 2, key 1: weight 3e+30"},
		{good + frameLine(5, "0.2,0.3"), "line 2 cannot be shown: sentence 1: layer 1, head 1: query 2 has 3 keys for 2 tokens"},
		{good + strings.Replace(frameLine(5, "0.5"), `["a","b"]`, `["a","c"]`, 1), "line 2 cannot be shown: sentence 1: its words are not those of the first frame"},
		{good + strings.Replace(frameLine(5, "0.5"), `[[[[1,0]`, `[[[[1,0],[0.5,0.5]],[[1,0]`, 1), "2 heads"},
		{good + strings.Replace(frameLine(5, "0.5"), `["a","b"]`, `null`, 1), "no tokens"},
		{good + strings.Replace(frameLine(5, "0.5"), `[1,0]`, `[0.5,0.5]`, 1), "a later key must weigh 0"},
		{good + strings.Replace(frameLine(5, "0.5"), `[0.5,0.5]`, `[0.5,0.25]`, 1), "query 2: its weights sum to 0.75, not to 1"},
	} {
		frames, err := parseFilm([]byte(c.film))
		if frames != nil {
			t.Errorf("%q: %d frames", c.film, len(frames))
		}
		if strings.Contains(c.want, " heads") {
			wantError(t, err, "line 2 cannot be shown", "1 layers of 2 heads, the first frame has 1 of 1")
			continue
		}
		wantError(t, err, c.want)
	}
	if frames, err := parseFilm([]byte(good + frameLine(7, "0.25"))); err != nil || len(frames) != 2 || frames[1].Sentences[0].Attention[0][0][1][0] != 0.25 {
		t.Errorf("a good film: %v %v", frames, err)
	}
}

func TestDamagedMetrics(t *testing.T) {
	for line, want := range map[string]string{
		`{"step":"x"}`:          "not JSON with a step",
		`{"loss":1}`:            "not JSON with a step",
		`{"step":1,"loss":"x"}`: "not JSON of metrics",
		`null`:                  "not JSON with a step",
	} {
		_, err := parseMetrics([]byte(line))
		wantError(t, err, want)
	}
}

func TestMissingLogsAreNamed(t *testing.T) {
	r := trained(t, small(), smallText())
	for _, name := range []string{filmFile, metricsFile} {
		if err := os.Remove(filepath.Join(r.Path, name)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := film(r)
	wantError(t, err, r.Path, "film.jsonl")
	_, err = r.Metrics()
	wantError(t, err, r.Path, "metrics.jsonl")
}

// hostileFilm draws lines that are nearly a film: numbers of every kind, ragged rows, control characters.
func hostileFilm(t *rapid.T) []byte {
	number := rapid.SampledFrom([]string{"0", "1", "0.5", "-1", "1e308", "1e999", "NaN", "null", "1e-50", `"1"`, "[]", "0.25", "1.00001"})
	word := rapid.OneOf(rapid.SampledFrom([]string{"", "a", "\x1b[2J", "\u202e", "<s>", strings.Repeat("long", 500)}), rapid.String())
	words := rapid.SliceOfN(word, 0, 3).Draw(t, "words")
	var b strings.Builder
	for i := range rapid.IntRange(0, 4).Draw(t, "lines") {
		row := func(int) string { return "[" + strings.Join(rapid.SliceOfN(number, 0, 4).Draw(t, "row"), ",") + "]" }
		if rapid.Bool().Draw(t, "fitting") { // a proper triangle
			row = func(q int) string {
				weights := make([]string, len(words))
				for k := range weights {
					weights[k] = "0"
				}
				weights[q%max(1, len(weights))] = "1"
				return "[" + strings.Join(weights, ",") + "]"
			}
		}
		var rows []string
		for q := range words {
			if len(words) == 0 {
				break
			}
			rows = append(rows, row(q))
		}
		tokens, _ := json.Marshal(words)
		line := fmt.Sprintf(`{"step":%s,"heldout_loss":%s,"sentences":[{"text":%q,"tokens":%s,"attention":[[[%s]]]}]}`,
			rapid.SampledFrom([]string{fmt.Sprint(i), fmt.Sprint(10 * i), "-3", "1e3", "9999999999999999999", "null"}).Draw(t, "step"),
			rapid.OneOf(rapid.Just("1.5"), number).Draw(t, "loss"), "text", tokens, strings.Join(rows, ","))
		if rapid.IntRange(0, 9).Draw(t, "cut") == 0 {
			line = line[:rapid.IntRange(0, len(line)).Draw(t, "at")]
		}
		b.WriteString(line + "\n")
	}
	return []byte(b.String())
}

// Whatever is read either can be shown or is an error of one line; ten thousand films.
func TestHostileFilms(t *testing.T) {
	shown := 0
	for range 100 {
		rapid.Check(t, func(t *rapid.T) {
			if checkParsedFilm(t, hostileFilm(t)) {
				shown++
			}
		})
		if t.Failed() || testing.Short() {
			return
		}
	}
	if shown < 100 {
		t.Errorf("only %d films could be shown: the test wants more", shown)
	}
}

// checkParsedFilm reports whether a film could be read, and fails if it could but cannot be shown, or if the
// error is not one clear line.
func checkParsedFilm(t rapid.TB, b []byte) bool {
	frames, err := parseFilm(b)
	if err == nil && len(frames) == 0 { // not one whole line
		return false
	}
	if err == nil {
		if err := attention.CheckFilm(frames); err != nil {
			t.Fatalf("read %q, but: %v", b, err)
		}
		return true
	}
	if frames != nil || strings.ContainsAny(err.Error(), "\n\x1b\u202e") {
		t.Fatalf("%d frames and error %q", len(frames), err)
	}
	return false
}

func FuzzParseFilm(f *testing.F) {
	f.Add([]byte(frameLine(0, "0.5") + frameLine(5, "0.25")))
	f.Add([]byte(frameLine(0, "1e999")))
	f.Add([]byte(frameLine(0, "0.5") + "{\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		checkParsedFilm(t, b)
		if m, err := parseMetrics(b); err != nil && (m != Metrics{} || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%v, error %q", m, err)
		}
	})
}
