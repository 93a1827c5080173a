package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"attend/data"
	"attend/run"
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
		if err := applyConfig(newTrain(&program{}), &settings, path); err != nil {
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
	for i, unit := range []data.Unit{data.Word, data.Char} {
		tokens, err := data.Tokenize(unit, "the cat sat")
		if err != nil {
			f.Fatal(err)
		}
		if vocabularies[i], err = data.NewVocabulary(unit, [][]data.Token{tokens}, 1); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, chars bool) {
		r := &run.Run{Path: "runs/a", Vocabulary: vocabularies[0]}
		if chars {
			r.Vocabulary = vocabularies[1]
		}
		p := &program{stdin: strings.NewReader(string(b))}
		sentences, err := p.sentences(inspectOptions{file: "-"}, nil, r)
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
