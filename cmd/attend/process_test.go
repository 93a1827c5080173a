package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"

	"attend/internal/run"
)

func TestInterruptSavesAndResumes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no SIGINT")
	}
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	steps := 1000000
	cmd := exec.Command("attend", append(append([]string{"train"}, small...), "--steps", fmt.Sprint(steps), "--warmup", "5", "--out", "my run")...)
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, sent := bufio.NewScanner(stderr), false
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "step ") && !sent {
			sent = true
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Fatalf("exit code %d, want %d", code, exitInterrupted)
	}
	var step int
	out := strings.TrimSpace(stdout.String())
	last := out[strings.LastIndex(out, "\n")+1:]
	before, command, ok := strings.Cut(last, ". Next: attend ")
	if _, err := fmt.Sscanf(before, "stopped at step %d of", &step); err != nil || !ok || step < 1 {
		t.Fatalf("last line %q", last)
	}
	if !strings.Contains(out, "Attention in") || !strings.Contains(out, "next: ") {
		t.Errorf("no map in %q", out)
	}
	// The command as printed, but for its end.
	resume := exec.Command("sh", "-c", fmt.Sprintf("attend %s --steps %d", command, step+15))
	if b, err := resume.CombinedOutput(); err != nil || !strings.Contains(string(b), fmt.Sprintf("at step %d\n", step)) {
		t.Fatalf("%v: %s", err, b)
	}
	r, err := run.Open("my run")
	if err != nil {
		t.Fatal(err)
	}
	if r.Trained != step+15 {
		t.Errorf("ended at step %d, want %d", r.Trained, step+15)
	}
}

func TestClosedPipeIsQuiet(t *testing.T) {
	workshop(t)
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	reader.Close()
	cmd := exec.Command("attend", "inspect", "the cat sat")
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = writer, &stderr
	if err := cmd.Run(); err == nil {
		t.Error("want a failure")
	}
	writer.Close()
	if stderr.Len() > 0 {
		t.Errorf("printed %q", stderr.String())
	}
}

func TestInspectJSON(t *testing.T) {
	workshop(t)
	code, stdout, stderr := attend(t, "", "inspect", "--format", "json", "The cat sat", "the zebu")
	if code != 0 {
		t.Fatal(stderr)
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal([]byte(stdout), &top); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, top, "format", "result", "run", "step", "trained_steps", "unknown", "version", "weights")
	if string(top["unknown"]) != `["zebu"]` {
		t.Errorf("unknown %s", top["unknown"])
	}
	var result map[string]json.RawMessage
	if err := json.Unmarshal(top["result"], &result); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, result, "sentences")
	var sentences []map[string]json.RawMessage
	if err := json.Unmarshal(result["sentences"], &sentences); err != nil || len(sentences) != 2 {
		t.Fatalf("%v: %d sentences", err, len(sentences))
	}
	for _, s := range sentences {
		checkKeys(t, s, "attention", "ids", "next", "next_at", "text", "tokens", "unknown")
		var tokens []string
		var attention [][][][]float64
		var next []struct {
			Word        string
			Probability float64
		}
		for key, to := range map[string]any{"tokens": &tokens, "attention": &attention, "next": &next} {
			if err := json.Unmarshal(s[key], to); err != nil {
				t.Fatal(err)
			}
		}
		if tokens[0] != "<s>" {
			t.Errorf("first token %q", tokens[0])
		}
		if len(attention) != 1 || len(attention[0]) != 2 || len(attention[0][1]) != len(tokens) {
			t.Fatalf("%d layers, %d heads, %d queries", len(attention), len(attention[0]), len(attention[0][1]))
		}
		for _, head := range attention[0] {
			for q, row := range head {
				sum := 0.0
				for k, weight := range row {
					sum += weight
					if k > q && weight != 0 {
						t.Errorf("query %d sees key %d", q, k)
					}
				}
				if len(row) != len(tokens) || math.Abs(sum-1) > 1e-5 {
					t.Errorf("query %d: %d keys add up to %g", q, len(row), sum)
				}
			}
		}
		for i := 1; i < len(next); i++ {
			if next[i].Probability > next[i-1].Probability {
				t.Errorf("next word %d is likelier than the one before", i)
			}
		}
	}
}

func checkKeys(t *testing.T, object map[string]json.RawMessage, want ...string) {
	t.Helper()
	var keys []string
	for key := range object {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, want) {
		t.Errorf("keys %q, want %q", keys, want)
	}
}
