package render

import (
	"errors"
	"fmt"
	"io"
	"math"

	"attend/internal/printable"
)

// Plane is a picture of vectors of two numbers: arrows from the origin.
type Plane struct {
	Title  string
	Arrows []Arrow
}

// Arrow is one vector of a plane.
type Arrow struct {
	Name string // written at its tip
	X, Y float64
	Kind ArrowKind
}

// ArrowKind is what a vector is in an attention. Each kind has a colour of its own.
type ArrowKind int

// The kinds of arrows.
const (
	QueryArrow ArrowKind = iota
	KeyArrow
	ValueArrow // and mixtures of values
)

// mostArrows is how many arrows one plane may have and still be read.
const mostArrows = 64

// Validate tells whether the plane can be drawn: one arrow or more, at most 64, of finite numbers that are
// not so large that a picture has no place for them.
func (p Plane) Validate() error {
	if len(p.Arrows) == 0 {
		return errors.New("the plane has no arrows")
	}
	if len(p.Arrows) > mostArrows {
		return fmt.Errorf("%d arrows do not fit one plane, which holds %d", len(p.Arrows), mostArrows)
	}
	for i, a := range p.Arrows {
		if !(math.Abs(a.X) <= math.MaxFloat32 && math.Abs(a.Y) <= math.MaxFloat32) {
			return fmt.Errorf("arrow %d, (%v, %v), is not finite or too long", i, a.X, a.Y)
		}
	}
	return nil
}

// bounds is the rectangle around the origin and all tips; a side is never empty.
func (p Plane) bounds() (left, bottom, right, top float64) {
	for _, a := range p.Arrows {
		left, right = min(left, a.X), max(right, a.X)
		bottom, top = min(bottom, a.Y), max(top, a.Y)
	}
	least := 0.5 * max(right-left, top-bottom)
	if least == 0 { // nothing but zeros
		least = 1
	}
	right, top = max(right, left+least), max(top, bottom+least)
	return left, bottom, right, top
}

// step is the distance of ticks: 1, 2 or 5 times a power of ten, so that a range has two to five or so.
func step(length float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(length)))
	switch rest := length / power; {
	case rest < 1.5:
		return power / 2
	case rest < 3:
		return power
	case rest < 7:
		return 2 * power
	default:
		return 5 * power
	}
}

// names joins the names of arrows whose tips are the same.
func (p Plane) names() (tips []Arrow) {
	for _, a := range p.Arrows {
		joined := false
		for i := range tips {
			if tips[i].X == a.X && tips[i].Y == a.Y {
				tips[i].Name += ", " + a.Name
				joined = true
			}
		}
		if !joined {
			tips = append(tips, a)
		}
	}
	return tips
}

// subject returns what a plane is about.
func (p Plane) subject() subject {
	text := "Arrows from the origin:"
	for i, a := range p.Arrows {
		if i > 0 {
			text += ";"
		}
		text += fmt.Sprintf(" %s to (%s, %s)", printable.Sentence(a.Name), significant(a.X), significant(a.Y))
	}
	return plainSubject(printable.Sentence(p.Title), text+".")
}

// plainSubject is about a picture that shows no run.
func plainSubject(title, description string) subject {
	return subject{title: title, heading: title, description: description,
		entries: [][2]string{{"Title", title}, {"Description", description}, {"Software", "attend"}}}
}

// PlaneSVG writes the plane as a document that stands alone, as [SVG] does a figure.
func PlaneSVG(w io.Writer, p Plane, o PictureOptions) error {
	return shapesSVG(w, p.subject(), func(face *typeface) (drawing, error) { return planeDrawing(p, o, face) })
}

// PlanePNG writes the plane in pixels, as [PNG] does a figure.
func PlanePNG(w io.Writer, p Plane, o PictureOptions) (lacking string, err error) {
	return shapesPNG(w, p.subject(), func(face *typeface) (drawing, error) { return planeDrawing(p, o, face) })
}
