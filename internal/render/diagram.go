package render

import (
	"errors"
	"fmt"
	"math"
)

// Arrows is a picture of vectors of two components: arrows from the origin.
type Arrows struct {
	Title  string
	Arrows []Arrow
}

// Arrow is one vector.
type Arrow struct {
	Name string // written at its tip
	X, Y float64
	Kind ArrowKind
}

// ArrowKind is what a vector is in attention. Each kind has its colour.
type ArrowKind int

// The kinds of arrows.
const (
	QueryArrow ArrowKind = iota
	KeyArrow
	ValueArrow // and mixtures of values
)

// mostArrows is how many arrows one picture may have and still be read.
const mostArrows = 64

// Validate reports whether the arrows can be drawn: one arrow or more, at most 64, of finite numbers that are
// no larger than a float32 can be.
func (p Arrows) Validate() error {
	if len(p.Arrows) == 0 {
		return errors.New("there are no arrows")
	}
	if len(p.Arrows) > mostArrows {
		return fmt.Errorf("%d arrows do not fit one picture, which holds %d", len(p.Arrows), mostArrows)
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

// Bars is a picture of some quantities as bars on one scale that begins at 0.
type Bars struct {
	Title string
	Bars  []Bar
}

// Bar is one quantity.
type Bar struct {
	Name  string
	Value float64 // 0 or more
	Text  string  // the value for people
}

// mostBars is how many bars one picture may have.
const mostBars = 200

// Validate reports whether the bars can be drawn: one or more, at most 200, each finite and not below 0.
func (c Bars) Validate() error {
	if len(c.Bars) == 0 {
		return errors.New("there are no bars")
	}
	if len(c.Bars) > mostBars {
		return fmt.Errorf("%d bars do not fit one picture, which holds %d", len(c.Bars), mostBars)
	}
	for i, bar := range c.Bars {
		if !(bar.Value >= 0 && !math.IsInf(bar.Value, 0)) {
			return fmt.Errorf("bar %d is %v and must be finite and not below 0", i, bar.Value)
		}
	}
	return nil
}

// Largest is the value of the longest bar.
func (c Bars) Largest() float64 {
	largest := 0.0
	for _, bar := range c.Bars {
		largest = max(largest, bar.Value)
	}
	return largest
}
