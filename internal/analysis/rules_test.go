package analysis

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
	"attend/internal/run/runtest"
)

// rulesOf returns the rules of marked sentences, or without any those of the grammar.
func rulesOf(t testing.TB, r *run.Run, corpus *data.Corpus, marked []data.Marked) *Rules {
	t.Helper()
	rules, err := NewRules(r, corpus, marked)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// marks reads marked sentences.
func marks(t testing.TB, r *run.Run, text string) []data.Marked {
	t.Helper()
	marked, err := data.ReadMarked(r.Vocabulary, text)
	if err != nil {
		t.Fatal(err)
	}
	return marked
}

// Sentences of the savanna, marked as its grammar draws them, have the rules of the grammar.
func TestMarkedRulesAreThoseOfTheGrammar(t *testing.T) {
	r, corpus := savannaRun(t, 60)
	of, err := heldOutDerivations(corpus)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, derivation := range of[:300] {
		for _, rule := range derivation.Rules {
			words := slices.Clone(derivation.Words)
			for _, cause := range rule.Causes {
				words[cause] = "[" + words[cause] + "]"
			}
			words[rule.Predicted] = "{" + strings.Join(rule.Correct, "|") + "}"
			if rule.Correct[0] != derivation.Words[rule.Predicted] {
				words[rule.Predicted] = "{" + rule.Correct[1] + "|" + rule.Correct[0] + "}"
			}
			lines = append(lines, rule.Name+": "+strings.Join(words, " "))
		}
	}
	few := *corpus
	few.HeldOut = corpus.HeldOut.First(300, r.Config.Context)
	want := grammarRules(r, &few, of[:300])
	got := rulesOf(t, r, corpus, marks(t, r, strings.Join(lines, "\n")))
	if len(got.Names) != 3 || got.Sentences() == 0 {
		t.Fatalf("rules %q in %d sentences", got.Names, got.Sentences())
	}
	for _, name := range want.Names {
		if len(got.cases[name]) != len(want.cases[name]) || len(want.cases[name]) < 20 {
			t.Fatalf("%s: %d cases, want %d", name, len(got.cases[name]), len(want.cases[name]))
		}
		for i, c := range got.cases[name] {
			w := want.cases[name][i]
			slices.Sort(c.correct)
			slices.Sort(w.correct)
			if !slices.Equal(c.ids, w.ids) || c.query != w.query || !slices.Equal(c.keys, w.keys) ||
				!slices.Equal(c.correct, w.correct) || c.role != name {
				t.Fatalf("%s, case %d: %+v, want %+v", name, i, c, w)
			}
			if !slices.Equal(got.sentences[c.sentence], want.sentences[w.sentence]) {
				t.Fatalf("%s, case %d: sentence %v, want %v", name, i, got.sentences[c.sentence], want.sentences[w.sentence])
			}
		}
	}
	reports, err := EvaluateRules(r, got)
	if err != nil {
		t.Fatal(err)
	}
	expected, err := EvaluateRules(r, want)
	if err != nil {
		t.Fatal(err)
	}
	for _, report := range reports {
		at := slices.IndexFunc(expected, func(e RuleReport) bool { return e.Name == report.Name })
		if !reflect.DeepEqual(report, expected[at]) {
			t.Errorf("%+v, want %+v", report, expected[at])
		}
	}

	// The heads are measured on the sentences of the rules.
	heads, err := Heads(r, corpus, got)
	if err != nil {
		t.Fatal(err)
	}
	best := 0.0
	for _, h := range heads {
		at := slices.IndexFunc(h.Scores, func(s attention.RoleScore) bool { return s.Role == "place" })
		if at < 0 || h.Scores[at].Cases != len(want.cases["place"]) {
			t.Fatalf("layer %d, head %d: scores %+v, want place in %d cases", h.Layer, h.Head, h.Scores, len(want.cases["place"]))
		}
		best = max(best, h.Scores[at].Score)
	}
	place := slices.IndexFunc(reports, func(r RuleReport) bool { return r.Name == "place" })
	near(t, "largest score of place", best, reports[place].Attention.BestHead, 1e-6)
}

func TestMarkedRulesOfCharacters(t *testing.T) {
	s := small()
	s.Unit, s.Context = data.Char, 8
	r := trained(t, s, runtest.Text())
	rules := rulesOf(t, r, nil, marks(t, r, "a[ l]i{o}n\nx: [a] l{i}"))
	for name, want := range map[string]roleCase{
		data.MarkedName: {role: data.MarkedName, sentence: 0, query: 3, keys: []int{1, 2}},
		"x":             {role: "x", sentence: 1, query: 2, keys: []int{0}},
	} {
		got := rules.cases[name]
		if len(got) != 1 || got[0].query != want.query || !slices.Equal(got[0].keys, want.keys) || len(got[0].ids) != want.query+1 ||
			got[0].sentence != want.sentence {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	if _, err := AblateRules(r, rules); err != nil {
		t.Error(err)
	}
	wantNewRules(t, r, "[a]{ }", "line 1: all characters before \"␣\" are marked as causes")
	wantNewRules(t, r, "\n a[ ]l[i]on a lio{n}", "line 2: this run reads at most 8 characters before the decided one, and the cause character \"␣\" is not among them")
	long := rulesOf(t, r, nil, marks(t, r, " a[ ]lion a{ }l")) // 11 characters, of which 9 come before the decided one
	if c := long.cases[data.MarkedName][0]; long.Shortened() != 1 || c.query != 7 || !slices.Equal(c.keys, []int{1}) || len(c.ids) != 8 {
		t.Errorf("a sentence longer than the context: %+v, %d shortened", c, long.Shortened())
	}
	if _, err := AblateRules(r, long); err != nil {
		t.Error(err)
	}
	if _, err := NewRules(r, nil, marks(t, r, " a[ ]lion {a}")); err != nil {
		t.Errorf("a sentence as long as the context and the character after it: %v", err)
	}
}

func wantNewRules(t *testing.T, r *run.Run, text, want string) {
	t.Helper()
	_, err := NewRules(r, nil, marks(t, r, text))
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%q: error %v, want %q", text, err, want)
	}
}

func TestMarkedRulesOfWordsRefuse(t *testing.T) {
	r, _ := savannaRun(t, 60)
	wantNewRules(t, r, "[the] {lion}\n[the]"+strings.Repeat(" old", r.Config.Context-1)+" {lion}",
		fmt.Sprintf("line 2: this run reads at most %d words before the decided one, and the cause word \"the\" is not among them", r.Config.Context-1))
	rulesOf(t, r, nil, marks(t, r, "[the]"+strings.Repeat(" old", r.Config.Context-3)+" {lion}"))
	wantNewRules(t, r, "boundary: [the] {lion}", "line 1: a rule cannot be named boundary")
	if _, err := NewRules(r, nil, marks(t, r, "[the] {lion}")); err != nil { // <s> is left
		t.Error(err)
	}
}

func TestRuleAt(t *testing.T) {
	r, _ := savannaRun(t, 60)
	marked := marks(t, r, "one: The lion [saw] the zebra near the {cave|hill} today\n"+
		"two: the [lion] saw the zebra near the {river}\nthree: [the] {lion}")
	for _, c := range []struct {
		q      Question
		marked []data.Marked
		want   Rule // without a name: none
	}{
		{Question{Text: "The lion saw the zebra near the"}, nil, Rule{"place", []int{5, 6}}},
		{Question{Text: "The lion saw the zebra near the river", Position: 8}, nil, Rule{"place", []int{5, 6}}},
		{Question{Text: "The lion saw the zebra near the", Word: "cave"}, nil, Rule{"place", []int{5, 6}}},
		{Question{Text: "The lions from the valley are hungry", Position: 6}, nil, Rule{"agreement", []int{2}}},
		{Question{Text: "The lions from the valley", Word: "by"}, nil, Rule{}},
		{Question{Text: "The lion saw"}, nil, Rule{}},
		{Question{Text: "the Lion saw the zebra near the"}, marked, Rule{"one", []int{3}}}, // the first, if the word is not given
		{Question{Text: "the lion saw the zebra near the", Word: "river"}, marked, Rule{"two", []int{2}}},
		{Question{Text: "the lion saw the zebra near the", Word: "hill"}, marked, Rule{"one", []int{3}}},
		{Question{Text: "the lion saw the zebra near the", Word: "tree"}, marked, Rule{"one", []int{3}}},
		{Question{Text: "the lion saw the zebra near the tree", Position: 2}, marked, Rule{"three", []int{1}}},
		{Question{Text: "the lion saw the zebra near"}, marked, Rule{}},
		{Question{Text: "the lion saw the zebra near the hill"}, marked, Rule{}},
	} {
		got, ok, err := RuleAt(r, c.q, c.marked)
		if err != nil || ok != (c.want.Name != "") || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %+v (%v, error %v), want %+v", c.q, got, ok, err, c.want)
		}
	}
	y, err := Why(r, Question{Text: "The lion saw the zebra near the", Causes: &Rule{"place", []int{5, 6}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range y.Words {
		if w.Cause != (i == 5 || i == 6) {
			t.Errorf("%s is a cause word: %v", w.Word, w.Cause)
		}
	}
	if _, _, err := RuleAt(r, Question{}, nil); err == nil {
		t.Error("no error for an empty sentence")
	}
}

func TestInTraining(t *testing.T) {
	r, corpus := savannaRun(t, 60)
	in, out := corpus.TrainText.At(3), corpus.HeldOutText.At(3)
	mark := func(text string) string {
		words := strings.Fields(text)
		words[0], words[2] = "["+words[0]+"]", "{"+words[2]+"}"
		return strings.Join(words, " ")
	}
	text := mark(in) + "\n" + mark(out) + "\nother: " + mark(in) + "\n" + mark(corpus.TrainText.At(8)) + " unheardof\n"
	if got := InTraining(r, corpus, marks(t, r, text)); got != 1 {
		t.Errorf("%d of the sentences are in the training text, want 1", got)
	}
}
