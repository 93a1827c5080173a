// Package export writes maps, films and vectors for other programs, as JSON and CSV.
package export

import (
	"bytes"
	"fmt"
	"io"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// Report is the document that JSON writes: the maps of some sentences under
// the run and the training step they come from.
type Report struct {
	Run       string               `json:"run"`
	Step      int                  `json:"step"`
	Baseline  string               `json:"baseline,omitempty"` // what the maps are compared with
	Sentences []attention.Sentence `json:"sentences"`
}

// JSON writes the maps as one Report on one line. Numbers are the shortest
// that read back to the same value. Lists are never null. Baselines, if there are any, have one name.
func JSON(w io.Writer, run string, step int, maps []attention.Map, baselines []attention.Baseline) error {
	report := Report{Run: run, Step: step, Sentences: make([]attention.Sentence, len(maps))}
	if err := attention.CheckBaselines(maps, baselines); err != nil {
		return err
	}
	if len(baselines) > 0 {
		report.Baseline = baselines[0].Name
	}
	for i, m := range maps {
		next := m.Next
		if next == nil {
			next = []attention.Prediction{}
		}
		report.Sentences[i] = attention.Sentence{Text: m.Text, Tokens: m.Tokens, Attention: m.Attention, Next: next}
		if len(baselines) > 0 {
			report.Sentences[i].Baseline = baselines[i].Map.Attention
			report.Sentences[i].Difference = difference4(m, baselines[i].Map)
		}
	}
	return encode(w, report)
}

// difference4 is the attention of a map less that of another of the same shape, [layer][head][query][key] in -1
// to 1.
func difference4(m, base attention.Map) [][][][]float32 {
	layers := make([][][][]float32, len(m.Attention))
	for l := range layers {
		layers[l] = make([][][]float32, len(m.Attention[l]))
		for h := range layers[l] {
			layers[l][h] = make([][]float32, len(m.Tokens))
			for q, row := range m.Attention[l][h] {
				layers[l][h][q] = make([]float32, len(row))
				for k, weight := range row {
					layers[l][h][q][k] = weight - base.Attention[l][h][q][k]
				}
			}
		}
	}
	return layers
}

// Film writes a film as one object on one line: run, step, the frames, when its links formed, and the
// losses of the training, which may be any list that JSON knows.
func Film(w io.Writer, from attention.Source, frames []attention.Frame, formed []attention.Formed, losses any) error {
	if err := attention.CheckFilm(frames); err != nil {
		return err
	}
	if formed == nil {
		formed = []attention.Formed{}
	}
	return encode(w, struct {
		Run       string             `json:"run"`
		Step      int                `json:"step"`
		Frames    []attention.Frame  `json:"frames"`
		Formation []attention.Formed `json:"formation"`
		Losses    any                `json:"losses"`
	}{from.Run, from.Step, frames, formed, losses})
}

// Scatter writes the picture as one object on one line: title, run, step, share of variance of each
// axis, and the points. With cosines, [point][point], these too.
func Scatter(w io.Writer, s attention.Scatter, cosines [][]float64) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if cosines != nil {
		names := make([]string, len(s.Points))
		if err := attention.ValidateCosines(names, cosines); err != nil {
			return err
		}
	}
	return encode(w, struct {
		Title   string            `json:"title"`
		Run     string            `json:"run"`
		Step    int               `json:"step"`
		Share   [2]float64        `json:"share"`
		Points  []attention.Point `json:"points"`
		Cosines [][]float64       `json:"cosines,omitempty"`
	}{s.Title, s.Source.Run, s.Source.Step, s.Share, s.Points, cosines})
}

// Nearest writes the neighbours of some words as one object on one line, under the run and the step
// that they come from. Lists are never null.
func Nearest(w io.Writer, from attention.Source, words []attention.Neighbours) error {
	list := make([]attention.Neighbours, len(words))
	for i, n := range words {
		if err := n.Validate(); err != nil {
			return err
		}
		if list[i] = n; n.Nearest == nil {
			list[i].Nearest = []attention.Neighbour{}
		}
	}
	return encode(w, struct {
		Run   string                 `json:"run"`
		Step  int                    `json:"step"`
		Words []attention.Neighbours `json:"words"`
	}{from.Run, from.Step, list})
}

// encode writes a value as JSON on one line, in one piece.
func encode(w io.Writer, value any) error {
	b, err := printable.JSON(value)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	return render.Write(w, bytes.NewBuffer(b))
}
