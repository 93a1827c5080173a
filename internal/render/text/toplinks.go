package text

import (
	"bytes"
	"io"
	"slices"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/prose"
	"attend/internal/render"
	"attend/internal/term"
)

// TopLinks writes one line per token: the query, then the keys it attends to
// most, at most so many of them (every one where most is 0 or less), as far as
// they fit the width:
//
//	the  ->  zebra 0.48  near 0.44  <s> 0.05
//
// A key whose word the sentence repeats carries a small number, the₂ for its
// second position. Keys that round to 0.00 are left out. With All the lines of each
// layer and head follow their own title.
func TopLinks(w io.Writer, m attention.Map, o Options, most int) error {
	list, err := render.Views(m, o.selection())
	if err != nil {
		return err
	}
	words := render.Labels(m.Encoded)
	keys := numbered(words)
	side := o.labelWidth(words)
	var b bytes.Buffer
	for i, v := range list {
		if i > 0 {
			b.WriteByte('\n')
		}
		if o.All {
			b.WriteString(o.title("%s", v.Title))
		}
		for q, row := range v.Weights {
			b.WriteString(topLinksLine(term.PadRight(words[q].Fit(side), side), keys, attention.Links(row, most), o))
		}
	}
	if note := o.unknownNote(m.Unknown); note != "" {
		b.WriteString("\n" + note)
	}
	return render.Write(w, &b)
}

// topLinksLine is the line of one query. The first key is cut to fit, the rest
// follow as far as they fit.
func topLinksLine(query string, keys []render.Label, links []attention.Link, o Options) string {
	line := query + "  ->"
	if o.width()-ansi.StringWidth(line) < 2+1+5+2 { // a narrow terminal cannot afford the wide gaps
		line = query + ">"
	}
	left := o.width() - ansi.StringWidth(line)
	for i, link := range links {
		text := printable.Rounded(render.Printed(link.Weight))
		if text == "0.00" {
			break
		}
		most := render.WidestLabel
		if i == 0 {
			most = min(most, max(2, left-2-1-len(text)))
		}
		word := keys[link.Key].Fit(most)
		need := 2 + ansi.StringWidth(word) + 1 + len(text)
		if need > left {
			if i == 0 {
				line += " " + text
			}
			break
		}
		left -= need
		line += "  " + word + " " + shaded(text, weightColor(link.Weight, o.Color), ansi.NewStyle(), o.Color)
	}
	return line + "\n"
}

// numbered gives each word that occurs more than once its number, in small digits.
func numbered(words []render.Label) []render.Label {
	list := slices.Clone(words)
	for i, number := range prose.Ordinals(words) {
		list[i].Mark += number
	}
	return list
}
