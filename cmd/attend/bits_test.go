package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"attend/internal/kernel"
)

var recordBits = flag.Bool("record-bits", false, "write what TestTheSameBits computes with this instruction set to testdata/bits.json")

// bits are the SHA-256 of the tensors of a model by their names, and of the numbers with a fraction in the JSON of each command.
type bits struct {
	Settings string            `json:"settings"`
	Tensors  map[string]string `json:"tensors"`
	Numbers  map[string]string `json:"numbers"`
}

// bitsSettings are trainings that use, together, every part of a model. The first eight were recorded before there was a setting init,
// with the rates that were the default then; the file is of that version.
var bitsSettings = []string{
	"--steps 30 --init gpt2 --lr 0.01",
	"--config older.yaml",
	"--data words.txt --min-count 1 --layers 3 --positions none --dropout 0.1 --dim 12 --heads 3 --init gpt2 --lr 0.01",
	"--data words.txt --min-count 1 --activation relu --optimizer sgd --lr 0.1 --clip 0 --dim 16 --heads 4 --init gpt2",
	"--data words.txt --min-count 1 --layers 2 --activation relu --dropout 0.2 --positions sinusoidal --dim 8 --heads 1 --hidden 24 --init gpt2 --lr 0.01",
	"--data chars.txt --unit char --context 40 --layers 2 --dim 16 --heads 2 --init gpt2 --lr 0.01",
	"--data chars.txt --unit char --context 48 --tied=false --positions none --optimizer sgd --lr 0.1 --dim 16 --heads 2 --init gpt2",
	"--data chars.txt --unit char --context 80 --positions sinusoidal --dropout 0.1 --tied=false --batch 8 --dim 24 --heads 3 --init gpt2 --lr 0.01",
	"--steps 30",
	"--data words.txt --min-count 1 --layers 2 --tied=false --positions sinusoidal --dim 16 --heads 2",
}

// bitsCommands are run on each model. SENTENCE is one of its vocabulary, and a second one follows for compare.
var bitsCommands = []string{
	"inspect SENTENCE", "why SENTENCE", "heads", "eval", "explain SENTENCE --head 1", "compare SENTENCE SECOND", "words", "complete SENTENCE --tokens 8", "film",
}

// A training, and what every command computes from its model, give the same bits as they did when these were recorded. They depend on
// the instruction set; one that was not recorded is skipped.
func TestTheSameBits(t *testing.T) {
	golden := filepath.Join("testdata", "bits.json")
	recorded := map[string][]bits{}
	set, err := kernel.Instructions()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(golden)
	if err == nil {
		err = json.Unmarshal(b, &recorded)
	}
	if err != nil && !*recordBits {
		t.Fatal(err)
	}
	want, found := recorded[set]
	if !found && !*recordBits {
		t.Skipf("no bits are recorded for %s: record them with -record-bits", set)
	}
	older, err := os.ReadFile(filepath.Join("testdata", "older.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "data", "savanna", "train.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if golden, err = filepath.Abs(golden); err != nil {
		t.Fatal(err)
	}
	ownSettings(t)
	t.Chdir(t.TempDir())
	write(t, "older.yaml", string(older))
	write(t, "words.txt", string(text[:bytes.LastIndexByte(text[:6000], '\n')+1]))
	write(t, "chars.txt", string(text[:bytes.LastIndexByte(text[:3000], '\n')+1]))
	var got []bits
	for i, settings := range bitsSettings {
		path := fmt.Sprintf("run%d", i)
		seed := fmt.Sprint(i + 1)
		args := append([]string{"train", "--steps", "20", "--batch", "16", "--eval-interval", "10", "--seed", seed, "--split-seed", seed,
			"--holdout-by", "sentences", "--out", path}, strings.Fields(settings)...)
		if code, _, stderr := attend(t, "", args...); code != 0 {
			t.Fatalf("%s: %s", strings.Join(args, " "), stderr)
		}
		of := bits{Settings: strings.Join(args, " "), Tensors: tensorSums(t, filepath.Join(path, "model.safetensors")), Numbers: map[string]string{}}
		for _, command := range bitsCommands {
			args := strings.Fields(command)
			for i, arg := range args {
				switch arg {
				case "SENTENCE":
					args[i] = "the lion saw the zebra near the"
				case "SECOND":
					args[i] = "the zebra saw the lion near the"
				}
			}
			code, stdout, stderr := attend(t, "", append(args, "--run", path, "--format", "json")...)
			if code != 0 {
				t.Fatalf("%s with %s: %s", command, settings, stderr)
			}
			of.Numbers[command] = numberSum(t, stdout)
		}
		got = append(got, of)
	}
	if *recordBits {
		recorded[set] = got
		b, err := json.MarshalIndent(recorded, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if len(got) != len(want) {
		t.Fatalf("%d trainings, and %d are recorded", len(got), len(want))
	}
	for i, w := range want {
		if got[i].Settings != w.Settings {
			t.Errorf("training %d is %q, and %q is recorded", i, got[i].Settings, w.Settings)
		}
		different(t, w.Settings, got[i].Tensors, w.Tensors)
		different(t, w.Settings, got[i].Numbers, w.Numbers)
	}
}

// different reports the keys under which two maps differ.
func different(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if got[key] != want[key] {
			t.Errorf("%s: %s is %q, want %q", what, key, got[key], want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[key]; !ok {
			t.Errorf("%s: %s is new", what, key)
		}
	}
}

// tensorSums returns the SHA-256 of each tensor of a file.
func tensorSums(t *testing.T, path string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tensors, err := safetensors.Deserialize(b)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, named := range tensors.Tensors() {
		sums[named.Name] = fmt.Sprintf("%x", sha256.Sum256(named.TensorView.Data()))
	}
	return sums
}

// numberSum returns the SHA-256 of the numbers of a JSON text that have a fraction, in the order of their digits: they do not
// depend on how the text is laid out, or on whether layers count from 0 or 1.
func numberSum(t *testing.T, text string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var numbers []string
	clock := false // the number that follows is of the clock
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		if clock {
			clock = false
			continue
		}
		clock = token == "seconds" || token == "tokens_per_second"
		if n, ok := token.(json.Number); ok && strings.ContainsAny(n.String(), ".e") {
			numbers = append(numbers, n.String())
		}
	}
	slices.Sort(numbers)
	return fmt.Sprintf("%d numbers, %x", len(numbers), sha256.Sum256([]byte(strings.Join(numbers, "\n"))))
}
