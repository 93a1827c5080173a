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
	"attend/internal/render"
	"attend/internal/term"
)

// mostHeads is how many heads have a line of their own.
const mostHeads = 12

// mostLayers is how many layers have a column for the effect of a removal in them alone.
const mostLayers = 6

// noise is how large an effect must be, in nats, for a bar to be long and for ranks to be compared: it changes the
// probability by a twentieth.
const noise = 0.05

// What goes first from the table of words on a terminal that is too narrow.
const (
	spareReplaced = iota + 1
	spareBars
	spareLayers
	spareHeads
	spareShare
	spareBy
)

// Why writes a Why for a terminal: the attention to each word and its effect, the words with
// the largest effect first, then the heads, and how far attention and effect agree.
func Why(w io.Writer, y attention.Why, o Options) error {
	var b bytes.Buffer
	b.WriteString(o.title("Why %s is predicted after: %s", printable.Quote(render.Spelling(y.Target)), printable.Sentence(y.ContextText)))
	given := fmt.Sprintf("P(%s) = %.3f.", render.Spelling(y.Target), y.Probability)
	if len(y.Words) == 0 {
		b.WriteString(o.paragraph("%s It has no word before it to attend to.", given))
		return render.Write(w, &b)
	}
	table := whyTable(y, o)
	mean, cut := "the mean over heads", "in all layers"
	if shown, _ := table.Shown(o.width()); slices.ContainsFunc(shown, func(i int) bool { return table.Columns[i].Spare == spareHeads }) {
		mean = "the mean and by head"
	}
	if single(y) > 0 {
		cut += " (or in one alone)"
	}
	b.WriteString(o.paragraph("%s Attention is that of the last token, %s; an effect is the decrease of log P(%s), in nats, "+
		"when the attention to the word is removed %s, or the word is replaced.", given, mean, render.Spelling(y.Target), cut))
	b.WriteString("\n" + table.Text(o.width()))
	if len(y.Heads) > 0 {
		b.WriteString("\n" + o.paragraph("Mean ablation: the output of one head is replaced by its mean over held-out text:"))
		heads := slices.Clone(y.Heads)
		slices.SortStableFunc(heads, func(a, b attention.HeadEffect) int { return cmp.Compare(b.Effect, a.Effect) })
		shown := min(len(heads), mostHeads)
		b.WriteString(headTable(heads[:shown], o).Text(o.width()))
		if rest := heads[shown:]; len(rest) > 0 {
			b.WriteString(o.paragraph("and %s with effects from %s to %s",
				printable.Count(len(rest), "more head"), rounded(rest[0].Effect), rounded(rest[len(rest)-1].Effect)))
		}
	}
	b.WriteString("\n" + o.paragraph("%s", agreement(y)))
	return render.Write(w, &b)
}

// single returns how many layers have a column for a removal in them alone: all, if there are several and few.
func single(y attention.Why) int {
	if layers := len(y.Words[0].ByHead); layers > 1 && layers <= mostLayers {
		return layers
	}
	return 0
}

// largestCut is the size of the largest effect of a removal.
func largestCut(y attention.Why) float64 {
	largest := 0.0
	for _, c := range y.Words {
		if c.AttentionRemoved != nil {
			largest = max(largest, math.Abs(*c.AttentionRemoved))
		}
	}
	return largest
}

// agreement says what the rank correlation means.
func agreement(y attention.Why) string {
	if y.Correlation == nil {
		return "Too few words, or all alike, to compare attention with effect."
	}
	if largestCut(y) < noise {
		return fmt.Sprintf("No single removal has an effect of %.2f nats: there is nothing to compare attention with.", noise)
	}
	rho := *y.Correlation
	meaning := "attention says little about the effects here"
	switch {
	case rho >= 0.7:
		meaning = "the more attention, the larger the effect here"
	case rho >= 0.3:
		meaning = "attention and effect agree in part"
	case rho <= -0.3:
		meaning = "the more attention, the smaller the effect here"
	}
	return fmt.Sprintf("Rank correlation of attention and effect of removal: %.2f: %s.", rho, meaning)
}

// whyTable has a row for each word, the largest effect first.
func whyTable(y attention.Why, o Options) term.Table {
	ranked, marks, layers, largest := y.Ranked(), numberedWords(y.Tokens), single(y), max(noise, largestCut(y))
	t := term.Table{Rows: make([][]string, len(ranked))}
	column := func(c term.Column, cell func(c attention.WordEffect) string) {
		t.Columns = append(t.Columns, c)
		for i, cause := range ranked {
			t.Rows[i] = append(t.Rows[i], cell(cause))
		}
	}
	column(term.Column{Title: "word", Left: true}, func(c attention.WordEffect) string { return marks[c.Position].Fit(render.WidestLabel) })
	column(term.Column{Title: "attention"}, func(c attention.WordEffect) string { return rounded(c.Attention) })
	column(term.Column{Left: true, Spare: spareShare}, func(c attention.WordEffect) string { return tableBar(c.Attention, 1, o) })
	for layer, heads := range y.Words[0].ByHead {
		for head := range heads {
			name := fmt.Sprintf("h%d", head+1)
			if len(y.Words[0].ByHead) > 1 {
				name = fmt.Sprintf("%d.%d", layer+1, head+1)
			} else if len(heads) == 1 {
				break // its weight is the mean
			}
			column(term.Column{Title: name, Spare: spareHeads}, func(c attention.WordEffect) string {
				return render.Number(c.ByHead[layer][head])
			})
		}
	}
	column(term.Column{Title: "removed"}, func(c attention.WordEffect) string { return signed(c.AttentionRemoved) })
	column(term.Column{Left: true, Spare: spareBars}, func(c attention.WordEffect) string { return effectBarOf(c.RemovalEffect(), largest, o) })
	for layer := range layers {
		column(term.Column{Title: fmt.Sprintf("in %d", layer+1), Spare: spareLayers}, func(c attention.WordEffect) string {
			if len(c.AttentionRemovedByLayer) != layers {
				return "-"
			}
			return rounded(c.AttentionRemovedByLayer[layer])
		})
	}
	column(term.Column{Title: "replaced", Spare: spareReplaced}, func(c attention.WordEffect) string { return signed(c.Replaced) })
	column(term.Column{Title: "by", Left: true, Spare: spareBy}, replacedBy)
	return t
}

// headTable has a row for each head.
func headTable(heads []attention.HeadEffect, o Options) term.Table {
	t := term.Table{Columns: []term.Column{{Title: "head", Left: true}, {Title: "effect"}, {Left: true, Spare: 1}}}
	largest := noise
	for _, h := range heads {
		largest = max(largest, math.Abs(h.Effect))
	}
	for _, h := range heads {
		t.Add(fmt.Sprintf("layer %d, head %d", h.Layer+1, h.Head+1), rounded(h.Effect), effectBarOf(h.Effect, largest, o))
	}
	return t
}

// effectBarOf draws an effect, unless it is printed as 0.
func effectBarOf(x, largest float64, o Options) string {
	if rounded(x) == "0.00" {
		return ""
	}
	return tableBar(x, largest, o)
}

// signed prints an effect, or a dash where there is none.
func signed(x *float64) string {
	if x == nil {
		return "-"
	}
	return rounded(*x)
}

// replacedBy says what a word was replaced by.
func replacedBy(c attention.WordEffect) string {
	switch n := len(c.Replacements); {
	case n == 0:
		return ""
	case c.Kind == "":
		return render.Spelling(c.Replacements[0].Word)
	default:
		return fmt.Sprintf("each of %d of its kind (%s)", n, c.Kind)
	}
}
