package render

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hostile are words that would act, hide or steer if they were anything but text.
func hostile() Map {
	tokens := []string{"<s>", "<script>alert(1)</script>", "</script><script>alert(2)</script>", "<!--", "<img src=x onerror=alert(3)>",
		`"onmouseover="alert(4)`, "&lt;b&gt;", "{{.}}", "${alert(5)}", "\u2028", "\x1b[31m", "\u202eabc", "", strings.Repeat("long", 300)}
	m := made(strings.Join(tokens, " "), tokens, 1, 2)
	m.Next = []Prediction{{"<script>alert(6)</script>", 0.5}}
	return m
}

// wide is the page that must stay small: 12 heads over 64 words, with their vectors.
func wide() Map {
	words := strings.Fields("<s> " + strings.Repeat("the antelope under the tree watched the hyenas because the ", 7))[:64]
	return withVectors(made("the antelope under the tree", words, 1, 12), 64)
}

// many is a sentence of more words than a grid shows large.
func many() Map {
	text := strings.Repeat("the antelope under the tree ", 5)
	return made(text, strings.Fields("<s> " + text)[:24], 2, 3)
}

// lions are two sentences of one page: with vectors in two layers, and with unknown and foreign words.
func lions() []Map {
	m := withVectors(made("The lion saw the zebra near the", strings.Fields("<s> The lion saw the zebra near the"), 2, 3), 5)
	m.Next = lion().Next
	return []Map{m, foreign()}
}

// besides is what lions are compared with: every word that a query sees alike.
func besides() []Baseline {
	var list []Baseline
	for _, m := range lions() {
		b := made(m.Text, m.Tokens, len(m.Attention), len(m.Attention[0]))
		for _, heads := range b.Attention {
			for _, weights := range heads {
				for q := range weights {
					for k := range q + 1 {
						weights[q][k] = 1 / float32(q+1)
					}
				}
			}
		}
		list = append(list, Baseline{"uniform", b})
	}
	return list
}

// forming is a film of six frames in which the links of a sentence grow.
func forming() []Frame {
	m := lion()
	var frames []Frame
	for i := range 6 {
		s := Sentence{Text: m.Text, Tokens: m.Tokens, Next: m.Next}
		var heads [][][]float32
		for h := range 2 {
			heads = append(heads, causal(len(m.Tokens), func(q, k int) float64 { return float64(i*((q*7+k*3+h*2)%5)) / 2 }))
		}
		s.Attention = [][][][]float32{heads}
		frames = append(frames, Frame{Step: 50 * i, HeldOutLoss: 4.5 / float64(i+1), Sentences: []Sentence{s}})
	}
	return frames
}

// writePages writes the pages that the browser opens, and beside each what it must show.
func writePages(t *testing.T, folder string) {
	t.Helper()
	film := forming()
	pages := map[string]func(b *bytes.Buffer) error{
		"map":     func(b *bytes.Buffer) error { return HTML(b, Source{"runs/lion", 120}, lions()) },
		"wide":    func(b *bytes.Buffer) error { return HTML(b, Source{"runs/wide", 1}, []Map{wide()}) },
		"many":    func(b *bytes.Buffer) error { return HTML(b, Source{"runs/many", 1}, []Map{many()}) },
		"hostile": func(b *bytes.Buffer) error { return HTML(b, Source{"<script>alert(0)</script>", 1}, []Map{hostile()}) },
		"beside":  func(b *bytes.Buffer) error { return HTMLBeside(b, Source{"runs/lion", 120}, lions(), besides()) },
		"film":    func(b *bytes.Buffer) error { return FilmHTML(b, Source{"runs/lion", 250}, film) },
	}
	var words []string
	for _, token := range hostile().Tokens {
		words = append(words, spelling(token))
	}
	type vectors struct {
		Query [][][][]float32 `json:"query"`
		Key   [][][][]float32 `json:"key"`
	}
	var sentences []Sentence
	for _, m := range lions() {
		sentences = append(sentences, Sentence{Text: m.Text, Tokens: m.Tokens, Attention: m.Attention, Next: m.Next})
	}
	v := lions()[0].Vectors
	truths := map[string]any{
		"map":     map[string]any{"sentences": sentences, "vectors": vectors{v.Query, v.Key}},
		"hostile": map[string]any{"tokens": words},
		"beside":  map[string]any{"attention": lions()[0].Attention, "baseline": besides()[0].Map.Attention},
		"film":    map[string]any{"frames": film, "formed": Formation(film, leastFormed)},
	}
	save := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, write := range pages {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		save(name+".html", b.Bytes())
		truth, err := json.Marshal(truths[name])
		if err != nil {
			t.Fatal(err)
		}
		save(name+".json", truth)
	}
}

// In a real browser the pages do what they promise: page/browser/check.mjs points, chooses, clicks, slides and
// looks. It wants Node.js, the modules of page/browser (npm ci there), and Chromium, which ATTEND_BROWSER
// names where it is not on the path.
func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute: left out under -short")
	}
	browser := os.Getenv("ATTEND_BROWSER")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if browser == "" {
			browser, _ = exec.LookPath(name)
		}
	}
	if browser == "" {
		t.Skip("no browser: install chromium, or name one in ATTEND_BROWSER")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no Node.js on the path: install nodejs and npm")
	}
	if _, err := os.Stat("page/browser/node_modules/playwright-core"); err != nil {
		t.Skip("the modules of the browser test are missing: run `npm ci` in internal/render/page/browser")
	}
	folder := t.TempDir()
	writePages(t, folder)
	command := exec.Command(node, "page/browser/check.mjs", browser, folder)
	var complaints bytes.Buffer
	command.Stderr = &complaints
	out, err := command.Output()
	if err != nil {
		t.Errorf("%v\n%s", err, &complaints)
	}
	checks := 0
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, failed := strings.CutPrefix(lines.Text(), "not ok ")
		if !failed {
			name, _ = strings.CutPrefix(name, "ok ")
		}
		if figure, ok := strings.CutPrefix(name, "# "); ok {
			t.Log(figure)
			continue
		}
		checks++
		name, why, _ := strings.Cut(name, ": ")
		t.Run(fmt.Sprintf("%02d %s", checks, name), func(t *testing.T) {
			if failed {
				t.Error(why)
			}
		})
	}
	if checks < leastChecks {
		t.Errorf("%d checks reported, want %d", checks, leastChecks)
	}
}

// leastChecks is how many checks the browser makes: a script that stops early must not pass.
const leastChecks = 25
