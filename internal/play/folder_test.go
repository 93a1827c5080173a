package play

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/run"
)

// inBase64 encodes the files of a run for the message open.
func inBase64(files map[string][]byte) map[string]string {
	encoded := map[string]string{}
	for name, content := range files {
		if run.IsFile(filepath.Base(name)) {
			encoded[filepath.Base(name)] = base64.StdEncoding.EncodeToString(content)
		}
	}
	return encoded
}

// An exported run opens natively with the map and predictions that were shown, and in another session as it was: there the training
// goes on as if it had not stopped.
func TestExportAndOpen(t *testing.T) {
	settings := quick("steps", "150", "holdout", "0.2", "lr", "0.02") // with which the last weights of few sentences are not the best
	for _, updates := range []int{17, 1000} {
		c := talk(t)
		ask[State](c, "configure", object{"text": few, "fileName": "small.txt", "settings": settings})
		ask[Progress](c, "step", object{"updates": updates})
		shown := ask[Shown](c, "show", object{"sentence": "The cat sat on the"})
		files := exported(c)

		folder := t.TempDir()
		for name, content := range files {
			path := filepath.Join(folder, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var options []run.Option
		if updates < 150 { // the present weights are shown while it trains
			options = append(options, run.AtLast())
		}
		r, err := run.Open(filepath.Join(folder, "small"), options...)
		if err != nil {
			t.Fatal(err)
		}
		var result analysis.TrainingResult
		d, err := run.Describe(r.Path, &result)
		if err != nil || !d.HasResult || d.Finished != (updates > 150) || d.Trained != min(updates, 150) {
			t.Errorf("%d updates: it is described as %+v, want the result of a training: %v", updates, d, err)
		}
		if v := result.Verdict; v == nil || v.Text == "" || v.Next != "" || len(result.Next) != 5 {
			t.Errorf("%d updates: the result is %+v", updates, result)
		}
		session, err := r.NewSession(1)
		if err != nil {
			t.Fatal(err)
		}
		m, err := session.Map("The cat sat on the", mostNext)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(m.Attention, m.Next) != fmt.Sprint(shown.Map.Attention, shown.Map.Next) || r.Step != shown.ShownStep {
			t.Errorf("%d updates: the map of the opened run is another", updates)
		}
		if updates > 150 && r.Step >= r.Trained {
			t.Errorf("the model has the weights of step %d of %d: choose settings with which it has earlier ones", r.Step, r.Trained)
		}
		if err := session.Close(); err != nil {
			t.Fatal(err)
		}

		for name, fields := range map[string]object{
			"files": {"files": inBase64(files), "text": few, "textName": "small.txt"},
			"zip":   {"zip": ask[Exported](c, "export", object{"what": "run"}).Base64},
		} {
			other := talk(t)
			state := ask[State](other, "open", fields)
			if !state.CanTrain || state.Step != min(updates, 150) || len(state.Points) < 4 || state.CommandWithheld != "" {
				t.Fatalf("%s: %+v", name, state)
			}
			if !maps.Equal(state.Changed, settings) {
				t.Errorf("changed %v, want %v", state.Changed, settings)
			}
			same := ask[Shown](other, "show", object{"sentence": "The cat sat on the"})
			if fmt.Sprint(same) != fmt.Sprint(shown) {
				t.Errorf("%s, %d updates: the map is another", name, updates)
			}
			if f := ask[FrameShown](other, "frame", object{"step": 10}); f.Step != 10 {
				t.Errorf("frame %d", f.Step)
			}
			ask[Progress](other, "step", object{"updates": 1000})
			sameModel(t, trainedNatively(t, few, settings), exported(other))
			if state = ask[State](other, "rewind", nil); state.Step != 0 {
				t.Errorf("step %d after rewinding", state.Step)
			}
			state = ask[State](other, "configure", object{"settings": object{"heads": "1"}})
			if of := state.Settings; of["heads"] != "1" || of["lr"] != "0.02" || of["data"] != "small.txt" || state.Sentence != "The cat sat on the" {
				t.Errorf("another training of the opened text: %v", of)
			}
		}
	}
}

// Without its text, or without its state, a run can be shown and not trained.
func TestOpenWithoutText(t *testing.T) {
	c := talk(t)
	ask[State](c, "configure", object{"text": small(), "fileName": "small.txt", "settings": quick()})
	ask[Progress](c, "step", object{"updates": 1000})
	files := inBase64(exported(c))
	other := talk(t)
	state := ask[State](other, "open", object{"files": files})
	if state.CanTrain || state.Corpus != nil || state.Step != 40 || len(state.Map.Next) == 0 {
		t.Errorf("%+v", state)
	}
	for _, do := range []string{"step", "rewind", "rate", "stopAt", "heads", "verdict"} {
		other.refused(do, nil, "without its text")
	}
	e := ask[Shown](other, "show", object{"interventions": []object{{"layer": 0, "head": 0}}}).Effect
	if e == nil || e.NoiseFloor != 0.1 {
		t.Errorf("effect %+v", e)
	}
	if y := ask[WhyResult](other, "why", object{}); len(y.Paragraphs) == 0 {
		t.Errorf("%+v", y)
	}
	ask[Exported](other, "export", object{"what": "run"})
	ask[Exported](other, "export", object{"what": "json"})
	ask[Completed](other, "complete", object{"count": 1})

	before := fmt.Sprint(ask[Shown](other, "show", object{}))
	other.refused("open", object{"files": files, "text": small() + "The lion sees the cow\n"}, "another version of small.txt")
	damaged := maps.Clone(files)
	damaged["model.safetensors"] = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 1000))
	other.refused("open", object{"files": damaged}, "model.safetensors")
	delete(damaged, "model.safetensors")
	other.refused("open", object{"files": damaged}, "has no model.safetensors")
	if fmt.Sprint(ask[Shown](other, "show", object{})) != before {
		t.Error("the state has changed")
	}
	for _, name := range []string{"state.safetensors", "metrics.jsonl", "film.jsonl"} {
		fewer := maps.Clone(files)
		delete(fewer, name)
		state := ask[State](other, "open", object{"files": fewer, "text": small()})
		if state.CanTrain == (name == "state.safetensors") {
			t.Errorf("without %s: can train %t", name, state.CanTrain)
		}
	}
	entries, err := os.ReadDir(other.session.folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%d folders are left, %v", len(entries), err)
	}
}

// A built-in text needs not be given.
func TestOpenSavanna(t *testing.T) {
	c := talk(t)
	ask[State](c, "configure", object{"preset": "savanna", "settings": object{"steps": "2", "seed": "7"}})
	ask[Progress](c, "step", object{"updates": 1})
	state := ask[State](c, "open", object{"zip": ask[Exported](c, "export", object{"what": "run"}).Base64})
	if !state.CanTrain || state.Step != 1 || state.Corpus.Name != "savanna" || !strings.HasPrefix(state.Command, "attend train --config savanna/") {
		t.Errorf("%+v", state)
	}
}

// A zip of a native run may have its text under a path of another folder, other files beside it, names with backslashes, and no log.
func TestOpenZipOfANativeRun(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "texts", "mine.txt")
	if err := os.Mkdir(filepath.Dir(text), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(text, []byte(few), 0o644); err != nil {
		t.Fatal(err)
	}
	g := given(quick("steps", "3", "holdout", "0"))
	g[dataSetting] = text
	s, err := g.settings()
	if err != nil {
		t.Fatal(err)
	}
	corpus, err := data.Load(text, strings.NewReader(few), s.Options())
	if err != nil {
		t.Fatal(err)
	}
	if s, err = s.Resolve(corpus); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "runs", "mine")
	training, err := run.Start(path, s, corpus, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(training.Train(t.Context(), func(run.Progress) {}), training.Close()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, without := range []string{"", "metrics.jsonl"} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		add := func(name, content string) {
			f, err := w.Create(name)
			if err == nil {
				_, err = f.Write([]byte(content))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, e := range entries {
			if content, err := os.ReadFile(filepath.Join(path, e.Name())); err != nil {
				t.Fatal(err)
			} else if e.Name() != without {
				add(`mine\`+e.Name(), string(content))
			}
		}
		for _, name := range []string{"README.md", "notes.txt", "Thumbs.db", "a.txt"} {
			add(name, "another file")
		}
		add("mine.txt", few)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		c := talk(t)
		state := ask[State](c, "open", object{"zip": base64.StdEncoding.EncodeToString(b.Bytes())})
		if !state.CanTrain || state.CommandFile != "mine.txt" || state.Points == nil {
			t.Errorf("without %q: it can train: %v, the text is %q, points %v", without, state.CanTrain, state.CommandFile, state.Points)
		}
		if without != "" {
			continue
		}
		if got := exported(c)["mine.txt"]; string(got) != few {
			t.Errorf("the text in its zip is %q", got)
		}
		if state = ask[State](c, "rewind", nil); !strings.Contains(state.Command, "--data mine.txt") {
			t.Errorf("the command is %s", state.Command)
		}
	}
}
