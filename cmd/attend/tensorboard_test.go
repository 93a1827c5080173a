package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// readEvents is what TensorBoard reads of a run.
type readEvents struct {
	Scalars map[string][][3]float64 // step, wall time and value by tag
	Hparams map[string]any
	Metrics map[string]float64
	Status  int
}

// TensorBoard's own package reads the losses of the log, to float32, and the settings of the runs.
func TestTensorBoard(t *testing.T) {
	script, err := filepath.Abs("testdata/read_events.py")
	if err != nil {
		t.Fatal(err)
	}
	missing := t.Skipf
	if os.Getenv("ATTEND_TOOLS") == "required" {
		missing = t.Fatalf
	}
	const variable = "ATTEND_PYTHON_NEWEST"
	python := os.Getenv(variable)
	if python == "" {
		missing("no Python to read the files: name one with tensorboard in %s", variable)
	}
	workshop(t)
	if code, _, stderr := attend(t, "", append([]string{"train", "--seed", "2", "--lr", "0.03", "--tied=false", "--out", "runs/second"}, small...)...); code != 0 {
		t.Fatal(stderr)
	}
	if code, _, stderr := attend(t, "", "export", "--tensorboard", "board", "runs/animals", "runs/second"); code != 0 {
		t.Fatal(stderr)
	}
	cmd := exec.Command(python, script, "board")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if status, is := errors.AsType[*exec.ExitError](err); is && status.ExitCode() == 77 {
		missing("%s: %s; name a Python with tensorboard in %s", python, bytes.TrimSpace(stderr.Bytes()), variable)
	}
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, &stderr)
	}
	var runs map[string]readEvents
	if err := json.Unmarshal(out, &runs); err != nil {
		t.Fatal(err)
	}
	if len(runs) != 2 {
		t.Fatalf("runs %v", runs)
	}
	for name, got := range runs {
		lines := logLines(t, "runs/"+name)
		for tag, key := range map[string]string{"loss/train": "loss", "loss/heldout": "heldout_loss", "learning_rate": "learning_rate", "tokens_per_second": "tokens_per_second"} {
			var want [][3]float64
			for _, line := range lines {
				want = append(want, [3]float64{line["step"].(float64), line["seconds"].(float64), float64(float32(line[key].(float64)))})
			}
			if !slices.Equal(got.Scalars[tag], want) || len(want) < 4 {
				t.Errorf("%s, %s: %v, want %v", name, tag, got.Scalars[tag], want)
			}
		}
		kept, losses := got.Scalars["kept/loss_heldout"], got.Scalars["loss/heldout"]
		if len(kept) != 1 || !slices.Contains(losses, kept[0]) || slices.ContainsFunc(losses, func(l [3]float64) bool { return l[2] < kept[0][2] }) {
			t.Errorf("%s: kept is %v of %v", name, kept, losses)
		}
		last := losses[len(losses)-1][2]
		if got.Metrics["loss/heldout"] != last || got.Metrics["kept/loss_heldout"] != kept[0][2] || got.Status != 1 {
			t.Errorf("%s: metrics %v, status %d", name, got.Metrics, got.Status)
		}
		want := map[string]any{"dim": 8.0, "heads": 2.0, "lr": 0.01, "seed": 1.0, "tied": true, "optimizer": "adamw"}
		if name == "second" {
			want["lr"], want["seed"], want["tied"] = 0.03, 2.0, false
		}
		for setting, value := range want {
			if got.Hparams[setting] != value {
				t.Errorf("%s: %s is %v, want %v", name, setting, got.Hparams[setting], value)
			}
		}
	}
}
