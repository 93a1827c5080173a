package lesson

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"strings"

	"attend/internal/render/picture"
)

//go:embed page.html
var pageHTML string

// HTML writes the course as one page that stands alone: no script, no font and no file beside it. It follows the
// reader's preference for light or dark and fits a telephone as it fits paper.
func HTML(w io.Writer, book Book) error {
	type section struct {
		Number int
		Title  string
		Body   template.HTML
	}
	page := struct {
		Title    string
		Preface  template.HTML
		Sections []section
		Reflect  []string
	}{Title: pageTitle, Preface: htmlText(preface), Reflect: ReflectionQuestions()}
	for _, told := range book {
		var b bytes.Buffer
		for _, part := range told.Parts {
			if err := htmlPart(&b, part); err != nil {
				return err
			}
		}
		page.Sections = append(page.Sections, section{told.Number, told.Title, template.HTML(b.String())})
	}
	t, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, page); err != nil {
		return fmt.Errorf("%w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

func htmlPart(b *bytes.Buffer, part Part) error {
	switch p := part.(type) {
	case Paragraph:
		fmt.Fprintf(b, "<p>%s</p>\n", htmlText(string(p)))
	case Formula:
		fmt.Fprintf(b, "<pre class=\"formula\">%s</pre>\n", template.HTMLEscapeString(string(p)))
	case Table:
		htmlTable(b, p)
	case Printout:
		var text bytes.Buffer
		if err := p.Text(&text, asPrinted()); err != nil {
			return err
		}
		fmt.Fprintf(b, "<pre class=\"printout\" tabindex=\"0\">%s</pre>\n", template.HTMLEscapeString(text.String()))
	case Picture:
		for _, look := range []struct {
			class   string
			options picture.Options
		}{{"light", picture.Options{}}, {"dark", picture.Options{Dark: true}}} {
			fmt.Fprintf(b, "<div class=\"picture %s\" tabindex=\"0\">", look.class)
			if err := p.svg(b, look.options); err != nil {
				return err
			}
			b.WriteString("</div>\n")
		}
	case Question:
		fmt.Fprintf(b, "<div class=\"question\"><p><strong>Question:</strong> %s</p>\n<ol type=\"a\">\n", htmlText(p.Ask))
		for _, choice := range p.Choices {
			fmt.Fprintf(b, "<li>%s</li>\n", htmlText(choice))
		}
		fmt.Fprintf(b, "</ol>\n<details><summary>Answer</summary><p><strong>%s) %s.</strong> %s</p></details></div>\n", Letter(p.Right), htmlText(p.Choices[p.Right]), htmlText(p.Because))
	case Try:
		b.WriteString("<div class=\"try\"><p><strong>To try:</strong></p>\n<dl>\n")
		for _, c := range p {
			fmt.Fprintf(b, "<dt>%s</dt><dd><code>%s</code></dd>\n", htmlText(c.Does), htmlCommand(c.Line))
		}
		b.WriteString("</dl></div>\n")
	default:
		return fmt.Errorf("no HTML for a %T", part)
	}
	return nil
}

// htmlCommand is a command whose flags stay on one line.
func htmlCommand(line string) template.HTML {
	list := shellWords(line)
	for i, word := range list {
		list[i] = template.HTMLEscapeString(word)
		if strings.HasPrefix(word, "-") && !strings.Contains(word, `"`) {
			list[i] = "<span>" + list[i] + "</span>"
		}
	}
	return template.HTML(strings.Join(list, " "))
}

func htmlTable(b *bytes.Buffer, t Table) {
	b.WriteString("<figure class=\"table\" tabindex=\"0\">")
	if t.Caption != "" {
		fmt.Fprintf(b, "<figcaption>%s</figcaption>", htmlText(t.Caption))
	}
	b.WriteString("<table>")
	cell := func(kind string, column int, text string) {
		class := ""
		if column >= t.Words {
			class = " class=\"number\""
		}
		fmt.Fprintf(b, "<%s%s>%s</%s>", kind, class, htmlText(text), strings.Fields(kind)[0])
	}
	b.WriteString("\n<thead><tr>")
	for i, title := range t.Head {
		cell(`th scope="col"`, i, title)
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	for _, row := range t.Rows {
		b.WriteString("<tr>")
		for i, text := range row {
			cell("td", i, text)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table></figure>\n")
}

// quoted finds what stands between backquotes.
var quoted = regexp.MustCompile("`([^`]*)`")

// htmlText is text for a page, words of a program in their own type.
func htmlText(s string) template.HTML {
	return template.HTML(quoted.ReplaceAllString(template.HTMLEscapeString(s), "<code>$1</code>"))
}
