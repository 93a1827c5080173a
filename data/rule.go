package data

import "slices"

// Rule is a rule of the grammar that applies in a sentence: one word of it is decided by
// others, its cause words.
type Rule struct {
	Name      string
	Predicted int      // which word of the sentence the rule decides, from 0
	Causes    []int    // the cause words, from 0
	Correct   []string // every word that the rule allows there
}

// decision is a slot that earlier slots decide. A new rule is an entry in the table of decisions, and its slots in a
// shape of the grammar.
type decision struct {
	rule   string   // the name of the rule; empty where it is not counted as one
	slot   string   // that is decided
	causes []string // the slots that decide it, which are always filled
	// phrases returns what can fill the slot, all equally likely, given which filler each cause has, from 0.
	phrases func(l lexicon, causes []int) []string
}

// Fillers of a subject and of who is seen are singular and plural of each animal in turn.
var decisions = []decision{
	// The animal that is seen and the preposition decide the place.
	{"place", "place", []string{"seen", "preposition"}, func(l lexicon, causes []int) []string {
		return l.places[causes[0]/2][causes[1]:][:1]
	}},
	// The number of the subject decides between is or was and are or were.
	{"agreement", "copula", []string{"subject"}, func(_ lexicon, causes []int) []string { return copulas(causes[0]) }},
	// The animal after "because that" is the subject again.
	{"echo", "echo", []string{"subject"}, func(l lexicon, causes []int) []string { return l.forms("animal")[causes[0]:][:1] }},
	// A verb directly after its noun is not counted as a rule.
	{"", "was", []string{"subject"}, func(_ lexicon, causes []int) []string { return copulas(causes[0])[1:] }},
}

// copulas returns the present and the past that agree with a subject.
func copulas(subject int) []string {
	if subject%2 == 1 {
		return []string{"are", "were"}
	}
	return []string{"is", "was"}
}

// RuleNames lists the rules: place, agreement and echo.
func (g *Grammar) RuleNames() []string {
	var names []string
	for _, d := range decisions {
		if d.rule != "" {
			names = append(names, d.rule)
		}
	}
	return names
}

// rules lists the rules that apply in a complete path.
func (g *Grammar) rules(sh shape, w path) []Rule {
	var rules []Rule
	for i := range sh.slots {
		if rule, ok := g.rule(sh, w, i); ok {
			rules = append(rules, rule)
		}
	}
	return rules
}

// rule returns the rule that decides slot i of a path that has filled it, if there is one. The state of the path may be the one
// before the slot, since no slot decides itself.
func (g *Grammar) rule(sh shape, w path, i int) (rule Rule, ok bool) {
	s := sh.slots[i]
	if s.decided == nil || s.decided.rule == "" {
		return Rule{}, false
	}
	rule = Rule{Name: s.decided.rule, Predicted: w.starts[i]}
	for k, earlier := range sh.slots[:i] {
		if slices.Contains(s.decided.causes, earlier.name) {
			rule.Causes = append(rule.Causes, w.starts[k])
		}
	}
	for _, f := range g.fillers(s, w.state) {
		rule.Correct = append(rule.Correct, f.words[0])
	}
	return rule, true
}

// RuleAt returns the rule that decides the word after a prefix of a sentence, given by its keys without boundary. Sentences that
// begin with the prefix can go on differently, so the word itself is given too: a word that the grammar draws there by no rule
// has none. For a word that the grammar does not draw there, and for "", it is the rule of the most likely way to go on that has
// one. ok is false if no rule decides the word, or if no sentence begins so.
func (g *Grammar) RuleAt(prefix []string, word string) (rule Rule, ok bool) {
	var drawn, ruled float64 // the largest probability of a way to go on with the word, and by a rule
	var other Rule
	for _, sh := range g.shapes {
		g.follow(sh, prefix, func(w path, next string) {
			last := len(w.starts) - 1
			var here Rule
			is := next != BoundaryToken && w.starts[last] == len(prefix)
			if is {
				here, is = g.rule(sh, w, last)
			}
			if next == word && w.p > drawn {
				drawn, rule, ok = w.p, here, is
			}
			if is && w.p > ruled {
				ruled, other = w.p, here
			}
		})
	}
	if drawn > 0 {
		return rule, ok
	}
	return other, ruled > 0
}
