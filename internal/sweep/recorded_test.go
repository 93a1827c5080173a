package sweep

import (
	"context"
	"encoding/csv"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/run"
)

var update = flag.Bool("update", false, "train the recorded settings again, which takes a minute, and write their losses anew")

// recordedFile has one row for each of the 400 settings of recordedAxes: the values, then the lowest loss on the sample of the
// held-out text, in nats per token. `go test ./internal/sweep -run TestRecordedSettings -update` writes it.
const recordedFile = "testdata/recorded.csv"

// recordedAxes are the 5 * 4 * 2 * 2 * 5 = 400 settings, of trainings of the savanna that take a fraction of a second.
func recordedAxes(t testing.TB) []Axis {
	return axes(t, "lr", "0.001,0.003,0.01,0.03,0.1", "dim", "8,16,32,48", "layers", "1,2",
		"positions", "learned,sinusoidal", "batch", "4,8,16,24,32")
}

// axes reads axes from names and values in turn.
func axes(t testing.TB, texts ...string) (list []Axis) {
	t.Helper()
	for pair := range slices.Chunk(texts, 2) {
		all := run.AllSettings()
		at := slices.IndexFunc(all, func(s run.Setting) bool { return s.Name == pair[0] })
		a, err := ParseAxis(all[at], pair[1])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, a)
	}
	return list
}

// recorded returns the losses of the recorded settings, by their points joined with spaces.
func recorded(t testing.TB) map[string]float64 {
	t.Helper()
	f, err := os.Open(recordedFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	losses := map[string]float64{}
	for _, row := range rows[1:] {
		last := len(row) - 1
		if losses[strings.Join(row[:last], " ")], err = strconv.ParseFloat(row[last], 64); err != nil {
			t.Fatal(err)
		}
	}
	return losses
}

// trainedLoss trains a point of recordedAxes for 60 steps and returns its lowest held-out loss.
func trainedLoss(t testing.TB, corpus *data.Corpus, axes []Axis, point []string) float64 {
	t.Helper()
	s := run.Defaults()
	s.Steps, s.Warmup, s.SaveInterval = 60, 6, 1000
	for i, a := range axes {
		if err := a.Setting.Parse(&s, point[i]); err != nil {
			t.Fatal(err)
		}
	}
	s, err := s.Resolve(corpus)
	if err != nil {
		t.Fatal(err)
	}
	training, err := run.Start(filepath.Join(t.TempDir(), "run"), s, corpus, false)
	if err != nil {
		t.Fatal(err)
	}
	defer training.Close()
	if err := training.Train(context.Background(), func(run.Progress) {}); err != nil {
		t.Fatal(err)
	}
	return training.Best.Loss
}

// The recorded losses are those of trainings. One setting is trained again; other instruction sets add in another order.
func TestRecordedSettings(t *testing.T) {
	axes := recordedAxes(t)
	corpus, err := data.Savanna()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		record(t, corpus, axes)
	}
	losses := recorded(t)
	if len(losses) != 400 {
		t.Fatalf("%d settings, want 400", len(losses))
	}
	point := []string{"0.01", "16", "1", "learned", "8"}
	if got, want := trainedLoss(t, corpus, axes, point), losses[strings.Join(point, " ")]; math.Abs(got-want) > 1e-3 {
		t.Errorf("%v: loss %.5f, recorded %.5f; -update trains all settings again", point, got, want)
	}
}

// record trains every setting of the axes and writes the file.
func record(t *testing.T, corpus *data.Corpus, axes []Axis) {
	points := [][]string{{}}
	header := []string{}
	for _, a := range axes {
		var longer [][]string
		for _, p := range points {
			for _, v := range a.Values {
				longer = append(longer, append(slices.Clone(p), v))
			}
		}
		points = longer
		header = append(header, a.Setting.Name)
	}
	rows := [][]string{append(header, "heldout")}
	for _, p := range points {
		loss := trainedLoss(t, corpus, axes, p)
		rows = append(rows, append(slices.Clone(p), strconv.FormatFloat(loss, 'f', 5, 64)))
	}
	f, err := os.Create(recordedFile)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
