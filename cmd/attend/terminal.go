package main

import (
	"io"
	"os"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"

	"attend/inspect"
)

// defaultWidth is used where nothing tells the width, as in a pipe.
const defaultWidth = 80

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// width returns the columns of a terminal.
func width(stream io.Writer) int {
	if f, ok := stream.(*os.File); ok {
		if w, _, err := term.GetSize(f.Fd()); err == nil && w > 0 {
			return w
		}
	}
	return defaultWidth
}

// textOptions returns how to draw maps on a stream: its width and its colours, which NO_COLOR
// and CLICOLOR_FORCE overrule.
func textOptions(stream io.Writer) inspect.TextOptions {
	return inspect.TextOptions{Width: width(stream), Layer: -1, Head: -1, Color: colorprofile.Detect(stream, os.Environ())}
}

// fit cuts a line to the columns of the terminal.
func fit(line string, columns int) string { return ansi.Truncate(line, columns, "…") }
