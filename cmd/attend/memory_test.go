package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"attend/internal/printable"
)

var allShapes = flag.Bool("shapes", false, "measure the memory of all shapes of a model, not of three")

// shapes are trainings of which something else is large. The first three are measured by default.
var shapes = []string{
	"--dim 8",
	"--layers 24",
	"--context 256 --batch 64",
	"--dim 512 --layers 2",
	"--dim 1024 --layers 2 --batch 4",
	"--unit char --data characters.txt --context 512 --batch 8 --layers 2",
	"--unit char --data characters.txt --context 1024 --batch 2 --heads 8 --layers 3 --dim 64",
	"--unit char --data characters.txt --context 128 --layers 4 --dim 128 --dropout 0.1",
	"--data words.txt --min-count 1",
	"--data words.txt --min-count 1 --tied=false --dim 64 --batch 8",
	"--batch 2048",
	"--layers 1 --heads 1 --dim 2 --batch 1",
	"--layers 4 --dim 256 --tied=false --optimizer sgd --positions sinusoidal",
	"--layers 200 --dim 16 --batch 16",
}

// The estimate that a refusal states lies within a quarter of what a training has taken at its peak, from its start to
// the map at its end.
func TestTheEstimateOfMemoryIsThePeak(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the peak is read from /proc")
	}
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 1))
	var characters, words strings.Builder
	for range 400_000 {
		characters.WriteByte("abcdefghij klmnop\n"[random.IntN(18)])
	}
	for range 12_000 {
		for range 4 + random.IntN(9) {
			fmt.Fprintf(&words, "w%d ", random.IntN(20_000))
		}
		words.WriteByte('\n')
	}
	write(t, filepath.Join(dir, "characters.txt"), characters.String())
	write(t, filepath.Join(dir, "words.txt"), words.String())
	measured := shapes
	if !*allShapes {
		measured = shapes[:3]
	}
	for i, shape := range measured {
		train := append([]string{"train", "--steps", "3", "--out", fmt.Sprint("run ", i)}, strings.Fields(shape)...)
		refused := newWorker(t, dir, time.Minute)
		estimate := estimateOf(t, refused.do(job{Args: append(train, "--max-memory", "1kB")}))
		refused.close()
		w := newWorker(t, dir, 5*time.Minute) // another process, which has no memory of earlier commands
		o := w.do(job{Args: train})
		w.close()
		if o.Code != 0 {
			t.Fatalf("%s: exit code %d: %s%s", shape, o.Code, o.Stderr, o.Died)
		}
		ratio := estimate / float64(o.Peak)
		t.Logf("%-90s estimate %s, peak %s, ratio %.2f", shape, printable.Size(estimate), printable.Size(float64(o.Peak)), ratio)
		if !(ratio > 0.75 && ratio < 1.25) {
			t.Errorf("%s: the estimate is %s and the peak %s", shape, printable.Size(estimate), printable.Size(float64(o.Peak)))
		}
	}
}

var stated = regexp.MustCompile(`^attend: this training needs about ([^ ]+ .B) of memory and the limit is 1 kB, set by --max-memory: lower --[a-z, -]+, or raise --max-memory\n$`)

// estimateOf returns the bytes that a refusal states.
func estimateOf(t *testing.T, o outcome) float64 {
	t.Helper()
	parts := stated.FindSubmatch(o.Stderr)
	if o.Code == 0 || parts == nil {
		t.Fatalf("exit code %d, %q", o.Code, o.Stderr)
	}
	bytes, err := printable.ParseSize(string(parts[1]))
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

// Every command that builds a graph takes --max-memory and is refused by it, in one line.
func TestMaxMemoryBoundsEveryCommand(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	if code, _, stderr := attend(t, "", append([]string{"train", "--out", "run"}, small...)...); code != 0 {
		t.Fatal(stderr)
	}
	sentence := "the cat sat"
	for _, command := range [][]string{
		{"inspect", sentence}, {"why", sentence}, {"explain", sentence}, {"heads"}, {"compare", sentence, sentence},
		{"film"}, {"words"}, {"eval"}, {"complete", sentence},
	} {
		args := append(command, "--run", "run", "--max-memory")
		code, stdout, stderr := attend(t, "", append(args, "2kB")...)
		if code == 0 || stdout != "" || strings.Count(stderr, "\n") != 1 || len(stderr) > 400 || !strings.Contains(stderr, "limit is 2 kB, set by --max-memory") {
			t.Errorf("%v: exit code %d, %q", command, code, stderr)
		}
		if code, _, stderr = attend(t, "", append(args, "8XB")...); code == 0 || !strings.Contains(stderr, `--max-memory requires a size such as 8GB, 500MB or 2000000, not "8XB"`) {
			t.Errorf("%v: exit code %d, %q", command, code, stderr)
		}
	}
	code, _, stderr := attend(t, "", "train", "--resume", "run", "--steps", "30", "--max-memory", "2kB")
	if code == 0 || !strings.Contains(stderr, "limit is 2 kB") {
		t.Errorf("resume: exit code %d, %q", code, stderr)
	}
	w := newWorker(t, ".", time.Minute) // another process: what the tests before have left counts as memory of this one
	if o := w.do(job{Args: []string{"train", "--resume", "run", "--steps", "30", "--max-memory", "1GB"}}); o.Code != 0 {
		t.Errorf("resume: exit code %d, %q%s", o.Code, o.Stderr, o.Died)
	}
}
