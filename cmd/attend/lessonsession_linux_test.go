package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/lesson"
)

// marks returns what is kept of a chapter.
func marks(t *testing.T, chapter int) lesson.Mark {
	t.Helper()
	path, err := lesson.ProgressPath()
	if err != nil {
		t.Fatal(err)
	}
	p, err := lesson.OpenProgress(path)
	if err != nil {
		t.Fatal(err)
	}
	return p.Chapters[chapter]
}

func TestAChapterAtATerminal(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	s := sit(t, 80, 24, nil, "lesson", "2")
	s.expect(`2\. The dot product`)
	s.readOn(`your answer, a to c: `)
	if got := marks(t, 2); got != (lesson.Mark{Begun: true}) {
		t.Errorf("while reading %+v", got)
	}
	s.press("yes" + enter)
	s.expect(`Type a letter from a to c`)
	s.expect(`your answer, a to c: `)
	s.press("A" + enter)
	s.expect(`Right\..*a\).*key 1`)
	s.expect(`\[Enter.*\] $`)
	s.press(enter)
	s.expect(`key 1 +\[1 1\] +1·1 \+ 0·1 +1`)
	s.readOn(`\[Enter: chapter 3, 5: chapter 5 \(route of 45 minutes\), q leaves\] $`)
	if got := marks(t, 2); got != (lesson.Mark{Begun: true, Finished: true, Asked: 1, Right: 1}) {
		t.Errorf("at the end %+v", got)
	}
	s.press(enter)
	s.expect(`3\. Softmax`)
	s.press("Q" + enter)
	s.expect(`You are in chapter 3: attend lesson 3 begins it again`)
	s.end(0)
}

// Vectors of the reader are for one chapter: the next one has those of its text. The last chapter has none after it.
func TestTheNextChapterAtATerminal(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	s := sit(t, 80, 50, nil, "lesson", "2", "--query", "1,2,3", "--key", "a=3,2,1", "--key", "b=0,0,1")
	s.readOn(`your answer, a to c: `)
	s.press(enter)
	s.readOn(`\[Enter: chapter 3, .*q leaves\] $`)
	s.press(enter)
	s.readOn(`query +\[1 0\]`)
	s.press(ctrlC)
	s.end(exitInterrupted)
	s = sit(t, 80, 50, nil, "lesson", "1")
	s.readOn(`your answer, a to c: `)
	s.press("b" + enter)
	s.readOn(`\[Enter: chapter 2, q leaves\] $`)
	s.press("q" + enter)
	s.expect(`Go on with: attend lesson 2`)
	s.end(0)
	s = sit(t, 80, 50, nil, "lesson", "10")
	s.readOn(`your answer, a to c: `)
	s.press("c" + enter)
	s.readOn(`attend lesson export`)
	s.end(0)
}

// On the route of 45 minutes the end of a chapter says which number to type; that chapter begins.
func TestTheShortRouteAtATerminal(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	s := sit(t, 80, 50, nil, "lesson", "2")
	for _, step := range []struct{ choices, prompt, number, title string }{
		{"c", `\[Enter: chapter 3, 5: chapter 5 \(route of 45 minutes\), q leaves\] $`, "5", `5\. Query, key and value`},
		{"c", `\[Enter: chapter 6, 7: chapter 7 \(route of 45 minutes\), q leaves\] $`, "10", `10\. From here`},
	} {
		s.readOn(`your answer, a to ` + step.choices + `: `)
		s.press("a" + enter)
		s.readOn(step.prompt)
		s.press(step.number + enter)
		s.expect(step.title)
	}
	s.press(ctrlC)
	s.end(exitInterrupted)
}

// An optional section is skipped by Enter and shown after o.
func TestAnOptionalSection(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	for _, open := range []bool{false, true} {
		s := sit(t, 80, 50, nil, "lesson", "4")
		s.readOn(`your answer, a to b: `)
		s.press("b" + enter)
		s.readOn(`\[Enter skips it, o opens it\] $`)
		if open {
			s.press("o" + enter)
		} else {
			s.press(enter)
		}
		s.readOn(`\[Enter: chapter 5, q leaves\] $`)
		if got := strings.Contains(s.seen.String(), "Entropy: how even"); got != open {
			t.Errorf("opened %t, shown %t", open, got)
		}
		s.press(ctrlD)
		s.end(0)
	}
}

func TestAWrongAnswerIsExplainedAndEnterShowsTheRightOne(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	s := sit(t, 40, 24, nil, "lesson", "3")
	s.readOn(`your answer, a to c: `)
	s.press("c" + enter)
	s.expect(`No\. .*Only equal scores get equal weights\.`)
	s.expect(`Answer: b\)`)
	s.readOn(`your answer, a to b: `)
	s.press(enter) // no answer
	s.expect(`Answer: a\)`)
	s.press(ctrlC)
	s.expect(`You are in chapter 3: attend lesson 3`)
	s.end(exitInterrupted)
	if got := marks(t, 3); got != (lesson.Mark{Begun: true, Asked: 1}) {
		t.Errorf("%+v", got)
	}
	for line := range strings.Lines(s.seen.String()) {
		if n := ansi.StringWidth(strings.TrimRight(line, "\r\n")); n > 40 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

func TestLeavingKeepsTheTerminalAndThePlace(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		key  string
		code int
	}{{ctrlC, exitInterrupted}, {ctrlD, 0}, {"q" + enter, 0}} {
		for _, at := range []string{`Enter goes on`, `your answer`} {
			s := sit(t, 80, 24, nil, "lesson", "1")
			s.expect(`Enter goes on`)
			if at == `your answer` {
				s.press(enter)
				s.readOn(at)
			}
			s.press(c.key)
			s.expect(`You are in chapter 1: attend lesson 1 begins it again`)
			s.end(c.code)
			if got := marks(t, 1); got != (lesson.Mark{Begun: true}) {
				t.Errorf("%+v", got)
			}
		}
	}
}

// Ctrl-C in the middle of the training of chapter 8 ends it; the next reading trains to the end.
func TestLeavingATrainingOfTheLesson(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	s := sit(t, 80, 50, nil, "lesson", "8")
	s.readOn(`your answer`)
	s.press("b" + enter)
	s.readOn(`step [1-9]`)
	s.press(ctrlC)
	s.expect(`You are in chapter 8`)
	s.end(exitInterrupted)
	code, stdout, stderr := attend(t, "", "lesson", "8")
	if code != 0 || !strings.Contains(stdout, "1,500") {
		t.Errorf("code %d, %s", code, stderr)
	}
	if runs, err := filepath.Glob("runs/*"); err != nil || len(runs) != 1 {
		t.Errorf("%v: %v", runs, err)
	}
}

func TestNoColorAtATerminal(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	for _, env := range [][]string{{"NO_COLOR=1"}, nil} {
		s := sit(t, 80, 50, env, "lesson", "1", "--sentence", "The rhinos")
		s.readOn(`your answer`)
		s.press(enter)
		s.readOn(`\[Enter: chapter 2`)
		s.press("q" + enter)
		s.end(0)
		colored := regexp.MustCompile(`\x1b\[[0-9;]*[34]8;`).Match(s.seen.Bytes())
		if colored != (env == nil) {
			t.Errorf("env %v: colours %v:\n%q", env, colored, s.seen.String())
		}
	}
}

func TestReflectionsAtATerminal(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	s := sit(t, 80, 24, nil, "lesson", "reflect")
	s.expect(`What surprised you\?`)
	s.expect(`> $`)
	s.press("the mask" + enter)
	s.expect(`> $`)
	s.press("and the heads" + enter)
	s.expect(`> $`)
	s.press(enter)
	s.expect(`What confused you\?`)
	s.expect(`> $`)
	s.press(ctrlC) // what was answered is kept
	s.expect(`added to reflections\.md`)
	s.end(exitInterrupted)
	b, err := os.ReadFile("reflections.md")
	if err != nil || !strings.Contains(string(b), "the mask\nand the heads\n") || strings.Contains(string(b), "confused") {
		t.Errorf("%v: %s", err, b)
	}
}

func TestAReaderTypesASentence(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	s := sit(t, 80, 50, []string{"NO_COLOR=1"}, "lesson", "9")
	s.readOn(`Type the beginning of a sentence`)
	s.expect(`> $`)
	s.press("qqq zzz" + enter)
	s.expect(`in the vocabulary of this run`)
	s.expect(`> $`)
	s.press("The rhino saw the leopard behind the" + enter)
	s.expect(`leopard`)
	s.readOn(`predicts "rock"`)
	s.press(ctrlC)
	s.end(exitInterrupted)
}

// A terminal that was closed takes no output any more; the training saves.
func TestClosedTerminalSaves(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	s := sit(t, 80, 24, nil, endlessTraining...)
	s.expect(`step \d+/`)
	if err := s.keyboard.Close(); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
	if code := s.cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d, want %d", code, exitInterrupted)
	}
	wantSaved(t, "run")
}
