package text

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/render"
)

// TopLinks writes one line per token: the query, then the keys it attends to
// most, at most so many of them (every one where most is 0 or less), as far as
// they fit the width:
//
//	the  ->  zebra 0.48  near 0.44  <s> 0.05
//
// A key whose word the sentence repeats carries a small number, the₂ for its
// second place. Keys that round to 0.00 are left out. With All each layer and
// head has a story under its own title.
func TopLinks(w io.Writer, m attention.Map, o Options, most int) error {
	list, err := render.Views(m, o.selection())
	if err != nil {
		return err
	}
	words := render.Labels(m)
	keys := numbered(words)
	side := 1
	for _, l := range words {
		side = max(side, l.Width())
	}
	side = min(side, render.WidestLabel, o.width()/3)
	var b bytes.Buffer
	for i, v := range list {
		if o.All {
			if i > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(title(v.Title, o))
		}
		for q, row := range v.Weights {
			b.WriteString(topLinksLine(padRight(words[q].Fit(side), side), keys, attention.Links(row, most), o))
		}
	}
	if render.AnyUnknown(m) {
		b.WriteString("\n" + wrap(render.UnknownNote, o.width()))
	}
	return render.Write(w, &b)
}

// topLinksLine is the line of one query. The first key is cut to fit, the rest
// come as far as there is room.
func topLinksLine(query string, keys []render.Label, links []attention.Link, o Options) string {
	line := query + "  ->"
	room := o.width() - ansi.StringWidth(line)
	if room < 2+1+5+2 { // a narrow terminal cannot afford the wide gaps
		line = query + ">"
		room = o.width() - ansi.StringWidth(line)
	}
	for i, link := range links {
		text := strconv.FormatFloat(render.Printed(link.Weight), 'f', 2, 64)
		if text == "0.00" {
			break
		}
		word := keys[link.Key].Fit(render.WidestLabel)
		if i == 0 {
			word = keys[link.Key].Fit(min(render.WidestLabel, max(2, room-2-1-len(text))))
		}
		need := 2 + ansi.StringWidth(word) + 1 + len(text)
		if need > room {
			if i > 0 {
				break
			}
			line += " " + text
			break
		}
		room -= need
		line += "  " + word + " " + weightText(text, link.Weight, o.Color)
	}
	return line + "\n"
}

// weightText is a number of the story, on its colour where there is one.
func weightText(text string, weight float64, p colorprofile.Profile) string {
	if p >= colorprofile.ANSI256 {
		return shaded(text, weight, p)
	}
	return text
}

// numbered gives each word that occurs more than once the number of its place.
func numbered(words []render.Label) []render.Label {
	count := map[render.Label]int{}
	for _, l := range words {
		count[l]++
	}
	seen := map[render.Label]int{}
	list := make([]render.Label, len(words))
	for i, l := range words {
		list[i] = l
		if count[l] > 1 {
			seen[l]++
			list[i].Mark += subscript(seen[l])
		}
	}
	return list
}

// subscript writes a number in small digits.
func subscript(n int) string {
	return strings.Map(func(r rune) rune { return r - '0' + '₀' }, strconv.Itoa(n))
}

// numberedWords spells tokens, those that occur more than once with the number of their place.
func numberedWords(tokens []string) []render.Label {
	return numbered(render.Labels(attention.Map{Tokens: tokens}))
}
