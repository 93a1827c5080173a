package lesson

import (
	"bytes"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"attend/internal/render/rendertest"
)

func TestThePageStandsAloneAndHasAllParts(t *testing.T) {
	book, _ := whole(t)
	var b bytes.Buffer
	if err := Export(&b, book, "html", false); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, outside := range []string{"<script", "<link", "src=", "javascript:", "@import", "url(", scratch} {
		if strings.Contains(page, outside) {
			t.Errorf("the page has %q", outside)
		}
	}
	for _, address := range regexp.MustCompile(`https?://[^"< ]*`).FindAllString(page, -1) {
		if address != "http://www.w3.org/2000/svg" {
			t.Errorf("the page names %s", address)
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two parts of the page have the id %s", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("nothing has the id %s", m[1])
		}
	}
	balanced(t, page)
	plain := html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, ""))
	inOrder(t, book, plain, func(s string) string { return strings.ReplaceAll(s, "`", "") })
	if got, want := strings.Count(page, "<svg"), 2*pictures(book); got != want {
		t.Errorf("%d pictures, want %d: each on light and on dark", got, want)
	}
	if got := strings.Count(page, "<details>"); got != choices(book) {
		t.Errorf("%d choices can be opened, of %d", got, choices(book))
	}
	_, key, found := strings.Cut(plain, "Answers, for teachers")
	if !found || strings.Count(key, "Which") == 0 {
		t.Error("the answers for teachers are missing")
	}
	for _, told := range book {
		for _, q := range questionsOf(told.Parts) {
			answer := Letter(q.Right) + ") " + strings.ReplaceAll(q.Choices[q.Right].Text, "`", "") + ". "
			if _, key, found = strings.Cut(key, answer); !found {
				t.Fatalf("chapter %d: the answer %q is missing or out of order", told.Number, answer)
			}
		}
	}
}

// In a real browser the page does what it promises; testdata/browser.mjs says what. It wants what
// [rendertest.Browser] names.
func TestThePageInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes ten seconds: left out under -short")
	}
	browser, node := rendertest.Browser(t, "../render/page/browser")
	book, _ := whole(t)
	folder := t.TempDir()
	for name, worksheet := range map[string]bool{"lesson.html": false, "worksheet.html": true} {
		var b bytes.Buffer
		if err := Export(&b, book, "html", worksheet); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(node, "testdata/browser.mjs", browser, folder).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "ok ") {
			t.Error(line)
		}
	}
	const checks = 8 // a script that stops early must not pass
	if got := strings.Count("\n"+string(out), "\nok "); got != checks {
		t.Errorf("%d checks passed, of %d", got, checks)
	}
}

// The answers for teachers are those of the questions, each once.
func TestAnswersForTeachers(t *testing.T) {
	book, _ := whole(t)
	got := strings.Join(strings.Fields(textOf(t, book, 60)), " ")
	for _, told := range book {
		for _, q := range questionsOf(told.Parts) {
			want := q.Ask + " " + Letter(q.Right) + ") " + q.Choices[q.Right].Text + ". " + q.Because()
			_, rest, found := strings.Cut(got, strings.Join(strings.Fields(want), " "))
			if !found {
				t.Fatalf("chapter %d: %q is missing or out of order", told.Number, want)
			}
			got = rest
		}
	}
}

func TestMarkdownHasAllParts(t *testing.T) {
	book, _ := whole(t)
	var b bytes.Buffer
	if err := Export(&b, book, "md", false); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if strings.Contains(text, scratch) {
		t.Error("the file names a folder of this machine")
	}
	inOrder(t, book, text, markdownText)
	if got := strings.Count(text, "<svg"); got != pictures(book) {
		t.Errorf("%d pictures, want %d", got, pictures(book))
	}
	for _, svg := range regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(text, -1) {
		if strings.Contains(svg, "\n\n") {
			t.Error("an empty line would end the picture in Markdown")
		}
	}
	if strings.Count(text, "```")%2 != 0 {
		t.Error("a block of code is not closed")
	}
}

// A worksheet has every question with what stands before it, and nothing that answers one: no reason, no result, no key.
func TestTheWorksheetHasNoAnswers(t *testing.T) {
	book, _ := whole(t)
	for format, spelled := range map[string]func(string) string{"html": htmlText, "md": markdownText} {
		var b bytes.Buffer
		if err := Export(&b, book, format, true); err != nil {
			t.Fatal(err)
		}
		sheet := b.String()
		if format == "html" {
			balanced(t, sheet)
		}
		rest := sheet
		for _, told := range book {
			for _, q := range questionsOf(told.Parts) {
				_, after, found := strings.Cut(rest, spelled(q.Ask))
				if !found {
					t.Fatalf("%s: chapter %d: %q is missing or out of order", format, told.Number, q.Ask)
				}
				rest = after
				for _, c := range q.Choices {
					if !strings.Contains(sheet, spelled(c.Text)) || strings.Contains(sheet, spelled(c.Reason)) {
						t.Errorf("%s: chapter %d: the choice %q is missing, or has its reason", format, told.Number, c.Text)
					}
				}
			}
			if _, last := told.Asked[len(told.Asked)-1].(Question); !last {
				t.Errorf("chapter %d: after its last question stands %v", told.Number, told.Asked[len(told.Asked)-1])
			}
			for i, part := range told.Asked {
				if _, asks := part.(Question); asks && i+1 < len(told.Asked) {
					if _, text := told.Asked[i+1].(Paragraph); !text {
						t.Errorf("chapter %d: after a question stands %v", told.Number, told.Asked[i+1])
					}
				}
			}
		}
		var asked Book // of which nothing but the questions is told
		for _, told := range book {
			asked = append(asked, Chapter{Parts: told.Asked})
			for _, part := range told.Parts {
				if commands, ok := part.(Try); ok && strings.Contains(sheet, spelled(commands[0].Does)) {
					t.Errorf("%s: chapter %d: the worksheet has %q, which comes after the results", format, told.Number, commands[0].Does)
				}
			}
		}
		if got, want := strings.Count(sheet, "<svg"), pictures(asked); got != want && got != 2*want {
			t.Errorf("%s: %d pictures, want %d", format, got, want)
		}
		for _, answer := range []string{"Answers", "Right.", "No.", "Answer:", scratch} {
			if strings.Contains(sheet, answer) {
				t.Errorf("%s: the worksheet says %q", format, answer)
			}
		}
	}
}

func TestTextIsKeptFromMeaningMarkup(t *testing.T) {
	if got := markdownText("a*b_<s>|`<s>_`"); got != "a\\*b\\_\\<s\\>\\|`<s>_`" {
		t.Errorf("Markdown %q", got)
	}
	if got := htmlText("<b>&`<s>`"); got != "&lt;b&gt;&amp;<code>&lt;s&gt;</code>" {
		t.Errorf("HTML %q", got)
	}
}

// inOrder fails unless a document has paragraphs, questions and commands of the book, one after the other.
func inOrder(t *testing.T, book Book, document string, spelled func(string) string) {
	t.Helper()
	for _, told := range book {
		for _, part := range told.Parts {
			var want []string
			switch p := part.(type) {
			case Paragraph:
				want = []string{spelled(string(p))}
			case Question:
				want = []string{spelled(p.Ask)}
				for _, c := range p.Choices {
					want = append(want, spelled(c.Text), spelled(c.Reason))
				}
			case Try:
				for _, c := range p {
					want = append(want, c.Line)
				}
			}
			for _, s := range want {
				_, rest, found := strings.Cut(document, s)
				if !found {
					t.Fatalf("chapter %d: %q is missing or out of order", told.Number, s)
				}
				document = rest
			}
		}
	}
}

// balanced fails unless every element that is opened is closed, in its order.
func balanced(t *testing.T, page string) {
	t.Helper()
	var open []string
	for _, m := range regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9:]*)[^>]*?(/?)>`).FindAllStringSubmatch(page, -1) {
		switch name := m[2]; {
		case name == "meta" || name == "input" || m[3] == "/":
		case m[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			t.Fatalf("</%s> closes %v", name, open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%v are never closed", open)
	}
}

func pictures(book Book) (n int) {
	for _, told := range book {
		for _, part := range told.Parts {
			switch p := part.(type) {
			case Picture:
				n++
			case Beside:
				n += len(p)
			}
		}
	}
	return n
}

func choices(book Book) (n int) {
	for _, told := range book {
		for _, q := range questionsOf(told.Parts) {
			n += len(q.Choices)
		}
	}
	return n
}
