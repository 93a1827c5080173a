package analysis

import (
	"math"
	"testing"

	"attend/internal/run/runtest"
)

// The levels are those of the sample that the training measured, which [Evaluate] reports too.
func TestMeasureLevels(t *testing.T) {
	r, corpus := savannaRun(t, 0)
	report, err := Evaluate(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	if report.Sample == nil {
		t.Fatal("the test wants a sample")
	}
	levels, err := MeasureLevels(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	if levels.Baselines != report.Sample.Baselines || *levels.Grammar != *report.Sample.GrammarLoss {
		t.Errorf("levels %+v, grammar %v, want those of %+v", levels.Baselines, *levels.Grammar, report.Sample)
	}
	if levels.Baselines == report.Baselines {
		t.Error("the levels are those of all held-out text")
	}
}

func TestMeasureLevelsOfText(t *testing.T) {
	r := trained(t, small(), runtest.Text())
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	levels, err := MeasureLevels(r, corpus)
	if err != nil || levels.Grammar != nil {
		t.Fatalf("levels %+v, error %v", levels, err)
	}
	near(t, "uniform", levels.Baselines.Uniform, math.Log(float64(r.Config.Vocab)), 1e-12)
	s := small()
	s.HoldOut = 0
	r = trained(t, s, runtest.Text())
	if corpus, err = loadSmall(r.Settings); err != nil {
		t.Fatal(err)
	}
	if levels, err := MeasureLevels(r, corpus); levels != nil || err != nil {
		t.Errorf("nothing is held out, and the levels are %+v, error %v", levels, err)
	}
	other, err := loadText("another text\nof two lines\n")(small())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := MeasureLevels(r, other); err == nil {
		t.Error("another text has levels")
	}
}
