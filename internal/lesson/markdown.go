package lesson

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/colorprofile"

	"attend/internal/render/picture"
	"attend/internal/render/text"
)

// pageTitle is that of the exported course.
const pageTitle = "Attention, understood by doing"

// asPrinted is how the text of a printout is set on a page.
func asPrinted() text.Options {
	return text.Options{Width: widestText, Layer: -1, Head: -1, Color: colorprofile.NoTTY}
}

// Markdown writes the course as one file, with the pictures in it as SVG.
func Markdown(w io.Writer, book Book) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s\n\n%s\n", pageTitle, preface)
	for _, told := range book {
		fmt.Fprintf(&b, "\n## %d. %s\n", told.Number, told.Title)
		for _, part := range told.Parts {
			b.WriteByte('\n')
			if err := markdownPart(&b, part); err != nil {
				return err
			}
		}
	}
	b.WriteString("\n## What do you make of it?\n\n")
	for _, question := range ReflectionQuestions() {
		fmt.Fprintf(&b, "- %s\n", question)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// preface begins the exported course.
const preface = "Ten short chapters for someone who has never met attention. Every number and every picture was computed when this page was written, by the program that the commands belong to: `attend`. " +
	"Each question comes before its result: answer it first, then unfold the answer."

func markdownPart(b *bytes.Buffer, part Part) error {
	switch p := part.(type) {
	case Paragraph:
		b.WriteString(markdownText(string(p)) + "\n")
	case Formula:
		fmt.Fprintf(b, "```text\n%s\n```\n", p)
	case Table:
		if p.Caption != "" {
			b.WriteString(markdownText(p.Caption) + "\n\n")
		}
		row := func(cells []string) {
			for _, cell := range cells {
				b.WriteString("| " + markdownText(cell) + " ")
			}
			b.WriteString("|\n")
		}
		row(p.Head)
		for i := range p.Head {
			if i < p.Words {
				b.WriteString("|---")
			} else {
				b.WriteString("|---:")
			}
		}
		b.WriteString("|\n")
		for _, cells := range p.Rows {
			row(cells)
		}
	case Printout:
		b.WriteString("```text\n")
		if err := p.Text(b, asPrinted()); err != nil {
			return err
		}
		b.WriteString("```\n")
	case Picture:
		return p.svg(b, picture.Options{})
	case Question:
		fmt.Fprintf(b, "**Question: %s**\n\n", markdownText(p.Ask))
		for i, choice := range p.Choices {
			fmt.Fprintf(b, "- %s) %s\n", Letter(i), markdownText(choice))
		}
		fmt.Fprintf(b, "\n<details><summary>Answer</summary>\n\n%s) %s. %s\n\n</details>\n", Letter(p.Right), markdownText(p.Choices[p.Right]), markdownText(p.Because))
	case Try:
		b.WriteString("**To try:**\n\n```sh\n")
		for i, c := range p {
			if i > 0 {
				b.WriteByte('\n')
			}
			fmt.Fprintf(b, "# %s\n%s\n", c.Does, c.Line)
		}
		b.WriteString("```\n")
	default:
		return fmt.Errorf("no Markdown for a %T", part)
	}
	return nil
}

// markdownText keeps the marks of Markdown and HTML in a text from meaning anything, but for backquotes.
func markdownText(s string) string {
	var b strings.Builder
	code := false
	for _, r := range s {
		if r == '`' {
			code = !code
		} else if !code && strings.ContainsRune("*_[]|<>#\\", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
