package lesson

import (
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/render/text"
)

// widestText is where lines break even on a wider terminal: longer ones are hard to read.
const widestText = 80

func columns(o text.Options) int {
	if o.Width <= 0 {
		return widestText
	}
	return max(12, min(o.Width, widestText))
}

// wrapped breaks text at blanks.
func wrapped(text string, o text.Options) string { return ansi.Wrap(text, columns(o), "") }

// Hanging writes text behind a mark, further lines below the text.
func Hanging(mark, text string, o text.Options) string {
	lines := ansi.Wrap(text, max(1, columns(o)-len(mark)), "")
	return mark + strings.ReplaceAll(lines, "\n", "\n"+strings.Repeat(" ", len(mark))) + "\n"
}

// folded is a line for a shell, moved to the right. One that is too long goes on behind a backslash, so that it can still be
// pasted; words are never broken.
func folded(line string, o text.Options) string {
	const margin, further = "  ", "\n      "
	list := shellWord.FindAllString(line, -1)
	out, used := margin, len(margin)
	for i, word := range list {
		end := ""
		if i < len(list)-1 {
			end = " \\"
		}
		if i > 0 && used+1+ansi.StringWidth(word+end) > columns(o) {
			out, used = out+" \\"+further, len(further)-1
		} else if i > 0 {
			out, used = out+" ", used+1
		}
		out, used = out+word, used+ansi.StringWidth(word)
	}
	return out + "\n"
}

// strong is text in bold where there are escape sequences at all.
func strong(text string, o text.Options) string {
	if o.Color < colorprofile.ANSI {
		return text
	}
	return "\x1b[1m" + strings.ReplaceAll(text, "\n", "\x1b[m\n\x1b[1m") + "\x1b[m"
}
