package analysis

import (
	"fmt"
	"slices"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
)

// Rules are the rules whose cause words are known, with the sentences that they are measured on: those of marked sentences or,
// for the savanna, of its grammar in the held-out sentences.
type Rules struct {
	Names []string // in order of appearance

	sentences [][]int               // ids, from boundary to boundary; of a shortened one to the decided word
	cases     map[string][]roleCase // by name; of a case, the sentence is an index in sentences
	marked    bool
	shortened int // see [Rules.Shortened]
}

// NewRules returns the rules of marked sentences, which [data.ReadMarked] read with the vocabulary of the run, or without any
// those of the grammar of the corpus. There are none if the corpus has no grammar. It returns an error if the context of the run
// is too short for the cause words of a marked sentence, if all tokens before a decided one are its causes, since no attention is left without them,
// or if a rule has the name of a role of heads. The error names the line.
func NewRules(r *run.Run, corpus *data.Corpus, marked []data.Marked) (*Rules, error) {
	if marked != nil {
		return markedRules(r, marked)
	}
	if corpus.Grammar == nil {
		return &Rules{}, nil
	}
	derivations, err := heldOutDerivations(corpus)
	if err != nil {
		return nil, err
	}
	return grammarRules(r, corpus, derivations), nil
}

// grammarRules returns the rules of the grammar in the held-out sentences, whose derivations are given.
func grammarRules(r *run.Run, corpus *data.Corpus, derivations []data.Derivation) *Rules {
	rules := &Rules{Names: corpus.Grammar.RuleNames(), cases: map[string][]roleCase{}}
	rules.sentences = corpus.HeldOut.Rows(r.Config.Context, 0)
	for i, derivation := range derivations {
		for _, rule := range derivation.Rules {
			rules.add(r, i, rule)
		}
	}
	return rules
}

// takenNames are the roles of heads that a rule could be named as: a rule is a role too, under its own name.
var takenNames = []string{
	attention.RoleInduction, attention.RoleBoundary, attention.RolePosition, attention.RoleWords,
	attention.RoleBroad, attention.RoleMixed,
}

// markedRules returns the rules of marked sentences. Equal sentences are one.
func markedRules(r *run.Run, marked []data.Marked) (*Rules, error) {
	rules := &Rules{cases: map[string][]roleCase{}, marked: true}
	before, at := untyped(r), map[string]int{}
	for _, whole := range marked {
		m, ids, err := shortened(r, whole)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", whole.Line, err)
		}
		if len(m.Tokens) < len(whole.Tokens) {
			rules.shortened++
		}
		switch noun := r.Vocabulary.Tokenizer().Noun(); {
		case slices.Contains(takenNames, m.Name):
			return nil, fmt.Errorf("line %d: a rule cannot be named %s, which is a role of heads: choose another name",
				m.Line, m.Name)
		case len(m.Causes) == m.Predicted+before:
			return nil, fmt.Errorf("line %d: all %ss before %s are marked as causes, so there is none to compare them with: mark fewer",
				m.Line, noun, printable.Quote(m.Tokens[m.Predicted].Text))
		}
		key := fmt.Sprint(ids)
		if _, known := at[key]; !known {
			at[key] = len(rules.sentences)
			rules.sentences = append(rules.sentences, ids)
		}
		if !slices.Contains(rules.Names, m.Name) {
			rules.Names = append(rules.Names, m.Name)
		}
		rules.add(r, at[key], m.Rule)
	}
	return rules, nil
}

// shortened returns a marked sentence and its ids. Of one that is longer than the context it keeps the decided word and the last
// words before it that fit. It is an error if a cause word is not among them.
func shortened(r *run.Run, m data.Marked) (data.Marked, []int, error) {
	ids := markedIDs(r, m)
	if len(ids)-1 <= r.Config.Context {
		return m, ids, nil
	}
	before := untyped(r)
	omitted := max(0, m.Predicted+before-r.Config.Context) // the decided word is predicted, not read
	for _, cause := range m.Causes {
		if cause < omitted {
			noun := r.Vocabulary.Tokenizer().Noun()
			return m, nil, fmt.Errorf("this run reads at most %s before the decided one, and the cause %s %s is not among them: "+
				"shorten the sentence, or train with a larger --context", printable.Count(r.Config.Context-before, noun), noun,
				printable.Quote(m.Tokens[cause].Text))
		}
	}
	ids = slices.Concat(ids[:before], ids[before+omitted:before+m.Predicted+1])
	m.Tokens = m.Tokens[omitted : m.Predicted+1]
	m.Predicted -= omitted
	m.Causes = slices.Clone(m.Causes)
	for i := range m.Causes {
		m.Causes[i] -= omitted
	}
	return m, ids, nil
}

// markedIDs returns the ids of a marked sentence, with the boundaries.
func markedIDs(r *run.Run, m data.Marked) []int {
	ids, _ := r.Vocabulary.Encode(m.Tokens)
	if boundary, ok := r.Vocabulary.Boundary(); ok {
		ids = append(append([]int{boundary}, ids...), boundary)
	}
	return ids
}

// add adds a case of a rule in a sentence.
func (rules *Rules) add(r *run.Run, sentence int, rule data.Rule) {
	before := untyped(r)
	query := rule.Predicted + before - 1
	c := roleCase{role: rule.Name, sentence: sentence, query: query, ids: rules.sentences[sentence][:query+1]}
	for _, cause := range rule.Causes {
		c.keys = append(c.keys, cause+before)
	}
	for _, word := range rule.Correct {
		id, _ := r.Vocabulary.ID(word)
		c.correct = append(c.correct, id)
	}
	rules.cases[rule.Name] = append(rules.cases[rule.Name], c)
}

// Sentences returns the number of different sentences that the rules are measured on.
func (rules *Rules) Sentences() int { return len(rules.sentences) }

// Shortened returns how many marked sentences are longer than the context, so that only their last words are read.
func (rules *Rules) Shortened() int { return rules.shortened }

// roleCases returns the cases of all rules in the first sentences, sorted by rule.
func (rules *Rules) roleCases(sentences int) (cases []roleCase) {
	for _, name := range rules.Names {
		for _, c := range rules.cases[name] {
			if c.sentence < sentences {
				cases = append(cases, c)
			}
		}
	}
	return cases
}

// sequencesOr returns the first of the marked sentences, or others if the rules are not of marked sentences.
func (rules *Rules) sequencesOr(others [][]int, most int) [][]int {
	if !rules.marked {
		return others
	}
	return rules.sentences[:min(most, len(rules.sentences))]
}

// InTraining returns how many different marked sentences the training text has. A model may have memorised those.
func InTraining(r *run.Run, corpus *data.Corpus, marked []data.Marked) (count int) {
	var lists [][]int
	seen := map[string]bool{}
	for _, m := range marked {
		ids := markedIDs(r, m)
		key := fmt.Sprint(ids)
		if _, unknown := r.Vocabulary.Encode(m.Tokens); unknown == 0 && !seen[key] {
			lists = append(lists, ids)
		}
		seen[key] = true
	}
	for _, found := range corpus.Train.Contains(lists) {
		if found {
			count++
		}
	}
	return count
}

// Rule is the rule that decides one token of a sentence.
type Rule struct {
	Name   string
	Causes []int // positions of the cause words, counted with the boundary token
}

// RuleAt returns the rule that decides the word that a question is about: of the first marked sentence that begins with the
// tokens before the word, those that allow the word first, or without marked sentences that of the grammar of the run's text. ok
// is false if there is none.
func RuleAt(r *run.Run, q Question, marked []data.Marked) (rule Rule, ok bool, err error) {
	a, err := encodeQuestion(r, q)
	if err != nil {
		return Rule{}, false, err
	}
	before := untyped(r)
	tokens, err := r.Vocabulary.Tokenize(q.Text)
	if err != nil {
		return Rule{}, false, err
	}
	var keys []string // before the word
	for _, t := range tokens[:a.Omitted+len(a.IDs)-before] {
		keys = append(keys, t.Key)
	}
	word := ""
	if a.target >= 0 {
		word = r.Vocabulary.Key(a.target)
	}
	found := data.Rule{}
	if marked == nil {
		text, err := data.BuiltIn.Find("text", r.Settings.Data)
		if err != nil {
			return Rule{}, false, nil
		}
		found, ok = text.Grammar().RuleAt(keys, word)
	}
	for _, m := range marked {
		begins := slices.EqualFunc(m.Tokens[:m.Predicted], keys, func(t data.Token, key string) bool { return t.Key == key })
		if allows := slices.Contains(m.Correct, word); begins && (!ok || allows) {
			found, ok = m.Rule, true
			if allows {
				break
			}
		}
	}
	if !ok {
		return Rule{}, false, nil
	}
	rule.Name = found.Name
	for _, cause := range found.Causes {
		if cause >= a.Omitted { // the others are not read
			rule.Causes = append(rule.Causes, cause-a.Omitted+before)
		}
	}
	if len(rule.Causes) == 0 {
		return Rule{}, false, nil
	}
	return rule, true, nil
}
