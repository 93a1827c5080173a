package main

import (
	"fmt"
	"io"
	"strings"

	"attend/internal/lesson"
	"attend/internal/term"
)

// listChapters shows the way through the course.
func (p *program) listChapters(progress *lesson.Progress) error {
	o := textOptions(p.stdout)
	var b strings.Builder
	b.WriteString(term.Wrap("What is attention, and how does it find the word that matters? Ten chapters, half an hour; what is computed is computed as you read.", min(o.Width, term.DefaultWidth)) + "\n\n")
	next := progress.Next()
	for _, c := range lesson.Chapters() {
		m := progress.Chapters[c.Number]
		mark, note := " ", ""
		switch {
		case m.Finished:
			mark = "✓"
		case c.Number == next:
			mark = ">"
		}
		if m.Asked > 0 {
			note = fmt.Sprintf(" (%d of %d right)", m.Right, m.Asked)
		}
		b.WriteString(lesson.Hanging(fmt.Sprintf("%s %2d  ", mark, c.Number), c.Title+note, o))
	}
	switch next {
	case 0:
		b.WriteString("\nAll are read. What do you make of it?  attend lesson reflect\n")
	case 1:
		b.WriteString("\nBegin with:  attend lesson 1\n")
	default:
		fmt.Fprintf(&b, "\nGo on with:  attend lesson %d\n", next)
	}
	_, err := io.WriteString(p.stdout, b.String())
	return err
}
