package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// An empty value, as a variable of a shell that is not set leaves it, is refused for every flag that takes a text.
func TestEmptyFlagsAreRefused(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	tried := 0
	for _, cmd := range commandsOf(newRoot(&program{})) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if _, list := f.Value.(pflag.SliceValue); !list && f.Value.Type() != "string" {
				return
			}
			tried++
			want := fmt.Sprintf("attend: --%s is blank: give it a value, or leave the flag out\n", f.Name)
			args := slices.Concat(strings.Fields(cmd.CommandPath())[1:], []string{"--" + f.Name, ""})
			if code, stdout, stderr := attend(t, "", args...); code == 0 || stdout != "" || stderr != want {
				t.Errorf("%q: code %d, %q", args, code, stderr)
			}
		})
	}
	if tried < 30 {
		t.Errorf("%d flags were tried", tried)
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) > 0 {
		t.Errorf("left %v", entries)
	}
}

// A command that fails says so in one line: its notes wait until it has succeeded.
func TestNotesOnlyBesideASuccess(t *testing.T) {
	repository, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	workshop(t)
	earlier := os.DirFS(repository + "/internal/run/testdata/format1/words")
	lines := func(path string, change func(line map[string]any)) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var out []byte
		for line := range strings.Lines(string(b)) {
			var object map[string]any
			if err := json.Unmarshal([]byte(line), &object); err != nil {
				t.Fatal(err)
			}
			change(object)
			changed, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			out = append(append(out, changed...), '\n')
		}
		if err := os.WriteFile(path, out, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"whole", "film", "metrics"} {
		if err := os.CopyFS(name, earlier); err != nil {
			t.Fatal(err)
		}
	}
	lines("film/film.jsonl", func(line map[string]any) {
		s := line["sentences"].([]any)[0].(map[string]any)
		of := s["attention"].([]any)
		s["attention"] = append(of, of...)
	})
	lines("metrics/metrics.jsonl", func(line map[string]any) { line["loss"] = 1e308 })
	if code, _, stderr := attend(t, "", "film", "--run", "whole"); code != 0 || strings.Count(stderr, "note: ") != 2 {
		t.Errorf("code %d, %q", code, stderr)
	}
	text, err := os.ReadFile(repository + "/internal/run/testdata/format1/words.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ stdin, args, want string }{
		{"", "film --run film", "it comes from another run; restore film.jsonl from a copy, or train again"},
		{"", "film --run metrics", "metrics/metrics.jsonl: line 1 is damaged: it is not JSON of metrics: restore the file from a copy, or train again"},
		{string(text), "train --resume metrics --steps 100", "metrics/metrics.jsonl: line 1 is damaged: it is not JSON of metrics: restore the file from a copy, or delete it"},
	} {
		if code, _, stderr := attend(t, c.stdin, strings.Fields(c.args)...); code == 0 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: code %d, %q, want one line with %q", c.args, code, stderr, c.want)
		}
	}
}

func TestHelpNamesTheUnknownCommand(t *testing.T) {
	for args, want := range map[string]string{
		"help train X":          "there is no command \"X\" below `attend train`",
		"help lesson reflct":    "there is no command \"reflct\": did you mean `attend lesson reflect`?",
		"help X":                "there is no command \"X\": `attend --help` lists them",
		"train --seed " + huge:  "--seed requires a whole number from 0 to 18446744073709551615, not \"" + huge,
		"train --steps " + huge: "--steps requires a whole number, at least 1 and at most 1,000,000,000, not",
	} {
		if code, _, stderr := attend(t, "", strings.Fields(args)...); code == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%s: code %d, %q, want %q", args, code, stderr, want)
		}
	}
}

const huge = "18446744073709551616" // the least that no flag takes
