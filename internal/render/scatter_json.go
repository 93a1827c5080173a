package render

import (
	"io"
)

// ScatterJSON writes the picture as one object on one line: title, run, step, share of variance of each
// axis, and the points. With cosines, [point][point], these too.
func ScatterJSON(w io.Writer, s Scatter, cosines [][]float64) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if cosines != nil {
		names := make([]string, len(s.Points))
		if err := validateCosines(names, cosines); err != nil {
			return err
		}
	}
	return encode(w, struct {
		Title   string      `json:"title"`
		Run     string      `json:"run"`
		Step    int         `json:"step"`
		Share   [2]float64  `json:"share"`
		Points  []Point     `json:"points"`
		Cosines [][]float64 `json:"cosines,omitempty"`
	}{s.Title, s.Source.Run, s.Source.Step, s.Share, s.Points, cosines})
}

// NearestJSON writes the neighbours of some words as one object on one line, under the run and the step
// that they come from. Lists are never null.
func NearestJSON(w io.Writer, from Source, words []Neighbours) error {
	list := make([]Neighbours, len(words))
	for i, n := range words {
		if err := n.validate(); err != nil {
			return err
		}
		if list[i] = n; n.Nearest == nil {
			list[i].Nearest = []Neighbour{}
		}
	}
	return encode(w, struct {
		Run   string       `json:"run"`
		Step  int          `json:"step"`
		Words []Neighbours `json:"words"`
	}{from.Run, from.Step, list})
}
