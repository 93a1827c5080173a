package lesson

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/render/text"
)

// Text writes a part for a terminal of the options' width. A question comes without its answer.
func Text(w io.Writer, part Part, o text.Options) error {
	var b bytes.Buffer
	switch p := part.(type) {
	case Paragraph:
		b.WriteString(wrapped(string(p), o) + "\n")
	case Formula:
		b.WriteString(indented(string(p), o))
	case Table:
		p.text(&b, o)
	case Printout:
		if err := p.Text(&b, o); err != nil {
			return err
		}
	case Picture:
		if err := p.Text(&b, o); err != nil {
			return err
		}
	case Question:
		b.WriteString(wrapped(strong("Question: ", o)+p.Ask, o) + "\n")
		for i, choice := range p.Choices {
			b.WriteString(Hanging("  "+Letter(i)+") ", choice, o))
		}
	case Try:
		b.WriteString(strong("To try:", o) + "\n")
		for _, c := range p {
			b.WriteString("\n" + Hanging("  # ", c.Does, o) + command(c.Line, o))
		}
	default:
		return fmt.Errorf("no text for a %T", part)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// AnswerText writes the right answer of a question and its reason. Before it stands what is said of the
// reader's own, if anything.
func AnswerText(w io.Writer, q Question, verdict string, o text.Options) error {
	if verdict != "" {
		verdict += " "
	}
	_, err := fmt.Fprintln(w, wrapped(strong(verdict+"Answer: "+Letter(q.Right)+") ", o)+q.Choices[q.Right]+". "+q.Because, o))
	return err
}

// HeadingText writes the number and title of a chapter.
func HeadingText(w io.Writer, c Chapter, o text.Options) error {
	_, err := fmt.Fprintln(w, strong(wrapped(fmt.Sprintf("%d. %s", c.Number, c.Title), o), o))
	return err
}

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

// indented moves lines to the right, as far as the longest has room.
func indented(text string, o text.Options) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = Hanging("  ", line, o)
	}
	return strings.Join(lines, "")
}

// command writes a line for a shell. One that is too long goes on behind a backslash, so that it can still be
// pasted; words are never broken.
func command(line string, o text.Options) string {
	const margin, further = "  ", "      "
	out, row := "", margin
	list := shellWords(line)
	for i, word := range list {
		room := columns(o)
		if i < len(list)-1 {
			room -= len(" \\")
		}
		if i > 0 && ansi.StringWidth(row)+1+ansi.StringWidth(word) > room {
			out += row + " \\\n"
			row = further + word
			continue
		}
		if i > 0 {
			row += " "
		}
		row += word
	}
	return out + row + "\n"
}

// shellWords divides a command at the blanks outside of quotes, but not a flag from its value.
func shellWords(line string) []string {
	var list []string
	word, quoted := "", false
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
			word += string(r)
		case r == ' ' && !quoted:
			list = append(list, word)
			word = ""
		default:
			word += string(r)
		}
	}
	list = append(list, word)
	for i := len(list) - 1; i > 0; i-- {
		if strings.HasPrefix(list[i-1], "-") && !strings.HasPrefix(list[i], "-") {
			list[i-1] += " " + list[i]
			list = slices.Delete(list, i, i+1)
		}
	}
	return list
}

// strong is text in bold where there are escape sequences at all.
func strong(text string, o text.Options) string {
	if o.Color < colorprofile.ANSI {
		return text
	}
	return "\x1b[1m" + strings.ReplaceAll(text, "\n", "\x1b[m\n\x1b[1m") + "\x1b[m"
}
