package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/sys/unix"

	"attend/lesson"
)

// sitting is a program at a terminal.
type sitting struct {
	t        *testing.T
	keyboard *os.File // the other side of the terminal
	terminal *os.File
	before   *unix.Termios
	cmd      *exec.Cmd
	screen   chan []byte
	seen     bytes.Buffer // all that was written
	unread   []byte       // what was not waited for yet
	last     []byte       // what was
}

// sit starts attend at a pseudo-terminal.
func sit(t *testing.T, columns, rows uint16, env []string, args ...string) *sitting {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there is no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { keyboard.Close() })
	fd := int(keyboard.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Skipf("the pseudo-terminal stays locked: %v", err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("the pseudo-terminal cannot be opened: %v", err)
	}
	t.Cleanup(func() { terminal.Close() })
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: columns, Row: rows}); err != nil {
		t.Fatal(err)
	}
	s := &sitting{t: t, keyboard: keyboard, terminal: terminal, screen: make(chan []byte, 1000)}
	if s.before, err = unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS); err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command("attend", args...)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = terminal, terminal, terminal
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	s.cmd.Env = append(append(os.Environ(), "TERM=xterm-256color"), env...)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			b := make([]byte, 4096)
			n, err := keyboard.Read(b)
			if n > 0 {
				s.screen <- b[:n]
			}
			if err != nil {
				close(s.screen)
				return
			}
		}
	}()
	return s
}

// patience is how long a test waits for what must come before it fails.
const patience = 20 * time.Second

// expect waits for a text on the screen.
func (s *sitting) expect(pattern string) {
	s.t.Helper()
	re, deadline := regexp.MustCompile(pattern), time.After(patience)
	for {
		if at := re.FindIndex(s.unread); at != nil {
			s.last, s.unread = s.unread[at[0]:at[1]], s.unread[at[1]:]
			return
		}
		select {
		case b, ok := <-s.screen:
			if !ok {
				s.t.Fatalf("the screen ended without %q:\n%s", pattern, s.seen.String())
			}
			s.seen.Write(b)
			s.unread = append(s.unread, b...)
		case <-deadline:
			s.t.Fatalf("no %q came:\n%s", pattern, s.seen.String())
		}
	}
}

// readOn presses Enter at every stop until a text comes.
func (s *sitting) readOn(pattern string) {
	s.t.Helper()
	for range 50 {
		s.expect(`(?:` + pattern + `)|\[Enter[^\]]*\] $`)
		if !strings.HasSuffix(string(s.last), "] ") {
			return
		}
		s.press(enter)
	}
	s.t.Fatalf("no %q came:\n%s", pattern, s.seen.String())
}

// press types keys.
func (s *sitting) press(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.keyboard, keys); err != nil {
		s.t.Fatal(err)
	}
}

// end waits for the program to end, and checks the exit code and that the terminal is as it was.
func (s *sitting) end(code int) {
	s.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- s.cmd.Wait() }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			s.t.Fatal(err)
		}
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		s.t.Fatalf("the program does not end:\n%s", s.seen.String())
	}
	if got := s.cmd.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, want %d", got, code)
	}
	after, err := unix.IoctlGetTermios(int(s.terminal.Fd()), unix.TCGETS)
	if err != nil {
		s.t.Fatal(err)
	}
	if *after != *s.before {
		s.t.Errorf("the terminal is %+v, it was %+v", *after, *s.before)
	}
}

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

const (
	enter = "\r"
	ctrlC = "\x03"
	ctrlD = "\x04"
)

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
	s.readOn(`attend lesson 3`)
	s.end(0)
	if got := marks(t, 2); got != (lesson.Mark{Begun: true, Finished: true, Asked: 1, Right: 1}) {
		t.Errorf("at the end %+v", got)
	}
}

func TestAWrongAnswerIsExplainedAndEnterShowsTheRightOne(t *testing.T) {
	ownSettings(t)
	t.Chdir(t.TempDir())
	s := sit(t, 40, 24, nil, "lesson", "3")
	s.readOn(`your answer, a to c: `)
	s.press("c" + enter)
	s.expect(`Not so\..*Answer: b\)`)
	s.readOn(`your answer, a to c: `)
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
	}{{ctrlC, exitInterrupted}, {ctrlD, 0}} {
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
	s.expect(`step [1-9]`)
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
		s.readOn(`attend lesson 2`)
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
	s.expect(`next: rock`)
	s.press(ctrlC)
	s.end(exitInterrupted)
}
