package lesson

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestReflectionsAreAdded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reflections.md")
	day := time.Date(2025, 3, 7, 12, 0, 0, 0, time.UTC)
	for _, answers := range [][]string{{"the mask", "", "the size\nof it all"}, {"", " # nothing "}} {
		piece, err := Reflection(answers, day)
		if err != nil {
			t.Fatal(err)
		}
		if err := AppendReflection(path, piece); err != nil {
			t.Fatal(err)
		}
	}
	const want = `# What I make of attention

## 2025-03-07

**What surprised you?**

the mask

**How does this relate to large language models?**

the size
of it all

## 2025-03-07

**What confused you?**

# nothing
`
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%v, got\n%s", err, got)
	}
	// What a reader wrote stays, with an end of line or without.
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := AppendReflection(path, "## new\n"); err != nil {
		t.Fatal(err)
	}
	if got, err = os.ReadFile(path); err != nil || string(got) != "mine\n\n## new\n" {
		t.Errorf("%v, got %q", err, got)
	}
	for _, answers := range [][]string{nil, {"", " \n"}, {"", "", "", "a fourth"}} {
		if piece, err := Reflection(answers, day); err == nil {
			t.Errorf("%q: %q", answers, piece)
		}
	}
}
