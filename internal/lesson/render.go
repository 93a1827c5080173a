package lesson

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/charmbracelet/colorprofile"

	"attend/internal/render/picture"
	"attend/internal/render/text"
	"attend/internal/term"
)

// pages are templates: each has one for every type of part, by its name.
//
//go:embed page.html page.md page.txt
var pages embed.FS

// Text writes a part, the heading of a [Chapter], an [Answer], a reader's [Progress] or the answers to all questions of a [Book]
// for a terminal of the options' width. A question comes without its answer.
func Text(w io.Writer, part Part, o text.Options) error {
	return write(w, "txt", reflect.TypeOf(part).Name(), part, o)
}

// preface begins the exported course.
const preface = "Ten short chapters for people who have never heard of attention. `attend` is a free program. It computed every " +
	"number and every picture of this page. Each question comes before its result. Choose an answer first. Each chapter ends with " +
	"commands to try. Type them in a terminal if you have installed `attend`, or skip them. " +
	"`attend lesson 8` trains the model that the commands of chapters 8 and 9 need. " + rounded

// worksheetPreface begins the worksheet.
const worksheetPreface = "Read each chapter up to its question. Mark an answer, and write down why you chose it. " +
	rounded

// rounded warns of sums of rounded numbers.
const rounded = "Numbers are rounded, so a sum or a difference can be off by 1 or 2 in the last digit."

// Export writes the course as one page that stands alone, "html" or "md": no script, no font and no other file. The pictures are
// in it as SVG. HTML follows the reader's preference for light or dark, fits a phone and prints each chapter on a new page. What
// comes after a question is shown when an answer is chosen.
//
// A worksheet is such a page to print for a class: the questions and what stands before them, without results and answers. Its
// first chapter begins below the space for the name.
func Export(w io.Writer, book Book, format string, worksheet bool) error {
	page := map[string]any{"Title": "What attention is, and how to test it", "Preface": preface, "Book": book,
		"Worksheet": worksheet, "Reflect": ReflectionQuestions()}
	if worksheet {
		page["Title"], page["Preface"], page["Book"] = "What attention is: worksheet", worksheetPreface, exercises(book)
	}
	return write(w, format, "page."+format, page, text.Options{Width: widestText, Layer: -1, Head: -1, Color: colorprofile.NoTTY})
}

// exercises returns the parts of a worksheet.
func exercises(book Book) Book {
	book = slices.Clone(book)
	for i := range book {
		book[i].Parts = slices.Clone(book[i].Asked)
		for j, part := range book[i].Parts {
			if q, ok := part.(Question); ok {
				book[i].Parts[j] = Exercise(q)
			}
		}
	}
	return book
}

// write writes data by a template of a page. What is printed on the page has the options.
func write(w io.Writer, format, name string, data any, o text.Options) error {
	inHTML := htmlText
	if format == "md" {
		inHTML = markdownText
	}
	t := template.New("")
	_, err := t.Funcs(template.FuncMap{
		"text": inHTML, "cell": htmlCell,
		"escaped": template.HTMLEscapeString, "command": htmlCommand, "letter": Letter, "chapters": Chapters,
		"questions":  questionsOf,
		"shortRoute": func() string { return strings.ReplaceAll(strings.Trim(fmt.Sprint(shortRoute), "[]"), " ", ", ") },
		"bold":       func(s string) string { return term.Bold(s, o.Color) },
		"wrap":       func(s string) string { return term.Wrap(s, columns(o)) },
		"hanging":    func(mark, s string) string { return term.Hanging(mark, s, columns(o)) },
		"fold":       func(line string) string { return folded(line, o) },
		"lines":      func(f Formula) []string { return strings.Split(string(f), "\n") },
		"table":      func(t Table) string { return t.text(o) },
		"printed":    func(print func(io.Writer, text.Options) error) (string, error) { return written(print, o) },
		"svg": func(draw func(picture.Options) (picture.Drawing, error), dark bool) (string, error) {
			d, err := draw(picture.Options{Dark: dark})
			if err != nil {
				return "", err
			}
			return written(func(w io.Writer, d picture.Drawing) error {
				_, err := picture.SVG(w, d)
				return err
			}, d)
		},
		"part": func(p Part) (string, error) {
			return written(func(w io.Writer, name string) error { return t.ExecuteTemplate(w, name, p) }, reflect.TypeOf(p).Name())
		},
	}).ParseFS(pages, "page."+format)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// questionsOf returns the questions among parts.
func questionsOf(parts []Part) (questions []Question) {
	for _, part := range parts {
		if q, ok := part.(Question); ok {
			questions = append(questions, q)
		}
	}
	return questions
}

// written is what a function writes.
func written[O any](write func(io.Writer, O) error, o O) (string, error) {
	var b strings.Builder
	err := write(&b, o)
	return b.String(), err
}

// markdownText keeps the marks of Markdown and HTML in a text from meaning anything, but for backquotes.
func markdownText(s string) string {
	pieces := strings.Split(s, "`")
	for i := 0; i < len(pieces); i += 2 {
		pieces[i] = marks.ReplaceAllString(pieces[i], `\$0`)
	}
	return strings.Join(pieces, "`")
}

var (
	marks     = regexp.MustCompile(`[*_\[\]|<>#\\]`)
	vector    = regexp.MustCompile(`\[[^\]]*\]`)
	quoted    = regexp.MustCompile("`([^`]*)`")
	shellWord = regexp.MustCompile(`-\S+ (?:"[^"]*"|[^-" ])(?:"[^"]*"|[^" ])*|(?:"[^"]*"|[^" ])+`) // a flag with its value is one word
)

// htmlText is text for a page, words of a program in their own type.
func htmlText(s string) string {
	return quoted.ReplaceAllString(template.HTMLEscapeString(s), "<code>$1</code>")
}

// htmlCell is text in a table, whose vectors stay on one line.
func htmlCell(s string) string { return vector.ReplaceAllString(htmlText(s), "<span>$0</span>") }

// htmlCommand is a command whose flags stay on one line.
func htmlCommand(line string) string {
	list := shellWord.FindAllString(line, -1)
	for i, word := range list {
		list[i] = template.HTMLEscapeString(word)
		if strings.HasPrefix(word, "-") && !strings.Contains(word, `"`) {
			list[i] = "<span>" + list[i] + "</span>"
		}
	}
	return strings.Join(list, " ")
}
