package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/data/datatest"
)

// huggingFaceReport is one sentence as testdata/huggingface.py reports it.
type huggingFaceReport struct {
	Text      string          `json:"text"`
	IDs       []int           `json:"ids"`
	Decoded   string          `json:"decoded"`
	Logits    [][]float32     `json:"logits"`    // [seq][vocab]
	Attention [][][][]float32 `json:"attention"` // [layers][heads][query][key]
}

// The environment variables that name the Python of a test: one with torch and a transformers that goes with
// it, by default python3, and one with the newest transformers, which needs no torch.
const (
	pythonVariable       = "ATTEND_PYTHON"
	newestPythonVariable = "ATTEND_PYTHON_NEWEST"
)

// Hugging Face's GPT-2 computes the same from the folder of a run.
func TestHuggingFace(t *testing.T) {
	sentences := []string{"The lion sees the ant near rocks", "the walrus LIKES, the cat", "Zebra"}
	for _, c := range []struct {
		positions, activation, unit string
		tied                        bool
	}{
		{"learned", "gelu", "word", true},
		{"learned", "relu", "word", false},
		{"sinusoidal", "gelu", "word", false},
		{"none", "relu", "word", true},
		{"learned", "gelu", "char", false},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			t.Parallel()
			s := small()
			s.Layers, s.Steps, s.LR, s.Dropout = 2, 20, 3e-2, 0.1
			s.Positions, s.Activation, s.Unit, s.Tied = c.positions, c.activation, c.unit, c.tied
			if c.unit == "char" {
				s.Context = 40
			}
			r := trained(t, s, smallText())
			for i, want := range askHuggingFace(t, pythonVariable, "model", r.Path, sentences) {
				e, err := r.Encode(sentences[i])
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(e.IDs, want.IDs) {
					t.Errorf("%q: ids %v, Hugging Face has %v", sentences[i], e.IDs, want.IDs)
					continue
				}
				err = reader(t, r, 3).Forward([][]int{e.IDs}, func(_ int, out ForwardResult) error {
					var logits, attention float64 // the largest difference
					for place := range e.IDs {
						logits = max(logits, distance(out.Logits(place), want.Logits[place]))
						for layer := range r.Config.Layers {
							for head := range r.Config.Heads {
								attention = max(attention, distance(out.Weights(layer, head, place), want.Attention[layer][head][place][:place+1]))
							}
						}
					}
					if !(logits < 1e-4) || !(attention < 1e-5) {
						t.Errorf("%q: logits differ by %g, attention by %g", sentences[i], logits, attention)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// transformers' AutoTokenizer gives the ids of a run, and the text of ids, the old transformers and the newest.
func TestHuggingFaceTokenizer(t *testing.T) {
	savanna, err := data.Savanna()
	if err != nil {
		t.Fatal(err)
	}
	type sentence struct {
		text, decoded string
		ids           []int // nil: the same as the run's
	}
	the, _ := savanna.Vocabulary.ID("the")
	unknown, _ := savanna.Vocabulary.Unknown()
	words := []sentence{
		{"The LION's den, near\tthe river .", "the <unk> <unk> <unk> near the river <unk>", nil},
		{"  the cafe\u0301 \u4e2d the  ", "the <unk> <unk> the", nil},
		{"the <s> the <unk>", "the <s> the <unk>", []int{0, the, 0, the, unknown}}, // special tokens, as README says
	}
	for _, text := range savanna.HeldOutText.First(600).All() {
		words = append(words, sentence{text, strings.ToLower(text), nil})
	}
	text := "The lion sees the ant , then sleeps .\n\n \"I 'm here,\" says the \u00e9mu ?\n\tDo n't !  \u4e2d\n"
	chars := []sentence{
		{text, text, nil},
		{"", "", nil},
		{"\nthe lion\r\nsees", "\nthe lion\nsees", nil},
		{"The zebra <s> e\u0301", "The <unk>e<unk>ra <unk>s<unk> e<unk>", nil},
		{"<unk>", "<unk>", []int{0}},
	}
	for _, line := range strings.SplitAfter(text, "\n") {
		chars = append(chars, sentence{line, line, nil})
	}
	settings := Defaults()
	ofWords := filepath.Join(t.TempDir(), "words")
	if settings, err = settings.Resolve(savanna); err != nil {
		t.Fatal(err)
	}
	training, err := Start(ofWords, settings, savanna, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { training.Close() })
	settings = small()
	settings.Unit, settings.Case, settings.Context = data.Char, data.Keep, 8
	ofChars := filepath.Join(t.TempDir(), "chars")
	begin(t, ofChars, settings, strings.Repeat(text, 10))

	for _, python := range []string{pythonVariable, newestPythonVariable} {
		for _, c := range []struct {
			path      string
			sentences []sentence
		}{{ofWords, words}, {ofChars, chars}} {
			t.Run(python+"/"+filepath.Base(c.path), func(t *testing.T) {
				vocabulary := opened(t, c.path).Vocabulary
				var texts []string
				for _, s := range c.sentences {
					texts = append(texts, s.text)
				}
				for i, got := range askHuggingFace(t, python, "tokenizer", c.path, texts) {
					tokens, err := vocabulary.Tokenize(texts[i])
					if err != nil {
						t.Fatal(err)
					}
					ids, _ := vocabulary.Encode(tokens)
					if boundary, ok := vocabulary.Boundary(); ok {
						ids = slices.Insert(ids, 0, boundary)
					}
					if want := c.sentences[i].ids; want != nil {
						if slices.Equal(ids, want) {
							t.Errorf("%q: the run has the same ids, README says otherwise", texts[i])
						}
						ids = want
					}
					if !slices.Equal(got.IDs, ids) || got.Decoded != c.sentences[i].decoded {
						t.Errorf("%q: ids %v, decoded %q, want %v, %q", texts[i], got.IDs, got.Decoded, ids, c.sentences[i].decoded)
					}
				}
			})
		}
	}
}

// The old transformers and the newest give the ids of random texts of many scripts, with joiners, emoji and marks, in each unit and
// case. Where two programs disagree about a text, the vocabulary, which has all of its tokens, gives other ids.
func TestHuggingFaceReadsAlike(t *testing.T) {
	texts := datatest.Texts(20000, 1)
	for _, python := range []string{pythonVariable, newestPythonVariable} {
		for _, unit := range []string{data.Word, data.Char} {
			for _, of := range []string{data.Lower, data.Keep} {
				t.Run(python+"/"+unit+"/"+of, func(t *testing.T) {
					corpus, err := data.Load("random", strings.NewReader(strings.Join(texts, "\n")),
						data.Options{Unit: unit, Case: of, MinCount: 1, By: data.ByTokens})
					if err != nil {
						t.Fatal(err)
					}
					v, folder := corpus.Vocabulary, t.TempDir()
					for name, content := range map[string]func() ([]byte, error){tokenizerFile: v.TokenizerJSON, tokenizerConfigFile: v.TokenizerConfigJSON} {
						b, err := content()
						if err != nil {
							t.Fatal(err)
						}
						write(t, folder, name, b)
					}
					tokens, faults := 0, 0
					for i, got := range askHuggingFace(t, python, "tokenizer", folder, texts) {
						list, err := v.Tokenize(texts[i])
						if err != nil {
							t.Fatal(err)
						}
						ids, unknown := v.Encode(list)
						if boundary, ok := v.Boundary(); ok {
							ids = slices.Insert(ids, 0, boundary)
						}
						if !slices.Equal(got.IDs, ids) || unknown > 0 {
							if faults++; faults <= 10 {
								t.Errorf("%+q: ids %v, want %v, %d unknown; tokens %+q", texts[i], got.IDs, ids, unknown, list)
							}
						}
						tokens += len(list)
					}
					if faults > 0 || tokens < 2*len(texts) {
						t.Errorf("%d of %d texts differ, in %d tokens", faults, len(texts), tokens)
					}
				})
			}
		}
	}
}

// askHuggingFace runs the script over a folder, or skips the test where it cannot run (with ATTEND_TOOLS=required it fails). The Python is the one that
// the environment variable names.
func askHuggingFace(t *testing.T, variable, what, folder string, sentences []string) []huggingFaceReport {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("ATTEND_TOOLS") == "required" {
		missing = t.Fatalf
	}
	python := os.Getenv(variable)
	if python == "" && variable == pythonVariable {
		python = "python3"
	}
	if python == "" {
		missing("no Python to compare with: name one with the newest transformers in %s", variable)
	}
	if _, err := exec.LookPath(python); err != nil {
		missing("no Python to compare with: %v; name one with transformers in %s", err, variable)
	}
	list, err := json.Marshal(sentences)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, filepath.Join("testdata", "huggingface.py"), what, folder)
	cmd.Stdin = bytes.NewReader(list)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var status *exec.ExitError
	if errors.As(err, &status) && status.ExitCode() == 77 {
		missing("%s: %s; name a Python with transformers in %s", python, bytes.TrimSpace(stderr.Bytes()), variable)
	}
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, &stderr)
	}
	var reports []huggingFaceReport
	if err := json.Unmarshal(out, &reports); err != nil {
		t.Fatal(err)
	}
	if len(reports) != len(sentences) {
		t.Fatalf("%d reports of %d sentences", len(reports), len(sentences))
	}
	return reports
}

// distance is the largest difference of two rows, not a number if they differ in length.
func distance(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.NaN()
	}
	var most float64
	for i := range a {
		most = max(most, math.Abs(float64(a[i])-float64(b[i])))
	}
	return most
}
