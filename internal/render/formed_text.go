package render

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// FormedText writes when the links of one sentence of a film formed, as [Formation] found them, one a line
// in the order given:
//
//	the -> zebra  head 3  0.98  by step 500
//
// Layer and head of the options choose those to show, -1 standing for each; All does not count. Links
// that had half of their weight in the first frame did not form while the film ran: their number is said
// below. The error tells what is wrong with the film or the links, or that of the writer.
func FormedText(w io.Writer, frames []Frame, formed []Formed, sentence int, o TextOptions) error {
	if err := CheckFilm(frames); err != nil {
		return err
	}
	if last := len(frames[0].Sentences) - 1; sentence < 0 || sentence > last {
		return fmt.Errorf("no sentence %d: want 0 to %d", sentence, last)
	}
	m := frames[0].Sentences[sentence].asMap()
	if err := m.inRange(o.Layer, o.Head, all); err != nil {
		return err
	}
	words := numbered(labels(m))
	var shown []Formed
	before := 0
	for _, f := range formed {
		if f.Sentence != sentence || o.Layer != all && f.Layer != o.Layer || o.Head != all && f.Head != o.Head {
			continue
		}
		if err := m.inRange(f.Layer, f.Head, 0); err != nil {
			return err
		}
		if last := len(words) - 1; f.Query < 0 || f.Query > last || f.Key < 0 || f.Key > f.Query {
			return fmt.Errorf("no link from word %d to word %d: want words 0 to %d, the second no later", f.Query, f.Key, last)
		}
		if f.Step <= frames[0].Step {
			before++
			continue
		}
		shown = append(shown, f)
	}
	var b bytes.Buffer
	if len(shown) == 0 {
		b.WriteString(wrap("no such link formed after the first evaluation", o.width()))
	}
	lines := formedLines(m, words, shown, o.width())
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	if before > 0 {
		b.WriteString(wrap(beforeNote(before, frames[0].Step), o.width()))
	}
	return write(w, &b)
}

// beforeNote says how many links were there when the film began.
func beforeNote(before, step int) string {
	at := "before training"
	if step > 0 {
		at = fmt.Sprintf("at step %d, the first", step)
	}
	if before == 1 {
		return "1 more link had half of its weight " + at
	}
	return fmt.Sprintf("%d more links had half of their weight %s", before, at)
}

// formedLines are the links with their columns one below the other.
func formedLines(m Map, words []label, formed []Formed, width int) []string {
	query, key := 1, 1
	for _, f := range formed {
		query, key = max(query, words[f.Query].width()), max(key, words[f.Key].width())
	}
	most := max(2, min(widestLabel, (width-len(" ->   head 1  0.00  by step 1000"))/2))
	query, key = min(query, most), min(key, most)
	var lines []string
	for _, f := range formed {
		line := padLeft(words[f.Query].fit(query), query) + " -> " + padRight(words[f.Key].fit(key), key)
		if len(m.Attention) > 1 {
			line += fmt.Sprintf("  layer %d", f.Layer+1)
		}
		line += fmt.Sprintf("  head %d  %.2f  by step %d", f.Head+1, printed(f.Final), f.Step)
		if ansi.StringWidth(line) > width {
			lines = append(lines, strings.Split(strings.TrimSuffix(wrap(line, width), "\n"), "\n")...)
			continue
		}
		lines = append(lines, line)
	}
	return slices.Clip(lines)
}
