package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// terminalScreen is what a terminal of any width shows of an output. It knows the sequences of the watch and
// reports others.
type terminalScreen struct {
	lines [][]rune
	x, y  int // of the cursor
	odd   []string
}

var sequence = regexp.MustCompile(`^\x1b\[([?0-9;]*)([A-Za-z])`)

func (s *terminalScreen) write(output string) {
	for output != "" {
		for len(s.lines) <= s.y {
			s.lines = append(s.lines, nil)
		}
		if m := sequence.FindStringSubmatch(output); m != nil {
			output = output[len(m[0]):]
			n, _ := strconv.Atoi(m[1])
			switch {
			case m[2] == "A":
				s.y = max(0, s.y-n)
			case m[2] == "K" && m[1] == "":
				s.lines[s.y] = s.lines[s.y][:min(s.x, len(s.lines[s.y]))]
			case m[2] == "J" && m[1] == "":
				s.lines = append(s.lines[:s.y], s.lines[s.y][:min(s.x, len(s.lines[s.y]))])
			case m[2] == "m", m[1] == "?2026":
			default:
				s.odd = append(s.odd, m[0])
			}
			continue
		}
		switch output[0] {
		case '\r':
			s.x = 0
		case '\n':
			s.y, s.x = s.y+1, 0
		default: // a run of text, written over what is there
			end := strings.IndexAny(output, "\r\n\x1b")
			if end < 0 {
				end = len(output)
			}
			for _, r := range output[:end] {
				if s.x == len(s.lines[s.y]) {
					s.lines[s.y] = append(s.lines[s.y], r)
				}
				s.lines[s.y][s.x] = r
				s.x++
			}
			output = output[end:]
			continue
		}
		output = output[1:]
	}
}

// text is all that stands on the screen, each line ended but the one that the cursor is on.
func (s *terminalScreen) text() string {
	lines := make([]string, len(s.lines))
	for i, line := range s.lines {
		lines[i] = string(line)
	}
	text := strings.Join(lines, "\n")
	if s.y >= len(s.lines) {
		text += "\n"
	}
	return text
}

// onTerminal runs a command on a terminal of its own. Once the output holds a text, it types ^C.
func onTerminal(t *testing.T, command, interruptAt string) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("script takes other flags here")
	}
	if _, err := exec.LookPath("script"); err != nil {
		t.Skip("there is no script command, which makes the terminal")
	}
	cmd := exec.Command("script", "-qec", command, filepath.Join(t.TempDir(), "typescript"))
	keyboard, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var out []byte
	part, typed := make([]byte, 1<<12), false
	for {
		n, err := stdout.Read(part)
		if out = append(out, part[:n]...); err != nil {
			break
		}
		if !typed && interruptAt != "" && bytes.Contains(out, []byte(interruptAt)) {
			typed = true
			if _, err := keyboard.Write([]byte("\x03")); err != nil {
				t.Error(err)
			}
		}
	}
	_ = cmd.Wait() // what was printed tells how it ended
	return strings.ReplaceAll(string(out), "\r\n", "\n")
}
