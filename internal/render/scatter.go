package render

import (
	"errors"
	"fmt"
	"math"
)

// Scatter is a set of named vectors laid out on a plane, such as the words of a run on the first
// two principal components of their vectors.
type Scatter struct {
	Title  string     // what the vectors are
	Source Source     // the run they come from
	Share  [2]float64 // of the variance that each axis shows, in 0 to 1
	Points []Point
	Joined bool // the points follow one another: a line joins them
}

// Point is where one vector lies: X to the right, Y up.
type Point struct {
	Name string  `json:"name"`
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
}

// Neighbour is a vector beside another, and the cosine of the angle between them, in -1 to 1.
type Neighbour struct {
	Name   string  `json:"name"`
	Cosine float64 `json:"cosine"`
}

// Validate tells whether the picture can be drawn: at least one point, every coordinate finite, the
// shares in 0 to 1 and together no more than 1.
func (s Scatter) Validate() error {
	if len(s.Points) == 0 {
		return errors.New("the picture has no points")
	}
	for i, p := range s.Points {
		for _, x := range []float64{p.X, p.Y} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("point %d: coordinate %v is not finite", i, x)
			}
		}
	}
	for _, share := range append(s.Share[:], s.Share[0]+s.Share[1]) {
		if !(share >= 0 && share <= 1+rounding) {
			return fmt.Errorf("the share of variance %v is not in 0 to 1", share)
		}
	}
	return nil
}

// caption says what the axes are and what they leave out.
func (s Scatter) caption() string {
	return fmt.Sprintf("across: component 1, %s of the variance; up: component 2, %s; together %s, the other %s is not shown",
		percent(s.Share[0]), percent(s.Share[1]), percent(s.Share[0]+s.Share[1]), percent(1-s.Share[0]-s.Share[1]))
}

// percent is a share as people write it, to a tenth.
func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*min(max(share, 0), 1)) }

// origin names the run and the step that a picture shows.
func (s Scatter) origin() string {
	return fmt.Sprintf("%s, step %d", spelling(s.Source.Run), s.Source.Step)
}

// plane is the picture's points scaled alike on both axes, so that distances keep their
// proportions: x from 0 to across and y, downwards, from 0 to down, the larger of them 1.
func (s Scatter) plane() (points [][2]float64, across, down float64) {
	largest := 0.0
	for _, p := range s.Points {
		largest = max(largest, math.Abs(p.X), math.Abs(p.Y))
	}
	if largest == 0 {
		largest = 1
	}
	// Divided first: the difference of two huge numbers may not be finite.
	left, right, top, bottom := math.Inf(1), math.Inf(-1), math.Inf(-1), math.Inf(1)
	for _, p := range s.Points {
		left, right = min(left, p.X/largest), max(right, p.X/largest)
		bottom, top = min(bottom, p.Y/largest), max(top, p.Y/largest)
	}
	across, down = right-left, top-bottom
	span := max(across, down)
	if span == 0 {
		span = 1
	}
	for _, p := range s.Points {
		points = append(points, [2]float64{(p.X/largest - left) / span, (top - p.Y/largest) / span})
	}
	return points, across / span, down / span
}
