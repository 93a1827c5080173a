package text

import (
	"bytes"
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
		b.WriteString(o.hanging(side.name, "%s (logit difference %s)", printable.Sentence(side.of.Text),
			rounded(side.of.Difference)))
	}
	b.WriteString(o.paragraph("The logit difference is logit(%s) - logit(%s) at the last token. Each number is the part of it that one patch changes: "+
		"0 nothing, 1 all.", word, against))
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
		b.WriteString("\n" + patchedHeads(d.parts).Text(o.width()) + "\n")
		b.WriteString(o.paragraph("%s", patchConclusion(p, d.parts, d.verb)))
	}
	return render.Write(w, &b)
}

// part writes a part in few columns, so that those that are not 0 stand out.
func part(x float64) string {
	text := strings.TrimPrefix(strconv.FormatFloat(x, 'f', 2, 64), "0")
	switch {
	case math.Abs(x) < 0.005:
		return "·"
	case strings.HasPrefix(text, "-0."):
		text = "-" + text[2:]
	}
	return glyph(min(1, math.Abs(x))) + text
}

// pairedWords names the tokens of the two sentences, both where they differ.
func pairedWords(p attention.Patching) []string {
	clean, corrupted := numberedWords(p.Clean.Tokens), numberedWords(p.Corrupted.Tokens)
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

// patchedHeads has a row for each head: z at all tokens, and the attention weights alone.
func patchedHeads(parts attention.PatchParts) term.Table {
	t := term.Table{Columns: []term.Column{{Title: "head", Left: true}, {Title: "z at all tokens"}, {Title: "weights alone",
		Spare: 1}}}
	for layer := range parts.Heads {
		for head := range parts.Heads[layer] {
			t.Add(fmt.Sprintf("layer %d, head %d", layer+1, head+1), part(parts.Heads[layer][head]),
				part(parts.Patterns[layer][head]))
		}
	}
	return t
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
		place := fmt.Sprintf("before layer %d", depth+1)
		if depth == layers {
			place = "after the last layer"
		}
		if names == nil {
			names = []string{"no single token"}
		}
		where = append(where, fmt.Sprintf("%s %s", place, prose.Listed(names)))
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
	return text + fmt.Sprintf(" So %s: %s.", map[bool]string{true: "does one head",
		false: "do single heads"}[len(heads) == 1], prose.Listed(heads))
}
