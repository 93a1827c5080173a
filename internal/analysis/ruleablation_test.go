package analysis

import (
	"reflect"
	"slices"
	"testing"

	"attend/layers"
)

func TestOtherKeys(t *testing.T) {
	if got, want := otherKeys(6, []int{2, 0, 5}), [][]int{{1, 3, 4}}; !reflect.DeepEqual(got, want) {
		t.Errorf("three of three: %v, want %v", got, want)
	}
	if got, want := otherKeys(7, []int{0, 2}), [][]int{{1, 3}, {1, 4}, {1, 5}, {1, 6}, {3, 4}, {3, 5}, {3, 6}, {4, 5}, {4, 6}, {5, 6}}; !reflect.DeepEqual(got, want) {
		t.Errorf("two of five: %v, want %v", got, want)
	}
	if got, want := otherKeys(25, []int{0}), [][]int{{1}, {3}, {5}, {7}, {9}, {11}, {13}, {15}, {17}, {19}, {21}, {23}}; !reflect.DeepEqual(got, want) {
		t.Errorf("evenly spaced: %v, want %v", got, want)
	}
	if got, want := otherKeys(3, []int{0, 1}), [][]int{{2}}; !reflect.DeepEqual(got, want) {
		t.Errorf("two of one: %v, want %v", got, want)
	}
	causes := make([]int, 40)
	for i := range causes {
		causes[i] = 2 * i
	}
	many := otherKeys(120, causes) // 80 over 40 choices, about 1e23
	for _, keys := range many {
		slices.Sort(keys)
		if len(slices.Compact(slices.Clone(keys))) != 40 || keys[0] < 0 || keys[39] >= 120 ||
			slices.ContainsFunc(keys, func(key int) bool { return slices.Contains(causes, key) }) {
			t.Errorf("forty of eighty: %v", keys)
		}
	}
	if len(many) != 12 || reflect.DeepEqual(many[0], many[1]) {
		t.Errorf("%d choices: %v", len(many), many)
	}
}

// The effect of removing attention, once more with one graph for each case.
func TestAblateRulesOneByOne(t *testing.T) {
	r, corpus := savannaRun(t, 60)
	rules := rulesOf(t, r, corpus, nil)
	effects, err := AblateRules(r, rules)
	if err != nil {
		t.Fatal(err)
	}
	if len(effects) != 3 {
		t.Fatalf("effects of %d rules", len(effects))
	}
	few := rules.cases["echo"][:3] // one cause each
	got, err := ablateRule(r, few)
	if err != nil {
		t.Fatal(err)
	}
	var want RuleAblation
	for _, c := range few {
		ids := corpus.HeldOut.Sequence(c.sentence).Ints()[:c.query+1]
		word := r.Vocabulary.Key(c.correct[0])
		removed := func(key int) float64 {
			return after(t, r, ids, word, func(*layers.Inference) error { return nil }) - after(t, r, ids, word, func(f *layers.Inference) error {
				return f.Attention[0].RemoveAttention(layers.Link{Head: layers.AllHeads, Query: c.query, Key: key})
			})
		}
		want.Causes += removed(c.keys[0]) / 3
		others := otherKeys(c.query+1, c.keys)
		for _, keys := range others {
			want.Others += removed(keys[0]) / 3 / float64(len(others))
		}
	}
	near(t, "causes", got.Causes, want.Causes, 1e-5)
	near(t, "others", got.Others, want.Others, 1e-5)
	if none, err := ablateRule(r, nil); err != nil || none != (RuleAblation{}) {
		t.Errorf("of no case: %v, error %v", none, err)
	}
}
