package picture

import (
	"math"

	"attend/internal/render"
)

// Sizes of the legend in pixels.
const (
	barStep   = 4
	barSteps  = 51
	barWidth  = barStep * barSteps
	barHeight = 12
	keyGap    = 36
	keyHeight = 50
)

// legend draws how to read the panels, from y down in a room: the scale of weights, that of differences, and what
// hatching means, side by side as far as they fit. It returns where it ends.
func (s *sheet) legend(y, room int) int {
	s.bar(margin, y, "attention", false, [5]string{"0", ".25", ".5", ".75", "1"})
	x := margin + barWidth + keyGap
	place := func(width int) {
		if x+width > margin+room {
			x, y = margin, y+keyHeight+8
		}
	}
	if s.figure.signed {
		place(barWidth)
		s.bar(x, y, "difference from the baseline", true, [5]string{"−1", "−.5", "0", "+.5", "+1"})
		x += barWidth + keyGap
	}
	notes := []string{"rows look at columns", "hatched: later words, never seen"}
	if render.AnyUnknown(s.figure.words) {
		notes = append(notes, render.UnknownNote)
	}
	widest := 0.0
	for _, n := range notes {
		widest = max(widest, s.face.room(n, textSize, false))
	}
	const box = 14
	place(box + 8 + int(math.Ceil(widest)))
	for i, n := range notes {
		t := text{x: float64(x), y: float64(y + 11 + 18*i), size: textSize, s: n, fill: s.muted}
		if i == 1 {
			t.x += box + 8
		}
		s.texts = append(s.texts, t)
	}
	s.sample(float64(x), float64(y+18), box)
	return y + max(keyHeight, 18*len(notes))
}

// bar draws a scale with its caption above and its ticks below.
func (s *sheet) bar(x, y int, caption string, signed bool, ticks [5]string) {
	s.texts = append(s.texts, text{x: float64(x), y: float64(y + 11), size: textSize, s: caption, fill: s.muted})
	y += 18
	for i := range barSteps {
		at := float64(i) / (barSteps - 1)
		if signed {
			at = 2*at - 1
		}
		s.rects = append(s.rects, rect{x + barStep*i, y, barStep, barHeight, s.shade(at, signed), ""})
	}
	bottom := float64(y + barHeight)
	for i, tick := range ticks {
		at := float64(x) + float64(i)*float64(barWidth)/float64(len(ticks)-1)
		s.lines = append(s.lines, line{at, bottom, at, bottom + 4, 1, s.muted})
		s.texts = append(s.texts, text{x: at, y: bottom + 15, size: 11, s: tick, fill: s.muted,
			anchor: [...]anchor{start, middle, middle, middle, end}[i]})
	}
}

// sample draws a hatched square.
func (s *sheet) sample(left, top, side float64) {
	right, bottom, half := left+side, top+side, side/2
	for _, l := range [][4]float64{
		{left, top, right, top}, {left, bottom, right, bottom}, {left, top, left, bottom}, {right, top, right, bottom},
		{left, bottom, right, top}, {left, top + half, left + half, top}, {left + half, bottom, right, top + half},
	} {
		s.lines = append(s.lines, line{l[0], l[1], l[2], l[3], 1, s.hatch})
	}
}
