package main

import (
	"strings"
	"testing"
)

// What is completed is printed with the white space of the text: indents, tabs, and spaces that do not break.
func TestCompletePrintsWhiteSpace(t *testing.T) {
	for name, c := range map[string]struct{ unit, line, prompt string }{
		"French":   {"word", "Il a dit :\u00a0«\u00a0Où est-il\u202f?\u00a0»", "Il"},
		"columns":  {"word", "the food was\tgood", "the"},
		"Japanese": {"word", "猫\u3000犬\u3000鳥", "猫"},
		"code":     {"char", "    if x:\n\treturn\u00a0y", "    "},
	} {
		t.Run(name, func(t *testing.T) {
			ownSettings(t)
			t.Chdir(t.TempDir())
			write(t, "text.txt", strings.Repeat(c.line+"\n", 40))
			if code, _, stderr := attend(t, "", "train", "--data", "text.txt", "--unit", c.unit, "--steps", "60", "--dim", "16", "--heads", "2",
				"--holdout", "0", "--out", "run", "--lr", "0.02"); code != 0 {
				t.Fatal(stderr)
			}
			_, got, stderr := attend(t, "", "complete", c.prompt, "--run", "run", "--temperature", "0", "--tokens", "24")
			_, _, whole := attend(t, "", "complete", c.line, "--run", "run", "--temperature", "0", "--tokens", "24")
			if said := strings.Contains(whole, "nothing is added: the model ends the sentence there\n"); said != (c.unit == "word") {
				t.Errorf("after a whole sentence: %s", whole)
			}
			if !strings.HasPrefix(got, c.prompt) || strings.ContainsAny(got, "␣⇥\\") {
				t.Errorf("%q, want %q and white space as it is; %s", got, c.prompt, stderr)
			}
			for _, space := range "\u00a0\u202f\t\u3000" {
				if strings.ContainsRune(c.line, space) && !strings.ContainsRune(got, space) {
					t.Errorf("%q has no %U", got, space)
				}
			}
		})
	}
}
