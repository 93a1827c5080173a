package analysis

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/run"
	"attend/internal/run/runtest"
	"attend/layers"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %g, want %g", what, got, want)
	}
}

// savannaRun is a short training on the built-in corpus, opened.
func savannaRun(t *testing.T, steps int) (*run.Run, *data.Corpus) {
	t.Helper()
	corpus, err := data.Savanna()
	if err != nil {
		t.Fatal(err)
	}
	s := small()
	s.Data, s.Steps, s.EvalInterval, s.SaveInterval, s.LR = corpus.Name, max(steps, 2), 1000, 1000, 3e-2
	s.Init = layers.GPT2Init // with it the loss before training is ln(vocab)
	return started(t, s, corpus, steps > 0), corpus
}

func TestEvaluateUntrained(t *testing.T) {
	r, corpus := savannaRun(t, 0)
	report, err := Evaluate(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "loss of an untrained model", report.HeldOutLoss, math.Log(float64(r.Config.Vocab)), 0.05)
	near(t, "uniform loss", report.Baselines.Uniform, math.Log(float64(r.Config.Vocab)), 1e-9)
	for _, rule := range report.Rules {
		if rule.Attention.BestHead != rule.Attention.Untrained {
			t.Errorf("%s: attention %g before training and %g now, though nothing was learned", rule.Name, rule.Attention.Untrained, rule.Attention.BestHead)
		}
	}
}

func TestEvaluateSavanna(t *testing.T) {
	r, corpus := savannaRun(t, 60)
	report, err := Evaluate(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "excess", *report.Excess, report.HeldOutLoss-*report.GrammarLoss, 0)
	if *report.Excess <= 0 || report.HeldOutLoss >= report.Baselines.Uniform {
		t.Errorf("loss %g, want above the grammar's %g and below uniform %g", report.HeldOutLoss, *report.GrammarLoss, report.Baselines.Uniform)
	}

	// The losses once more, in float64, from the logits of each sentence.
	var loss, entropy float64
	tokens, right := 0, 0
	err = session(t, r, 8).Forward(corpus.HeldOut.Rows(r.Config.Context, 0), func(i int, out run.ForwardResult) error { return nil })
	if err == nil {
		t.Error("a whole sequence with both boundaries fits the context")
	}
	var inputs [][]int
	for _, sequence := range corpus.HeldOut.Rows(r.Config.Context, 0) {
		inputs = append(inputs, sequence[:len(sequence)-1])
	}
	err = session(t, r, 8).Forward(inputs, func(i int, out run.ForwardResult) error {
		for position := range inputs[i] {
			p := softmax(out.Logits(position))
			target := corpus.HeldOut.Sequence(i).At(position + 1)
			loss -= math.Log(p[target])
			if p[target] == slices.Max(p) {
				right++
			}
			tokens++
		}
		nats, ok := corpus.Grammar.SentenceLoss(strings.Fields(strings.ToLower(corpus.HeldOutText.At(i))))
		if !ok {
			t.Errorf("%q is not of the grammar", corpus.HeldOutText.At(i))
		}
		entropy += nats
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "held-out loss", report.HeldOutLoss, loss/float64(tokens), 1e-5)
	near(t, "loss of the grammar", *report.GrammarLoss, entropy/float64(tokens), 1e-9)
	near(t, "accuracy", report.Accuracy, float64(right)/float64(tokens), 1e-4)
	near(t, "training loss", report.TrainLoss, report.HeldOutLoss, 0.3)
	if report.Tokens != tokens || report.Sentences != len(inputs) {
		t.Errorf("%d tokens of %d sentences, want %d of %d", report.Tokens, report.Sentences, tokens, len(inputs))
	}

	// Uniform attention and the number of cases, from the sentences alone.
	uniform, count := map[string]float64{}, map[string]int{}
	for _, text := range corpus.HeldOutText.All() {
		derivation, _ := corpus.Grammar.Parse(strings.Fields(strings.ToLower(text)))
		for _, rule := range derivation.Rules {
			visible := 1 + rule.Predicted // the boundary and the words before
			uniform[rule.Name] += float64(len(rule.Causes)) / float64(visible)
			count[rule.Name]++
		}
	}
	var names []string
	for _, rule := range report.Rules {
		names = append(names, rule.Name)
		near(t, rule.Name+", uniform", rule.Attention.Uniform, uniform[rule.Name]/float64(count[rule.Name]), 1e-9)
		if rule.Count != count[rule.Name] || rule.Count == 0 {
			t.Errorf("%s: %d cases, want %d", rule.Name, rule.Count, count[rule.Name])
		}
		a := rule.Attention
		if !(a.Mean > 0 && a.Mean <= a.BestHead && a.BestHead <= 1) || a.BestHead == a.Untrained {
			t.Errorf("%s: %+v", rule.Name, a)
		}
	}
	if !slices.Equal(names, corpus.Grammar.RuleNames()) {
		t.Errorf("rules %v", names)
	}
	checkKeys(t, report, true)
	checkJudge(t, r, corpus)
}

// checkJudge compares a few cases of each rule with the maps of the words before.
func checkJudge(t *testing.T, r *run.Run, corpus *data.Corpus) {
	t.Helper()
	derivations, err := heldOutDerivations(corpus)
	if err != nil {
		t.Fatal(err)
	}
	cases := grammarRules(r, corpus, derivations).cases
	one := session(t, r, 1)
	heads := r.Config.Layers * r.Config.Heads
	for name, all := range cases {
		few := all[:7]
		got, err := measureRule(r, few)
		if err != nil {
			t.Fatal(err)
		}
		right, best, mean := 0.0, make([]float64, heads), 0.0
		for _, c := range few {
			text := corpus.HeldOutText.At(c.sentence)
			words := strings.Fields(text)
			derivation, _ := corpus.Grammar.Parse(strings.Fields(strings.ToLower(text)))
			at := slices.IndexFunc(derivation.Rules, func(rule data.Rule) bool { return rule.Name == name })
			rule := derivation.Rules[at]
			m, err := one.Map(strings.Join(words[:rule.Predicted], " "), 1)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(rule.Correct, m.Next[0].Word) {
				right++
			}
			if !slices.Contains(rule.Correct, strings.ToLower(words[rule.Predicted])) {
				t.Errorf("%s: %q breaks the rule", name, text)
			}
			for h := range heads {
				last := m.Attention[h/r.Config.Heads][h%r.Config.Heads][len(m.Tokens)-1]
				for _, cause := range rule.Causes {
					if m.Tokens[cause+1] != words[cause] {
						t.Errorf("token %d is %q, want %q", cause+1, m.Tokens[cause+1], words[cause])
					}
					best[h] += float64(last[cause+1]) / float64(len(few))
				}
			}
		}
		for _, share := range best {
			mean += share / float64(heads)
		}
		near(t, name+", accuracy", got.Accuracy, right/float64(len(few)), 1e-9)
		near(t, name+", best head", got.Attention.BestHead, slices.Max(best), 1e-6)
		near(t, name+", mean", got.Attention.Mean, mean, 1e-6)
	}
}

// The loss that the log of a training has is compared with the grammar and the baselines on the same sample.
func TestEvaluateSample(t *testing.T) {
	r, corpus := savannaRun(t, 40)
	report, err := Evaluate(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := r.Metrics()
	if err != nil {
		t.Fatal(err)
	}
	s := report.Sample
	if s == nil || s.Sentences != r.EvaluationRows(corpus.HeldOut) || s.Sentences >= report.Sentences {
		t.Fatalf("sample %+v of %d sentences", s, report.Sentences)
	}
	near(t, "held-out loss of the sample", s.HeldOutLoss, *metrics[len(metrics)-1].HeldOutLoss, 1e-6)
	first := corpus.FirstHeldOut(s.Sentences, r.Config.Context)
	var nats float64
	for _, text := range first.HeldOutText.All() {
		loss, _ := corpus.Grammar.SentenceLoss(strings.Fields(strings.ToLower(text)))
		nats += loss
	}
	near(t, "loss of the grammar on the sample", *s.GrammarLoss, nats/float64(first.HeldOut.Predictions()), 1e-12)
	near(t, "bigram", s.Baselines.Bigram, data.NewCounts(corpus.Train, corpus.HeldOut, corpus.Vocabulary.Len()).Losses(first.HeldOut).Bigram, 0)
	if *s.GrammarLoss == *report.GrammarLoss || s.Baselines == report.Baselines {
		t.Error("the sample has the losses of all held-out text")
	}

	small := small()
	r, corpus = trained(t, small, runtest.Text()), corpusOf(t, small, runtest.Text())
	if report, err = Evaluate(r, corpus); err != nil || report.Sample != nil {
		t.Errorf("sample %+v, error %v, want none where all held-out text is measured", report.Sample, err)
	}
}

func TestEvaluateText(t *testing.T) {
	for _, unit := range []string{"word", "char"} {
		s := small()
		s.Unit = unit
		if unit == "char" {
			s.Context = 16
		}
		r := trained(t, s, runtest.Text())
		corpus, err := loadSmall(r.Settings)
		if err != nil {
			t.Fatal(err)
		}
		report, err := Evaluate(r, corpus)
		if err != nil {
			t.Fatal(err)
		}
		checkKeys(t, report, false)
		if report.Tokens != corpus.HeldOut.Predictions() {
			t.Errorf("%s: %d tokens, want %d", unit, report.Tokens, corpus.HeldOut.Predictions())
		}
		other, err := loadText(runtest.Text() + "The lion sees the ant again\n")(r.Settings)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Evaluate(r, other)
		wantError(t, err, "another version of small")
	}
}

// checkKeys checks that the JSON form has these keys and no other.
func checkKeys(t *testing.T, report Report, grammar bool) {
	t.Helper()
	b, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	keys := func(what string, v any, want ...string) {
		t.Helper()
		m, _ := v.(map[string]any)
		slices.Sort(want)
		if got := slices.Sorted(maps.Keys(m)); !slices.Equal(got, want) {
			t.Errorf("keys of %s: %q, want %q", what, got, want)
		}
	}
	want := []string{"train_loss", "heldout_loss", "accuracy", "sentences", "baselines"}
	if grammar {
		want = append(want, "grammar_loss", "excess", "rules", "heldout_sample")
	}
	keys("the report", got, want...)
	keys("baselines", got["baselines"], "uniform", "unigram", "bigram", "trigram")
	if grammar {
		keys("the sample", got["heldout_sample"], "heldout_loss", "grammar_loss", "sentences", "baselines")
	}
	rules, _ := got["rules"].([]any)
	for _, rule := range rules {
		keys("a rule", rule, "name", "accuracy", "attention", "cases")
		keys("its attention", rule.(map[string]any)["attention"], "best_head", "mean", "untrained", "uniform")
	}
}
