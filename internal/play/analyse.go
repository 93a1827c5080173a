package play

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/prose"
	"attend/internal/run"
)

// Why asks why the most likely word after a sentence is predicted.
type Why struct {
	Envelope
	Sentence string `json:"sentence"` // "": the one that is shown
}

// WhyResult is an [attention.Why], whose fields docs/json.md describes, with what follows from its numbers.
type WhyResult struct {
	attention.Why
	Paragraphs []string `json:"paragraphs"`
}

// reference returns what effects are compared with, of the weights that are shown: measured once for each of them. It is nil without
// the text.
func (e *experiment) reference() (*analysis.Reference, error) {
	r, _, err := e.shown()
	if err != nil || e.text == nil {
		return nil, err
	}
	if e.measured == nil || e.measuredStep != r.Step {
		reference, err := analysis.NewReference(r, e.text.Corpus)
		if err != nil {
			return nil, err
		}
		e.measured, e.measuredStep, e.floor = reference, r.Step, reference.NoiseFloor()
	}
	return e.measured, nil
}

// why explains the prediction after a sentence.
func (s *Session) why(in Why) (WhyResult, error) {
	e, err := s.experiment()
	if err != nil {
		return WhyResult{}, err
	}
	q := analysis.Question{Text: in.Sentence}
	if q.Text == "" {
		q.Text = e.sentence
	}
	if err := checkSentence(e.run, q.Text); err != nil {
		return WhyResult{}, err
	}
	r, _, err := e.shown()
	if err != nil {
		return WhyResult{}, err
	}
	rule, known, err := analysis.RuleAt(r, q, nil)
	if err != nil {
		return WhyResult{}, err
	}
	if known {
		q.Causes = &rule
	}
	reference, err := e.reference()
	if err != nil {
		return WhyResult{}, err
	}
	y, err := analysis.Why(r, q, reference)
	if err != nil {
		return WhyResult{}, err
	}
	return WhyResult{y, prose.Why(y)}, nil
}

// HeadCard says what a head attends to.
type HeadCard struct {
	Layer    int                     `json:"layer"`
	Head     int                     `json:"head"`
	Name     string                  `json:"name"`     // of its role, "characters" for the role words in a text of characters
	Sentence string                  `json:"sentence"` // what it does, such as "attends to the word before (previous token)"
	Evidence float64                 `json:"evidence"` // 0 for the attention of chance, 1 for all of it
	Effect   *float64                `json:"effect"`   // rise of the loss by its mean ablation, nats per token
	Examples []attention.HeadExample `json:"examples"`
}

// heads says what each head attends to.
func (s *Session) heads() ([]HeadCard, error) {
	e, err := s.trained()
	if err != nil {
		return nil, err
	}
	r, _, err := e.shown()
	if err != nil {
		return nil, err
	}
	rules, err := analysis.NewRules(r, e.text.Corpus, nil)
	if err != nil {
		return nil, err
	}
	heads, err := analysis.Heads(r, e.text.Corpus, rules)
	if err != nil {
		return nil, err
	}
	cards := []HeadCard{}
	for _, h := range heads {
		card := HeadCard{Layer: h.Layer, Head: h.Head, Name: h.Role, Sentence: e.does(h), Effect: h.Effect,
			Examples: append([]attention.HeadExample{}, h.Examples...)}
		if h.Role == attention.RoleWords {
			card.Name = e.text.Vocabulary.Tokenizer().Noun() + "s"
		}
		if h.Named >= 0 {
			card.Evidence = h.Scores[h.Named].Evidence()
		}
		cards = append(cards, card)
	}
	return cards, nil
}

// does says what a head does. Words that the grammar of the text has one kind for are named by it: "finds the preposition".
func (e *experiment) does(h attention.Head) string {
	if g := e.text.Grammar; g != nil && h.Role == attention.RoleWords && h.Named >= 0 {
		words, kind := h.Scores[h.Named].Words, ""
		for i, word := range words {
			of, _ := g.Substitutes(word)
			if of == "" || i > 0 && of != kind {
				kind = ""
				break
			}
			kind = of
		}
		if kind != "" {
			return fmt.Sprintf("finds the %s (%s)", kind, prose.Listed(words))
		}
	}
	tokens := e.text.Vocabulary
	return prose.Tokens{Noun: tokens.Tokenizer().Noun(), Sentences: tokens.Layout().Sentences()}.Does(h)
}

// Complete asks for continuations of a prompt.
type Complete struct {
	Envelope
	Prompt      string  `json:"prompt"` // "": a new sentence
	Temperature float64 `json:"temperature"`
	Seed        uint64  `json:"seed"`
	Count       int     `json:"count"`
}

// Completed is the result of [Complete].
type Completed struct {
	Texts []string `json:"texts"` // with the prompt
}

// The largest number of continuations, and of the tokens of one.
const (
	mostTexts = 20
	mostAdded = 200
)

// complete draws continuations.
func (s *Session) complete(in Complete) (Completed, error) {
	e, err := s.experiment()
	if err != nil {
		return Completed{}, err
	}
	switch {
	case in.Count < 1 || in.Count > mostTexts:
		return Completed{}, fmt.Errorf("count %d: want 1 to %d", in.Count, mostTexts)
	case len(in.Prompt) > longestSentence:
		return Completed{}, fmt.Errorf("the prompt has %s and a page takes at most %s: shorten it",
			printable.Size(float64(len(in.Prompt))), printable.Size(longestSentence))
	}
	_, session, err := e.shown()
	if err != nil {
		return Completed{}, err
	}
	sampling := run.Sampling{Temperature: in.Temperature, TopP: 1, Seed: in.Seed, MaxTokens: mostAdded}
	done := Completed{Texts: []string{}}
	for i := range in.Count {
		completion, err := session.Complete(in.Prompt, sampling, i)
		if err != nil {
			return Completed{}, err
		}
		done.Texts = append(done.Texts, completion.Text)
	}
	return done, nil
}

// VerdictResult says how the training went, and what to do.
type VerdictResult struct {
	Kind     string   `json:"kind"` // see [analysis.Verdict], or "diverged"
	Words    []string `json:"words"`
	Remedies []Remedy `json:"remedies"`
	Command  string   `json:"command"` // the same natively, next to the folder of the exported run
}

// Remedy is what a click can do.
type Remedy struct {
	Label    string            `json:"label"`
	Settings map[string]string `json:"settings"` // of a new training of the text, all that differ from the defaults; null: go on
	Steps    *int              `json:"steps"`    // of the training when it goes on; null: train anew
}

// verdict says how the training went.
func (s *Session) verdict() (VerdictResult, error) {
	e, err := s.trained()
	if err != nil {
		return VerdictResult{}, err
	}
	if e.diverged != nil {
		v := VerdictResult{Kind: analysis.Diverged, Words: []string{withoutFlags(e.reason)}, Remedies: []Remedy{}}
		return e.remedy(v, false, e.diverged.Flags)
	}
	result, err := analysis.Conclude(e.training.Model(), e.run, e.text.Corpus)
	if err == nil && result.Verdict == nil {
		err = result.NoVerdict
	}
	if err != nil {
		return VerdictResult{}, err
	}
	v := VerdictResult{Kind: result.Verdict.Kind, Words: []string{withoutFlags(result.Verdict.Text)}, Remedies: []Remedy{}}
	if result.Verdict.Memorised != nil {
		v.Words = append(v.Words, withoutFlags(result.Verdict.Memorised.Text))
	}
	return e.remedy(v, result.Verdict.Resume, result.Verdict.Flags)
}

// remedy adds to a verdict what its flags of `attend train` do, and the command.
func (e *experiment) remedy(v VerdictResult, resume bool, flags []string) (VerdictResult, error) {
	folder := printable.ShellWord(filepath.Base(e.run.Path))
	given, err := parseFlags(flags)
	if err != nil {
		return v, err
	}
	words := strings.Join(append([]string{""}, flags...), " ")
	switch {
	case resume:
		steps := e.run.Settings.Steps
		if text, ok := given["steps"]; ok {
			if steps, err = strconv.Atoi(text); err != nil {
				return v, err
			}
		}
		v.Remedies = append(v.Remedies, Remedy{Label: fmt.Sprintf("Train on to step %s", printable.Thousands(steps)), Steps: &steps})
		v.Command = "attend train --resume " + folder + words
	case flags != nil:
		var state State
		state.Changed = map[string]string{}
		e.describeCommand(&state)
		var parts []string
		for _, setting := range run.AllSettings() {
			if text, ok := given[setting.Name]; ok {
				state.Changed[setting.Name] = text
				parts = append(parts, setting.Name+" "+text)
			}
		}
		v.Remedies = append(v.Remedies, Remedy{Label: "Train again with " + strings.Join(parts, ", "), Settings: state.Changed})
		v.Command = "attend train --config " + folder + "/training.yaml" + words
	default:
		v.Command = "attend inspect --run " + folder + " " + printable.ShellWord(e.sentence)
	}
	return v, nil
}

// parseFlags reads flags such as "--lr 0.001", some of which have several.
func parseFlags(flags []string) (given, error) {
	words := strings.Fields(strings.Join(flags, " "))
	g := given{}
	for i := 0; i < len(words); i += 2 {
		name, isFlag := strings.CutPrefix(words[i], "--")
		if !isFlag || i+1 == len(words) {
			return nil, errors.New("the verdict advises something that is no flag with a value: " + printable.Quote(words[i]))
		}
		g[name] = words[i+1]
	}
	return g, nil
}
