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

var (
	effects    = regexp.MustCompile(`"((?:[^"\\]|\\.)*)" \((removed (-?[0-9.]+))?(?:, )?(replaced (-?[0-9.]+))?\)`)
	counted    = regexp.MustCompile(`([0-9]+) words? (?:has|have) an effect on `)
	mostGoesTo = regexp.MustCompile(`The most attention goes to "((?:[^"\\]|\\.)*)" \(([0-9.]+)\), which has no such effect`)
	mostAmong  = regexp.MustCompile(`The word with the most attention, "((?:[^"\\]|\\.)*)" \(([0-9.]+)\), is among them`)
	mostToo    = regexp.MustCompile(`It has the most attention too: ([0-9.]+)|They are the ([0-9]+) with the most attention too`)
	noRemoval  = regexp.MustCompile(`Removing the attention to "((?:[^"\\]|\\.)*)"(, which has the most)? \(([0-9.]+)\),? has no effect above the noise floor \(([0-9.]+) nats\)`)
	ranked     = regexp.MustCompile(`Rank correlation of attention and effect: (-?[0-9.]+) \(p [^)]*\): the more attention, the (larger|smaller) the effect`)
)

// WhyFaults returns in what the words of a printed [attention.Why], without a word to compare with, do not agree with its
// numbers. It computes what they should say from the numbers alone, for sentences of words that are printed as they are.
func WhyFaults(y attention.Why, printed string) (faults []string) {
	text := strings.Join(strings.Fields(printed), " ")
	fault := func(format string, a ...any) { faults = append(faults, fmt.Sprintf(format, a...)) }
	names := spelled(y.Tokens)
	two := func(x float64) string { return strings.Replace(strconv.FormatFloat(x, 'f', 2, 64), "-0.00", "0.00", 1) }
	last := len(y.Words) - 1

	// Which words have an effect, by the numbers.
	byReplacing := slices.ContainsFunc(y.Words, func(w attention.WordEffect) bool { return w.Replaced != nil })
	floors := y.NoiseFloor
	of := func(w attention.WordEffect) (removed, mean, nine *float64) {
		return w.AttentionRemoved, w.Replaced, w.NineInTen
	}
	if y.Against != nil {
		floors.Removed, floors.Replaced = floors.DifferenceRemoved, floors.DifferenceReplaced
		of = func(w attention.WordEffect) (removed, mean, nine *float64) {
			return w.DifferenceRemoved, w.DifferenceReplaced, w.DifferenceNine
		}
	}
	beyond := func(x *float64, floor float64) bool { return x != nil && math.Abs(*x) > floor }
	above := map[string]bool{}
	positive, some := 0, 0
	for i, w := range y.Words {
		removed, mean, nine := of(w)
		effect, floor := removed, floors.Removed
		if byReplacing {
			effect, floor = nine, floors.Replaced
		}
		switch {
		case beyond(effect, floor):
			above[names[i]] = true
			if *effect > 0 && i != last {
				positive++
			}
		case beyond(mean, floors.Replaced):
			some++
		}
	}
	// Which are named, with which numbers.
	named := map[string]bool{}
	for _, m := range effects.FindAllStringSubmatch(text, -1) {
		if m[2] == "" && m[4] == "" {
			continue
		}
		i := slices.Index(names, m[1])
		if i < 0 {
			fault("%q is no word of the sentence", m[1])
			continue
		}
		named[m[1]] = true
		removed, mean, nine := of(y.Words[i])
		if m[2] != "" && (removed == nil || m[3] != two(*removed) || !beyond(removed, floors.Removed)) {
			fault("%s: removed %s", m[1], m[3])
		}
		if m[4] != "" && (mean == nil || m[5] != two(*mean) || !beyond(nine, floors.Replaced)) {
			fault("%s: replaced %s", m[1], m[5])
		}
	}
	pair := y.Redundancy != nil && slices.ContainsFunc(y.Redundancy.Pairs, y.Needed)
	const most = 5 // words that a sentence names
	for name := range named {
		if !above[name] {
			fault("%q is named, and has no effect above the noise floor", name)
		}
	}
	if len(above) <= most && len(named) != len(above) {
		fault("%d words are named, and %d have an effect", len(named), len(above))
	}
	if m := counted.FindStringSubmatch(text); (m != nil) != (positive > 0) || m != nil && m[1] != strconv.Itoa(positive) {
		fault("%q, and %d words but the last have a positive effect", m, positive)
	}
	if got := strings.Contains(text, "Almost nothing matters here"); got != (len(above) == 0 && some == 0 && !pair) {
		fault("almost nothing: %t, and %d words have an effect", got, len(above))
	}
	if got := strings.Contains(text, "Only the last word has an effect"); got != (len(above) == 1 && above[names[last]]) {
		fault("only the last word: %t", got)
	}
	if got := strings.Contains(text, "Nothing else matters"); got != (len(above) > 0 && some == 0) {
		fault("nothing else: %t", got)
	}

	// Attention.
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(y.Words[j].Attention, y.Words[i].Attention) })
	top := names[order[0]]
	same := len(above) > 0 && len(above) < len(names)
	for _, i := range order[:len(above)] {
		same = same && above[names[i]]
	}
	if m := mostGoesTo.FindStringSubmatch(text); m != nil && (m[1] != top || m[2] != two(y.Words[order[0]].Attention) ||
		above[top]) {
		fault("the most attention goes to %s, and not to %s", top, m[1])
	}
	if m := mostAmong.FindStringSubmatch(text); m != nil && (m[1] != top || !above[top]) {
		fault("%s has the most attention, and not %s", top, m[1])
	}
	if got := mostToo.MatchString(text); got != same {
		fault("the most attention too: %t, want %t", got, same)
	}
	if m := noRemoval.FindStringSubmatch(text); m != nil {
		i := slices.Index(names, m[1])
		if i < 0 || math.Abs(*y.Words[i].AttentionRemoved) > y.NoiseFloor.Removed || m[3] != two(y.Words[i].Attention) ||
			(m[2] != "") != (m[1] == top) {
			fault("removing the attention to %s has no effect", m[1])
		}
	}
	if m := ranked.FindStringSubmatch(text); m != nil && (len(above) < 3 || y.Correlation.P > 0.05 ||
		m[1] != two(y.Correlation.Rho) || (m[2] == "larger") != (y.Correlation.Rho > 0)) {
		fault("rank correlation: %q of %+v", m[0], y.Correlation)
	}
	return faults
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
