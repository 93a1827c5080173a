package attention

import (
	"errors"
	"fmt"
	"math"
)

// Scatter is a set of named vectors in two dimensions, such as the word vectors of a run on their first two principal components.
type Scatter struct {
	Title  string     // what the vectors are
	Source Source     // the run they come from
	Share  [2]float64 // of the variance that each axis shows, in 0 to 1
	Points []Point
	Joined bool // the points have an order: a line joins them
}

// Point is a named vector in two dimensions.
type Point struct {
	Name string  `json:"name"`
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
}

// Neighbour is a vector near another, and their cosine similarity, in -1 to 1.
type Neighbour struct {
	Name   string  `json:"name"`
	ID     int     `json:"id"` // row of the table: of a word its id
	Cosine float64 `json:"cosine"`
}

// Validate returns an error unless the picture can be drawn: it needs at least one point, finite coordinates, and shares in 0 to
// 1 whose sum is at most 1.
func (s Scatter) Validate() error {
	if len(s.Points) == 0 {
		return errors.New("the picture has no points")
	}
	for i, p := range s.Points {
		for _, x := range []float64{p.X, p.Y} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("point %d: coordinate %v is not finite", i+1, x)
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

// WordCount is a word of a vocabulary, its id, and how often it occurs in the training text; nil if the text is not available.
type WordCount struct {
	Word  string `json:"word"`
	ID    int    `json:"id"`
	Count *int   `json:"count"`
}

// Neighbours are the words nearest to one word, the nearest first.
type Neighbours struct {
	Word    string      `json:"word"`
	ID      int         `json:"id"`
	Nearest []Neighbour `json:"nearest"`
}

// Validate returns an error unless every cosine is in -1 to 1.
func (n Neighbours) Validate() error {
	for i, near := range n.Nearest {
		if err := validateCosine(near.Cosine); err != nil {
			return fmt.Errorf("neighbour %d: %w", i+1, err)
		}
	}
	return nil
}

// validateCosine returns an error unless c is in -1 to 1; NaN is an error too.
func validateCosine(c float64) error {
	if !(c >= -1-Rounding && c <= 1+Rounding) {
		return fmt.Errorf("cosine %v is not in -1 to 1", c)
	}
	return nil
}

// ValidateCosines returns an error unless the cosines are a square over the names, each in -1 to 1.
func ValidateCosines(names []string, cosines [][]float64) error {
	if len(names) == 0 {
		return errors.New("the grid of cosines has no names")
	}
	if len(cosines) != len(names) {
		return fmt.Errorf("%d rows of cosines for %d names", len(cosines), len(names))
	}
	for i, row := range cosines {
		if len(row) != len(names) {
			return fmt.Errorf("row %d has %d cosines for %d names", i+1, len(row), len(names))
		}
		for j, c := range row {
			if err := validateCosine(c); err != nil {
				return fmt.Errorf("row %d, column %d: %w", i+1, j+1, err)
			}
		}
	}
	return nil
}
