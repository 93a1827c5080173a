package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/term"
)

// lossLine is a loss with what it means.
type lossLine struct {
	name string
	loss float64
	note string
}

// lossLines lists the losses from the floor to knowing nothing.
func lossLines(r analysis.Report) []lossLine {
	var lines []lossLine
	if r.Entropy != nil {
		lines = append(lines, lossLine{"entropy", *r.Entropy, "the grammar itself, on held-out text"})
	}
	return append(lines,
		lossLine{"held-out", r.HeldOutLoss, "this model, on text it never saw"},
		lossLine{"training", r.TrainLoss, "this model, on text it learned from"},
		lossLine{"bigram", r.Baselines.Bigram, "knows only the token before"},
		lossLine{"unigram", r.Baselines.Unigram, "knows only how frequent tokens are"},
		lossLine{"uniform", r.Baselines.Uniform, "knows nothing"})
}

// writeLosses prints the losses as bars, and under them what the held-out loss means.
func writeLosses(w io.Writer, r analysis.Report, columns int) error {
	const longest = 20 // columns of the longest bar
	lines := lossLines(r)
	number := len("0.0000") + 1
	for _, l := range lines {
		number = max(number, len(decimals(l.loss, 4)))
	}
	text := func(l lossLine) string { return fmt.Sprintf("  %-9s %*s  ", l.name, number, decimals(l.loss, 4)) }
	beside := 0 // columns that a line with its note takes
	for _, l := range lines {
		beside = max(beside, len(text(l))+longest+2+len(l.note))
	}
	var b bytes.Buffer
	b.WriteString(term.Wrap("loss, nats per predicted token", columns) + "\n")
	for _, l := range lines {
		text := text(l)
		if full := min(longest, columns-len(text)); full >= 4 {
			text += lossBar(l.loss, r.Baselines.Uniform, full)
		}
		text = strings.TrimRight(text, " ")
		if beside <= columns {
			b.WriteString(text + "  " + l.note + "\n")
		} else { // the note goes below
			b.WriteString(text + "\n" + indented(l.note, columns, 4))
		}
	}
	meaning := fmt.Sprintf("perplexity %s, accuracy %.1f%%", perplexity(r.HeldOutLoss), 100*r.Accuracy)
	if r.Excess != nil {
		meaning = decimals(*r.Excess, 4) + " above the entropy, " + meaning
	}
	b.WriteString("\n" + indented("held-out: "+meaning, columns, 2))
	_, err := w.Write(b.Bytes())
	return err
}

// lossBar draws a loss as a part of the largest that a bar shows, full columns wide.
func lossBar(loss, largest float64, full int) string {
	filled := 0
	if part := loss / largest; part > 0 { // not for NaN
		filled = int(math.Round(float64(full) * min(1, part)))
	}
	return strings.Repeat("█", filled) + strings.Repeat("·", full-filled)
}

// decimals writes a number with so many decimals, a huge one with four digits in all.
func decimals(x float64, count int) string {
	if math.Abs(x) < 1e6 {
		return strconv.FormatFloat(x, 'f', count, 64)
	}
	return strconv.FormatFloat(x, 'g', 4, 64)
}

// perplexity writes e^loss. Above 1.8e308 there is no number for it, and it is left as a power.
func perplexity(loss float64) string {
	p := math.Exp(loss)
	if math.IsInf(p, 1) {
		return "e^" + decimals(loss, 2)
	}
	return decimals(p, 2)
}

// indented folds a text to the columns, each line after so many blanks.
func indented(text string, columns, blanks int) string {
	margin := strings.Repeat(" ", blanks)
	return margin + strings.ReplaceAll(term.Wrap(text, max(1, columns-blanks)), "\n", "\n"+margin) + "\n"
}

// ruleColumn is a column of the table of planted rules.
type ruleColumn struct {
	title string
	cell  func(analysis.RuleReport) string
}

// ruleColumns are all columns, in their order.
func ruleColumns() []ruleColumn {
	share := func(title string, of func(analysis.RuleReport) float64) ruleColumn {
		return ruleColumn{title, func(r analysis.RuleReport) string { return fmt.Sprintf("%.3f", of(r)) }}
	}
	effect := func(title string, of func(analysis.RuleReport) float64) ruleColumn {
		return ruleColumn{title, func(r analysis.RuleReport) string { return decimals(of(r), 2) }}
	}
	return []ruleColumn{
		{"cases", func(r analysis.RuleReport) string { return printable.Thousands(r.Count) }},
		share("accuracy", func(r analysis.RuleReport) float64 { return r.Accuracy }),
		share("best head", func(r analysis.RuleReport) float64 { return r.Attention.BestHead }),
		share("mean", func(r analysis.RuleReport) float64 { return r.Attention.Mean }),
		share("untrained", func(r analysis.RuleReport) float64 { return r.Attention.Untrained }),
		share("uniform", func(r analysis.RuleReport) float64 { return r.Attention.Uniform }),
		effect("cut", func(r analysis.RuleReport) float64 { return r.Cut.Causes }),
		effect("others", func(r analysis.RuleReport) float64 { return r.Cut.Others }),
	}
}

// writeRules prints how each planted rule was learned. On a narrow terminal the table has the
// columns that fit.
func writeRules(w io.Writer, r analysis.Report, columns int) error {
	if len(r.Rules) == 0 {
		return nil
	}
	var b bytes.Buffer
	b.WriteString("\n" + term.Wrap("planted rules: does the likeliest word obey, do the deciding words get attention, and does that matter?", columns) + "\n\n")
	const gap = 2
	name := 0
	for _, rule := range r.Rules {
		name = max(name, len(rule.Name))
	}
	table := ruleColumns()
	for _, least := range []string{"cases", "mean", "uniform", "untrained", "others", "cut", "best head"} {
		total := gap + name
		for _, c := range table {
			total += gap + max(len(c.title), len("0.000"))
		}
		if total <= columns {
			break
		}
		for i, c := range table {
			if c.title == least {
				table = append(table[:i], table[i+1:]...)
				break
			}
		}
	}
	row := func(first string, cell func(ruleColumn) string) {
		fmt.Fprintf(&b, "  %-*s", name, first)
		for _, c := range table {
			fmt.Fprintf(&b, "  %*s", max(len(c.title), len("0.000")), cell(c))
		}
		b.WriteByte('\n')
	}
	row("rule", func(c ruleColumn) string { return c.title })
	for _, rule := range r.Rules {
		row(rule.Name, func(c ruleColumn) string { return c.cell(rule) })
	}
	b.WriteString("\n" + term.Wrap("accuracy: share of cases in which the likeliest word obeys. From best head to uniform: attention from the word that "+
		"predicts to all words that decide, together: of the best head, the mean of all heads, the best head before training, and an even spread. "+
		"cut: what the log-probability of the right word loses, in nats, when just these edges are cut; others: when as many other edges are, the mean over up to 12 choices; both on up to 500 cases.", columns) + "\n")
	_, err := w.Write(b.Bytes())
	return err
}

// rulesInShort is one line on the planted rules.
func rulesInShort(r analysis.Report) string {
	var parts []string
	for _, rule := range r.Rules {
		parts = append(parts, fmt.Sprintf("%s %.1f%%", rule.Name, 100*rule.Accuracy))
	}
	return strings.Join(parts, ", ")
}
