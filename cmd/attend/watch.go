package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

// watch draws the progress line and below it the probe's map, again and again in the same place. The
// cursor rests below the drawing in between, in its usual shape, so that whatever ends the program
// leaves the terminal in order.
type watch struct {
	progress *progress
	probe    func() (attention.Map, error) // as the weights are now
	out      io.Writer
	size     func() (columns, lines int) // of the terminal
	options  text.Options                // its colours
	drawn    []int                       // columns of each line on the screen
	at       time.Time                   // of the latest drawing
}

// redrawWatched is the least time between two drawings of the map. Reading the map and drawing it takes
// a hundredth of that.
const redrawWatched = 40 * time.Millisecond

func newWatch(p *progress, probe func() (attention.Map, error)) *watch {
	size := func() (int, int) { return term.Size(p.out) }
	return &watch{progress: p, probe: probe, out: p.out, size: size, options: textOptions(p.out)}
}

// show reports one update or evaluation.
func (w *watch) show(s run.Progress) {
	w.progress.smooth(s)
	if s.Evaluated || time.Since(w.at) >= redrawWatched {
		w.at = time.Now()
		w.draw(w.progress.line(s))
	}
}

// draw replaces what it drew before.
func (w *watch) draw(line string) {
	columns, lines := w.size()
	picture := []string{whole(line, columns-1)}
	const narrowest = 13                   // columns that a map wants, the last left free
	if lines > 2 && columns >= narrowest { // one line is for the progress, one for the cursor
		picture = append(picture, w.picture(columns-1, lines-2)...)
	}
	var b bytes.Buffer
	b.WriteString("\x1b[?2026h") // the terminal may show what follows in one go
	if up := w.occupied(columns); up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", min(up, lines-1))
	}
	b.WriteString("\r")
	w.drawn = w.drawn[:0]
	for _, line := range picture {
		b.WriteString(line + "\x1b[K\n") // and clear what is left of the line before
		w.drawn = append(w.drawn, ansi.StringWidth(line))
	}
	b.WriteString("\x1b[J\x1b[?2026l") // clear what is left below
	_, _ = w.out.Write(b.Bytes())      // a terminal that is gone must not end the training
}

// picture is the map in lines.
func (w *watch) picture(columns, lines int) []string {
	m, err := w.probe()
	var b bytes.Buffer
	if err == nil {
		o := w.options
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

// occupied is how many lines the latest drawing takes on the screen: a terminal that was made narrower has
// folded those that are too long now.
func (w *watch) occupied(columns int) int {
	total := 0
	for _, drawn := range w.drawn {
		total += max(1, (drawn+columns-1)/columns)
	}
	return total
}

// end leaves the drawing as it stands.
func (w *watch) end() { w.drawn = nil }
