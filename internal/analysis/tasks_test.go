package analysis

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/analysis/analysistest"
	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render/text"
	"attend/internal/run"
)

// All texts with three seeds are trained if asked for: go test ./internal/analysis -run Tasks -tasks -v
var allTasks = flag.Bool("tasks", false, "train three seeds of every text whose cause words are known, and ask about 100 sentences")

// effects are the measures of the effect of a word, 0 if it has none.
var effects = map[string]func(attention.WordEffect) float64{
	"removed":  removedEffect,
	"replaced": replacedEffect,
	"larger":   func(w attention.WordEffect) float64 { return max(removedEffect(w), replacedEffect(w)) },
}

func removedEffect(w attention.WordEffect) float64 {
	if w.AttentionRemoved == nil {
		return 0
	}
	return *w.AttentionRemoved
}

func replacedEffect(w attention.WordEffect) float64 {
	if w.Replaced == nil {
		return 0
	}
	return *w.Replaced
}

// mainCause is which cause word of a text the decided word's query should attend to: not itself, and for induction what followed
// the earlier mention. It is the only cause of most texts, the first.
var mainCause = map[string]int{"induction": 1}

// planted is a role that a text plants: a query of each case of its rule, and the keys that it should attend to.
type planted struct {
	name string // of the role in the result of Heads
	at   func(c roleCase) (query int, keys []int)
}

func atCauses(c roleCase) (int, []int) { return c.query, c.keys }

// plantedRoles are the roles of each text.
var plantedRoles = map[string][]planted{
	"boxes":     {{attention.RoleWords, atCauses}},
	"offset-2":  {{attention.RoleOffset, atCauses}},
	"offset-7":  {{attention.RoleOffset, atCauses}},
	"duplicate": {{attention.RoleDuplicate, func(c roleCase) (int, []int) { return c.query, c.keys[:1] }}},
	"induction": {
		{attention.RoleInduction, func(c roleCase) (int, []int) { return c.query, c.keys[1:2] }},
		{attention.RolePrevious, func(c roleCase) (int, []int) { return c.keys[1], c.keys[:1] }},
	},
	"markov": {{attention.RoleCurrent, atCauses}},
}

// Analyses find what was planted in texts whose cause words are known: Why puts a cause word first, or says that no word but the
// last has an effect where that is so, and Heads names the heads that do it.
func TestTasks(t *testing.T) {
	if testing.Short() && !*allTasks {
		t.Skip("trains five models")
	}
	seeds, sentences := uint64(1), 20
	if *allTasks {
		seeds, sentences = 3, analysistest.MarkedSentences
	}
	for _, task := range analysistest.Tasks() {
		if task.Name == "induction" && !*allTasks {
			continue // takes longer to learn
		}
		drawn, fresh := task.Draw(1)
		for seed := uint64(1); seed <= seeds; seed++ {
			t.Run(fmt.Sprintf("%s-%d", task.Name, seed), func(t *testing.T) {
				t.Parallel()
				checkTask(t, task, analysistest.Text(drawn), fresh[:sentences], seed)
			})
		}
	}
}

// checkTask trains on the text of a task, and asks about fresh sentences of it.
func checkTask(t *testing.T, task analysistest.Task, corpusText string, fresh []analysistest.Sentence, seed uint64) {
	s := run.Defaults()
	s.Data, s.Seed, s.Steps, s.LR = task.Name, seed, task.Steps, task.LearningRate
	s.Layers, s.Heads, s.Dim = task.Layers, task.Heads, task.Dim
	s.EvalInterval = s.Steps
	corpus, err := loadText(corpusText)(s)
	if err != nil {
		t.Fatal(err)
	}
	r := started(t, s, corpus, true)
	rules := rulesOf(t, r, corpus, marks(t, r, analysistest.Marked(fresh)))

	// Why
	reference, err := NewReference(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	first, mainFirst, last, removals, nothingElse := 0, 0, 0, 0, 0
	firstBy := map[string]int{} // sentences in which the main cause word is first by an effect
	var largest [2][]float64    // effect, removed or replaced, of other words than the causes, and of the last word
	for i, sentence := range fresh {
		rule := sentence.Rules[len(sentence.Rules)-1]
		words := sentence.Words[:rule.Predicted+1]
		y, err := Why(r, Question{Text: strings.Join(words, " "), Position: len(words)}, reference)
		if err != nil {
			t.Fatal(err)
		}
		checkWords(t, y)
		if i%4 == 0 {
			against, err := Why(r, Question{Text: y.Text, Position: len(words), Against: RunnerUp}, reference)
			if err != nil {
				t.Fatal(err)
			}
			checkWords(t, against)
		}
		if len(y.WithEffect) > 0 && slices.Contains(rule.Causes, y.WithEffect[0]-1) {
			first++
			if y.WithEffect[0]-1 == rule.Causes[mainCause[task.Name]] {
				mainFirst++
			}
		}
		if onlyLastHasEffect(y) {
			last++
			if len(y.RemovalOnly) > 0 {
				removals++
			}
		}
		if !slices.ContainsFunc(slices.Concat(y.WithEffect, y.SomeOthers), func(i int) bool { return i < len(y.Words)-1 }) {
			nothingElse++
		}
		others := 0.0
		for _, w := range y.Words {
			if !slices.Contains(rule.Causes, w.Position-1) {
				others = max(others, effects["larger"](w))
			}
		}
		largest[0] = append(largest[0], others)
		largest[1] = append(largest[1], effects["larger"](y.Words[len(y.Words)-1]))
		for by, effect := range effects {
			top := slices.MaxFunc(y.Words, func(a, b attention.WordEffect) int { return cmp.Compare(effect(a), effect(b)) })
			if top.Position-1 == rule.Causes[mainCause[task.Name]] {
				firstBy[by]++
			}
		}
	}
	t.Logf("a cause word is first in %d of %d sentences, the main one in %d; no word but the last has an effect in %d, "+
		"of which removing attention has one in %d, and in %d no replacement of another word has one", first, len(fresh), mainFirst, last, removals, nothingElse)
	t.Logf("of all words, the main cause word is first by its effect removed in %d, replaced in %d, by the larger of both in %d",
		firstBy["removed"], firstBy["replaced"], firstBy["larger"])
	for i, of := range []string{"the largest effect of a word that is no cause", "the effect of the last word"} {
		slices.Sort(largest[i])
		t.Logf("%s, removed or replaced: median %.2f, 95%% are at most %.2f nats",
			of, largest[i][len(fresh)/2], largest[i][len(fresh)*95/100])
	}
	atLeast := func(what string, count int) {
		t.Helper()
		if float64(count) < 0.95*float64(len(fresh)) {
			t.Errorf("%s in %d of %d sentences, want 95%%", what, count, len(fresh))
		}
	}
	if task.Name == "markov" {
		atLeast("no word but the last has an effect, nor a replacement of another", nothingElse)
	} else {
		atLeast("a cause word is first by its effect", first)
		if float64(last) > 0.05*float64(len(fresh)) {
			t.Errorf("no word but the last has an effect in %d of %d sentences, though others decide", last, len(fresh))
		}
	}

	// Heads
	outputs, err := NewHeadOutputs(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	marked, err := Heads(r, corpus, rules)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Heads(r, corpus, &Rules{}) // over held-out text, without marks
	if err != nil {
		t.Fatal(err)
	}
	sharp := 0 // heads with nearly all of their attention on what a role names, at a cost
	for _, role := range plantedRoles[task.Name] {
		for i, h := range headsOf(t, r, outputs.Means, rules.roleCases(rules.Sentences()), role) {
			if h.attention <= 0.5 {
				continue
			}
			layer, head := plain[i].Layer+1, plain[i].Head+1
			t.Logf("layer %d, head %d: %.3f of its attention on %q, ablation costs %.2f nats there; it is named %q, with marks %q",
				layer, head, h.attention, role.name, h.cost, plain[i].Role, marked[i].Role)
			if h.attention <= 0.9 || h.cost <= 0.3 {
				continue
			}
			sharp++
			if named := marked[i].Role; named != role.name && !slices.Contains(rules.Names, named) {
				t.Errorf("with marks layer %d, head %d is named %q, want %q or one of the rules", layer, head, named, role.name)
			}
			if named := plain[i].Role; named != role.name {
				t.Errorf("layer %d, head %d is named %q, though it has %.3f of its attention on %q and its ablation costs %.2f nats there",
					layer, head, named, h.attention, role.name, h.cost)
			}
		}
	}
	if sharp == 0 && slices.Contains(sharpTasks, task.Name) {
		t.Errorf("no head of %s has more than 0.9 of its attention on what its roles name, at a cost above 0.3 nats", task.Name)
	}
}

// sharpTasks are the tasks that are learned with heads whose names are certain.
var sharpTasks = []string{"boxes", "offset-2", "offset-7"}

// checkWords reports what the words of an answer say that its numbers do not.
func checkWords(t *testing.T, y attention.Why) {
	t.Helper()
	var printed strings.Builder
	if err := text.Why(&printed, y, text.Options{}); err != nil {
		t.Fatal(err)
	}
	if faults := attentiontest.WhyFaults(y, printed.String()); faults != nil {
		t.Errorf("%q of\n%s", faults, &printed)
	}
}

// onlyLastHasEffect reports whether an answer concludes that no word but the last has an effect.
func onlyLastHasEffect(y attention.Why) bool {
	return slices.Equal(y.WithEffect, []int{len(y.Words) - 1})
}

// headUse is what a head does for a planted role.
type headUse struct {
	attention float64 // on the keys of the role, mean over the cases
	cost      float64 // fall of the log-probability of the decided word by mean ablation of the head, mean over the cases
}

// headsOf measures each head on a planted role, layer by layer, from the weights and logits alone.
func headsOf(t *testing.T, r *run.Run, means HeadMeans, cases []roleCase, role planted) []headUse {
	t.Helper()
	heads := make([]headUse, r.Config.Layers*r.Config.Heads)
	n := float64(len(cases))
	plain := 0.0
	var interventions []intervention
	for _, c := range cases {
		query, keys := role.at(c)
		interventions = append(interventions, intervention{ids: c.ids, read: func(out run.ForwardResult) {
			plain = LogProbability(out.Logits(c.query), c.correct[0])
			for i := range heads {
				weights := out.Weights(i/r.Config.Heads, i%r.Config.Heads, query)
				for _, key := range keys {
					heads[i].attention += float64(weights[key]) / n
				}
			}
		}})
		for i := range heads {
			ablated := means.ablate(i/r.Config.Heads, i%r.Config.Heads)
			interventions = append(interventions, intervention{ids: c.ids, edit: ablated, read: func(out run.ForwardResult) {
				heads[i].cost += (plain - LogProbability(out.Logits(c.query), c.correct[0])) / n
			}})
		}
	}
	if err := forward(r, interventions); err != nil {
		t.Fatal(err)
	}
	return heads
}

// The marks of a task are its rules, and its texts are learnable and different from its marked sentences.
func TestTasksAreMarkedAsDrawn(t *testing.T) {
	for _, task := range analysistest.Tasks() {
		drawn, fresh := task.Draw(1)
		train := analysistest.Text(drawn)
		corpus, err := data.Load(task.Name, strings.NewReader(train), run.Defaults().Options())
		if err != nil {
			t.Fatal(err)
		}
		marked, err := data.ReadMarked(corpus.Vocabulary, analysistest.Marked(fresh))
		if err != nil || len(marked) != analysistest.MarkedSentences || len(drawn) != task.Sentences {
			t.Fatalf("%s: %d sentences, %d marked, error %v", task.Name, len(drawn), len(marked), err)
		}
		for i, m := range marked {
			rule := fresh[i].Rules[len(fresh[i].Rules)-1]
			word := fresh[i].Words[rule.Predicted]
			if m.Text != strings.Join(fresh[i].Words, " ") || m.Name != rule.Name || m.Predicted != rule.Predicted ||
				!slices.Equal(m.Causes, rule.Causes) || m.Correct[0] != word || !slices.Contains(rule.Correct, word) {
				t.Errorf("%s: %q is marked %+v, want %+v", task.Name, m.Text, m.Rule, rule)
			}
			if strings.Contains("\n"+train, "\n"+m.Text+"\n") {
				t.Errorf("%s: %q is in the text", task.Name, m.Text)
			}
		}
	}
}
