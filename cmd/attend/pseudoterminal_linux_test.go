package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	enter = "\r"
	ctrlC = "\x03"
	ctrlD = "\x04"
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
	return sitWith(t, columns, rows, env, exec.Command("attend", args...))
}

// sitWith starts a program at a pseudo-terminal.
func sitWith(t *testing.T, columns, rows uint16, env []string, cmd *exec.Cmd) *sitting {
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
	s := &sitting{t: t, keyboard: keyboard, terminal: terminal, cmd: cmd, screen: make(chan []byte, 1000)}
	if s.before, err = unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS); err != nil {
		t.Fatal(err)
	}
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
		if regexp.MustCompile(pattern).Match(s.last) {
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
