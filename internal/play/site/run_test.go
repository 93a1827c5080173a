package site

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/play"
	"attend/internal/run"
	"attend/internal/run/runtest"
)

// trained trains a run for a few steps on a text, which it writes to a file, and returns its folder.
func trained(t *testing.T, text string) (folder, textPath string) {
	t.Helper()
	dir := t.TempDir()
	folder, textPath = filepath.Join(dir, "run"), filepath.Join(dir, "small.txt")
	write(t, textPath, text)
	s := run.Defaults()
	s.Data, s.HoldOut, s.MinCount = textPath, 0.2, 1
	s.Dim, s.Hidden, s.Batch, s.Steps, s.Warmup, s.EvalInterval = 8, 16, 8, 6, 2, 2
	corpus, err := data.Load("small.txt", strings.NewReader(text), s.Options())
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Resolve(corpus); err != nil {
		t.Fatal(err)
	}
	training, err := run.Start(folder, s, corpus, false)
	if err == nil {
		err = training.Train(context.Background(), func(run.Progress) {})
	}
	if err == nil {
		err = training.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder, textPath
}

func TestReadRun(t *testing.T) {
	folder, textPath := trained(t, runtest.Text())
	of, notes, err := ReadRun(folder)
	if err != nil || len(notes) > 0 {
		t.Fatalf("%q, %v", notes, err)
	}
	if of.Text != runtest.Text() || of.TextName != "small.txt" || len(of.Files) < 7 {
		t.Errorf("%d bytes of text %s, %d files", len(of.Text), of.TextName, len(of.Files))
	}
	for name, content := range of.Files {
		if got := read(t, filepath.Join(folder, name)); got != string(content) {
			t.Errorf("%s differs", name)
		}
	}

	// Without its very text it can be shown.
	for _, change := range []struct {
		change func()
		why    string
	}{
		{func() { write(t, textPath, runtest.Text()+"one more\n") }, "another version of small.txt"},
		{func() { write(t, textPath, "\xff"+runtest.Text()) }, "another version of small.txt"},
		{func() {
			if err := os.Remove(textPath); err != nil {
				t.Fatal(err)
			}
		}, "there is no file "},
	} {
		change.change()
		of, notes, err := ReadRun(folder)
		if err != nil || of.Text != "" || len(notes) != 1 || !strings.Contains(notes[0], "cannot train it further") || !strings.Contains(notes[0], change.why) {
			t.Errorf("%q, %v, want a note with %q", notes, err, change.why)
		}
	}

	write(t, textPath, strings.Repeat("a b c\n", play.MostText/6+1))
	_, _, err = ReadRun(folder)
	runtest.WantError(t, err, "its text ", "is larger than 2 MB, the most that a page takes: train on a shorter text")
	if err := os.Remove(filepath.Join(folder, "model.safetensors")); err != nil {
		t.Fatal(err)
	}
	_, _, err = ReadRun(folder)
	runtest.WantError(t, err, "has no model.safetensors")
}
