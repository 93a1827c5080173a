package lesson

import (
	"flag"
	"math"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/attention"
)

// seeds is how many seeds TestTheSeedOfTheLesson tries, to choose one for training.yaml:
//
//	go test ./internal/lesson -run TheSeedOfTheLesson -v -seeds 20
var seeds = flag.Uint64("seeds", 0, "train the lesson's model with so many seeds, and log its effects")

// riverEffects returns what the chapters say of the river sentence: the effects of the cause words and of the others, and what
// the redundant animal shows.
func riverEffects(t *testing.T, c *Course) (causes [2]attention.WordEffect, others float64, redundant values) {
	t.Helper()
	y, err := analysis.Why(c.model, analysis.Question{Text: river}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range y.Words {
		switch i - 1 { // behind the boundary token
		case zebra:
			causes[0] = w
		case near:
			causes[1] = w
		default:
			others = max(others, math.Abs(*w.AttentionRemoved))
		}
	}
	if redundant, err = c.redundant(); err != nil {
		t.Fatal(err)
	}
	return causes, others, redundant
}

// Chapter 1 says that zebra and near are the cause words, and chapter 8 that only they are needed: without the attention to one
// of them river loses nearly all of its probability, without that to another word nothing. `attend why` shows the same.
func TestTheCauseWordsOfTheRiver(t *testing.T) {
	_, course := whole(t)
	y, err := analysis.Why(course.model, analysis.Question{Text: river}, nil)
	if err != nil || y.Target != "river" || y.Probability < 0.95 {
		t.Fatalf("%s with %.3f: %v", y.Target, y.Probability, err)
	}
	causes, others, _ := riverEffects(t, course)
	for _, w := range causes {
		if *w.AttentionRemoved < 2.3 || w.Replaced == nil || *w.Replaced < 2.3 || w.Attention < 0.2 {
			t.Errorf("%s: attention %.2f, removed %.2f, replaced %.2f", w.Word, w.Attention, *w.AttentionRemoved, *w.Replaced)
		}
	}
	if others > 0.05 {
		t.Errorf("another word has an effect of %.2f", others)
	}
}

// Chapter 9 explains a redundant attention: a large weight and a large effect of the replacement, but none of the removal, since
// the model predicts the same without the attention to the zebra of the river sentence.
func TestTheRedundantAttention(t *testing.T) {
	_, course := whole(t)
	_, _, r := riverEffects(t, course)
	if r["found"] != true {
		t.Fatal("no animal near the river is redundant")
	}
	if r["attention"].(float64) < 0.2 || r["without"].(float64) < 0.5 || r["replaced"].(float64) < 2.3 {
		t.Errorf("%v", r)
	}
	next, ok := data.SavannaGrammar().NextWord(strings.Fields(strings.ToLower(r["sentence"].(string))))
	if !ok || next[r["guess"].(string)] != 1 { // "for this animal it is right"
		t.Errorf("the model predicts %v, the grammar %v", r["guess"], next)
	}
}

func TestTheSeedOfTheLesson(t *testing.T) {
	for seed := uint64(1); seed <= *seeds; seed++ {
		c, err := NewCourse(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		c.settings.Seed = seed
		if _, err := c.train(t.Context()); err != nil {
			t.Fatal(err)
		}
		causes, others, redundant := riverEffects(t, c)
		t.Logf("seed %d: removed %.2f %.2f, others %.2f, redundant %v", seed, *causes[0].AttentionRemoved, *causes[1].AttentionRemoved, others, redundant)
	}
}
