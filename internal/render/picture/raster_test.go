package picture

import (
	"image/color"
	"math"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
)

// blank is a white canvas.
func blank(width, height int) canvas {
	c := canvas{make([]byte, 3*width*height), width, 0, height}
	c.fill(0, 0, width, height, color.RGBA{0xff, 0xff, 0xff, 0xff})
	return c
}

// darkness is how many whole black pixels the canvas would have.
func (c canvas) darkness() float64 {
	sum := 0.0
	for i := 0; i < len(c.pixels); i += 3 {
		sum += float64(255-int(c.pixels[i])) / 255
	}
	return sum
}

func TestFillIsClipped(t *testing.T) {
	for _, r := range [][5]int{ // left, top, right, bottom, pixels of it on 7 x 5
		{1, 1, 4, 3, 6}, {-3, -3, 2, 2, 4}, {5, 3, 100, 100, 4}, {-9, -9, 99, 99, 35}, {3, 3, 3, 9, 0}, {9, 0, 12, 5, 0}, {0, -9, 7, -1, 0},
	} {
		c := blank(7, 5)
		c.fill(r[0], r[1], r[2], r[3], color.RGBA{A: 0xff})
		if got := c.darkness(); got != float64(r[4]) {
			t.Errorf("%v: %v pixels", r, got)
		}
	}
}

// The ink of a line is its length by its width, whatever its direction.
func TestLinesCoverTheirArea(t *testing.T) {
	for _, l := range [][4]float64{{5, 5, 45, 5}, {5, 5, 5, 45}, {5, 45, 45, 5}, {5, 5, 45, 45}, {5, 20, 45, 31}, {45, 31, 5, 20}, {20, 5, 31, 45}} {
		c := blank(100, 100)
		c.line(line{l[0], l[1], l[2], l[3], 1.5, color.RGBA{A: 0xff}})
		want := density * density * 1.5 * math.Hypot(l[2]-l[0], l[3]-l[1])
		if got := c.darkness(); math.Abs(got-want) > 0.05*want {
			t.Errorf("%v: %v pixels, want %v", l, got, want)
		}
	}
	c := blank(100, 100)
	c.line(line{7, 7, 7, 7, 1, color.RGBA{A: 0xff}})
	if got := c.darkness(); got != 0 {
		t.Errorf("a line without length: %v pixels", got)
	}
}

// Drawn band by band, a picture is the same as drawn at once.
func TestBandsJoin(t *testing.T) {
	f, err := NewFigure(attentiontest.Foreign(), attention.Source{Run: "runs/lion", Step: 120}, render.Selection{Layer: -1, Head: -1, All: false})
	if err != nil {
		t.Fatal(err)
	}
	d, err := layout(f, Options{}, face(t))
	if err != nil {
		t.Fatal(err)
	}
	r := newRaster(d, face(t))
	whole := blank(r.width, r.height)
	whole.fill(0, 0, r.width, r.height, d.background)
	for _, s := range d.rects {
		whole.fill(s.x*density, s.y*density, (s.x+s.width)*density, (s.y+s.height)*density, s.fill)
	}
	for _, s := range d.lines {
		whole.line(s)
	}
	for _, s := range d.texts {
		r.glyphs.draw(whole, s)
	}
	stride := 3 * r.width
	band := make([]byte, stride*bandHeight)
	for y := 0; y < r.height; y += bandHeight {
		rows := min(bandHeight, r.height-y)
		r.band(band, y, rows)
		for i, v := range band[:rows*stride] {
			if v != whole.pixels[y*stride+i] {
				t.Fatalf("row %d, column %d differs", y+i/stride, i%stride/3)
			}
		}
	}
}

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
