package attention

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

// Neighbour is a vector near another, and the cosine of the angle between them, in -1 to 1.
type Neighbour struct {
	Name   string  `json:"name"`
	Cosine float64 `json:"cosine"`
}

// Validate reports whether the picture can be drawn: at least one point, every coordinate finite, the
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
		if !(share >= 0 && share <= 1+Rounding) {
			return fmt.Errorf("the share of variance %v is not in 0 to 1", share)
		}
	}
	return nil
}

// Neighbours are the words nearest to one word, the nearest first.
type Neighbours struct {
	Word    string      `json:"word"`
	Nearest []Neighbour `json:"nearest"`
}

// Validate checks that every cosine is one.
func (n Neighbours) Validate() error {
	for i, near := range n.Nearest {
		if err := validateCosine(near.Cosine); err != nil {
			return fmt.Errorf("neighbour %d: %w", i, err)
		}
	}
	return nil
}

// validateCosine refuses what is not in -1 to 1, NaN too.
func validateCosine(c float64) error {
	if !(c >= -1-Rounding && c <= 1+Rounding) {
		return fmt.Errorf("cosine %v is not in -1 to 1", c)
	}
	return nil
}

// ValidateCosines checks that the numbers are a square over the names, and every one a cosine.
func ValidateCosines(names []string, cosines [][]float64) error {
	if len(names) == 0 {
		return errors.New("the grid of cosines has no names")
	}
	if len(cosines) != len(names) {
		return fmt.Errorf("%d rows of cosines for %d names", len(cosines), len(names))
	}
	for i, row := range cosines {
		if len(row) != len(names) {
			return fmt.Errorf("row %d has %d cosines for %d names", i, len(row), len(names))
		}
		for j, c := range row {
			if err := validateCosine(c); err != nil {
				return fmt.Errorf("row %d, column %d: %w", i, j, err)
			}
		}
	}
	return nil
}
