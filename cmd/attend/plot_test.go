package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"attend/internal/run"
)

// A run that was evaluated once has no curve. Beside others it is a point, and its numbers are written all the same.
func TestPlotOfOneEvaluation(t *testing.T) {
	workshop(t)
	args := append([]string{"train", "--optimizer", "sgd", "--lr", "1000", "--clip", "0", "--warmup", "0", "--out", "runs/short"}, small...)
	if code, _, stderr := attend(t, "", args...); code == 0 || !strings.Contains(stderr, "keeps the checkpoint of step 0") {
		t.Fatalf("the training does not diverge: code %d, %s", code, stderr)
	}
	const log = "runs/short/metrics.jsonl"
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log, b[:bytes.IndexByte(b, '\n')+1], 0o644); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"text", "svg", "html"} {
		code, stdout, stderr := attend(t, "", "plot", "--format", format, "runs/short")
		if want := "attend: runs/short has one evaluation so far, at step 0, and a curve requires two: train on\n"; code == 0 || stdout != "" || stderr != want {
			t.Errorf("%s: code %d, %q, want %q", format, code, stderr, want)
		}
	}
	code, stdout, stderr := attend(t, "", "plot", "runs/animals", "runs/short")
	if code != 0 || !strings.Contains(stdout, "\nb short, ") {
		t.Errorf("code %d, %s\n%s", code, stderr, stdout)
	}
	code, stdout, stderr = attend(t, "", "plot", "--format", "csv", "runs/short")
	if code != 0 || strings.Count(stdout, "\n") != 2 || !strings.Contains(stdout, "\n\"runs/short\",0,") {
		t.Errorf("code %d, %s\n%s", code, stderr, stdout)
	}
}

// The losses of a plot are those of the log.
func TestPlotHoldsTheLog(t *testing.T) {
	workshop(t)
	code, stdout, stderr := attend(t, "", "plot", "--format", "json")
	if code != 0 {
		t.Fatal(stderr)
	}
	var d struct {
		Result struct {
			Runs []struct{ Evaluations []map[string]any }
		}
	}
	if err := json.Unmarshal([]byte(stdout), &d); err != nil {
		t.Fatal(err)
	}
	got := d.Result.Runs[0].Evaluations
	for i, line := range logLines(t, "runs/animals") {
		line["sample_heldout_loss"] = line["heldout_loss"]
		for key, value := range got[i] {
			if line[key] != value {
				t.Errorf("evaluation %d: %s is %v, want %v", i, key, value, line[key])
			}
		}
		if len(got[i]) != 6 {
			t.Errorf("evaluation %d has %v", i, got[i])
		}
	}
}

// The marked step of the held-out curve is that of the weights which the run keeps, with its loss.
func TestPlotMarksTheKeptStep(t *testing.T) {
	workshop(t)
	code, _, stderr := attend(t, "", slices.Concat([]string{"train", "--out", "runs/rising"}, small,
		strings.Fields("--lr 3 --min-lr 3 --warmup 20 --eval-interval 3"))...)
	if code != 0 {
		t.Fatal(stderr)
	}
	r, err := run.Open("runs/rising")
	if err != nil {
		t.Fatal(err)
	}
	if r.Step == 0 || r.Step == r.Trained {
		t.Fatalf("the test wants a step in between, not %d", r.Step)
	}
	code, stdout, stderr := attend(t, "", "plot", "--format", "svg", "runs/rising")
	want := fmt.Sprintf("<title>step whose weights the run keeps: held-out loss, step %d, %.3f</title>", r.Step, r.Best.Loss)
	if code != 0 || strings.Count(stdout, want) != 1 {
		t.Errorf("code %d, %s: there is no %s", code, stderr, want)
	}
}

// logLines returns the lines of the metrics of a run.
func logLines(t *testing.T, run string) (lines []map[string]any) {
	t.Helper()
	b, err := os.ReadFile(run + "/metrics.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		var l map[string]any
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}
