package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"attend/internal/choice"
	"attend/internal/kernel"
	"attend/layers"
)

// Runs of the first format, kept in testdata/format1 with the script that made them, can be used, and resumed to what the
// program that made them reached: the same bytes by the kernels that it used, nearly the same weights by others.
func TestFormat1(t *testing.T) {
	for _, c := range []struct {
		name, sentence string
		unknown        int // in the sentence
	}{
		{"words", "The hyena likes the lion near the rocks", 0},
		{"chars", "the cafés §", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			kept := filepath.Join("testdata", "format1", c.name)
			load := textOf(string(contents(t, filepath.Dir(kept), c.name+".txt")))

			path := copied(t, kept) // nothing may write into the repository
			r := opened(t, path)
			if r.Step != 20 || r.Settings.Steps != 40 {
				t.Errorf("step %d of %d, want 20 of 40", r.Step, r.Settings.Steps)
			}
			if d, _ := described(t, path); *d.Settings != r.Settings || d.Trained != 20 || d.Best == nil || d.Finished || d.HasResult {
				t.Errorf("described as %+v", d)
			}
			m, err := reader(t, r, 1).Map(c.sentence, 3)
			if err != nil {
				t.Fatal(err)
			}
			unknown := slices.DeleteFunc(slices.Clone(m.Unknown), func(is bool) bool { return !is })
			if len(unknown) != c.unknown || len(m.Next) != 3 {
				t.Errorf("%d unknown tokens, want %d; %d predictions, want 3", len(unknown), c.unknown, len(m.Next))
			}

			frames, err := film(r)
			if err != nil {
				t.Fatal(err)
			}
			metrics, err := r.Metrics()
			if err != nil {
				t.Fatal(err)
			}
			if len(frames) != 4 || len(metrics) != 4 || frames[2].Step != 20 || metrics[2].Step != 20 {
				t.Fatalf("%d frames, %d metrics, want 4 of each, the third of step 20", len(frames), len(metrics))
			}
			then := frames[2].Sentences[0] // by the program that made the run, from the weights of its checkpoint
			if m, err = reader(t, r, 1).Map(r.Settings.Sample, 5); err != nil {
				t.Fatal(err)
			}
			for layer, heads := range then.Attention {
				for head, rows := range heads {
					for query, row := range rows {
						if d := distance(row, m.Attention[layer][head][query]); !(d < 1e-5) {
							t.Errorf("layer %d, head %d, query %d: attention differs from that of the film by %g", layer+1, head+1, query+1, d)
						}
					}
				}
			}
			corpus, err := load(r)
			if err != nil {
				t.Fatal(err)
			}
			loss := lossOf(t, r, corpus.HeldOut)
			if d := math.Abs(loss - *metrics[2].HeldOutLoss); !(d < 1e-5) { // the text is so short that both are of all of it
				t.Errorf("held-out loss %v, metrics.jsonl has %v", loss, *metrics[2].HeldOutLoss)
			}

			training, err := Resume(path, load, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { training.Close() })
			finish(t, training)
			after := copied(t, kept)
			write(t, after, modelFile, contents(t, kept+"-resumed", modelFile))
			got, want := opened(t, path), opened(t, after)
			if got.Step != 40 || want.Step != 40 || got.Settings != want.Settings {
				t.Errorf("step %d, settings %v, want 40, %v", got.Step, got.Settings, want.Settings)
			}
			for i, p := range want.Parameters.All() {
				if d := distance(got.Parameters.All()[i].Data, p.Data); !(d < 1e-3) {
					t.Errorf("%s differs by %g", p.Name, d)
				}
			}
			if frames, err = film(got); err != nil || len(frames) != 5 || frames[4].Step != 40 {
				t.Errorf("%d frames after resuming, %v, want 5, the last of step 40", len(frames), err)
			}
			if instructions, _ := kernel.Instructions(); instructions != "portable" || runtime.GOARCH != "amd64" {
				t.Logf("bytes are not compared: they are those of the portable kernels on amd64, not of %s on %s", instructions, runtime.GOARCH)
				return
			}
			var sums bytes.Buffer
			for _, name := range []string{modelFile, stateFile} {
				fmt.Fprintf(&sums, "%s  %s\n", digest(contents(t, path, name)), name)
			}
			var lines []byte // as that program wrote them, without the next words after each word, and without ids
			id := regexp.MustCompile(`"id":\d+,`)
			for _, f := range frames {
				m := &f.Sentences[0]
				m.NextAt, m.IDs, m.Unknown = nil, nil, nil
				line, err := json.Marshal(f)
				if err != nil {
					t.Fatal(err)
				}
				lines = append(append(lines, id.ReplaceAll(line, nil)...), '\n')
			}
			fmt.Fprintf(&sums, "%s  %s\n", digest(lines), filmFile)
			if want := contents(t, kept+"-resumed", "SHA256SUMS"); !bytes.Equal(sums.Bytes(), want) {
				t.Errorf("SHA-256 after resuming\n%swant\n%s", &sums, want)
			}
		})
	}
}

// A run that was made before a setting existed is opened and resumed with its default.
func TestRunsWithoutALaterSetting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	stopAt(t, begin(t, path, small(), smallText()), 4)
	sealed := contents(t, path, settingsFile)
	before := bytes.Replace(sealed[:bytes.LastIndex(sealed, []byte(sealMark))], []byte("norm: layernorm\n"), nil, 1)
	if len(before) == len(sealed) || bytes.Contains(before, []byte("norm")) {
		t.Fatalf("the settings of the run are\n%s", sealed)
	}
	write(t, path, settingsFile, fmt.Appendf(before, "%s%s\n", sealMark, digest(before)))
	if r := opened(t, path); r.Settings.Norm != "layernorm" {
		t.Errorf("the norm is %q", r.Settings.Norm)
	}
	finish(t, resumed(t, path))
	whole := trained(t, small(), smallText())
	for i, p := range opened(t, path).Parameters.All() {
		if !slices.Equal(p.Data, whole.Parameters.All()[i].Data) {
			t.Errorf("%s is not that of a training that was not stopped", p.Name)
		}
	}
	other := small()
	other.Norm = "other"
	if a, b := small().identity(), other.identity(); bytes.Equal(a, b) || bytes.Contains(a, []byte("norm")) {
		t.Errorf("the identity of a run with its default is\n%s, with another norm\n%s", a, b)
	}
}

// A version that no attend has written is damage, a later one is not.
func TestFormatVersionIsAWholeNumber(t *testing.T) {
	for value, want := range map[string]string{
		`"2"`: `line 1: format-version is a whole number from 1 to 4, not "2": restore the file`, "99999999999999999999": "is a whole number from 1 to 4",
		"0": "is a whole number from 1 to 4", "-1": "is a whole number from 1 to 4", "1.5": "is a whole number from 1 to 4", "[2]": "not a list or a group",
		"5": "use the version that wrote the file, or a newer one",
	} {
		b := []byte(formatKey + ": " + value + "\n")
		b = fmt.Appendf(b, "%s%s\n", sealMark, digest(b))
		_, _, err := unsealSettings(b)
		wantError(t, err, want)
	}
	whole := Defaults().YAML()
	for setting, value := range map[string]string{"holdout": ".inf", "lr": "-.inf", "clip": ".nan"} {
		b := regexp.MustCompile("(?m)^"+setting+": .*$").ReplaceAll(whole, []byte(setting+": "+value))
		_, _, err := unsealSettings(fmt.Appendf(b, "%s%s\n", sealMark, digest(b)))
		wantError(t, err, "no run has "+setting+" ", "restore the file from a copy")
	}
	b := []byte("layers: two\n")
	_, _, err := unsealSettings(fmt.Appendf(b, "%s%s\n", sealMark, digest(b)))
	wantError(t, err, "it does not hold the settings of a run (line 1: want a whole number, not", "): restore it from a copy, or train again")
}

// What the system lacks at the moment is no fault of the file.
func TestTooManyOpenFilesIsNoDamage(t *testing.T) {
	root := t.TempDir()
	f := &folder{path: root, root: rootOf(t, root)}
	for err, want := range map[error]string{syscall.EMFILE: "raise the limit of open files", syscall.ENFILE: "close other programs", syscall.ENOMEM: "free some memory", syscall.EIO: "restore the file from a copy"} {
		wantError(t, f.fileError("training.yaml", &fs.PathError{Op: "open", Path: "training.yaml", Err: err}), "training.yaml: "+err.Error()+": "+want)
	}
}

// A choice that only a newer version has is named, with what to do.
func TestAChoiceOfANewerVersion(t *testing.T) {
	all := layers.Activations
	t.Cleanup(func() { layers.Activations = all })
	layers.Activations = append(slices.Clone(all), choice.Entry[layers.Activation]{Name: "newer", Choice: kernel.ReLU})
	s := small()
	s.Activation = "newer"
	path := trained(t, s, smallText()).Path
	layers.Activations = all
	_, err := Open(path)
	const want = `config.json: this version of attend has no activation "newer": use the version that wrote the file, or a newer one`
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %s", err, want)
	}
}
