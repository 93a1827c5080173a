package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"attend/internal/analysis"
	"attend/internal/run"
)

// A folder whose name steers a terminal is listed as every other, and the name reads back.
func TestRunsOfHostileNames(t *testing.T) {
	workshop(t)
	names := []string{"a\nb", "\x1b[31mred", "-flag", "=1+1", "\u202ertl", "a b"}
	for _, name := range names {
		if err := os.CopyFS(filepath.Join("runs", name), os.DirFS("runs/animals")); err != nil {
			t.Fatal(err)
		}
	}
	damaged(t, "runs/d\ne", "config.json", func(b []byte) []byte { return nil })
	for _, format := range []string{"text", "csv", "json"} {
		args := []string{"runs", "--format", format}
		code, stdout, stderr := attend(t, "", args...)
		if code != 0 || stderr != "" {
			t.Fatalf("%s: code %d, %s", format, code, stderr)
		}
		checkScreen(t, args, stdout, stderr)
		if format == "csv" {
			rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
			if err != nil || len(rows) != len(names)+3 {
				t.Errorf("%v, %d rows", err, len(rows))
			}
		}
		if format != "json" {
			continue
		}
		var d struct {
			Result struct {
				Runs []struct {
					Run    string
					Damage *string
				}
			}
		}
		if err := json.Unmarshal([]byte(stdout), &d); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if !slices.ContainsFunc(d.Result.Runs, func(r struct {
				Run    string
				Damage *string
			}) bool {
				return r.Run == filepath.Join("runs", name) && r.Damage == nil
			}) {
				t.Errorf("%q is not listed", name)
			}
		}
	}
	for _, name := range names {
		if code, _, stderr := attend(t, "", "runs", "remove", "--yes", "--", filepath.Join("runs", name)); code != 0 {
			t.Errorf("%q: %s", name, stderr)
		}
	}
}

// A run that is being trained is listed with its step, and is neither renamed nor removed; when it was stopped, it is both.
func TestRunsInTraining(t *testing.T) {
	workshop(t)
	cmd := exec.Command("attend", append(append([]string{"train"}, small...), "--steps", "1000000", "--warmup", "5", "--out", "runs/busy")...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "step 2/") {
	}
	go func() {
		for lines.Scan() { // so that it can go on
		}
	}()
	code, stdout, _ := attend(t, "", "runs", "--filter", "verdict=training")
	if code != 0 || !regexp.MustCompile(`(?m)^runs/busy .* training, step [0-9,]+ of 1,000,000`).MatchString(stdout) || !strings.Contains(stdout, "1 of 2 runs") {
		t.Errorf("code %d, %s", code, stdout)
	}
	want := fmt.Sprintf("runs/busy is being trained by process %d: wait until it ends, or stop it (kill %d)\n", cmd.Process.Pid, cmd.Process.Pid)
	for _, args := range [][]string{{"rename", "runs/busy", "new"}, {"remove", "--yes", "runs/busy"}, {"remove", "--yes", "runs/animals", "runs/busy"}} {
		code, stdout, message := attend(t, "", append([]string{"runs"}, args...)...)
		if code != exitFailed || stdout != "" || !strings.HasSuffix(message, want) || strings.Count(message, "\n") != 1 {
			t.Errorf("%q: code %d, %s%s", args, code, stdout, message)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code, stdout, _ := attend(t, "", "runs", "--filter", "verdict=stopped"); code != 0 || !strings.Contains(stdout, " stopped, step ") {
		t.Errorf("code %d, %s", code, stdout)
	}
	for _, args := range [][]string{{"rename", "runs/busy", "new"}, {"remove", "--yes", "runs/new", "runs/animals"}} {
		if code, _, message := attend(t, "", append([]string{"runs"}, args...)...); code != 0 {
			t.Errorf("%q: %s", args, message)
		}
	}
}

// Runs whose value is not known come last in either order, and fit no filter.
func TestOrderAndFilterOfUnknownValues(t *testing.T) {
	s := run.Defaults()
	known := func(path string, loss float64, layers int) listedRun {
		s := s
		s.Layers = layers
		r := listedRun{Description: run.Description{Path: path, Settings: &s, Best: &run.Best{Step: 1, Loss: loss}, Finished: true}}
		r.HasResult, r.result.Verdict = true, &analysis.Verdict{Kind: analysis.Learned}
		return r
	}
	runs := []listedRun{{Description: run.Description{Path: "unknown"}, damage: errors.New("it is damaged")}, known("b", 2, 1), known("a", 1, 12), known("c", 1, 2)}
	for sort, want := range map[string]string{
		"held-out": "a c b unknown", "-held-out": "b a c unknown", "layers": "b c a unknown", "-layers": "a c b unknown",
		"run": "a b c unknown", "-run": "unknown c b a", "verdict": "unknown b a c",
	} {
		order, err := parseOrder(sort)
		if err != nil {
			t.Fatal(err)
		}
		sorted := slices.Clone(runs)
		slices.SortStableFunc(sorted, order)
		if got := paths(sorted); got != want {
			t.Errorf("--sort %s: %s, want %s", sort, got, want)
		}
	}
	for filter, want := range map[string]string{
		"layers>=2": "a c", "layers != 1": "a c", "layers<2": "b", "layers<=2": "b c", "layers>2": "a", "held-out=1.0": "a c",
		"verdict=learned": "b a c", "verdict!=learned": "unknown", "verdict=damaged": "unknown", "run=a": "a", "run!=a": "unknown b c",
		"activation=gelu": "b a c", "activation!=gelu": "", "parameters>0": "", "age>1s": "", "tied=true": "b a c",
	} {
		f, err := parseFilter(filter)
		if err != nil {
			t.Fatal(err)
		}
		if got := paths(slices.DeleteFunc(slices.Clone(runs), func(r listedRun) bool { return !f.holds(r) })); got != want {
			t.Errorf("--filter %s: %s, want %s", filter, got, want)
		}
	}
}

// paths returns the paths of runs in one line.
func paths(runs []listedRun) string {
	var all []string
	for _, r := range runs {
		all = append(all, r.Path)
	}
	return strings.Join(all, " ")
}

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 119 * time.Second: "119 s", 2 * time.Minute: "2 min", 119 * time.Minute: "119 min", 2 * time.Hour: "2 h",
		47 * time.Hour: "47 h", 48 * time.Hour: "2 d", 1000 * 24 * time.Hour: "1,000 d", time.Since(time.Time{}): "-",
	} {
		if got := age(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
