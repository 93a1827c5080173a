package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attend/internal/term"
)

// wellFormed reads all of a document.
func wellFormed(t *testing.T, document string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(document))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPictures(t *testing.T) {
	workshop(t)
	for _, args := range [][]string{
		{}, {"--all"}, {"--all", "--layer", "1"}, {"--head", "2"}, {"--theme", "dark"}, {"--baseline", "uniform"}, {"--baseline", "untrained", "--all"}, {"--baseline", "position"},
	} {
		code, document, stderr := attend(t, "", append([]string{"inspect", "--format", "svg", "the cat <sat>"}, args...)...)
		if code != 0 || stderr != "note: not in the vocabulary, read as <unk>: \"<\", \">\"\n" {
			t.Fatalf("%q: %s", args, stderr)
		}
		wellFormed(t, document)
		if !strings.Contains(document, "runs/animals, step 20") {
			t.Errorf("%q: the picture does not name its run", args)
		}
		code, b, stderr := attend(t, "", append([]string{"inspect", "--format", "png", "the cat sat"}, args...)...)
		if code != 0 || stderr != "" {
			t.Fatalf("%q: %s", args, stderr)
		}
		if _, err := png.Decode(strings.NewReader(b)); err != nil {
			t.Fatalf("%q: %v", args, err)
		}
	}
}

func TestPNGSaysWhatItsFontLacks(t *testing.T) {
	workshop(t)
	code, _, stderr := attend(t, "", "inspect", "-o", "map.png", "the cat 狮子 and 狮")
	if code != 0 || strings.Count(stderr, "\n") != 2 || !strings.Contains(stderr, `no glyphs for 2 words such as "狮子"`) || !strings.Contains(stderr, "--format svg") {
		t.Errorf("code %d, %q", code, stderr)
	}
	for _, name := range []string{"map.png", "map.pdf"} { // Arabic and Hebrew
		if _, _, stderr := attend(t, "", "inspect", "-o", name, "the cat أسد אריה"); !strings.Contains(stderr, "no glyphs for 2 words such as \"\u2067أسد\u2069\"") {
			t.Errorf("%s: %q", name, stderr)
		}
	}
	if code, _, stderr = attend(t, "", "inspect", "-o", "map.svg", "the cat 狮子"); code != 0 || strings.Contains(stderr, "font") {
		t.Errorf("code %d, %q", code, stderr)
	}
}

func TestOutputIsWholeOrUntouched(t *testing.T) {
	workshop(t)
	write(t, "old.svg", "old")
	if err := os.Symlink("old.svg", "link.svg"); err != nil {
		t.Skip(err)
	}
	before := files(t)
	if code, _, _ := attend(t, "", "inspect", "-o", "old.svg", "qqq zzz"); code == 0 {
		t.Fatal("no failure")
	}
	for path, content := range files(t) {
		if was, ok := before[path]; !ok || was != content {
			t.Errorf("%s was made or changed by a failure", path)
		}
	}
	code, want, stderr := attend(t, "", "inspect", "--format", "svg", "the cat")
	if code != 0 {
		t.Fatal(stderr)
	}
	code, stdout, stderr := attend(t, "", "inspect", "-o", "link.svg", "the cat")
	if code != 0 || stdout != "" || stderr != "" {
		t.Fatalf("code %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	after := files(t)
	if after["old.svg"] != want || after["link.svg"] != want {
		t.Error("the file that the link names is not the picture")
	}
	if info, err := os.Lstat("link.svg"); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if len(after) != len(before) {
		t.Errorf("%d files, before %d: something is left over", len(after), len(before))
	}
}

// A pipe or a device is written into, never replaced.
func TestOutputToAPipe(t *testing.T) {
	workshop(t)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	path := fmt.Sprintf("/dev/fd/%d", writer.Fd())
	if _, err := os.Stat(path); err != nil {
		t.Skip("no name for a pipe: ", err)
	}
	received := make(chan string)
	go func() {
		b, _ := io.ReadAll(reader)
		received <- string(b)
	}()
	code, _, stderr := attend(t, "", "inspect", "--format", "csv", "-o", path, "the cat")
	writer.Close()
	if got := <-received; code != 0 || !strings.HasPrefix(got, "sentence,layer,head") {
		t.Errorf("code %d, %q, received %q", code, stderr, got)
	}
	if special("animals.txt") || special("runs") || special("nowhere") || !special(os.DevNull) {
		t.Error("special are devices and pipes, and neither files nor folders")
	}
}

func TestNoPNGOnATerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil || !term.IsTerminal(terminal) {
		t.Skip("no terminal to be had: ", err)
	}
	defer terminal.Close()
	workshop(t)
	var stderr bytes.Buffer
	code := execute(context.Background(), []string{"inspect", "--format", "png", "the cat"}, strings.NewReader(""), terminal, &stderr)
	if code != exitFailed || !strings.Contains(stderr.String(), "name a file with -o map.png") {
		t.Errorf("code %d, %q", code, &stderr)
	}
}

func TestBaselineOfSeveralSentences(t *testing.T) {
	workshop(t)
	for _, baseline := range baselines {
		code, stdout, stderr := attend(t, "", "inspect", "--head", "mean", "--baseline", baseline, "the cat sat", "the dog")
		if code != 0 || strings.Count(stdout, "baseline: "+baseline) != 2 || strings.Count(stdout, "difference: mean of 2 heads - "+baseline) != 2 {
			t.Errorf("%s: code %d, %s\n%s", baseline, code, stderr, stdout)
		}
	}
}

// No output goes over a file of a run, by whatever path, whether it is there or not.
func TestOutputOverAFileOfARun(t *testing.T) {
	workshop(t)
	if err := errors.Join(os.Symlink("runs/animals", "link"), os.Symlink("runs/animals/config.json", "config.svg"), os.Remove("runs/animals/film.jsonl")); err != nil {
		t.Skip(err)
	}
	before := contentsOf(t, "runs/animals")
	for _, args := range [][]string{
		{"inspect", "the cat", "-o", "runs/animals/config.json"},
		{"inspect", "the cat", "-o", "link/film.jsonl", "--format", "json"},
		{"inspect", "the cat", "-o", "runs/../runs/animals/state.safetensors", "--format", "csv"},
		{"inspect", "the cat", "-o", "config.svg"},
		{"words", "-o", "runs/animals/training.yaml", "--format", "json"},
		{"lesson", "export", "-o", "runs/animals/tokenizer.json", "--format", "html"},
		{"lesson", "reflect", "-o", "runs/animals/metrics.jsonl"},
	} {
		code, _, stderr := attend(t, "an answer\n", args...)
		if code != exitFailed || !strings.Contains(stderr, "is a file of a run, which would be lost: name another file") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: code %d, %s", strings.Join(args, " "), code, stderr)
		}
	}
	if after := contentsOf(t, "runs/animals"); !maps.Equal(after, before) {
		t.Error("the run has changed")
	}
	if code, _, stderr := attend(t, "", "inspect", "the cat", "-o", "runs/animals/map.svg"); code != 0 {
		t.Errorf("another file in the folder: %s", stderr)
	}
}

// contentsOf returns the files of a folder.
func contentsOf(t *testing.T, path string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(path, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(b)
	}
	return files
}
