package data

// Rule is a planted rule at work in a sentence: one word of it is decided by
// others.
type Rule struct {
	Name      string
	Predicted int      // which word of the sentence the rule decides, from 0
	Causes    []int    // the words that decide it
	Correct   []string // every word that the rule allows there
}

const (
	placeRule     = "place"
	agreementRule = "agreement"
	echoRule      = "echo"
)

// RuleNames lists the planted rules:
//
//	place      the place is decided by who is seen and the preposition
//	agreement  is or was, are or were: decided by the number of the subject
//	echo       the animal after "because that" is the subject once more
func (g *Grammar) RuleNames() []string {
	return []string{placeRule, agreementRule, echoRule}
}

// rules lists the rules at work in a complete path.
func (g *Grammar) rules(w path) []Rule {
	var rules []Rule
	if at, ok := w.at["place"]; ok {
		causes := []int{w.at["seen"], w.at["prep"]}
		rules = append(rules, Rule{placeRule, at, causes, []string{w.words[at]}})
	}
	if at, ok := w.at["copula"]; ok {
		rules = append(rules, Rule{agreementRule, at, []int{w.at["subject"]}, copulas(w.m.subject.plural)})
	}
	if at, ok := w.at["echo"]; ok {
		rules = append(rules, Rule{echoRule, at, []int{w.at["subject"]}, []string{g.form(w.m.subject)}})
	}
	return rules
}
