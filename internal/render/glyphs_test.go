package render

import (
	"image/color"
	"testing"
)

// Turned text is level text turned by 90 degrees, for every anchor.
func TestUpwardIsLevelTurned(t *testing.T) {
	const side = 200
	for _, a := range []anchor{start, middle, end} {
		g := newGlyphs(face(t))
		level, upward := blank(side, side), blank(side, side)
		s := text{x: 50, y: 50, size: 13, s: "Lion, gj 狮", fill: color.RGBA{A: 0xff}, anchor: a}
		g.draw(level, s)
		s.upward = true
		g.draw(upward, s)
		if level.darkness() < 100 {
			t.Fatalf("only %v pixels of text", level.darkness())
		}
		for y := range side {
			for x := range side {
				// What is right of the place goes above it, what is below it to the right.
				turnedX, turnedY := 100+(y-100), 99-(x-100)
				if turnedX < 0 || turnedY < 0 || turnedX >= side || turnedY >= side {
					continue
				}
				if level.pixels[3*(y*side+x)] != upward.pixels[3*(turnedY*side+turnedX)] {
					t.Fatalf("anchor %d: pixel %d, %d is not at %d, %d", a, x, y, turnedX, turnedY)
				}
			}
		}
	}
}

func TestAnchors(t *testing.T) {
	// left and right are the outermost columns with ink.
	columns := func(a anchor) (left, right int) {
		const side = 200
		c := blank(side, side)
		newGlyphs(face(t)).draw(c, text{x: 50, y: 50, size: 13, s: "Hlion", fill: color.RGBA{A: 0xff}, anchor: a})
		left = side
		for i := 0; i < len(c.pixels); i += 3 {
			if c.pixels[i] < 128 {
				left, right = min(left, i/3%side), max(right, i/3%side)
			}
		}
		return left, right
	}
	const place, near = 100, 5
	if left, _ := columns(start); left < place || left > place+near {
		t.Errorf("start: begins at %d", left)
	}
	if left, right := columns(middle); left+right < 2*place-near || left+right > 2*place+near {
		t.Errorf("middle: from %d to %d", left, right)
	}
	if _, right := columns(end); right > place || right < place-near {
		t.Errorf("end: ends at %d", right)
	}
}

// A character that the font lacks is a box that can be seen, and is reported once.
func TestLackingCharactersAreBoxes(t *testing.T) {
	g := newGlyphs(face(t))
	for _, s := range []string{"狮", "狮子狮", "a"} {
		c := blank(200, 200)
		g.draw(c, text{x: 20, y: 50, size: 13, s: s, fill: color.RGBA{A: 0xff}})
		if c.darkness() < 30 {
			t.Errorf("%q: %v pixels", s, c.darkness())
		}
	}
	if got := string(g.missed); got != "狮子" {
		t.Errorf("lacking %q, want 狮子", got)
	}
}
