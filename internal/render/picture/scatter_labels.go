package picture

import (
	"cmp"
	"image"
	"math"
	"slices"

	"attend/internal/render"
)

// A board is what is in each pixel of a plot, so that no name is drawn over anything else.
type board struct {
	*image.Gray
	plot area
}

// What a pixel holds; 0 is nothing.
const (
	leader = 1 // a line that leads to a name
	thing  = 2 // a dot or a name
)

func newBoard(plot area) board {
	return board{image.NewGray(image.Rect(0, 0, int(plot.width), int(plot.height))), plot}
}

// An area is a rectangle, in pixels from its upper left corner.
type area struct{ x, y, width, height float64 }

// pixels are all that an area reaches into.
func (b board) pixels(r area) image.Rectangle {
	x, y := r.x-b.plot.x, r.y-b.plot.y
	return image.Rect(int(math.Floor(x)), int(math.Floor(y)), int(math.Ceil(x+r.width)), int(math.Ceil(y+r.height)))
}

// row returns what is in one row of some pixels.
func (b board) row(at image.Rectangle, y int) []byte {
	return b.Pix[b.PixOffset(at.Min.X, y):][:at.Dx()]
}

// fits reports whether an area lies on the board and holds nothing above the given.
func (b board) fits(r area, most byte) bool {
	at := b.pixels(r)
	if !at.In(b.Rect) {
		return false
	}
	for y := at.Min.Y; y < at.Max.Y; y++ {
		if slices.Max(b.row(at, y)) > most {
			return false
		}
	}
	return true
}

// take fills what of an area lies on the board.
func (b board) take(r area, with byte) {
	at := b.pixels(r).Intersect(b.Rect)
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x, was := range b.row(at, y) {
			b.row(at, y)[x] = max(was, with)
		}
	}
}

// A tag is a name beside its point: where it stands, and whether a line leads to it.
type tag struct {
	point int
	name  string
	at    area
	led   bool
}

// anchor is the point of the tag nearest to x, y: where the line to it ends.
func (t tag) anchor(x, y float64) (float64, float64) {
	return min(max(x, t.at.x), t.at.x+t.at.width), min(max(y, t.at.y), t.at.y+t.at.height)
}

// closeBy is how far from its point a name is that needs no line, in pixels.
const closeBy = dotRadius + 3

// placeTags finds a place for as many names as it can: close to the point in one of sixteen
// directions, else, once all have tried, further out with a line that leads there, away from the
// crowd first. Nothing covers anything else: no dot, no name, no line. Crowded points choose first.
func placeTags(b board, points [][2]float64, names []string, measure func(string) float64, height float64) []tag {
	for _, p := range points {
		b.take(area{p[0] - dotRadius, p[1] - dotRadius, 2 * dotRadius, 2 * dotRadius}, thing)
	}
	var tags []tag
	order := render.ByCrowd(points)
	placed := make([]bool, len(points))
	for _, distances := range [][]float64{{closeBy}, {14, 22, 30, 38, 46, 54, 62, 70, 80, 90, 100, 112, 124, 136, 150}} {
		for _, i := range order {
			if placed[i] {
				continue
			}
			t, ok := b.place(points[i], away(points, i), distances, measure(names[i]), height)
			if placed[i] = ok; ok {
				t.point, t.name = i, names[i]
				tags = append(tags, t)
			}
		}
	}
	slices.SortFunc(tags, func(a, b tag) int { return cmp.Compare(a.point, b.point) })
	return tags
}

// away is the angle in which a point lies from the middle of those around it.
func away(points [][2]float64, i int) float64 {
	const around = 70 // pixels
	var x, y float64
	for _, p := range points {
		dx, dy := points[i][0]-p[0], points[i][1]-p[1]
		if d := math.Hypot(dx, dy); d < around {
			x, y = x+dx, y+dy
		}
	}
	return math.Atan2(y, x)
}

// place finds a place for one name at one of the distances and takes it. Close by, east, west, north
// and south come first; further out the direction given.
func (b board) place(p [2]float64, direction float64, distances []float64, width, height float64) (tag, bool) {
	const (
		gap   = 2 // between a name and other things at its sides, so that its point is plain
		turns = 32
	)
	for _, distance := range distances {
		led := distance > closeBy
		for turn := range turns {
			// East, west, north, south, then between.
			angle := []float64{0, 8, 12, 4, 14, 2, 10, 6, 15, 1, 9, 7, 13, 3, 11, 5}[turn/2] * 4 * math.Pi / turns
			if led { // to the one side and the other in turn
				angle = direction + float64((turn+1)/2)*float64(1-2*(turn%2))*2*math.Pi/turns
			}
			dx, dy := math.Cos(angle), math.Sin(angle)
			// Left of its point the name ends there, right of it it begins there, between in proportion.
			t := tag{led: led, at: area{p[0] + distance*dx - width/2*(1-dx), p[1] + distance*dy - height/2*(1-dy), width, height}}
			taken := area{t.at.x - gap, t.at.y, width + 2*gap, height}
			if b.fits(taken, 0) && (!led || b.lead(p, t)) {
				b.take(taken, thing)
				return t, true
			}
		}
	}
	return tag{}, false
}

// lead takes the way of the line from a point to its name, unless a dot or a name is in it. Lines may
// cross. Dots that touch the point's own are no hindrance.
func (b board) lead(p [2]float64, t tag) bool {
	toX, toY := t.anchor(p[0], p[1])
	length := math.Hypot(toX-p[0], toY-p[1])
	var way []area
	for at := 2 * dotRadius; at < length; at++ {
		pixel := area{p[0] + (toX-p[0])*at/length - 0.5, p[1] + (toY-p[1])*at/length - 0.5, 1, 1}
		if !b.fits(pixel, leader) {
			return false
		}
		way = append(way, pixel)
	}
	for _, pixel := range way {
		b.take(pixel, leader)
	}
	return true
}
