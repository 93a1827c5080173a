package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestRunWritesTheCommittedFiles(t *testing.T) {
	dir := t.TempDir()
	var stderr bytes.Buffer
	if code := run(dir, &stderr); code != 0 {
		t.Fatal(stderr.String())
	}
	for _, name := range []string{"train.txt", "heldout.txt"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the committed one: run go generate ./data", name)
		}
	}
	if code := run(filepath.Join(dir, "none"), &stderr); code != 1 || stderr.Len() == 0 {
		t.Errorf("a folder that is not there: exit %d, %q", code, stderr.String())
	}
}
