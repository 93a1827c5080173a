package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"

	"attend/inspect"
)

// defaultWidth and defaultHeight are used where nothing tells the size, as in a pipe.
const (
	defaultWidth  = 80
	defaultHeight = 24
)

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// canDrawOn reports whether a stream is a terminal whose cursor can be moved.
func canDrawOn(stream any) bool { return isTerminal(stream) && os.Getenv("TERM") != "dumb" }

// width returns the columns of a terminal.
func width(stream io.Writer) int {
	if f, ok := stream.(*os.File); ok {
		if w, _, err := term.GetSize(f.Fd()); err == nil && w > 0 {
			return w
		}
	}
	return defaultWidth
}

// height returns the rows of a terminal.
func height(stream io.Writer) int {
	if f, ok := stream.(*os.File); ok {
		if _, h, err := term.GetSize(f.Fd()); err == nil && h > 0 {
			return h
		}
	}
	return defaultHeight
}

// textOptions returns how to draw maps on a stream: its width and its colours, which NO_COLOR
// and CLICOLOR_FORCE overrule.
func textOptions(stream io.Writer) inspect.TextOptions {
	return inspect.TextOptions{Width: width(stream), Layer: -1, Head: -1, Color: colorprofile.Detect(stream, os.Environ())}
}

// wrapped folds a text at its blanks so that it fits the columns of the terminal.
func wrapped(text string, columns int) string { return ansi.Wrap(text, columns, "") }

// plural writes a count with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(float64(n)) + " " + noun + "s"
}

// thousands writes a count with a comma every three digits.
func thousands(x float64) string {
	s := fmt.Sprintf("%.0f", x)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// shellWord quotes a word, if it must be, so that a shell reads it back as it is.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+=:,@%", r)
	}
	switch {
	case s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0:
		return s
	case !strings.ContainsAny(s, "\"$`\\!"):
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
