package render

import (
	"errors"
	"fmt"
	"math"
)

// Arrows is a picture of vectors of two numbers: arrows from the origin.
type Arrows struct {
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

// Validate reports whether the plane can be drawn: one arrow or more, at most 64, of finite numbers that are
// not so large that a picture has no place for them.
func (p Arrows) Validate() error {
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

// Bounds is the rectangle around the origin and all tips; a side is never empty.
func (p Arrows) Bounds() (left, bottom, right, top float64) {
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
