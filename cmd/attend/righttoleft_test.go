package main

import (
	"encoding/json"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/bidi"

	"attend/internal/term"
)

// readsRight are texts that are written from right to left: in Hebrew with a prefix and numbers, in Arabic with the digits and the
// marks of that script, and in Hebrew with English in it.
var readsRight = map[string]string{
	"hebrew": "האריה ראה את הפיל\nהחתול ראה את הכלב\nהאריה ראה את הכלב\nהכלב ראה 12 פילים ליד ה-נהר\nהחתול בן 3.5 שנים, והפיל בן 40\nראה את הנהר\n",
	"arabic": "رأى الأسد الفيل قرب النهر\nرأى القط الكلب قرب البيت\nعمر الأسد ٤ سنوات؟\nعمر الفيل ٤٠ سنة\nرأى الكلب القط\nعمر القِطّ ٣ سنوات\n",
	"mixed":  "the אריה saw the פיל\nthe חתול saw 3 כלבים\nthe פיל met Dana ו-Eli\nthe lion saw את הנהר\nthe אריה met the lion\n",
}

// textsOf trains on a text in a run with a name in its script, and returns what the commands print.
func textsOf(t *testing.T, text string) map[string]string {
	t.Helper()
	ownSettings(t)
	t.Chdir(t.TempDir())
	write(t, "קובץ.txt", text)
	printed := map[string]string{}
	say := func(args ...string) {
		t.Helper()
		code, stdout, stderr := attend(t, "", args...)
		if code != 0 {
			t.Errorf("%v: %s", args, stderr)
		}
		printed[strings.Join(args, " ")] = stdout + stderr
		if args[0] == "complete" {
			printed[strings.Join(args, " ")] = stderr
		}
	}
	lines := strings.Split(text, "\n")
	first, second := lines[0], lines[1]
	word := strings.Fields(first)[1]
	for _, name := range []string{"שלום", "שלום 2"} {
		say("train", "--data", "קובץ.txt", "--out", "runs/"+name, "--min-count", "1", "--steps", "20", "--dim", "8", "--heads", "2", "--eval-interval", "10")
	}
	for _, args := range [][]string{
		{"inspect", first}, {"inspect", "--all", first, second}, {"inspect", "--baseline", "uniform", word + " קטן"}, {"why", first},
		{"explain", first, "--query", "3"}, {"heads"}, {"compare", first, second}, {"compare", first, "--with", "runs/שלום"},
		{"compare", first, "--seeds", "2"}, {"film"}, {"words"}, {"words", "--list"}, {"words", word}, {"eval"}, {"plot"},
		{"plot", "runs/שלום", "runs/שלום 2"}, {"complete", strings.Join(strings.Fields(first)[:2], " ") + " קטן"}, {"runs"},
		{"sweep", "--data", "קובץ.txt", "--min-count", "1", "--steps", "5", "--dim", "8", "--heads", "1,2", "--eval-interval", "5", "--name", "מבחן"},
	} {
		say(args...)
	}
	return printed
}

// Nothing outside of an isolate orders the text around it, so that words, numbers and bars stand where they were printed.
func TestRightToLeftTextStaysInItsColumns(t *testing.T) {
	for name, text := range readsRight {
		t.Run(name, func(t *testing.T) {
			for command, printed := range textsOf(t, text) {
				isolates := 0
				for line := range strings.Lines(printed) {
					open := false
					for _, r := range line {
						switch p, _ := bidi.LookupRune(r); p.Class() {
						case bidi.LRI, bidi.RLI:
							open = true
							isolates++
						case bidi.PDI:
							open = false
						case bidi.R, bidi.AL, bidi.AN:
							if !open {
								t.Errorf("%s: %q outside of an isolate in %q", command, r, line)
							}
						}
					}
					if open {
						t.Errorf("%s: an open isolate in %q", command, line)
					}
				}
				if isolates == 0 {
					t.Errorf("%s: no word from right to left in\n%s", command, printed)
				}
			}
		})
	}
}

// A browser shows the words outside of sentences, and the numbers, from left to right as they were printed.
func TestRightToLeftTextInABrowser(t *testing.T) {
	chromium := os.Getenv("ATTEND_BROWSER")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if chromium == "" {
			chromium, _ = exec.LookPath(name)
		}
	}
	if chromium == "" {
		t.Skip("no browser: install chromium, or name one in ATTEND_BROWSER")
	}
	var lines []string
	for _, text := range readsRight {
		for _, printed := range textsOf(t, text) {
			lines = append(lines, strings.Split(strings.TrimSuffix(printed, "\n"), "\n")...)
		}
	}
	for i, at := range measured(t, chromium, lines) {
		if !slices.IsSorted(at) {
			t.Errorf("%q is shown in another order", lines[i])
		}
		lines[i] = term.WithoutIsolates(lines[i])
	}
	without := 0
	for _, at := range measured(t, chromium, lines) {
		if !slices.IsSorted(at) {
			without++
		}
	}
	t.Logf("%d lines, of which %d are in another order without isolates", len(lines), without)
	if without == 0 {
		t.Error("the browser orders no line: nothing was measured")
	}
}

// measured returns where each part of each line begins in a browser, in pixels. A part is an isolate, which a browser orders by
// itself, or what stands between blanks.
func measured(t *testing.T, chromium string, lines []string) [][]float64 {
	t.Helper()
	var b strings.Builder
	b.WriteString("<meta charset=utf-8>")
	for _, line := range lines {
		fmt.Fprintf(&b, "<pre dir=ltr>%s</pre>\n", html.EscapeString(line))
	}
	b.WriteString(`<script>
for (const pre of document.querySelectorAll("pre")) {
  const at = [], node = pre.firstChild;
  for (const part of (node?.data ?? "").matchAll(/[\u2066\u2067][^\u2069]*\u2069|[^ \u2066-\u2069]+/g)) {
    const range = document.createRange();
    range.setStart(node, part.index);
    range.setEnd(node, part.index + part[0].length);
    at.push(range.getBoundingClientRect().left);
  }
  pre.textContent = JSON.stringify(at);
}
</script>`)
	page := filepath.Join(t.TempDir(), "lines.html")
	write(t, page, b.String())
	out, err := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--dump-dom", page).Output()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float64
	for _, found := range regexp.MustCompile(`<pre dir="ltr">(.*?)</pre>`).FindAllStringSubmatch(string(out), -1) {
		var at []float64
		if err := json.Unmarshal([]byte(found[1]), &at); err != nil {
			t.Fatal(err)
		}
		all = append(all, at)
	}
	if len(all) != len(lines) {
		t.Fatalf("%d lines were measured, want %d", len(all), len(lines))
	}
	return all
}

// What is copied from the output can be typed as a word of a command.
func TestIsolatesOfCopiedWordsAreNoPartOfThem(t *testing.T) {
	textsOf(t, readsRight["hebrew"])
	for _, args := range [][]string{
		{"inspect", "--run", "runs/\u2067שלום\u2069", "\u2067האריה\u2069 ראה"}, {"words", "--run=runs/\u2066שלום\u2069", "\u2067האריה\u2069"},
	} {
		code, stdout, stderr := attend(t, "", args...)
		if code != 0 || strings.Contains(stdout, "vocabulary") || strings.Contains(stdout, `\u206`) {
			t.Errorf("%q: exit code %d, %s%s", args, code, stdout, stderr)
		}
	}
	write(t, "\u2067שם\u2069.txt", "האריה ראה\n")
	if code, _, stderr := attend(t, "", "inspect", "--file=\u2067שם\u2069.txt"); code != 0 {
		t.Errorf("a file whose name has isolates is not found: %s", stderr)
	}
}
