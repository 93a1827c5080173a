package lesson

import (
	"bytes"
	"embed"
	"io"
	"reflect"
	"regexp"
	"strings"
	"text/template"

	"github.com/charmbracelet/colorprofile"

	"attend/internal/render/picture"
	"attend/internal/render/text"
)

//go:embed page.html page.md
var pages embed.FS

// preface begins the exported course.
const preface = "Ten short chapters for someone who has never met attention. Every number and every picture was computed when this page was written, by the program that the commands belong to: `attend`. " +
	"Each question comes before its result: answer it first, then unfold the answer."

// Export writes the course as one page that stands alone, "html" or "md": no script, no font and no file beside it. The
// pictures are in it as SVG. HTML follows the reader's preference for light or dark and fits a telephone as it fits paper.
func Export(w io.Writer, book Book, format string) error {
	spelled := htmlText
	if format == "md" {
		spelled = markdownText
	}
	var t *template.Template
	t, err := template.New("page."+format).Funcs(template.FuncMap{
		"text": spelled, "escaped": template.HTMLEscapeString, "letter": Letter, "command": htmlCommand,
		"printed": func(p Printout) (string, error) {
			return written(p.Text, text.Options{Width: widestText, Layer: -1, Head: -1, Color: colorprofile.NoTTY})
		},
		"svg": func(p Picture, dark bool) (string, error) { return written(p.SVG, picture.Options{Dark: dark}) },
		"part": func(p Part) (string, error) { // by the template that has the name of its type
			var b strings.Builder
			err := t.ExecuteTemplate(&b, reflect.TypeOf(p).Name(), p)
			return b.String(), err
		},
	}).ParseFS(pages, "page."+format)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, map[string]any{"Title": "Attention, understood by doing", "Preface": preface, "Book": book, "Reflect": ReflectionQuestions()}); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// written is what a function writes.
func written[O any](write func(io.Writer, O) error, o O) (string, error) {
	var b strings.Builder
	err := write(&b, o)
	return b.String(), err
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

// quoted finds what stands between backquotes.
var quoted = regexp.MustCompile("`([^`]*)`")

// htmlText is text for a page, words of a program in their own type.
func htmlText(s string) string {
	return quoted.ReplaceAllString(template.HTMLEscapeString(s), "<code>$1</code>")
}

// htmlCommand is a command whose flags stay on one line.
func htmlCommand(line string) string {
	list := shellWords(line)
	for i, word := range list {
		list[i] = template.HTMLEscapeString(word)
		if strings.HasPrefix(word, "-") && !strings.Contains(word, `"`) {
			list[i] = "<span>" + list[i] + "</span>"
		}
	}
	return strings.Join(list, " ")
}
