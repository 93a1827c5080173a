package prose

import (
	"fmt"
	"slices"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
)

// named is how many words a sentence names.
const named = 5

// Why says in sentences what follows from the numbers of a Why: which words have effects above the noise floor, whether they are
// those with the most attention, how attention and effect correlate if that is significant, and why removing the attention to the
// most attended word has no effect.
func Why(y attention.Why) []string {
	if len(y.Words) < 2 {
		return []string{fmt.Sprintf("There is no other %s to compare with.", y.Unit)}
	}
	list := []string{withEffect(y)}
	for _, more := range []string{causes(y), someOthers(y), removedOnly(y), correlated(y), redundant(y)} {
		if more != "" {
			list = append(list, more)
		}
	}
	return list
}

// withEffect says which words have effects.
func withEffect(y attention.Why) string {
	marks, target, last := numbered(y.Tokens), printable.Quote(printable.Token(y.Target)), len(y.Words)-1
	less := "less likely"
	if y.Against != nil {
		against := printable.Quote(printable.Token(y.Against.Word))
		target, less = fmt.Sprintf("the logit difference of %s and %s", target, against), "smaller"
	}
	effect := "removed"
	if y.Replaceable() {
		effect = "replaced"
	}
	var toward, other []string
	var text, ofLast string
	for _, i := range y.WithEffect {
		w := y.Words[i]
		part := fmt.Sprintf("%s (%s)", printable.Quote(marks[i]), effectsOf(y, w))
		switch {
		case i == last:
			ofLast = part
		case negative(y, w):
			other = append(other, part)
		default:
			toward = append(toward, part)
		}
	}
	if len(toward) > 0 {
		text = fmt.Sprintf("%s %s an effect on %s: %s.", printable.Count(len(toward), y.Unit), have(len(toward)), target, Listed(toward))
	}
	switch {
	case ofLast == "":
	case len(y.WithEffect) == 1:
		text = fmt.Sprintf("Only the last %s has an effect, which the model predicts from: %s.", y.Unit, ofLast)
	case len(toward) > 0:
		text += fmt.Sprintf(" So has the last %s, which the model predicts from: %s.", y.Unit, ofLast)
	default:
		text = fmt.Sprintf("The last %s, which the model predicts from, has an effect: %s.", y.Unit, ofLast)
	}
	if len(other) > 0 {
		text += fmt.Sprintf(" %s %s %s %s: %s.", printable.Count(len(other), y.Unit), makes(len(other)), target, less, Listed(other))
	}
	of := y.Unit + " has"
	if n := y.Measured(); n < len(y.Words)-1 && len(y.Words) > attention.MostReplaced {
		of = fmt.Sprintf("%s of the %d that were measured has", y.Unit, n)
	}
	switch {
	case text == "" && len(y.SomeOthers) > 0:
		return fmt.Sprintf("No %s has an effect above the noise floor in nine of ten cases when it is %s (%s).",
			y.Unit, effect, floor(y, effect))
	case len(y.SomeOthers) > 0:
		return fmt.Sprintf("%s%s No other %s an effect above the noise floor (%s) in nine of ten cases when it is %s.",
			strings.TrimSpace(text), attended(y), of, floor(y, effect), effect)
	case text != "":
		return fmt.Sprintf("%s%s Nothing else matters: no other %s an effect above the noise floor when it is %s (%s).",
			strings.TrimSpace(text), attended(y), of, effect, floor(y, effect))
	case y.Redundancy != nil && slices.ContainsFunc(y.Redundancy.Pairs, y.Needed):
		return fmt.Sprintf("No single %s matters here: none has an effect above the noise floor when it alone is %s (%s).",
			y.Unit, effect, floor(y, effect))
	}
	return fmt.Sprintf("Almost nothing matters here: no %s an effect above the noise floor when it is %s (%s).",
		of, effect, floor(y, effect))
}

// negative reports whether a word makes the target less likely.
func negative(y attention.Why, w attention.WordEffect) bool {
	effect, _ := y.Effect(w)
	return effect < 0
}

// floor writes the noise floor of a kind of effect.
func floor(y attention.Why, effect string) string {
	f, unit := y.NoiseFloor, "nats"
	removed, replaced := f.Removed, f.Replaced
	if y.Against != nil {
		removed, replaced, unit = f.DifferenceRemoved, f.DifferenceReplaced, "logits"
	}
	if effect == "removed" {
		replaced = removed
	}
	return printable.Rounded(replaced) + " " + unit
}

// effectsOf writes the effects of a word that are above the noise floor and have the sign of the effect by which it is judged.
func effectsOf(y attention.Why, w attention.WordEffect) string {
	var parts []string
	if effect, above := y.Removed(w); above && effect < 0 == negative(y, w) {
		parts = append(parts, "removed "+printable.Rounded(effect))
	}
	if _, above := y.Replaced(w); above {
		mean, _ := y.ReplacedMean(w)
		parts = append(parts, "replaced "+printable.Rounded(mean))
	}
	return strings.Join(parts, ", ")
}

// someOthers says in the place of which words some others would change the prediction.
func someOthers(y attention.Why) string {
	if len(y.SomeOthers) == 0 {
		return ""
	}
	marks := numbered(y.Tokens)
	var parts []string
	for _, i := range y.SomeOthers {
		w := y.Words[i]
		change := 0
		for _, r := range w.Replacements {
			if _, above := y.ReplacedBy(r); above {
				change++
			}
		}
		parts = append(parts, fmt.Sprintf("%s (%d of %d)", printable.Quote(marks[i]), change, len(w.Replacements)))
	}
	return fmt.Sprintf("In the place of %s some other %ss would change the prediction, but fewer than nine in ten in the same "+
		"direction: these replacements have an effect themselves.", Listed(parts), y.Unit)
}

// removedOnly says which tokens have an effect only when the attention to them is removed.
func removedOnly(y attention.Why) string {
	marks := numbered(y.Tokens)
	var unused, unknown []string
	var start string
	for _, i := range y.RemovalOnly {
		effect, _ := y.Removed(y.Words[i])
		part := fmt.Sprintf("%s (%s)", printable.Quote(marks[i]), printable.Rounded(effect))
		switch {
		case i == 0 && y.Words[i].Word == boundary:
			start = fmt.Sprintf("Removing the attention to %s has an effect above its noise floor (%s): it is the start of the "+
				"sentence, and no %s; its weight goes to the other tokens.", part, floor(y, "removed"), y.Unit)
		case y.Words[i].Replaced == nil:
			unknown = append(unknown, part)
		case !slices.Contains(y.SomeOthers, i):
			unused = append(unused, part)
		}
	}
	var text string
	if unused != nil {
		text = fmt.Sprintf("Removing the attention to %s has an effect above its noise floor (%s), but other %ss in its place "+
			"have none: the effect is that of the weight, which goes to the other tokens.", Listed(unused), floor(y, "removed"), y.Unit)
	}
	if unknown != nil {
		text += fmt.Sprintf(" Removing the attention to %s has an effect above its noise floor (%s). No other %[3]s was put in its "+
			"place, so it is not known whether it is that of the %[3]s or of the weight, which goes to the other tokens.",
			Listed(unknown), floor(y, "removed"), y.Unit)
	}
	return strings.TrimSpace(text + " " + start)
}

// boundary is how the boundary token is shown.
const boundary = "<s>"

// Listed joins the first few of a list.
func Listed(parts []string) string {
	if more := len(parts) - named; more > 0 {
		return strings.Join(parts[:named], ", ") + fmt.Sprintf(" and %d more", more)
	}
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// attended says whether the words with an effect are those with the most attention.
func attended(y attention.Why) string {
	n := len(y.WithEffect)
	if n == 0 || n == len(y.Words) {
		return ""
	}
	order := y.ByAttention()
	same := true
	for _, i := range order[:n] {
		same = same && slices.Contains(y.WithEffect, i)
	}
	most, marks := y.Words[order[0]], numbered(y.Tokens)
	name := fmt.Sprintf("%s (%s)", printable.Quote(marks[most.Position]), printable.Rounded(most.Attention))
	switch {
	case same && n == 1:
		return fmt.Sprintf(" It has the most attention too: %s.", printable.Rounded(most.Attention))
	case same:
		return fmt.Sprintf(" They are the %d with the most attention too.", n)
	case slices.Contains(y.WithEffect, most.Position) && n > 1:
		return fmt.Sprintf(" The %s with the most attention, %s, is among them.", y.Unit, name)
	}
	if slices.Contains(y.SomeOthers, most.Position) {
		return fmt.Sprintf(" The most attention goes to %s: see below.", name)
	}
	if _, removed := y.Removed(most); removed {
		return fmt.Sprintf(" The most attention goes to %s, which has an effect only when the attention to it is removed.", name)
	}
	return fmt.Sprintf(" The most attention goes to %s, which has no such effect.", name)
}

// causes says whether the cause words of a known rule have an effect.
func causes(y attention.Why) string {
	marks := numbered(y.Tokens)
	var all, missing []string
	for i, w := range y.Words {
		if w.Cause {
			all = append(all, printable.Quote(marks[i]))
			if !slices.Contains(y.WithEffect, i) {
				missing = append(missing, all[len(all)-1])
			}
		}
	}
	switch {
	case len(all) == 0:
		return ""
	case len(missing) == 0:
		return fmt.Sprintf("The %s of the rule %s, %s, %s an effect.", plural(len(all), "cause "+y.Unit),
			printable.Sentence(y.Rule), Listed(all), have(len(all)))
	}
	return fmt.Sprintf("The %s of the rule %s: %s. Without an effect above the noise floor: %s.", plural(len(all),
		"cause "+y.Unit), printable.Sentence(y.Rule), Listed(all), Listed(missing))
}

// have is the verb of so many words.
func have(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

// makes is another verb of so many words.
func makes(n int) string {
	if n == 1 {
		return "makes"
	}
	return "make"
}

func plural(n int, noun string) string {
	if n > 1 {
		noun += "s"
	}
	return noun
}

// significant is the largest p-value of a correlation that is put into words.
const significant = 0.05

// correlated says how attention and effect correlate, if at least three words have an effect and the correlation is significant.
func correlated(y attention.Why) string {
	c := y.Correlation
	if c == nil || len(y.WithEffect) < 3 || c.P > significant {
		return ""
	}
	meaning := "the more attention, the larger the effect"
	if c.Rho < 0 {
		meaning = "the more attention, the smaller the effect"
	}
	return fmt.Sprintf("Rank correlation of attention and effect: %s (p %s, effects below the noise floor as ties): %s.",
		printable.Rounded(c.Rho), probability(c.P), meaning)
}

// probability writes what a p-value is.
func probability(p float64) string {
	if p < 0.001 {
		return "< 0.001"
	}
	return fmt.Sprintf("= %.3f", p)
}

// redundant says why the removal of the attention to a word has no effect.
func redundant(y attention.Why) string {
	d := y.Redundancy
	if d == nil {
		return ""
	}
	marks := numbered(y.Tokens)
	word := printable.Quote(marks[d.Position])
	subject := fmt.Sprintf("%s (%s)", word, printable.Rounded(y.Words[d.Position].Attention))
	if d.Position == y.ByAttention()[0] {
		subject = fmt.Sprintf("%s, which has the most (%s),", word, printable.Rounded(y.Words[d.Position].Attention))
	}
	text := fmt.Sprintf("Removing the attention to %s has no effect above the noise floor (%s).", subject, floor(y, "removed"))
	for _, reason := range d.Reasons {
		switch reason {
		case attention.Sink:
			text += " It is the start of the sentence, an attention sink: its weight has no effect."
		case attention.PairNeeded:
			for _, p := range d.Pairs {
				if y.Needed(p) && slices.Contains(p.Positions[:], d.Position) {
					other := p.Positions[0] + p.Positions[1] - d.Position
					enough := "one of the two is enough"
					if alone, above := y.Removed(y.Words[other]); above {
						enough = fmt.Sprintf("that of %s alone is %s", printable.Quote(marks[other]), printable.Rounded(alone))
					}
					text += fmt.Sprintf(" Removing the attention to %s as well has an effect of %s: %s.",
						printable.Quote(marks[other]), printable.Rounded(p.Effect), enough)
					break
				}
			}
		case attention.OtherTokens:
			text += fmt.Sprintf(" Later %ss have its content too: removing the attention of all of them to it has an effect of %s.",
				y.Unit, printable.Rounded(*d.AllQueries))
		case attention.Certain:
			text += fmt.Sprintf(" The prediction is certain already: the logit difference to %s falls from %s by %s, and "+
				"the probability hardly changes.",
				printable.Quote(printable.Token(d.RunnerUp)), printable.Rounded(d.Margin), printable.Rounded(d.Difference))
		case attention.SameAnswer:
			mean, _ := y.ReplacedMean(y.Words[d.Position])
			text += fmt.Sprintf(" Without it the model predicts the same; other %ss in its place change the prediction (replaced %s).",
				y.Unit, printable.Rounded(mean))
		case attention.Itself:
			text += fmt.Sprintf(" It is the last %s: the prediction is computed from its vector, which needs no attention.", y.Unit)
		case attention.Several:
			text += fmt.Sprintf(" Only some other %ss in its place have an effect.", y.Unit)
		case attention.NoOther:
			text += fmt.Sprintf(" The training text has no other %s in its place, so it carries no information.", y.Unit)
		case attention.NotUsed:
			text += " Replacing it has none either: this prediction does not use it."
		}
	}
	if len(d.Reasons) == 0 {
		text += " No test found why."
	}
	return text
}
