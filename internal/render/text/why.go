package text

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// mostHeads is how many heads have a line of their own.
const mostHeads = 12

// mostLayers is how many layers have a column for the effect of a cut in them alone.
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

// Why writes a Why for a terminal: what each word was attended to beside what it did, the words with
// the largest effect first, then the heads, and how far attention and effect agree.
func Why(w io.Writer, y attention.Why, o Options) error {
	var b bytes.Buffer
	if len(y.Words) == 0 {
		b.WriteString(title(fmt.Sprintf("Why %s after: %s", render.Spelling(y.Target), printable.Sentence(y.Seen)), o))
		b.WriteString(wrap(fmt.Sprintf("P(%s) = %.3f. No word stands before it to be attended to.", render.Spelling(y.Target), y.Probability), o.width()))
		return render.Write(w, &b)
	}
	b.WriteString(title(fmt.Sprintf("Why %s after: %s", render.Spelling(y.Target), printable.Sentence(y.Seen)), o))
	mean := "the mean over heads"
	columns, _ := fitting(whyColumns(y, o), o.width())
	if slices.ContainsFunc(columns, func(c column) bool { return c.spare == spareHeads }) {
		mean = "the mean and by head"
	}
	b.WriteString(wrap(fmt.Sprintf("P(%s) = %.3f. Attention is that of the last token, %s; an effect is what log P(%s) loses, in nats, when the edge to the word is cut "+
		"in all layers"+inOne(y)+", or the word is replaced.", render.Spelling(y.Target), y.Probability, mean, render.Spelling(y.Target)), o.width()))
	b.WriteByte('\n')
	b.WriteString(table(whyColumns(y, o), o.width()))
	if len(y.Heads) > 0 {
		b.WriteString("\n" + wrap("Each head switched off, its output replaced by its mean over held-out text:", o.width()))
		heads := slices.Clone(y.Heads)
		slices.SortStableFunc(heads, func(a, b attention.HeadEffect) int { return cmp.Compare(b.Effect, a.Effect) })
		shown := min(len(heads), mostHeads)
		b.WriteString(table(headColumns(heads[:shown], o), o.width()))
		if rest := heads[shown:]; len(rest) > 0 {
			b.WriteString(wrap(fmt.Sprintf("and %s with effects from %s to %s", printable.Count(len(rest), "more head"), signed(&rest[0].Effect), signed(&rest[len(rest)-1].Effect)), o.width()))
		}
	}
	b.WriteString("\n" + wrap(agreement(y), o.width()))
	return render.Write(w, &b)
}

// inOne says that cuts in single layers are shown too.
func inOne(y attention.Why) string {
	if len(y.Words) > 0 && len(byLayer(y.Words)) > 0 {
		return " (or in one alone)"
	}
	return ""
}

// agreement says what the rank correlation means.
func agreement(y attention.Why) string {
	if y.Correlation == nil {
		return "Too few words, or all alike, to compare attention with effect."
	}
	largest := 0.0
	for _, c := range y.Words {
		if c.Cut != nil {
			largest = max(largest, math.Abs(*c.Cut))
		}
	}
	if largest < noise {
		return fmt.Sprintf("No single edge matters by %.2f nats: there is nothing to compare attention with.", noise)
	}
	rho := *y.Correlation
	meaning := "attention tells little about what mattered here"
	switch {
	case rho >= 0.7:
		meaning = "the more attended, the more it mattered here"
	case rho >= 0.3:
		meaning = "attention and effect agree in part"
	case rho <= -0.3:
		meaning = "the more attended, the less it mattered here"
	}
	return fmt.Sprintf("Rank correlation of attention and effect of the cut: %.2f: %s.", rho, meaning)
}

// whyColumns are those of the table of words.
func whyColumns(y attention.Why, o Options) []column {
	ranked := y.Ranked()
	marks := numberedWords(y.Tokens)
	word := column{title: "word", left: true}
	mean := column{title: "attention"}
	share := column{title: "", left: true, spare: spareShare}
	cut := column{title: "edge cut"}
	bars := column{title: "", left: true, spare: spareBars}
	replaced := column{title: "replaced", spare: spareReplaced}
	by := column{title: "by", left: true, spare: spareBy}
	largest := noise
	for _, c := range ranked {
		if c.Cut != nil {
			largest = max(largest, math.Abs(*c.Cut))
		}
	}
	for _, c := range ranked {
		word.cells = append(word.cells, marks[c.Place].Fit(render.WidestLabel))
		mean.cells = append(mean.cells, strconv.FormatFloat(c.Attention, 'f', 2, 64))
		share.cells = append(share.cells, tintedBar(c.Attention, 1, o))
		cut.cells = append(cut.cells, signed(c.Cut))
		bars.cells = append(bars.cells, tintedBar(math.Max(0, c.CutEffect()), largest, o))
		replaced.cells = append(replaced.cells, signed(c.Replaced))
		by.cells = append(by.cells, replacedBy(c))
	}
	columns := []column{word, mean, share}
	columns = append(columns, byHead(ranked)...)
	columns = append(columns, cut, bars)
	columns = append(columns, byLayer(ranked)...)
	return append(columns, replaced, by)
}

// byLayer are the effects of a cut in one layer alone, if there are several layers and few.
func byLayer(words []attention.Cause) []column {
	layers := len(words[0].ByHead)
	if layers < 2 || layers > mostLayers {
		return nil
	}
	columns := make([]column, layers)
	for layer := range columns {
		columns[layer] = column{title: fmt.Sprintf("in %d", layer+1), spare: spareLayers}
		for _, word := range words {
			cell := "-"
			if len(word.CutLayer) == layers {
				cell = signed(&word.CutLayer[layer])
			}
			columns[layer].cells = append(columns[layer].cells, cell)
		}
	}
	return columns
}

// byHead are the columns of single heads, if there are several.
func byHead(words []attention.Cause) []column {
	var columns []column
	for layer, heads := range words[0].ByHead {
		for head := range heads {
			name := fmt.Sprintf("h%d", head+1)
			if len(words[0].ByHead) > 1 {
				name = fmt.Sprintf("%d.%d", layer+1, head+1)
			}
			c := column{title: name, spare: spareHeads}
			for _, word := range words {
				c.cells = append(c.cells, render.Number(word.ByHead[layer][head]))
			}
			columns = append(columns, c)
		}
	}
	if len(columns) == 1 {
		return nil
	}
	return columns
}

// headColumns are those of the table of heads.
func headColumns(heads []attention.HeadEffect, o Options) []column {
	name, value, bars := column{title: "head", left: true}, column{title: "effect"}, column{left: true, spare: 1}
	largest := noise
	for _, h := range heads {
		largest = max(largest, math.Abs(h.Effect))
	}
	for _, h := range heads {
		name.cells = append(name.cells, fmt.Sprintf("layer %d, head %d", h.Layer+1, h.Head+1))
		value.cells = append(value.cells, signed(&h.Effect))
		bars.cells = append(bars.cells, tintedBar(math.Max(0, h.Effect), largest, o))
	}
	return []column{name, value, bars}
}

// signed prints an effect, or a dash where there is none.
func signed(x *float64) string {
	if x == nil {
		return "-"
	}
	s := strconv.FormatFloat(*x, 'f', 2, 64)
	if s == "-0.00" {
		return "0.00"
	}
	return s
}

// replacedBy says what a word was replaced by.
func replacedBy(c attention.Cause) string {
	switch n := len(c.Replacements); {
	case n == 0:
		return ""
	case c.Kind == "":
		return render.Spelling(c.Replacements[0].Word)
	default:
		return fmt.Sprintf("each of %d of its kind (%s)", n, c.Kind)
	}
}
