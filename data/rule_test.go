package data

import (
	"reflect"
	"strings"
	"testing"

	"attend/internal/random"
)

func TestRules(t *testing.T) {
	g := SavannaGrammar()
	for sentence, want := range map[string][]Rule{
		"the lion saw the zebra near the river":                           {{"place", 7, []int{4, 5}, []string{"river"}}},
		"at dawn the shy lion saw the old zebras hiding under the acacia": {{"place", 12, []int{8, 10}, []string{"acacia"}}},
		"the lions from the valley are calm":                              {{"agreement", 5, []int{1}, []string{"are", "were"}}},
		"once the lion of the valleys by the paths was calm":              {{"agreement", 9, []int{2}, []string{"is", "was"}}},
		"the hyena chased the zebra because that hyena was hungry":        {{"echo", 7, []int{1}, []string{"hyena"}}},
		"today the big hyenas slept while that hyenas were lost":          {{"echo", 7, []int{3}, []string{"hyenas"}}},
		"the lion saw the lion":                                           nil,
	} {
		d, ok := g.Parse(strings.Fields(sentence))
		if !ok || !reflect.DeepEqual(d.Rules, want) {
			t.Errorf("%q:\n got %+v (%v)\nwant %+v", sentence, d.Rules, ok, want)
		}
	}
	if got := g.RuleNames(); !reflect.DeepEqual(got, []string{"place", "agreement", "echo"}) {
		t.Errorf("rules %q", got)
	}
}

// A rule must be the truth: after the words before it come only its correct words,
// each likelier than the one other way on, a second place ("by the path").
func TestRulesHoldInTheDistribution(t *testing.T) {
	g := SavannaGrammar()
	r := random.New(3, "test")
	seen := map[string]int{}
	for range 2000 {
		d := g.Sample(r)
		for _, rule := range d.Rules {
			seen[rule.Name]++
			next, ok := g.NextWord(d.Words[:rule.Predicted])
			if !ok {
				t.Fatalf("nothing follows %q", d.Words[:rule.Predicted])
			}
			sum := 0.0
			for _, word := range rule.Correct {
				sum += next[word]
				if by := next["by"]; next[word] <= by {
					t.Fatalf("%q: P(%s) = %g is not above P(by) = %g", d.Words, word, next[word], by)
				}
			}
			if sum += next["by"]; !near(sum, 1) {
				t.Fatalf("%q: after word %d, %v: want only %q", d.Words, rule.Predicted, next, rule.Correct)
			}
		}
	}
	for _, name := range g.RuleNames() {
		if seen[name] < 100 {
			t.Errorf("%s: %d times in 2000 sentences", name, seen[name])
		}
	}
}
