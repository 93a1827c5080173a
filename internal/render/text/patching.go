package text

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/prose"
	"attend/internal/render"
	"attend/internal/term"
)

// Patching writes activation patching for a terminal: for each direction a table of tokens and layers, a table of heads, and what
// the numbers say.
func Patching(w io.Writer, p attention.Patching, o Options) error {
	var b bytes.Buffer
	word, against := printable.Quote(render.Spelling(p.Word)), printable.Quote(render.Spelling(p.Against))
	b.WriteString(o.title("Activation patching: where is the difference between %s and %s?", word, against))
	for _, side := range []struct {
		name string
		of   attention.Patched
	}{{"clean: ", p.Clean}, {"corrupted: ", p.Corrupted}} {
		b.WriteString(o.hanging(side.name, "%s (logit difference %s)", term.Isolated(printable.Sentence(side.of.Text)),
			printable.Rounded(side.of.Difference)))
	}
	b.WriteString(o.paragraph("The logit difference is logit(%s) - logit(%s) at the last token. Each number is the part of it that "+
		"one patch changes: 0 nothing, 1 all.", word, against))
	for _, d := range []struct {
		title string
		parts attention.PatchParts
		verb  string
	}{
		{"Denoising: an activation of the clean sentence in the corrupted one. A large part: it is sufficient there.",
			p.Denoising, "restores"},
		{"Noising: an activation of the corrupted sentence in the clean one. A large part: it is necessary there.", p.Noising,
			"removes"},
	} {
		b.WriteString("\n" + o.title("%s", d.title) + "\n")
		b.WriteString(patchTable(p, d.parts).Text(o.width()))
		b.WriteString("\n" + patchedHeads(p, d.parts).Text(o.width()) + "\n")
		b.WriteString(o.paragraph("%s", patchConclusion(p, d.parts, d.verb)))
	}
	if note := o.unknownNote(p.Clean.Unknown, p.Corrupted.Unknown); note != "" {
		b.WriteString("\n" + note)
	}
	return render.Write(w, &b)
}

// leastShown is the smallest part that is not shown as 0.
const leastShown = 0.005

// part writes a part in few columns, so that those that are not 0 stand out.
func part(x float64) string {
	text := strings.TrimPrefix(strconv.FormatFloat(x, 'f', 2, 64), "0")
	switch {
	case math.Abs(x) < leastShown:
		return "·"
	case strings.HasPrefix(text, "-0."):
		text = "-" + text[2:]
	}
	return glyph(min(1, math.Abs(x))) + text
}

// pairedWords names the tokens of the two sentences, both where they differ.
func pairedWords(p attention.Patching) []string {
	clean, corrupted := numbered(render.Labels(p.Clean.Encoded)), numbered(render.Labels(p.Corrupted.Encoded))
	words := make([]string, len(clean))
	for i := range words {
		words[i] = clean[i].Fit(render.WidestLabel)
		if slices.Contains(p.Differ, i) {
			words[i] = clean[i].Fit(render.WidestLabel/2) + "|" + corrupted[i].Fit(render.WidestLabel/2)
		}
	}
	return words
}

// patchTable has a row for each token from the first that differs, and columns for the residual stream before each layer and
// after the last, and for the outputs of attention and feed-forward network. On a narrow terminal the outputs go first.
func patchTable(p attention.Patching, parts attention.PatchParts) term.Table {
	t := term.Table{Columns: []term.Column{{Title: "token", Left: true}}}
	first, words := p.Differ[0], pairedWords(p)
	for _, word := range words[first:] {
		t.Rows = append(t.Rows, []string{word})
	}
	column := func(title string, spare int, row []float64) {
		t.Columns = append(t.Columns, term.Column{Title: title, Spare: spare})
		for i := range t.Rows {
			t.Rows[i] = append(t.Rows[i], part(row[first+i]))
		}
	}
	layers := len(parts.Attention)
	for layer := range layers {
		column(fmt.Sprintf("stream %d", layer+1), layer, parts.Residual[layer])
	}
	column("end", 0, parts.Residual[layers])
	for layer := range layers {
		column(fmt.Sprintf("attn %d", layer+1), layers+1+layer, parts.Attention[layer])
		column(fmt.Sprintf("mlp %d", layer+1), layers+1+layer, parts.FeedForward[layer])
	}
	return t
}

// patchedHeads has a row for each head: z at all tokens, the attention weights alone, and z at the tokens at which it changes most.
func patchedHeads(p attention.Patching, parts attention.PatchParts) term.Table {
	t := term.Table{Columns: []term.Column{{Title: "head", Left: true}, {Title: "z at all tokens"}, {Title: "weights alone",
		Spare: 1}}}
	words, at := pairedWords(p), headTokens(parts.HeadsAt)
	for i, token := range at {
		t.Columns = append(t.Columns, term.Column{Title: "at " + words[token], Spare: 2 + len(at) - i})
	}
	for layer := range parts.Heads {
		for head := range parts.Heads[layer] {
			row := []string{fmt.Sprintf("layer %d, head %d", layer+1, head+1), part(parts.Heads[layer][head]),
				part(parts.Patterns[layer][head])}
			for _, token := range at {
				row = append(row, part(parts.HeadsAt[layer][head][token]))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// mostHeadTokens is the largest number of tokens of which z has a column.
const mostHeadTokens = 4

// headTokens returns the tokens at which patching z of one head [layers][heads][seq] changes most, in their order.
func headTokens(at [][][]float64) (tokens []int) {
	var largest []float64 // by token
	for _, heads := range at {
		for _, parts := range heads {
			largest = append(largest, make([]float64, len(parts)-len(largest))...)
			for i, x := range parts {
				largest[i] = max(largest[i], math.Abs(x))
			}
		}
	}
	for i, x := range largest {
		if x >= leastShown {
			tokens = append(tokens, i)
		}
	}
	slices.SortStableFunc(tokens, func(i, j int) int { return cmp.Compare(largest[j], largest[i]) })
	tokens = tokens[:min(len(tokens), mostHeadTokens)]
	slices.Sort(tokens)
	return tokens
}

// patchConclusion says at which tokens and in which heads one patch changes at least half of the difference.
func patchConclusion(p attention.Patching, parts attention.PatchParts, verb string) string {
	words := pairedWords(p)
	layers := len(parts.Attention)
	var where []string
	for depth, at := range attention.Carriers(parts.Residual) {
		var names []string
		for _, i := range at {
			names = append(names, printable.Quote(words[i]))
		}
		point := fmt.Sprintf("before layer %d", depth+1)
		if depth == layers {
			point = "after the last layer"
		}
		if names == nil {
			names = []string{"no single token"}
		}
		where = append(where, fmt.Sprintf("%s %s", point, prose.Listed(names)))
	}
	text := fmt.Sprintf("The residual stream of one token %s at least half of the difference: %s.", verb, strings.Join(where, "; "))
	var heads []string
	for layer, list := range attention.Carriers(parts.Heads) {
		for _, head := range list {
			heads = append(heads, fmt.Sprintf("layer %d, head %d (%.2f)", layer+1, head+1, parts.Heads[layer][head]))
		}
	}
	if heads == nil {
		layer, head := attention.Largest(parts.Heads)
		return text + fmt.Sprintf(" No single head does; the most is %.2f, of layer %d, head %d.", parts.Heads[layer][head],
			layer+1, head+1)
	}
	do := "do single heads"
	if len(heads) == 1 {
		do = "does one head"
	}
	return text + fmt.Sprintf(" So %s: %s.", do, prose.Listed(heads))
}
