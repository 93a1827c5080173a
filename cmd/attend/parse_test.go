package main

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"attend/data"
	"attend/internal/lesson"
	"attend/internal/run"
)

// Whatever stands in a file of settings is taken, or is refused in one line.
func FuzzConfigFile(f *testing.F) {
	for _, s := range []string{"layers: 2\n", "layrs: 2\n", "layers: two\n", "- a\n", "steps: 2\n---\nsteps: 3\n", "layers: [2\n", "lr: .nan\n", "steps: 010\n", "a: &a [*a]\n",
		"\"\\e[31m\": 1\n", "layers: \"\\e[31m\"\n", "? [a]\n: b\n", "!!int x: 1\n", "\x00", "\xff"} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "settings.yaml")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		settings := run.Defaults()
		if _, err := (&program{}).applyConfig(newTrain(&program{}), &settings, path); err != nil {
			checkLine(t, message(err))
		}
	})
}

// Whatever stands in a file of sentences is read line by line, or is refused in one line.
func FuzzSentences(f *testing.F) {
	for _, s := range []string{"the cat\nthe dog\n", "\ufeffa\r\n\r\nb", "", "\n \n", "a\x00b\n", "\x1b[31m\n", strings.Repeat("a ", 1000)} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	var vocabularies [2]*data.Vocabulary
	for i, unit := range []string{data.Word, data.Char} {
		corpus, err := data.Load("cats", strings.NewReader("the cat\nthe cat sat\n"), data.Options{Unit: unit, HoldOut: 0.5, MinCount: 1, By: data.ByTokens})
		if err != nil {
			f.Fatal(err)
		}
		vocabularies[i] = corpus.Vocabulary
	}
	f.Fuzz(func(t *testing.T, b []byte, chars bool) {
		r := &run.Run{Path: "runs/a", Vocabulary: vocabularies[0]}
		if chars {
			r.Vocabulary = vocabularies[1]
		}
		p := &program{stdin: strings.NewReader(string(b))}
		sentences, err := p.sentencesOf("-", data.UTF8, r)
		if err != nil {
			checkLine(t, message(err))
			return
		}
		for _, s := range sentences {
			if !chars && (strings.TrimSpace(s) == "" || strings.Contains(s, "\n")) {
				t.Errorf("the sentence %q", s)
			}
		}
	})
}

// Whatever a reader answers in the lesson, from a pipe or from the keyboard, is kept as it is, is asked for again, or is refused
// in one line.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{"the mask\nthe values\nonly the size\n", "a\n\nb)\n", "\r\n\r\n", "", "\x00\xff\n", "\x1b[31m\n", "Z\nE\na", "a\nQ\nb", strings.Repeat("a", 1<<17)} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "lesson.json")
	notes := filepath.Join(f.TempDir(), "notes.md")
	f.Fuzz(func(t *testing.T, b []byte) {
		p := &program{stdin: bytes.NewReader(b), stdout: io.Discard, stderr: io.Discard}
		before, _ := os.ReadFile(notes)
		if len(before) > 1<<20 {
			before = nil
			if err := os.Remove(notes); err != nil {
				t.Fatal(err)
			}
		}
		err := p.reflect(t.Context(), output{to: notes})
		if err != nil {
			checkLine(t, message(err))
		}
		after, _ := os.ReadFile(notes)
		added, ok := bytes.CutPrefix(after, before)
		if !ok || (err == nil) != (len(added) > 0) {
			t.Fatalf("error %v, and %q was added", err, added)
		}
		progress, err := lesson.OpenProgress(path)
		if err != nil {
			t.Fatal(err)
		}
		s := &lessonSession{program: p, ctx: t.Context(), progress: progress, lines: linesOf(bytes.NewReader(b)), live: true, chapter: lesson.Chapters()[0]}
		for err == nil {
			var chosen int
			if chosen, err = s.answer(lesson.Question{Choices: make([]lesson.Choice, 3), Right: 1}); chosen < -1 || chosen > 2 {
				t.Fatalf("choice %d", chosen)
			}
		}
		if !errors.Is(err, errLeft) || s.unkept {
			t.Fatalf("error %v, not kept: %t", err, s.unkept)
		}
	})
}

// A value of any numeric flag is a number in decimal digits, or is refused.
func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"10", "010", "-1", "0x10", "1_000", "+3", "1e3", "8GB", "1.5 gb", "9223372036854775808", "NaN", "", "\x1b", ".", "1.2.3MB", "0.1B"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var i int
		if err := (number[int]{value: &i}).Set(s); err == nil && strings.Trim(s, "+-0123456789") != "" {
			t.Errorf("%q is %d", s, i)
		}
		var u uint64
		if err := (number[uint64]{value: &u}).Set(s); err == nil && strings.Trim(s, "0123456789") != "" {
			t.Errorf("%q is %d", s, u)
		}
		var bytes size
		if err := bytes.Set(s); err != nil {
			checkLine(t, message(err))
		} else if !(bytes >= 1) || math.IsInf(float64(bytes), 0) {
			t.Errorf("%q is %g bytes", s, float64(bytes))
		}
	})
}

// checkLine reports a message that is not one line of text which a terminal only shows.
func checkLine(t *testing.T, message string) {
	t.Helper()
	for _, r := range message {
		if r < 0x20 || r >= 0x7f && r < 0xa0 {
			t.Fatalf("the message %q has the character %q", message, r)
		}
	}
	if !utf8.ValidString(message) || utf8.RuneCountInString(message) > 400 {
		t.Fatalf("the message %.500q is not UTF-8 or too long", message)
	}
}
