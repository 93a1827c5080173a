package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/printable"
	"attend/internal/run"
	"attend/internal/term"
)

// progress shows how a training goes: one live line on a terminal, else a plain line
// an evaluation.
type progress struct {
	out   io.Writer
	live  bool
	loss  float64 // smoothed over some fifty updates
	drawn time.Time
	wrote bool
}

// redraw is the least time between two drawings of the live line.
const redraw = 100 * time.Millisecond

func newProgress(out io.Writer) *progress {
	return &progress{out: out, live: term.IsTerminal(out)}
}

// show reports one update or evaluation.
func (p *progress) show(s run.Progress) {
	p.smooth(s)
	switch {
	case p.live && (s.Evaluated || time.Since(p.drawn) >= redraw):
		p.drawn, p.wrote = time.Now(), true
		// Back to the first column, write, clear what is left of the line before.
		fmt.Fprintf(p.out, "\r%s\x1b[K", whole(p.line(s), term.Width(p.out)-1))
	case !p.live && s.Evaluated:
		fmt.Fprintln(p.out, p.line(s))
	}
}

// smooth takes the loss of an update into the one shown.
func (p *progress) smooth(s run.Progress) {
	if p.loss == 0 {
		p.loss = s.Loss
	}
	if !s.Evaluated {
		p.loss += (s.Loss - p.loss) / 50
	}
}

func (p *progress) line(s run.Progress) string {
	line := fmt.Sprintf("step %d/%d  loss %s  held-out %s  %s tokens/s", s.Step.Step, s.Steps, decimals(p.loss, 3), decimals(s.HeldOutLoss, 3), printable.Thousands(s.TokensPerSecond))
	const longest = 1e9 // seconds; a Duration holds no more than nine times as many
	if left := time.Duration(min(s.SecondsLeft, longest) * float64(time.Second)).Round(time.Second); s.Step.Step < s.Steps {
		line += fmt.Sprintf("  %v left", left)
	}
	return line
}

// whole keeps the parts of a line, two blanks between them, that fit as a whole.
func whole(line string, columns int) string {
	for ansi.StringWidth(line) > columns {
		at := strings.LastIndex(line, "  ")
		if at < 0 {
			return ansi.Truncate(line, columns, "")
		}
		line = line[:at]
	}
	return line
}

// end leaves the live line as it stands.
func (p *progress) end() {
	if p.wrote {
		fmt.Fprintln(p.out)
		p.wrote = false
	}
}
