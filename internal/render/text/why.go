package text

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/prose"
	"attend/internal/render"
	"attend/internal/term"
)

// mostHeads is how many heads have a line of their own.
const mostHeads = 12

// mostLayers is how many layers have a column for the effect of a removal in them alone.
const mostLayers = 6

// mostWords is how many words have a line of their own.
const mostWords = 30

// longBar is the effect, in nats, of the longest bar, unless there is a larger one: it divides a probability by 20.
const longBar = 3

// What goes first from the table of words on a terminal that is too narrow.
const (
	spareDifference = iota + 1
	spareNine
	spareBars
	spareLayers
	spareDeviation
	spareNorm
	spareHeads
	spareAttention
	spareBy
)

// Why writes a Why for a terminal: the attention to each word and its effects, the words with the largest effect first, then the
// heads, and what the numbers say.
func Why(w io.Writer, y attention.Why, o Options) error {
	var b bytes.Buffer
	target := render.Spelling(y.Target)
	b.WriteString(o.title("Why %s is predicted after: %s", printable.Quote(target), term.Isolated(printable.Sentence(y.ContextText))))
	given := fmt.Sprintf("P(%s) = %.3f.", target, y.Probability)
	if len(y.Words) == 0 {
		b.WriteString(o.paragraph("%s It has nothing before it to attend to.", given))
		return render.Write(w, &b)
	}
	words := shownWords(y)
	table := whyTable(y, words, o)
	shown, _ := table.Shown(o.width())
	has := func(spare int) bool {
		return slices.ContainsFunc(shown, func(i int) bool { return table.Columns[i].Spare == spare })
	}
	b.WriteString(o.paragraph("%s %s", given, columns(y, has)))
	if n := y.Measured(); n < len(y.Words)-1 && len(y.Words) > attention.MostReplaced {
		b.WriteString(o.paragraph("Of the %d tokens %d were replaced: those with the largest effects of removal, and with the most attention.",
			len(y.Words), n))
	}
	if y.Against != nil {
		why := ""
		if y.Against.Automatic {
			why = fmt.Sprintf("The prediction is certain, and no %[1]s but the last has an effect on its log-probability in nine of "+
				"ten cases when it is replaced; so %[1]ss are judged by the logits. ", y.Unit)
		}
		b.WriteString(o.paragraph(why+"Against %s, P = %.3f: the decrease of the difference of their logits, which is %s.",
			printable.Quote(render.Spelling(y.Against.Word)), y.Against.Probability, printable.Rounded(y.Against.LogitDifference)))
	}
	b.WriteString("\n" + table.Text(o.width()) + o.unknownNote(y.Unknown))
	if rest := len(y.Words) - len(words); rest > 0 {
		b.WriteString(o.paragraph("and %s", printable.Count(rest, "more "+y.Unit)))
	}
	if len(y.Heads) > 0 {
		b.WriteString("\n" + o.paragraph("Heads: the effect on log P(%s) of replacing their output by its mean over held-out text "+
			"(mean ablation)%s:", target, resampled(y)))
		heads := slices.Clone(y.Heads)
		slices.SortStableFunc(heads, func(a, b attention.HeadAblation) int { return cmp.Compare(b.Mean, a.Mean) })
		shown := min(len(heads), mostHeads)
		b.WriteString(headTable(heads[:shown], o).Text(o.width()))
		if rest := heads[shown:]; len(rest) > 0 {
			b.WriteString(o.paragraph("and %s with effects from %s to %s",
				printable.Count(len(rest), "more head"), printable.Rounded(rest[0].Mean), printable.Rounded(rest[len(rest)-1].Mean)))
		}
	}
	if y.Direct != nil {
		b.WriteString("\n" + directLogits(*y.Direct, o))
	}
	for _, sentence := range prose.Why(y) {
		b.WriteString("\n" + o.paragraph("%s", sentence))
	}
	return render.Write(w, &b)
}

// columns explains the columns of the table of words; has reports whether those of a Spare are shown.
func columns(y attention.Why, has func(spare int) bool) string {
	mean, removed := "the mean over heads", "in all layers"
	if has(spareHeads) {
		mean = "the mean and by head"
	}
	if has(spareLayers) {
		removed += ", or in one alone"
	}
	text := fmt.Sprintf("Attention is that of the last token, %s. ", mean)
	if has(spareNorm) {
		text += "Norm is the length of the vector that it adds: weight times value times output projection. "
	}
	text += fmt.Sprintf("An effect is the decrease of log P(%s), in nats; 0.69 halves a probability. "+
		"Removed: without the attention to the %s, %s.",
		render.Spelling(y.Target), y.Unit, removed)
	if y.Replaceable() {
		text += fmt.Sprintf(" Replaced: with another %s in its place, the mean over several.", y.Unit)
	}
	if has(spareNine) {
		text += " 9 in 10: the effect that about nine in ten of them have at least."
	}
	return text
}

// resampled says how heads are ablated besides mean ablation.
func resampled(y attention.Why) string {
	if y.Heads[0].Deviation == nil {
		return ""
	}
	return ", and by its outputs at random tokens of it (resample ablation: mean and standard deviation over the draws)"
}

// shownWords returns the words that have a line: all of a short sentence, of a longer one those with an effect, and those with
// the most attention.
func shownWords(y attention.Why) []attention.WordEffect {
	ranked := y.Ranked()
	if len(ranked) <= mostWords {
		return ranked
	}
	shown := slices.Clone(ranked[:min(len(y.WithEffect), mostWords-fewAttended)])
	rest := slices.Clone(ranked[len(shown):])
	slices.SortStableFunc(rest, func(a, b attention.WordEffect) int { return cmp.Compare(b.Attention, a.Attention) })
	return append(shown, rest[:fewAttended]...)
}

// fewAttended is how many words without an effect a long table has: those with the most attention.
const fewAttended = 10

// single returns how many layers have a column for a removal in them alone: all, if there are several and few.
func single(y attention.Why) int {
	if layers := len(y.Words[0].ByHead); layers > 1 && layers <= mostLayers {
		return layers
	}
	return 0
}

// whyTable has a row for each of the words.
func whyTable(y attention.Why, words []attention.WordEffect, o Options) term.Table {
	marks, layers, largest := numbered(render.Labels(y.Encoded)), single(y), float64(longBar)
	for _, w := range words {
		effect, _ := y.Effect(w)
		largest = max(largest, math.Abs(effect))
	}
	t := term.Table{Rows: make([][]string, len(words))}
	column := func(c term.Column, cell func(w attention.WordEffect) string) {
		t.Columns = append(t.Columns, c)
		for i, w := range words {
			t.Rows[i] = append(t.Rows[i], cell(w))
		}
	}
	column(term.Column{Title: y.Unit, Left: true}, func(w attention.WordEffect) string {
		return marks[w.Position].Fit(render.WidestLabel)
	})
	column(term.Column{Title: "attention"}, func(w attention.WordEffect) string { return printable.Rounded(w.Attention) })
	column(term.Column{Left: true, Spare: spareAttention}, func(w attention.WordEffect) string { return tableBar(w.Attention, 1, o) })
	for layer, heads := range y.Words[0].ByHead {
		for head := range heads {
			name := fmt.Sprintf("h%d", head+1)
			if len(y.Words[0].ByHead) > 1 {
				name = fmt.Sprintf("%d.%d", layer+1, head+1)
			} else if len(heads) == 1 {
				break // its weight is the mean
			}
			column(term.Column{Title: name, Spare: spareHeads}, func(w attention.WordEffect) string {
				return render.Number(w.ByHead[layer][head])
			})
		}
	}
	column(term.Column{Title: "norm", Spare: spareNorm}, func(w attention.WordEffect) string { return printable.Rounded(w.Norm) })
	spare := 0 // of the effects on the log-probability
	if y.Against != nil {
		spare = spareDifference
	}
	column(term.Column{Title: "removed", Spare: spare}, func(w attention.WordEffect) string { return signed(w.AttentionRemoved) })
	for layer := range layers {
		column(term.Column{Title: fmt.Sprintf("in %d", layer+1), Spare: spareLayers}, func(w attention.WordEffect) string {
			if len(w.AttentionRemovedByLayer) != layers {
				return "-"
			}
			return printable.Rounded(w.AttentionRemovedByLayer[layer])
		})
	}
	if y.Replaceable() {
		column(term.Column{Title: "replaced", Spare: spare}, func(w attention.WordEffect) string { return signed(w.Replaced) })
		column(term.Column{Title: "±", Left: true, Spare: spareDeviation}, func(w attention.WordEffect) string {
			if w.Deviation == nil {
				return ""
			}
			return printable.Rounded(*w.Deviation)
		})
		column(term.Column{Title: "9 in 10", Spare: max(spare, spareNine)}, func(w attention.WordEffect) string {
			return signed(w.NineInTen)
		})
	}
	if y.Against != nil {
		column(term.Column{Title: "logit removed"}, func(w attention.WordEffect) string { return signed(w.DifferenceRemoved) })
		column(term.Column{Title: "logit replaced"}, func(w attention.WordEffect) string { return signed(w.DifferenceReplaced) })
	}
	column(term.Column{Left: true, Spare: spareBars}, func(w attention.WordEffect) string {
		effect, _ := y.Effect(w)
		return effectBarOf(effect, largest, o)
	})
	if y.Replaceable() {
		column(term.Column{Title: "by", Left: true, Spare: spareBy}, replacedBy)
	}
	return t
}

// headTable has a row for each head.
func headTable(heads []attention.HeadAblation, o Options) term.Table {
	t := term.Table{Columns: []term.Column{{Title: "head", Left: true}, {Title: "mean"}, {Title: "resample", Spare: 3},
		{Title: "±", Left: true, Spare: 2}, {Left: true, Spare: 1}}}
	largest := float64(longBar)
	for _, h := range heads {
		largest = max(largest, math.Abs(h.Mean))
	}
	for _, h := range heads {
		resample, deviation := "", ""
		if h.Deviation != nil {
			resample, deviation = printable.Rounded(h.Resample), printable.Rounded(*h.Deviation)
		}
		t.Add(fmt.Sprintf("layer %d, head %d", h.Layer+1, h.Head+1), printable.Rounded(h.Mean), resample, deviation, effectBarOf(h.Mean,
			largest, o))
	}
	return t
}

// effectBarOf draws the size of an effect, unless it is printed as 0.
func effectBarOf(x, largest float64, o Options) string {
	if printable.Rounded(x) == "0.00" {
		return ""
	}
	return tableBar(math.Abs(x), largest, o)
}

// signed prints an effect, or a dash where there is none.
func signed(x *float64) string {
	if x == nil {
		return "-"
	}
	return printable.Rounded(*x)
}

// replacedBy says what a word was replaced by.
func replacedBy(w attention.WordEffect) string {
	n := len(w.Replacements)
	switch {
	case n == 0:
		return ""
	case w.OtherNumber:
		return fmt.Sprintf("%d of the other number (%s)", n, w.Kind)
	case w.Kind != "":
		return fmt.Sprintf("%d of its kind (%s)", n, w.Kind)
	case w.Seen == "between":
		return fmt.Sprintf("%d seen between the same two", n)
	}
	return fmt.Sprintf("%d seen %s the same", n, w.Seen)
}
