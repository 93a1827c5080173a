package run

import (
	"bytes"
	"context"
	"path/filepath"
	"reflect"
	"testing"
)

// A training that is watched, however often, leaves the same bytes as one that is not.
func TestSampleMapLeavesNoTrace(t *testing.T) {
	s := small()
	s.Dropout = 0.3 // drawn anew each step: the watcher must not disturb that
	alone, watched := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	finish(t, begin(t, alone, s, smallText()))

	training := begin(t, watched, s, smallText())
	seen := 0
	err := training.Train(context.Background(), func(Progress) {
		for range 3 {
			m, err := training.SampleMap()
			if err != nil {
				t.Error(err)
			}
			if err := m.Validate(); err != nil {
				t.Error(err)
			}
		}
		seen++
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen != s.Steps+5 { // the evaluations as well
		t.Errorf("watched %d times", seen)
	}
	for _, name := range []string{modelFile, stateFile, filmFile, settingsFile, configFile, tokenizerFile, tokenizerConfigFile} {
		if !bytes.Equal(contents(t, alone, name), contents(t, watched, name)) {
			t.Errorf("%s differs", name)
		}
	}
	if !reflect.DeepEqual(untimed(t, alone), untimed(t, watched)) {
		t.Errorf("%s differs in more than times", metricsFile)
	}
}

// What is watched is the map of the moment, not the last one logged.
func TestSampleMapIsOfTheMoment(t *testing.T) {
	training := begin(t, filepath.Join(t.TempDir(), "run"), small(), smallText())
	var maps [][][][][]float32
	err := training.Train(context.Background(), func(p Progress) {
		m, err := training.SampleMap()
		if err != nil {
			t.Error(err)
		}
		if !p.Evaluated {
			maps = append(maps, m.Attention)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(maps); i++ {
		if reflect.DeepEqual(maps[i], maps[i-1]) {
			t.Errorf("the maps of steps %d and %d are the same", i, i+1)
		}
	}
}
