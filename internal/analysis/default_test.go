package analysis

import (
	"context"
	"path/filepath"
	"testing"

	"attend/data"
	"attend/internal/run"
)

// What the default training is for: on 500 held-out sentences of each rule the edges to the deciding words carry the
// prediction and others do not, and on the sentence of the README the two words that decide come first.
func TestDefaultTrainingLearnsWhatDecides(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for a second or more")
	}
	t.Parallel()
	corpus, err := data.Savanna()
	if err != nil {
		t.Fatal(err)
	}
	s, err := run.Defaults().Resolve(corpus)
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
	effects, err := AblateRules(training.Run, corpus)
	if err != nil {
		t.Fatal(err)
	}
	if place := effects["place"]; place.Causes < 2 || place.Others > 0.1 {
		t.Errorf("place: removing the attention to its causes costs %g nats, want 2 or more; others %g, want at most 0.1", place.Causes, place.Others)
	}
	for name, effect := range effects {
		t.Logf("%s: %.3f, others %.3f", name, effect.Causes, effect.Others)
		if effect.Causes < 10*effect.Others {
			t.Errorf("%s: removing the attention to its causes costs %g nats, others %g", name, effect.Causes, effect.Others)
		}
	}
	y, err := Why(training.Run, Question{Text: "The lion saw the zebra near the"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ranked := y.Ranked()
	if first := map[string]bool{ranked[0].Word: true, ranked[1].Word: true}; y.Target != "river" || y.Probability < 0.98 || !first["zebra"] || !first["near"] {
		t.Errorf("%s with %g; first %s and %s", y.Target, y.Probability, ranked[0].Word, ranked[1].Word)
	}
}
