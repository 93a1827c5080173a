package lesson

import (
	"bytes"
	"context"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/inspect"
	"attend/layers"
	"attend/run"
)

// collected is the whole course, computed once for all tests.
var collected = sync.OnceValues(func() (course *Course, err error) {
	course = &Course{Runs: scratch}
	book, err = Collect(context.Background(), course, nil)
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
			case Table, Printout:
				count["computation"]++
			case Picture:
				count["picture"]++
			case Question:
				count["question"]++
				if len(p.Choices) < 2 || len(p.Choices) > 9 || p.Right < 0 || p.Right >= len(p.Choices) || p.Because == "" || !strings.HasSuffix(p.Ask, "?") {
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
	for _, o := range []inspect.TextOptions{{Width: 80, Layer: -1, Head: -1}, {Width: 40, Layer: -1, Head: -1}, {Width: 80, Layer: -1, Head: -1, Color: colorprofile.TrueColor}} {
		for _, told := range book {
			for _, part := range told.Parts {
				var b bytes.Buffer
				if err := Text(&b, part, o); err != nil {
					t.Fatal(err)
				}
				if _, commands := part.(Try); o.Width == 80 && !commands && bytes.Count(b.Bytes(), []byte("\n")) > 22 {
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
	same(t, "chapter 2", column(t, tableWith(t, book, 2, "score"), "score"), "1 0")
	same(t, "chapter 3", column(t, tableWith(t, book, 3, "score"), "score"), "1 0 1")
	same(t, "chapter 3", column(t, tableWith(t, book, 3, "score"), "weight"), "0.4223188 0.1553624 0.4223188")
	same(t, "chapter 6", column(t, tableWith(t, book, 6, "looks at"), "looks at")[:6], "The lion saw the zebra near")

	orders := tableWith(t, book, 7, "saw in A")
	for i, want := range []struct{ verb, last bool }{{true, true}, {false, true}, {false, false}} { // alike in A and B
		row := orders.Rows[i]
		if (row[1] == row[2]) != want.verb || (row[3] == row[4]) != want.last {
			t.Errorf("chapter 7: %q", row)
		}
	}
	same(t, "chapter 8", column(t, tableWith(t, book, 8, "looks at"), "looks at"), "near The zebra saw")
	same(t, "chapter 8", column(t, tableWith(t, book, 8, "step"), "step"), "0 200 500 700 1,000 1,200 1,500")
	for _, above := range column(t, tableWith(t, book, 8, "above the floor"), "above the floor") {
		if strings.HasPrefix(above, "-") {
			t.Errorf("chapter 8: a loss below the floor: %s", above)
		}
	}
}

// The matrices of chapter 5 in double precision, on paper.
func TestTheOutputOfChapter5IsTheMixOfValues(t *testing.T) {
	heads, _, err := projected(riverByHand(), oneHead(), layers.Departure{})
	if err != nil {
		t.Fatal(err)
	}
	keys := [][2]float64{{0, 0}, {1.2, 0}, {.3, 0}, {.5, 0}, {1.7, 0}, {.8, 1}, {1, 0}}
	sum := 0.0
	e := make([]float64, len(keys))
	for i, k := range keys {
		e[i] = math.Exp((3*k[0] + 3*k[1]) / math.Sqrt2)
		sum += e[i]
	}
	output := heads.Output(0, 0, 6)
	if math.Abs(float64(output[0])-e[4]/sum) > 1e-6 || math.Abs(float64(output[1])-e[5]/sum) > 1e-6 {
		t.Errorf("output %v, want [%g %g]", output, e[4]/sum, e[5]/sum)
	}
}

func TestWithoutTheMaskTheLossIsTooGood(t *testing.T) {
	book, course := whole(t)
	floor, err := course.floor()
	if err != nil {
		t.Fatal(err)
	}
	with, err := course.learn(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	without, err := course.learn(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	vocab := math.Log(float64(course.corpus.Vocabulary.Len()))
	if with.asTrained != with.honest || with.honest < floor || with.honest > floor+0.3 {
		t.Errorf("with the mask %+v, the floor is %g", with, floor)
	}
	if without.asTrained > floor/4 || without.honest < vocab {
		t.Errorf("without the mask %+v, the floor is %g, knowing nothing costs %g", without, floor, vocab)
	}
	_ = book
}

func TestParametersAreThoseOfTheModel(t *testing.T) {
	course := &Course{}
	models, err := course.models()
	if err != nil {
		t.Fatal(err)
	}
	c := models[0].config
	for range 2 {
		for _, tied := range []bool{true, false} {
			c.Tied = tied
			if got, want := parameters(c), layers.Parameters(c).Count(); got != want {
				t.Errorf("%+v: %d parameters, want %d", c, got, want)
			}
		}
		c = layers.Config{Vocab: 13, Context: 7, Layers: 3, Heads: 5, Dim: 15, Hidden: 11, Positions: "none", Activation: layers.ReLU}
	}
	for i, want := range map[int]int{1: 124439808, 2: 1557611200, 3: 174604259328} {
		if got := parameters(models[i].config); got != want {
			t.Errorf("%s: %d parameters, want %d", models[i].name, got, want)
		}
	}
}

func TestAReadersOwnSentenceAndVectors(t *testing.T) {
	_, course := whole(t)
	tell := func(chapter int, c *Course) (Told, error) {
		told := Told{Chapter: Chapters()[chapter-1]}
		c.Runs = course.Runs
		err := told.Tell(t.Context(), c, func(parts ...Part) error {
			told.Parts = append(told.Parts, parts...)
			return nil
		})
		return told, err
	}
	text := func(told Told) string {
		var b bytes.Buffer
		for _, part := range told.Parts {
			if err := Text(&b, part, inspect.TextOptions{Width: 80, Layer: -1, Head: -1}); err != nil {
				t.Fatal(err)
			}
		}
		return b.String()
	}
	told, err := tell(9, &Course{Sentence: "The lions from the valley"})
	if err != nil || !strings.Contains(text(told), "lions") {
		t.Errorf("%v", err)
	}
	asked := ""
	told, err = tell(9, &Course{Ask: func(prompt, fallback string, check func(string) error) (string, error) {
		asked = fallback
		if check("qqq zzz") == nil || check("") == nil || check("The rhinos") != nil {
			t.Error("the wrong sentences are accepted")
		}
		return "The rhinos", nil
	}})
	if err != nil || asked == "" || !strings.Contains(text(told), "rhinos") {
		t.Errorf("asked %q: %v", asked, err)
	}
	if _, err := tell(9, &Course{Sentence: "The"}); err != nil {
		t.Errorf("a single word: %v", err)
	}
	told, err = tell(2, &Course{Query: &Vector{"", []float32{1, 2, 3}}, Keys: []Vector{{"a", []float32{3, 2, 1}}}})
	if err != nil || !strings.Contains(text(told), "10") {
		t.Errorf("three numbers: %v", err)
	}
	told, err = tell(3, &Course{Keys: []Vector{{"only", []float32{1, 1}}}})
	if err != nil || !strings.Contains(text(told), "1.0000000") {
		t.Errorf("one key: %v", err)
	}
	for name, c := range map[string]*Course{
		"4: query": {Query: &Vector{"", []float32{1}}}, "2: value": {Values: []Vector{{"", []float32{1}}}},
		"2: temperature": {Temperature: 2}, "5: sentence": {Sentence: "The lion"}, "1: sentence": {Sentence: "qqq zzz"},
	} {
		if _, err := tell(int(name[0]-'0'), c); err == nil || !strings.Contains(err.Error(), name[3:]) {
			t.Errorf("chapter %s: error %v", name, err)
		}
	}
}

func TestTheModelOfTheLessonLeavesOtherRunsAlone(t *testing.T) {
	_, course := whole(t)
	settings, err := course.settings()
	if err != nil {
		t.Fatal(err)
	}
	path, there, err := course.home(settings)
	if err != nil || there == nil || there.Step != settings.Steps {
		t.Fatalf("%s: %v, %v", path, there, err)
	}
	other := settings
	other.Seed = 99
	second, there, err := course.home(other)
	if err != nil || there != nil || second == path || !strings.HasPrefix(second, path) {
		t.Errorf("another training would go to %s (%v, %v), the first is in %s", second, there, err, path)
	}
	if _, err := run.Start(second, other, course.corpus, false); err != nil {
		t.Fatal(err)
	}
	// Interrupted at once, the lesson's own leaves a run that is not taken for a trained one.
	aside := &Course{Runs: t.TempDir()}
	ctx, cancel := context.WithCancel(t.Context())
	aside.Progress = func(*run.Progress) { cancel() }
	if _, _, err := aside.train(ctx); err == nil {
		t.Fatal("a training that was interrupted gave a model")
	}
	if r, err := aside.known(); err != nil || r != nil {
		t.Errorf("known is %v, %v", r, err)
	}
	if _, there, err := aside.home(settings); err != nil || there == nil || there.Step >= settings.Steps {
		t.Errorf("%v, %v", there, err)
	}
}
