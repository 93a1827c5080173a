package data

import (
	"reflect"
	"slices"
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

// The rule that decides a word is known from the words before it: it is the one of the whole sentence.
func TestRuleAtIsTheRuleOfTheSentence(t *testing.T) {
	g := SavannaGrammar()
	r := random.New(4, "test")
	for range 1000 {
		d := g.Sample(r)
		of := map[int]Rule{}
		for _, rule := range d.Rules {
			of[rule.Predicted] = rule
		}
		for i, word := range append(slices.Clone(d.Words), BoundaryToken) {
			want, decided := of[i]
			got, ok := g.RuleAt(d.Words[:i], word)
			if ok != decided || !reflect.DeepEqual(got, want) {
				t.Fatalf("%q, word %d: %+v (%v), want %+v (%v)", d.Words, i, got, ok, want, decided)
			}
			if got, ok := g.RuleAt(d.Words[:i], ""); decided && (!ok || !reflect.DeepEqual(got, want)) {
				t.Fatalf("%q, any word %d: %+v (%v), want %+v", d.Words, i, got, ok, want)
			}
		}
	}
	for _, c := range []struct{ prefix, word, name string }{
		{"the lions from the valley", "", "agreement"},
		{"the lions from the valley", "is", "agreement"}, // a wrong word
		{"the lions from the valley", "by", ""},          // drawn there by no rule
		{"the lion saw the zebra near the", "cave", "place"},
		{"the lion saw the", "", ""},
		{"no sentence begins so", "", ""},
		{"the lion saw the zebra near the river", "", ""}, // it ends
	} {
		if rule, ok := g.RuleAt(strings.Fields(c.prefix), c.word); rule.Name != c.name || ok != (c.name != "") {
			t.Errorf("%q, %q: %+v (%v), want %q", c.prefix, c.word, rule, ok, c.name)
		}
	}
}
