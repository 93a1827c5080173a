package text

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/render"
)

// title is the heading of a view, in lines that fit.
func title(s string, o Options) string {
	lines := strings.Split(strings.TrimSuffix(wrap(s, o.width()), "\n"), "\n")
	for i := range lines {
		// After a hyphen a line may come out one column too long.
		lines[i] = bold(render.Fit(lines[i], o.width()), o.Color) + "\n"
	}
	return strings.Join(lines, "")
}

// padding is the blanks that text lacks to fill the columns.
func padding(s string, columns int) int { return max(0, columns-ansi.StringWidth(s)) }

func padLeft(s string, columns int) string { return strings.Repeat(" ", padding(s, columns)) + s }

func padRight(s string, columns int) string { return s + strings.Repeat(" ", padding(s, columns)) }

// centre pads on both sides, the odd blank to the left.
func centre(s string, columns int) string {
	right := padding(s, columns) / 2
	return padLeft(s+strings.Repeat(" ", right), columns)
}

// indent folds a text under a heading, so that it fits the width.
func indent(s string, o Options) string { return hanging("  ", s, o) }

// hanging folds a text behind a short heading; the lines that follow begin below the first word.
func hanging(heading, s string, o Options) string {
	var b strings.Builder
	margin := heading
	for line := range strings.Lines(wrap(s, max(1, o.width()-ansi.StringWidth(heading)))) {
		b.WriteString(strings.TrimRight(margin+strings.TrimSuffix(line, "\n"), " ") + "\n")
		margin = strings.Repeat(" ", ansi.StringWidth(heading))
	}
	return b.String()
}

// wrap breaks plain text at blanks so that each line fits the columns, words longer than a line
// wherever they must be, and ends it with a newline.
func wrap(s string, columns int) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if longer := line + " " + word; line != "" && ansi.StringWidth(longer) <= columns {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for ansi.StringWidth(word) > columns {
			part := ansi.Truncate(word, columns, "")
			if part == "" { // not even its first character fits
				break
			}
			lines, word = append(lines, part), strings.TrimPrefix(word, part)
		}
		line = word
	}
	return strings.Join(append(lines, line), "\n") + "\n"
}
