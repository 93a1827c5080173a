package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// The README lists the training flags as the program itself does.
func TestReadmeListsTheFlags(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var help bytes.Buffer
	if code := execute(t.Context(), []string{"train", "--help"}, strings.NewReader(""), &help, &help); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	_, flags, ok := strings.Cut(help.String(), "\nText:\n")
	flags, _, found := strings.Cut(flags, "\n\nOther:")
	if !ok || !found {
		t.Fatalf("no flags in %q", help.String())
	}
	if !strings.Contains(string(readme), flags) {
		t.Errorf("the flags in README.md are not those of `attend train --help`; want\n\nText:\n%s", flags)
	}
}
