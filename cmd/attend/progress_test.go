package main

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/train"
)

// sampleMap is a map of three words.
func sampleMap() attention.Map {
	return attention.Map{Encoded: attention.Encoded{Text: "the cat", Tokens: []string{"<s>", "the", "cat"}}, Attention: [][][][]float32{{{{1, 0, 0}, {0.5, 0.5, 0}, {0.25, 0.75, 0}}}},
		Next: []attention.Prediction{{Word: "sat", Probability: 0.5}}}
}

func testWatch(out *bytes.Buffer, columns, lines *int) *progress {
	return &progress{out: out, sampled: true, sample: func() (attention.Map, error) { return sampleMap(), nil },
		size: func() (int, int) { return *columns, *lines }, options: text.Options{Layer: -1, Head: -1}}
}

func step(n int) run.Progress {
	return run.Progress{Step: train.Step{Step: n, Loss: 2}, Steps: 100, HeldOutLoss: new(1.0), Evaluated: true, TokensPerSecond: 1000}
}

func TestWatchDrawsInPlace(t *testing.T) {
	for _, color := range []colorprofile.Profile{colorprofile.ASCII, colorprofile.TrueColor} {
		var out bytes.Buffer
		columns, lines := 60, 20
		w := testWatch(&out, &columns, &lines)
		w.options.Color = color
		screen := &terminalScreen{}
		screen.write("before\n")
		for n := 1; n <= 50; n++ {
			w.show(step(n))
		}
		w.end()
		screen.write(out.String())
		screen.write("after\n")
		text := screen.text()
		if !strings.HasPrefix(text, "before\nstep 50/100  smoothed loss 2.000  held-out sample 1.000") || !strings.HasSuffix(text, "\nafter\n") {
			t.Errorf("the screen shows\n%q", text)
		}
		for _, once := range []string{"step ", "<s>", "cat", "next: sat 0.500", "rows attend to columns"} {
			if strings.Count(text, once) != 1 {
				t.Errorf("%q is %d times on the screen\n%s", once, strings.Count(text, once), text)
			}
		}
		if screen.odd != nil {
			t.Errorf("sequences %q", screen.odd)
		}
	}
}

// A drawing that gets lower or narrower leaves nothing of the one before.
func TestWatchClearsWhatIsLeft(t *testing.T) {
	var out bytes.Buffer
	columns, lines := 60, 20
	w := testWatch(&out, &columns, &lines)
	w.show(step(1000000))
	w.sample = func() (attention.Map, error) {
		return attention.Map{Encoded: attention.Encoded{Text: "a", Tokens: []string{"a"}}, Attention: [][][][]float32{{{{1}}}}}, nil
	}
	w.show(step(2))
	screen := &terminalScreen{}
	screen.write(out.String())
	want := &terminalScreen{}
	alone := testWatch(&out, &columns, &lines)
	alone.loss, alone.sample = w.loss, w.sample
	out.Reset()
	alone.show(step(2))
	want.write(out.String())
	if screen.text() != want.text() {
		t.Errorf("the screen shows\n%q, want\n%q", screen.text(), want.text())
	}
}

// No line reaches the last column, where a terminal would fold it, and no drawing is higher than the terminal.
func TestWatchFitsTheTerminal(t *testing.T) {
	for columns := 1; columns < 90; columns += 4 {
		for lines := 1; lines < 30; lines += 3 {
			var out bytes.Buffer
			w := testWatch(&out, &columns, &lines)
			w.show(step(1))
			w.show(step(2))
			drawings := strings.Split(out.String(), "\x1b[?2026h")
			for _, drawing := range drawings[1:] {
				if n := strings.Count(drawing, "\n"); n > max(1, lines-1) {
					t.Errorf("%d by %d: %d lines", columns, lines, n)
				}
				for _, line := range strings.Split(drawing, "\n") {
					if got := ansi.StringWidth(line); got > columns-1 && got > 0 {
						t.Errorf("%d by %d: %d columns: %q", columns, lines, got, line)
					}
				}
			}
		}
	}
}

// A terminal made narrower has folded the lines: the next drawing begins where the folded one began.
func TestWatchOnANarrowedTerminal(t *testing.T) {
	var out bytes.Buffer
	columns, lines := 60, 40
	w := testWatch(&out, &columns, &lines)
	w.show(step(1))
	want := 0
	for _, drawn := range w.drawn {
		want += max(1, int(math.Ceil(float64(drawn)/20)))
	}
	columns = 20
	out.Reset()
	w.show(step(2))
	if !strings.HasPrefix(out.String(), "\x1b[?2026h\x1b["+strconv.Itoa(want)+"A\r") {
		t.Errorf("want %d lines up: %q", want, out.String()[:20])
	}
}

func TestWatchSaysWhyThereIsNoMap(t *testing.T) {
	var out bytes.Buffer
	columns, lines := 80, 20
	w := testWatch(&out, &columns, &lines)
	w.sample = func() (attention.Map, error) { return attention.Map{}, errors.New("no\nmap") }
	w.show(step(1))
	screen := &terminalScreen{}
	screen.write(out.String())
	if !strings.HasSuffix(screen.text(), "s left\nthe map cannot be shown: no; map\n") {
		t.Errorf("the screen shows %q", screen.text())
	}
}

func TestWatchOnATerminal(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	command := "attend train " + strings.Join(small, " ")
	plain := onTerminal(t, "stty cols 70 rows 30; TERM=xterm "+command+" --out plain", "")
	watched := onTerminal(t, "stty cols 70 rows 30; TERM=xterm "+command+" --out watched --watch", "")
	if strings.Contains(plain, "\x1b[?2026h") || strings.Count(watched, "\x1b[?2026h") < 2 {
		t.Errorf("without --watch %q, with it %q", plain, watched)
	}
	screen := &terminalScreen{}
	screen.write(watched)
	text := screen.text()
	if strings.Count(text, "step 20/20") != 1 || strings.Contains(text, "step 1/20") || !strings.Contains(text, "saved in watched") {
		t.Errorf("the screen shows\n%q", text)
	}
	all := files(t)
	for _, name := range []string{"model.safetensors", "state.safetensors", "film.jsonl", "training.yaml"} {
		if content := all["plain/"+name]; content == "" || content != all["watched/"+name] {
			t.Errorf("%s of the watched training differs", name)
		}
	}
}

func TestInterruptedWatchLeavesTheTerminalInOrder(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	out := onTerminal(t, "stty cols 70 rows 30; TERM=xterm exec attend train "+strings.Join(small, " ")+
		" --steps 100000000 --save-interval 100000000 --eval-interval 100000000 --out long --watch", "next: ")
	screen := &terminalScreen{}
	screen.write(out)
	text := screen.text()
	if !strings.Contains(text, "\nstopped at step ") || !strings.HasSuffix(text, "Next: attend train --resume long\n") || strings.Count(text, "/100000000  smoothed loss") != 1 {
		t.Errorf("the screen shows\n%q", text)
	}
	for _, odd := range screen.odd {
		t.Errorf("sequence %q", odd)
	}
}
