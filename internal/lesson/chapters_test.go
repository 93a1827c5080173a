package lesson

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/render/text"
)

// collected is the whole course, computed once for all tests.
var collected = sync.OnceValues(func() (course *Course, err error) {
	if course, err = NewCourse(scratch); err != nil {
		return nil, err
	}
	book, err = Collect(context.Background(), course, func(Chapter) {})
	return course, err
})

var (
	book    Book
	scratch string // a folder that lasts as long as the tests
)

func whole(t *testing.T) (Book, *Course) {
	t.Helper()
	began := time.Now()
	course, err := collected()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("all chapters in %v, or known before", time.Since(began).Round(10*time.Millisecond))
	return book, course
}

func TestEveryChapterHasAllThatAChapterHas(t *testing.T) {
	book, _ := whole(t)
	if len(book) != 10 {
		t.Fatalf("%d chapters", len(book))
	}
	for i, told := range book {
		if told.Number != i+1 || told.Title == "" {
			t.Errorf("chapter %d is number %d, %q", i+1, told.Number, told.Title)
		}
		count := map[string]int{}
		for _, part := range told.Parts {
			switch p := part.(type) {
			case Paragraph:
				count["text"]++
			case Table:
				count["computation"]++
			case Picture, Beside:
				count["picture"]++
			case Question:
				count["question"]++
				if len(p.Choices) < 2 || len(p.Choices) > 9 || p.Right < 0 || p.Right >= len(p.Choices) || p.Because() == "" || !strings.HasSuffix(p.Ask, "?") {
					t.Errorf("chapter %d: question %+v", told.Number, p)
				}
				if count["picture"] > 0 && told.Number != 7 && told.Number != 9 && told.Number != 3 {
					t.Errorf("chapter %d asks after the picture that shows the answer", told.Number)
				}
			case Try:
				count["try"] += len(p)
			}
		}
		for _, want := range []string{"text", "computation", "picture", "question", "try"} {
			if count[want] == 0 {
				t.Errorf("chapter %d has no %s", told.Number, want)
			}
		}
		if _, last := told.Parts[len(told.Parts)-1].(Try); !last {
			t.Errorf("chapter %d does not end with commands to try", told.Number)
		}
	}
}

// Every part fits the terminal, a screen of 24 lines at 80 columns, and the width at 40. Only a word that is longer
// than the line, as a sentence in quotes, may pass it.
func TestPartsFitTheScreen(t *testing.T) {
	book, _ := whole(t)
	for _, o := range []text.Options{{Width: 80, Layer: -1, Head: -1}, {Width: 40, Layer: -1, Head: -1}, {Width: 80, Layer: -1, Head: -1, Color: colorprofile.TrueColor}} {
		for _, told := range book {
			for _, part := range slices.Concat(told.Parts, apart(told.Parts)) {
				var b bytes.Buffer
				if err := Text(&b, part, o); err != nil {
					t.Fatal(err)
				}
				_, commands := part.(Try)
				_, beside := part.(Beside)
				if o.Width == 80 && !commands && !beside && bytes.Count(b.Bytes(), []byte("\n")) > 22 {
					t.Errorf("chapter %d: a part of more than 22 lines:\n%s", told.Number, b.String())
				}
				for line := range strings.Lines(b.String()) {
					line = strings.TrimSuffix(line, "\n")
					if ansi.StringWidth(line) > o.Width && !strings.Contains(line, `"`) {
						t.Errorf("chapter %d, width %d: %q", told.Number, o.Width, line)
					}
					if o.Color < colorprofile.ANSI && strings.Contains(line, "\x1b") {
						t.Errorf("chapter %d: an escape sequence in %q", told.Number, line)
					}
				}
			}
		}
	}
}

// apart returns the pictures that stand side by side, and the parts that are optional, which a terminal shows one after the other.
func apart(parts []Part) (list []Part) {
	for _, part := range parts {
		switch p := part.(type) {
		case Beside:
			for _, picture := range p {
				list = append(list, picture)
			}
		case Optional:
			list = append(list, p.Parts...)
		}
	}
	return list
}

// tableWith returns the table of a chapter with a heading.
func tableWith(t *testing.T, book Book, chapter int, head string) Table {
	t.Helper()
	for _, part := range book[chapter-1].Parts {
		if table, ok := part.(Table); ok {
			for _, title := range table.Head {
				if title == head {
					return table
				}
			}
		}
	}
	t.Fatalf("chapter %d has no table with %q", chapter, head)
	return Table{}
}

func column(t *testing.T, table Table, head string) []string {
	t.Helper()
	for i, title := range table.Head {
		if title == head {
			var cells []string
			for _, row := range table.Rows {
				cells = append(cells, row[i])
			}
			return cells
		}
	}
	t.Fatalf("no column %q in %q", head, table.Head)
	return nil
}

func same(t *testing.T, what string, got []string, want string) {
	t.Helper()
	if joined := strings.Join(got, " "); joined != want {
		t.Errorf("%s: %s, want %s", what, joined, want)
	}
}

func TestWhatTheChaptersShow(t *testing.T) {
	book, _ := whole(t)
	same(t, "chapter 1", column(t, tableWith(t, book, 1, "next"), "next"), "river river river cave acacia")
	same(t, "chapter 2", column(t, tableWith(t, book, 2, "dot product"), "dot product"), "1 0")
	same(t, "chapter 3", column(t, tableWith(t, book, 3, "score"), "score"), "1 0 1 ")
	same(t, "chapter 3", column(t, tableWith(t, book, 3, "score"), "weight"), "0.422 0.155 0.422 1")
	same(t, "chapter 6", column(t, tableWith(t, book, 6, "attends to"), "attends to")[:5], "The lion saw the zebra")

	// The calculations that are written out give the numbers of the tables.
	same(t, "chapter 3", column(t, tableWith(t, book, 3, "score"), "e^score"), "2.718 1 2.718 6.437")
	orders := tableWith(t, book, 7, "in A")
	for chapter, want := range map[int]string{3: "weight of key 1 = 2.718 / 6.437 = 0.422", 7: "= 4.11 / 6.11 = 0.67"} {
		if !slices.ContainsFunc(book[chapter-1].Parts, func(p Part) bool { f, ok := p.(Formula); return ok && strings.Contains(string(f), want) }) {
			t.Errorf("chapter %d does not calculate %s", chapter, want)
		}
	}
	same(t, "chapter 7", orders.Rows[2][2:], "[0.67 0.00] [0.00 0.67]")
	for i, same := range []bool{true, true, false, true, false, false} { // for "saw" and the last word of each model
		if row := orders.Rows[i]; (row[2] == row[3]) != same {
			t.Errorf("chapter 7: %q", row)
		}
	}
	heads := tableWith(t, book, 8, "most")
	for _, want := range []string{"near", "zebra"} { // "one head has found the animal, another the preposition"
		if !slices.ContainsFunc(heads.Rows, func(row []string) bool { return row[1] == want && row[2] > "0.9" }) {
			t.Errorf("chapter 8: no head attends to %s above all: %q", want, heads.Rows)
		}
	}
	same(t, "chapter 8", column(t, tableWith(t, book, 8, "step"), "step"), "0 200 500 700 1,000 1,200 1,500")
	for _, above := range column(t, tableWith(t, book, 8, "above the floor"), "above the floor") {
		if strings.HasPrefix(above, "-") {
			t.Errorf("chapter 8: a loss below the floor: %s", above)
		}
	}
}

// The text has at most 3,500 words.
func TestTheTextIsShort(t *testing.T) {
	files, err := os.ReadDir("chapters")
	if err != nil {
		t.Fatal(err)
	}
	words := 0
	for _, f := range files {
		text, err := os.ReadFile("chapters/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if f.Name() != "README.md" {
			words += len(strings.Fields(string(text)))
		}
	}
	if words > 3500 {
		t.Errorf("%d words", words)
	}
}
