package lesson

import (
	"math"
	"testing"

	"attend/internal/analysis"
	"attend/layers"
)

func TestWithoutTheMaskTheLossIsTooGood(t *testing.T) {
	_, course := whole(t)
	floor, err := analysis.GrammarLoss(course.corpus)
	if err != nil {
		t.Fatal(err)
	}
	with, err := course.learn(t.Context(), layers.AttentionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	without, err := course.learn(t.Context(), layers.AttentionOptions{NoMask: true})
	if err != nil {
		t.Fatal(err)
	}
	vocab := math.Log(float64(course.corpus.Vocabulary.Len()))
	if with.AsTrained != with.FutureHidden || with.FutureHidden < floor || with.FutureHidden > floor+0.3 {
		t.Errorf("with the mask %+v, the floor is %g", with, floor)
	}
	if without.AsTrained > floor/4 || without.FutureHidden < vocab {
		t.Errorf("without the mask %+v, the floor is %g, knowing nothing costs %g", without, floor, vocab)
	}
}
