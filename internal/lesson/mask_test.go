package lesson

import (
	"math"
	"testing"
)

func TestWithoutTheMaskTheLossIsTooGood(t *testing.T) {
	_, course := whole(t)
	floor, err := course.floor()
	if err != nil {
		t.Fatal(err)
	}
	with, err := course.learn(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	without, err := course.learn(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	vocab := math.Log(float64(course.corpus.Vocabulary.Len()))
	if with.asTrained != with.honest || with.honest < floor || with.honest > floor+0.3 {
		t.Errorf("with the mask %+v, the floor is %g", with, floor)
	}
	if without.asTrained > floor/4 || without.honest < vocab {
		t.Errorf("without the mask %+v, the floor is %g, knowing nothing costs %g", without, floor, vocab)
	}
}
