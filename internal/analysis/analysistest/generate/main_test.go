package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attend/internal/analysis/analysistest"
)

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	var commands bytes.Buffer
	if err := write(folder, &commands); err != nil {
		t.Fatal(err)
	}
	for _, task := range analysistest.Tasks() {
		for name, lines := range map[string]int{task.Name + ".txt": task.Sentences, task.Name + ".causes": analysistest.MarkedSentences} {
			b, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil || bytes.Count(b, []byte("\n")) != lines {
				t.Errorf("%s: %d lines, want %d; error %v", name, bytes.Count(b, []byte("\n")), lines, err)
			}
		}
		if want := "attend train --data " + filepath.Join(folder, task.Name) + ".txt "; strings.Count(commands.String(), want) != 3 {
			t.Errorf("not three trainings of %s in:\n%s", task.Name, commands.String())
		}
	}
	if err := write(filepath.Join(folder, "none"), &commands); err == nil {
		t.Error("no error for a folder that is not there")
	}
}
