package picture

import (
	"image"
	"math"
	"testing"

	"attend/internal/attention/attentiontest"
)

// Drawn band by band, a picture is the same as drawn at once, but for the rounding of edges that cross from one band to the next.
func TestBandsJoin(t *testing.T) {
	d := drawn(t, attentiontest.Long(), false)
	whole := image.NewRGBA(image.Rect(0, 0, density*d.width, density*d.height))
	d.paint(whole, 0)
	if whole.Rect.Dy() < 2*bandHeight {
		t.Errorf("%v has no two bands", whole.Rect)
	}
	m, _, _ := pixels(t, d)
	for i, got := range m.(*image.RGBA).Pix {
		if want := whole.Pix[i]; max(got, want)-min(got, want) > 8 {
			t.Fatalf("row %d has %d, want %d", i/whole.Stride, got, want)
		}
	}
}

// onWhite draws texts and lines of black in the middle of a white picture of 100 x 100.
func onWhite(t *testing.T, texts []text, lines []line) (image.Image, string) {
	t.Helper()
	d := Drawing{width: 100, height: 100, texts: texts, lines: lines}
	d.background = rgb(0xffffff)
	m, _, lacking := pixels(t, d)
	return m, lacking
}

// darkness is how many whole black pixels the picture would have.
func darkness(m image.Image) float64 {
	sum := 0.0
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			sum += float64(255-int(at(m, x, y).R)) / 255
		}
	}
	return sum
}

// The ink of a line is its length by its width, whatever its direction.
func TestLinesCoverTheirArea(t *testing.T) {
	for _, l := range [][4]float64{{5, 5, 45, 5}, {5, 5, 5, 45}, {5, 45, 45, 5}, {5, 5, 45, 45}, {5, 20, 45, 31}, {45, 31, 5, 20}, {20, 5, 31, 45}} {
		m, _ := onWhite(t, nil, []line{{l[0], l[1], l[2], l[3], 1.5, rgb(0)}})
		want := density * density * 1.5 * math.Hypot(l[2]-l[0], l[3]-l[1])
		if got := darkness(m); math.Abs(got-want) > 0.05*want {
			t.Errorf("%v: %v pixels, want %v", l, got, want)
		}
	}
	m, _ := onWhite(t, nil, []line{{7, 7, 7, 7, 1, rgb(0)}})
	if got := darkness(m); got != 0 {
		t.Errorf("a line without length: %v pixels", got)
	}
}

// Turned text is level text turned by 90 degrees, for every anchor.
func TestUpwardIsLevelTurned(t *testing.T) {
	for _, a := range []anchor{start, middle, end} {
		s := text{x: 50, y: 50, size: 13, s: "Lion, gj", fill: rgb(0), anchor: a}
		level, _ := onWhite(t, []text{s}, nil)
		s.upward = true
		upward, _ := onWhite(t, []text{s}, nil)
		if darkness(level) < 100 {
			t.Fatalf("only %v pixels of text", darkness(level))
		}
		for y := range 200 {
			for x := range 200 {
				// What is right of the place goes above it, what is below it to the right.
				if got, want := at(upward, y, 199-x).R, at(level, x, y).R; math.Abs(float64(got)-float64(want)) > 16 {
					t.Fatalf("anchor %d: pixel %d, %d is %d, turned %d", a, x, y, want, got)
				}
			}
		}
	}
}

func TestAnchors(t *testing.T) {
	// left and right are the outermost columns with ink.
	columns := func(a anchor) (left, right int) {
		m, _ := onWhite(t, []text{{x: 50, y: 50, size: 13, s: "Hlion", fill: rgb(0), anchor: a}}, nil)
		left = 200
		for y := range 200 {
			for x := range 200 {
				if at(m, x, y).R < 128 {
					left, right = min(left, x), max(right, x)
				}
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
