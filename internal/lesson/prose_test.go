package lesson

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// toldFrom returns the parts of each step of a text.
func toldFrom(t *testing.T, text string, v values) (steps [][]Part, err error) {
	c := Chapter{text: text, compute: func(*Course, context.Context) (values, error) { return v, nil }}
	for parts, err := range c.Steps(t.Context(), &Course{}) {
		if err != nil {
			return steps, err
		}
		steps = append(steps, parts)
	}
	return steps, nil
}

func TestATextBecomesParts(t *testing.T) {
	v := values{
		"x": 0.5, "n": 1234, "name": escape.Replace("a|b\nc"), "yes": true, "no": false, "list": []values{{"k": "one"}, {"k": "two"}},
		"picture": Picture{}, "later": func() (values, error) { return values{"y": "what was computed"}, nil },
	}
	steps, err := toldFrom(t, "\nTwo lines\nare one paragraph: {printf \"%.2f\" .x} of {counted .n}.\n\n{if .no}\nNot this.\n{else}\nBut this.\n{end}\n\n"+
		"```text\na\n  b\n```\n\nRows\n| k | {.n} |\n|---|---:|\n{range .list}\n| {.k} | {$.name} |\n{end}\n\n"+
		"---\n\n{if .no}\nAn empty step is not shown.\n{end}\n\n--- later\n\nQuestion: Which\nof these?\n- {.y}\n  It\n  is not.\n{if .yes}+{else}-{end} that\n  It is.\n\n"+
		"![a](picture) ![b](picture)\n\n--- optional: more\n\n{three .x}\n\n---\n\n![](picture)\n\n```sh\n# lists the chapters\nattend lesson\n```\n", v)
	want := [][]Part{
		{
			Paragraph("Two lines are one paragraph: 0.50 of 1,234."), Paragraph("But this."), Formula("a\n  b"),
			Table{Caption: "Rows", Head: []string{"k", "1234"}, Words: 1, Rows: [][]string{{"one", "a|b\nc"}, {"two", "a|b\nc"}}},
		},
		{
			Question{Ask: "Which of these?", Choices: []Choice{{"what was computed", "It is not."}, {"that", "It is."}}, Right: 1},
			Beside{{Title: "a"}, {Title: "b"}},
		},
		{Optional{"more", []Part{Paragraph("0.500")}}},
		{
			Picture{}, Try{{"attend lesson", "lists the chapters"}},
		},
	}
	if err != nil || !reflect.DeepEqual(steps, want) {
		t.Errorf("%v\n%#v\nwant\n%#v", err, steps, want)
	}
}

func TestMistakesInATextAreErrors(t *testing.T) {
	failed := errors.New("failed")
	v := values{"x": 0.5, "failing": func() (values, error) { return nil, failed }}
	for text, want := range map[string]string{
		"{.y}": `no entry for key "y"`, "{printf .x": "unclosed action", "![](y)": "no picture is named y", "![](x)": "no picture is named x", "--- y\n": `a step "y", which computes nothing`,
		"```python\nx\n```": "write ```text, ```sh or ```bars", "```text\nx\n\n```": "no empty line before it", "| a |\n|---|": "and rows",
		"| a |\n|---|\n| 1 | 2 |": "a row has 2 cells and the heading 1", "```bars\nBars\n| a | {.x} |\n```": "a bar wants", "```bars\nBars\n| a | b | c |\n```": "a bar wants",
		"Question: Which?\n- a\n  c\n- b\n  d": "+ before the right one", "Question: Which?\n+ a\n  c": "2 to 9 choices",
		"Question: Which?\n+ a\n  c\n- b": "with the reason", "--- failing\n": "failed",
	} {
		steps, err := toldFrom(t, text, v)
		if err == nil || !strings.Contains(err.Error(), want) || len(steps) > 0 {
			t.Errorf("%q: %v, error %v, want %s", text, steps, err, want)
		}
	}
}

// Each chapter has its file, and each file its chapter.
func TestTheTextsAreThoseOfTheChapters(t *testing.T) {
	files, err := texts.ReadDir("chapters")
	if err != nil || len(files) != len(Chapters()) {
		t.Fatalf("%v: %d files for %d chapters", err, len(files), len(Chapters()))
	}
	for _, c := range Chapters() {
		if c.Title == "" || !strings.Contains(c.text, "\n```sh\n") || slices.Contains(strings.Split(c.text, "\n"), "# "+c.Title) {
			t.Errorf("chapter %d: title %q", c.Number, c.Title)
		}
	}
}
