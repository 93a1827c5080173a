package picture

import (
	"math"

	"attend/internal/attention"
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
	weights, signed := false, false
	for _, row := range s.figure.Panels {
		for _, p := range row {
			weights, signed = weights || !p.Signed, signed || p.Signed
		}
	}
	x := margin
	place := func(width int) {
		if x > margin && x+width > margin+room {
			x, y = margin, y+keyHeight+8
		}
	}
	if weights {
		place(barWidth)
		s.bar(x, y, "attention", false, []string{"0", ".25", ".5", ".75", "1"})
		x += barWidth + keyGap
	}
	if signed {
		place(barWidth)
		s.bar(x, y, "difference from the baseline", true, []string{"−1", "−.5", "0", "+.5", "+1"})
		x += barWidth + keyGap
	}
	notes := []string{"rows look at columns", "hatched: later words, never seen"}
	if render.AnyUnknown(attention.Map{Unknown: s.figure.Unknown}) {
		notes = append(notes, render.UnknownNote)
	}
	widest := 0.0
	for _, n := range notes {
		widest = max(widest, s.face.room(n, textSize, false))
	}
	const box = 14
	place(box + 8 + int(math.Ceil(widest)))
	for i, n := range notes {
		t := text{x: float64(x), y: float64(y + 11 + 18*i), size: textSize, s: n, fill: s.palette.muted}
		if i == 1 {
			t.x += box + 8
		}
		s.texts = append(s.texts, t)
	}
	s.sample(x, y+18, box)
	return y + max(keyHeight, 18*len(notes))
}

// bar draws a scale with its caption above and its ticks below.
func (s *sheet) bar(x, y int, caption string, signed bool, ticks []string) {
	s.texts = append(s.texts, text{x: float64(x), y: float64(y + 11), size: textSize, s: caption, fill: s.palette.muted})
	y += 18
	for i := range barSteps {
		at := float64(i) / (barSteps - 1)
		if signed {
			at = 2*at - 1
		}
		s.rects = append(s.rects, rect{x + barStep*i, y, barStep, barHeight, s.palette.shade(at, signed), ""})
	}
	for i, tick := range ticks {
		at := float64(x) + float64(i)*float64(barWidth)/float64(len(ticks)-1)
		s.lines = append(s.lines, line{at, float64(y + barHeight), at, float64(y + barHeight + 4), 1, s.palette.muted})
		t := text{x: at, y: float64(y + barHeight + 15), size: 11, s: tick, fill: s.palette.muted, anchor: middle}
		switch i {
		case 0:
			t.anchor = start
		case len(ticks) - 1:
			t.anchor = end
		}
		s.texts = append(s.texts, t)
	}
}

// sample draws a hatched square.
func (s *sheet) sample(x, y, side int) {
	left, top, right, bottom := float64(x), float64(y), float64(x+side), float64(y+side)
	half := float64(side) / 2
	for _, l := range [][4]float64{
		{left, top, right, top}, {left, bottom, right, bottom}, {left, top, left, bottom}, {right, top, right, bottom},
		{left, bottom, right, top}, {left, top + half, left + half, top}, {left + half, bottom, right, top + half},
	} {
		s.lines = append(s.lines, line{l[0], l[1], l[2], l[3], 1, s.palette.hatch})
	}
}
