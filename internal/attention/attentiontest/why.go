package attentiontest

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"attend/internal/attention"
)

const (
	quoted = `"((?:[^"\\]|\\.)*)"`
	number = `(-?[0-9.]+)`
	noun   = `(?:word|character|token)`
)

var (
	effects  = regexp.MustCompile(quoted + ` \((removed ` + number + `)?(?:, )?(replaced ` + number + `)?\)`)
	toward   = regexp.MustCompile(`([0-9]+) ` + noun + `s? (?:has|have) an effect on `)
	away     = regexp.MustCompile(`([0-9]+) ` + noun + `s? makes? .*? (?:less likely|smaller): (.*?)\.(?: |$)`)
	mostOnly = regexp.MustCompile(`The most attention goes to ` + quoted +
		` \(([0-9.]+)\), which has an effect only when the attention to it is removed`)
	mostGoesTo = regexp.MustCompile(`The most attention goes to ` + quoted + ` \(([0-9.]+)\), which has no such effect`)
	mostAmong  = regexp.MustCompile(`The ` + noun + ` with the most attention, ` + quoted + ` \(([0-9.]+)\), is among them`)
	mostToo    = regexp.MustCompile(`It has the most attention too: ([0-9.]+)|They are the ([0-9]+) with the most attention too`)
	noRemoval  = regexp.MustCompile(`Removing the attention to ` + quoted + `(, which has the most)? \(([0-9.]+)\),? ` +
		`has no effect above the noise floor \(([0-9.]+) (?:nats|logits)\)`)
	ranked = regexp.MustCompile(`Rank correlation of attention and effect: ` + number +
		` \(p [^)]*\): the more attention, the (larger|smaller) the effect`)
	others      = regexp.MustCompile(`In the place of (.*?) some other ` + noun + `s would change the prediction`)
	ofSome      = regexp.MustCompile(quoted + ` \(([0-9]+) of ([0-9]+)\)`)
	causesAll   = regexp.MustCompile(`The cause ` + noun + `s? of the rule [^:]*?, (".*"), (?:has|have) an effect\.`)
	causesSome  = regexp.MustCompile(`The cause ` + noun + `s? of the rule [^:]*: (".*?")\. Without an effect above the noise floor: (".*?")\.`)
	singleQuote = regexp.MustCompile(quoted)
)

// mostNamed is how many words a sentence names.
const mostNamed = 5

// WhyFaults returns in what the words of a printed [attention.Why] do not agree with its numbers. It computes what they should say
// from the numbers alone, for sentences whose tokens are printed as they are.
func WhyFaults(y attention.Why, printed string) (faults []string) {
	c := newWhyCheck(y, printed)
	c.namedWords()
	c.counts()
	c.replacements()
	c.causes()
	c.attention()
	return c.faults
}

// whyCheck is what the numbers say, and what is wrong in the text.
type whyCheck struct {
	y      attention.Why
	text   string   // in one line
	names  []string // of the tokens, as the text names them
	faults []string

	floors       attention.NoiseFloor // those of the effects by which words are judged are Removed and Replaced
	above        map[string]bool      // whether a word has an effect
	toward, away []string             // words with a positive effect but the last, and with a negative one but the last
	some         []int                // positions of the words of which only the mean effect is above the floor
}

func newWhyCheck(y attention.Why, printed string) *whyCheck {
	c := &whyCheck{y: y, text: strings.Join(strings.Fields(printed), " "), names: spelled(y.Tokens), floors: y.NoiseFloor,
		above: map[string]bool{}}
	if y.Against != nil {
		c.floors.Removed, c.floors.Replaced = y.NoiseFloor.DifferenceRemoved, y.NoiseFloor.DifferenceReplaced
	}
	byReplacing := slices.ContainsFunc(y.Words, func(w attention.WordEffect) bool { return w.Replaced != nil })
	for i, w := range y.Words {
		removed, mean, nine := c.effects(w)
		effect, floor := removed, c.floors.Removed
		if byReplacing {
			effect, floor = nine, c.floors.Replaced
		}
		switch {
		case beyond(effect, floor):
			c.above[c.names[i]] = true
			switch {
			case i == len(y.Words)-1:
			case *effect > 0:
				c.toward = append(c.toward, c.names[i])
			default:
				c.away = append(c.away, c.names[i])
			}
		case beyond(mean, c.floors.Replaced):
			c.some = append(c.some, i)
		}
	}
	return c
}

// effects returns the effects of a word by which it is judged: those on the logit difference if there is a word to compare with.
func (c *whyCheck) effects(w attention.WordEffect) (removed, mean, nine *float64) {
	if c.y.Against != nil {
		return w.DifferenceRemoved, w.DifferenceReplaced, w.DifferenceNine
	}
	return w.AttentionRemoved, w.Replaced, w.NineInTen
}

func beyond(x *float64, floor float64) bool { return x != nil && math.Abs(*x) > floor }

func (c *whyCheck) fault(format string, a ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, a...))
}

// expect adds a fault unless the text has a statement exactly if it is true.
func (c *whyCheck) expect(statement string, is bool) {
	if got := strings.Contains(c.text, statement); got != is {
		c.fault("%q: %t, want %t", statement, got, is)
	}
}

// namedWords checks which words are named with effects, and the effects.
func (c *whyCheck) namedWords() {
	named := map[string]bool{}
	for _, m := range effects.FindAllStringSubmatch(c.text, -1) {
		if m[2] == "" && m[4] == "" {
			continue
		}
		i := slices.Index(c.names, m[1])
		if i < 0 {
			c.fault("%q is no word of the sentence", m[1])
			continue
		}
		named[m[1]] = true
		removed, mean, nine := c.effects(c.y.Words[i])
		if m[2] != "" && (removed == nil || m[3] != two(*removed) || !beyond(removed, c.floors.Removed)) {
			c.fault("%s: removed %s", m[1], m[3])
		}
		if m[4] != "" && (mean == nil || m[5] != two(*mean) || !beyond(nine, c.floors.Replaced)) {
			c.fault("%s: replaced %s", m[1], m[5])
		}
	}
	for name := range named {
		if !c.above[name] {
			c.fault("%q is named, and has no effect above the noise floor", name)
		}
	}
	if len(c.toward) <= mostNamed && len(c.away) <= mostNamed && len(named) != len(c.above) {
		c.fault("%d words are named, and %d have an effect", len(named), len(c.above))
	}
}

// counts checks how many words are said to have an effect, for the prediction and against it.
func (c *whyCheck) counts() {
	if m := toward.FindStringSubmatch(c.text); (m != nil) != (len(c.toward) > 0) || m != nil && m[1] != strconv.Itoa(len(c.toward)) {
		c.fault("%q, and %d words but the last have a positive effect", m, len(c.toward))
	}
	m := away.FindStringSubmatch(c.text)
	if (m != nil) != (len(c.away) > 0) || m != nil && m[1] != strconv.Itoa(len(c.away)) {
		c.fault("%q, and %d words but the last have a negative effect", m, len(c.away))
	}
	if m != nil {
		for _, word := range singleQuote.FindAllStringSubmatch(m[2], -1) {
			if !slices.Contains(c.away, word[1]) {
				c.fault("%q is said to have a negative effect", word[1])
			}
		}
		if strings.Contains(m[2], "removed -") != strings.Contains(m[2], "removed ") || strings.Contains(m[2], "replaced -") !=
			strings.Contains(m[2], "replaced ") {
			c.fault("positive numbers in %q", m[0])
		}
	}
	pair := c.y.Redundancy != nil && slices.ContainsFunc(c.y.Redundancy.Pairs, c.y.Needed)
	last := c.above[c.names[len(c.names)-1]]
	c.expect("Almost nothing matters here", len(c.above) == 0 && len(c.some) == 0 && !pair)
	c.expect(fmt.Sprintf("Only the last %s has an effect", c.y.Unit), len(c.above) == 1 && last)
	c.expect(fmt.Sprintf("So has the last %s,", c.y.Unit), len(c.toward) > 0 && last)
	c.expect("Nothing else matters", len(c.above) > 0 && len(c.some) == 0)
}

// replacements checks which words some others in their place would change the prediction of, and how many.
func (c *whyCheck) replacements() {
	m := others.FindStringSubmatch(c.text)
	if (m != nil) != (len(c.some) > 0) {
		c.fault("%q, and words that some others in their place change the prediction of: %d", m, len(c.some))
	}
	if m == nil {
		return
	}
	list := ofSome.FindAllStringSubmatch(m[1], -1)
	if len(list) != min(len(c.some), mostNamed) {
		c.fault("%q names not %d words", m[1], len(c.some))
		return
	}
	for k, word := range list {
		w := c.y.Words[c.some[k]]
		change := 0
		for _, r := range w.Replacements {
			effect := &r.Effect
			if c.y.Against != nil {
				effect = r.Difference
			}
			if beyond(effect, c.floors.Replaced) {
				change++
			}
		}
		if change == 0 || word[1] != c.names[w.Position] || word[2] != strconv.Itoa(change) || word[3] != strconv.Itoa(len(w.Replacements)) {
			c.fault("%q, and %d of %d replacements of %q have an effect", word[0], change, len(w.Replacements), c.names[w.Position])
		}
	}
}

// causes checks what is said about the cause words of a rule.
func (c *whyCheck) causes() {
	var all, without []string
	for i, w := range c.y.Words {
		if w.Cause {
			all = append(all, c.names[i])
			if !c.above[c.names[i]] {
				without = append(without, c.names[i])
			}
		}
	}
	wantAll, wantSome := all, []string(nil)
	if without != nil {
		wantAll, wantSome = nil, all
	}
	if len(all) > mostNamed {
		return
	}
	said := func(m []string, group int) (words []string) {
		if m == nil {
			return nil
		}
		for _, word := range singleQuote.FindAllStringSubmatch(m[group], -1) {
			words = append(words, word[1])
		}
		return words
	}
	if got := said(causesAll.FindStringSubmatch(c.text), 1); !slices.Equal(got, wantAll) {
		c.fault("cause words with an effect: %q, want %q", got, wantAll)
	}
	m := causesSome.FindStringSubmatch(c.text)
	if got := said(m, 1); !slices.Equal(got, wantSome) {
		c.fault("cause words: %q, want %q", got, wantSome)
	}
	if got := said(m, 2); !slices.Equal(got, without) {
		c.fault("cause words without an effect: %q, want %q", got, without)
	}
}

// attention checks what is said about the words with the most attention.
func (c *whyCheck) attention() {
	y, names := c.y, c.names
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(y.Words[j].Attention, y.Words[i].Attention) })
	top := names[order[0]]
	same := len(c.above) > 0 && len(c.above) < len(names)
	for _, i := range order[:len(c.above)] {
		same = same && c.above[names[i]]
	}
	if m := mostGoesTo.FindStringSubmatch(c.text); m != nil && (m[1] != top || m[2] != two(y.Words[order[0]].Attention) ||
		c.above[top]) {
		c.fault("the most attention goes to %s, and not to %s", top, m[1])
	}
	if m := mostOnly.FindStringSubmatch(c.text); m != nil && (m[1] != top || !c.removalAlone(order[0])) {
		c.fault("%q", m[0])
	}
	if m := mostAmong.FindStringSubmatch(c.text); m != nil && (m[1] != top || !c.above[top]) {
		c.fault("%s has the most attention, and not %s", top, m[1])
	}
	if got := mostToo.MatchString(c.text); got != same {
		c.fault("the most attention too: %t, want %t", got, same)
	}
	if m := noRemoval.FindStringSubmatch(c.text); m != nil {
		i := slices.Index(names, m[1])
		removed, mean, nine := c.effects(y.Words[max(i, 0)])
		if i < 0 || removed == nil || beyond(removed, c.floors.Removed) || m[4] != two(c.floors.Removed) || m[3] != two(y.Words[i].Attention) ||
			(m[2] != "") != (m[1] == top) {
			c.fault("removing the attention to %s has no effect", m[1])
		}
		c.expect("this prediction does not use it", mean != nil && !beyond(mean, c.floors.Replaced) && !beyond(nine, c.floors.Replaced) &&
			slices.Equal(y.Redundancy.Reasons, []string{attention.NotUsed}))
		c.expect("in its place have an effect", slices.Contains(c.some, i) && slices.Contains(y.Redundancy.Reasons, attention.Several))
	}
	if m := ranked.FindStringSubmatch(c.text); m != nil && (len(c.above) < 3 || y.Correlation.P > 0.05 ||
		m[1] != two(y.Correlation.Rho) || (m[2] == "larger") != (y.Correlation.Rho > 0)) {
		c.fault("rank correlation: %q of %+v", m[0], y.Correlation)
	}
}

// removalAlone reports whether only removing the attention to a word has an effect.
func (c *whyCheck) removalAlone(position int) bool {
	removed, mean, nine := c.effects(c.y.Words[position])
	return beyond(removed, c.floors.Removed) && !beyond(mean, c.floors.Replaced) && !beyond(nine, c.floors.Replaced)
}

// two writes a number with two decimals, and never as -0.00.
func two(x float64) string {
	return strings.Replace(strconv.FormatFloat(x, 'f', 2, 64), "-0.00", "0.00", 1)
}

// spelled returns the tokens as a text names them: one that occurs several times has small numbers.
func spelled(tokens []string) []string {
	names := slices.Clone(tokens)
	count := map[string]int{}
	for i, token := range tokens {
		all := 0
		for _, other := range tokens {
			if other == token {
				all++
			}
		}
		if count[token]++; all > 1 {
			for _, digit := range strconv.Itoa(count[token]) {
				names[i] += string('₀' + digit - '0')
			}
		}
	}
	return names
}
