package main

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the flags of `attend train` into README.md anew")

// The README lists the flags of `attend train` as the program itself does.
func TestReadmeListsTheFlags(t *testing.T) {
	const path = "../../README.md"
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var help bytes.Buffer
	if code := execute(t.Context(), []string{"train", "--help"}, strings.NewReader(""), &help, &help); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	_, flags, ok := strings.Cut(help.String(), "\nText:\n")
	flags, _, found := strings.Cut(flags, "\n\nOther:")
	before, rest, begins := strings.Cut(string(readme), "```\nText:\n")
	listed, after, ends := strings.Cut(rest, "\n```\n")
	if !ok || !found || !begins || !ends {
		t.Fatalf("no flags in README.md or in %q", help.String())
	}
	if listed == flags {
		return
	}
	if !*update {
		t.Fatal("the flags in README.md are not those of `attend train --help`: go test ./cmd/attend -run ReadmeListsTheFlags -update writes them")
	}
	if err := os.WriteFile(path, []byte(before+"```\nText:\n"+flags+"\n```\n"+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
