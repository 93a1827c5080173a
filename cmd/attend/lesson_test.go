package main

import (
	"context"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Every command that a chapter ends with is run as it is printed, in the order of the course, and the chapters
// before it as a reader would go through them in a pipe.
func TestEveryCommandOfTheLessonRuns(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands are run by sh, which Windows lacks")
	}
	if testing.Short() {
		t.Skip("it trains a dozen models")
	}
	ownSettings(t)
	t.Chdir(t.TempDir())
	began := time.Now()
	code, all, stderr := attend(t, "", "lesson", "--all")
	if code != 0 {
		t.Fatalf("code %d: %s", code, stderr)
	}
	t.Logf("all ten chapters in %v", time.Since(began).Round(10*time.Millisecond))
	// Long commands are folded with a backslash, as a shell takes them.
	var commands []string
	for line := range strings.Lines(strings.ReplaceAll(all, " \\\n      ", " ")) {
		if line, ok := strings.CutPrefix(line, "  attend "); ok && !slices.Contains(commands, line) {
			commands = append(commands, line)
		}
	}
	if len(commands) < 15 {
		t.Errorf("only %d commands", len(commands))
	}
	for _, line := range commands {
		cmd := exec.Command("sh", "-c", "attend "+line)
		cmd.Stdin = strings.NewReader("the mask\nthe values\nonly the size\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("attend %s: %v\n%s", line, err, out)
		}
	}
}

func TestInterruptedExportWritesNothing(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs strings.Builder
	if code := execute(ctx, []string{"lesson", "export", "-o", "lesson.html"}, strings.NewReader(""), &out, &errs); code != exitInterrupted {
		t.Errorf("code %d: %s", code, errs.String())
	}
	if left := files(t); len(left) != 1 { // the folder itself
		t.Errorf("left %v", left)
	}
}
