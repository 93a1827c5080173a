package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

// progress shows how a training goes: on a terminal one line that is drawn again and again, with the map of the sample sentence
// below it if sample is set; otherwise one line for each evaluation. Between two drawings the cursor is below the map and visible, so
// that the terminal is usable however the program ends.
type progress struct {
	out     io.Writer
	live    bool
	sample  func() (attention.Map, error) // as the weights are now; nil for the line alone
	size    func() (columns, lines int)   // of the terminal
	options text.Options                  // its colours
	sampled bool                          // whether evaluations measure only a sample of the held-out text
	loss    float64                       // smoothed over some fifty updates
	at      time.Time                     // of the latest drawing
	drawn   []int                         // columns of each line of it
}

// The shortest time between two drawings. Reading the map and drawing it takes a hundredth of that.
const (
	redraw        = 100 * time.Millisecond
	redrawWatched = 40 * time.Millisecond
)

func newProgress(out io.Writer) *progress {
	size := func() (int, int) { return term.Size(out) }
	return &progress{out: out, live: term.IsTerminal(out), size: size, options: textOptions(out)}
}

// show reports one update or evaluation.
func (p *progress) show(s run.Progress) {
	if p.loss == 0 {
		p.loss = s.Loss
	}
	if !s.Evaluated {
		p.loss += (s.Loss - p.loss) / 50
	}
	every := redraw
	if p.sample != nil {
		every = redrawWatched
	}
	if !s.Evaluated && (p.sample == nil && !p.live || time.Since(p.at) < every) {
		return
	}
	p.at = time.Now()
	switch columns, _ := p.size(); {
	case p.sample != nil:
		p.draw(p.line(s))
	case p.live: // back to the first column, write, clear what is left of the line before
		fmt.Fprintf(p.out, "\r%s\x1b[K", whole(p.line(s), columns-1))
	default:
		fmt.Fprintln(p.out, p.line(s))
	}
}

func (p *progress) line(s run.Progress) string {
	heldOut := "held-out"
	if p.sampled {
		heldOut = "held-out sample"
	}
	line := fmt.Sprintf("step %d/%d  smoothed loss %s", s.Step.Step, s.Steps, decimals(p.loss, 3))
	if s.HeldOutLoss != nil {
		line += fmt.Sprintf("  %s %s", heldOut, decimals(*s.HeldOutLoss, 3))
	}
	line += fmt.Sprintf("  %s tokens/s", printable.Thousands(s.TokensPerSecond))
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

// draw replaces the line and the map that it drew before.
func (p *progress) draw(line string) {
	columns, lines := p.size()
	picture := []string{whole(line, columns-1)}
	const narrowest = 13                   // columns that a map wants, the last left free
	if lines > 2 && columns >= narrowest { // one line is for the progress, one for the cursor
		picture = append(picture, p.picture(columns-1, lines-2)...)
	}
	up := 0 // lines that the latest drawing takes: a terminal that was made narrower has folded those that are too long now
	for _, drawn := range p.drawn {
		up += max(1, (drawn+columns-1)/columns)
	}
	var b bytes.Buffer
	b.WriteString("\x1b[?2026h") // the terminal may show what follows in one go
	if up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", min(up, lines-1))
	}
	b.WriteString("\r")
	p.drawn = p.drawn[:0]
	for _, line := range picture {
		b.WriteString(line + "\x1b[K\n") // and clear what is left of the line before
		p.drawn = append(p.drawn, ansi.StringWidth(line))
	}
	b.WriteString("\x1b[J\x1b[?2026l") // clear what is left below
	_, _ = p.out.Write(b.Bytes())      // a terminal that is gone must not end the training
}

// picture is the map in lines.
func (p *progress) picture(columns, lines int) []string {
	m, err := p.sample()
	var b bytes.Buffer
	if err == nil {
		o := p.options
		o.Width = columns
		err = text.Live(&b, m, o, lines)
	}
	if err != nil {
		return []string{whole("the map cannot be shown: "+message(err), columns)}
	}
	if b.Len() == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// end leaves the drawing as it stands, the cursor below it.
func (p *progress) end() {
	if p.sample == nil && p.live && !p.at.IsZero() {
		fmt.Fprintln(p.out)
	}
}
