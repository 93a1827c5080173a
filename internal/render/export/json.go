// Package export writes what was found out for other programs: JSON under one heading, and maps as CSV. docs/json.md describes
// the results.
package export

import (
	"bufio"
	"bytes"
	"fmt"
	"io"

	"attend/internal/attention"
	"attend/internal/printable"
)

// Version is that of all results: it rises when a field goes or comes to mean something else, and not when one is added.
const Version = 4

// Document is a result under its heading.
type Document struct {
	Format            string    `json:"format"` // what the result is: attend/ and the command
	Version           int       `json:"version"`
	*attention.Source           // nil if the result is not of one run
	Unknown           *[]string `json:"unknown,omitempty"` // tokens of what was given that the run does not know; nil if it is not of one run
	Result            any       `json:"result"`
}

// JSON writes a result of a run as a [Document] on one line, with the tokens of what was given that the run does not know. Numbers are the shortest that read back to the same value.
func JSON(w io.Writer, name string, from attention.Source, unknown []string, result any) error {
	return writeDocument(w, Document{"attend/" + name, Version, &from, &unknown, result})
}

// JSONWithoutSource is [JSON] of a result that is not of one run.
func JSONWithoutSource(w io.Writer, name string, result any) error {
	return writeDocument(w, Document{"attend/" + name, Version, nil, nil, result})
}

// streamed is a result with a list that is written element by element: as text its maps take several times the memory that they
// take as numbers.
type streamed interface {
	// split returns the result with that list empty, the name of the list in JSON, and its elements.
	split() (rest any, list string, elements []any)
}

func writeDocument(w io.Writer, d Document) error {
	var name string
	var elements []any
	if s, ok := d.Result.(streamed); ok {
		d.Result, name, elements = s.split()
	}
	document, err := printable.JSON(d)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	b := bufio.NewWriter(w)
	empty := []byte(`"` + name + `":[]`) // in no string, where a quote has a backslash before it
	head, tail, found := bytes.Cut(document, empty)
	b.Write(head)
	if found {
		b.Write(empty[:len(empty)-1])
		for i, element := range elements {
			text, err := printable.JSON(element)
			if err != nil {
				return fmt.Errorf("encode: %w", err)
			}
			if i > 0 {
				b.WriteByte(',')
			}
			b.Write(bytes.TrimSuffix(text, []byte("\n")))
		}
		b.WriteByte(']')
	}
	b.Write(tail)
	return b.Flush() // the first error of all writes
}

// anyOf returns a list as one of any values.
func anyOf[T any](list []T) []any {
	values := make([]any, len(list))
	for i, value := range list {
		values[i] = value
	}
	return values
}

// Report is the result of `attend inspect`: the maps of some sentences. Lists are never null.
type Report struct {
	Baseline  string     `json:"baseline,omitempty"` // what the maps are compared with
	Sentences []Sentence `json:"sentences"`
}

func (r Report) split() (any, string, []any) {
	sentences := anyOf(r.Sentences)
	r.Sentences = []Sentence{}
	return r, "sentences", sentences
}

// Sentence is one map of a Report. The baseline, if there is one, and the attention minus it are shaped as the attention.
type Sentence struct {
	attention.Map
	Baseline   [][][][]float32 `json:"baseline,omitempty"`
	Difference [][][][]float32 `json:"difference,omitempty"`
	Norms      [][][][]float64 `json:"norms,omitempty"`       // [layers][heads][query][key], of a map that has them
	LayerNorms [][][]float64   `json:"layer_norms,omitempty"` // [layers][query][key] of the sum over the heads
}

// Maps returns the report on some maps. Baselines, if there are any, have one name.
func Maps(maps []attention.Map, baselines []attention.Baseline) (Report, error) {
	if err := attention.CheckBaselines(maps, baselines); err != nil {
		return Report{}, err
	}
	report := Report{Sentences: make([]Sentence, len(maps))}
	if len(baselines) > 0 {
		report.Baseline = baselines[0].Name
	}
	for i, m := range maps {
		m.Next = list(m.Next)
		report.Sentences[i].Map = m
		if m.Products != nil {
			report.Sentences[i].Norms = attention.PerHead(len(m.Attention), len(m.Attention[0]), m.Norms)
			for layer := range m.Attention {
				report.Sentences[i].LayerNorms = append(report.Sentences[i].LayerNorms, m.Norms(layer, attention.All))
			}
		}
		if len(baselines) > 0 {
			base := baselines[i].Map.Attention
			report.Sentences[i].Baseline = base
			report.Sentences[i].Difference = attention.PerHead(len(base), len(base[0]), func(layer, head int) [][]float32 {
				return attention.Difference(m.Attention[layer][head], base[layer][head])
			})
		}
	}
	return report, nil
}

// list is s, and not nil, which JSON would write as null.
func list[T any](s []T) []T { return append([]T{}, s...) }

// Frame is a frame of a film. The loss is that of a sample of the held-out text.
type Frame struct {
	Step        int             `json:"step"`
	HeldOutLoss *float64        `json:"sample_heldout_loss,omitempty"`
	Sentences   []attention.Map `json:"sentences"`
}

// FilmReport is the result of `attend film`. Lists are never null.
type FilmReport struct {
	Frames    []Frame            `json:"frames"`
	Formation []attention.Formed `json:"formation"` // when the links formed
	Losses    []Evaluation       `json:"losses"`    // of the training
}

func (r FilmReport) split() (any, string, []any) {
	frames := anyOf(r.Frames)
	r.Frames = []Frame{}
	return r, "frames", frames
}

// Evaluation is an evaluation of a training. Its loss on held-out text is that of a sample where that text is long.
type Evaluation struct {
	Step            int      `json:"step"`
	Seconds         float64  `json:"seconds"`
	TokensPerSecond float64  `json:"tokens_per_second"`
	Loss            float64  `json:"loss"`
	HeldOutLoss     *float64 `json:"sample_heldout_loss,omitempty"`
	LearningRate    float64  `json:"learning_rate"`
}

// Film returns the report on a film.
func Film(frames []attention.Frame, formed []attention.Formed, losses []Evaluation) (FilmReport, error) {
	report := FilmReport{make([]Frame, len(frames)), list(formed), list(losses)}
	for i, f := range frames {
		report.Frames[i] = Frame(f)
	}
	return report, attention.CheckFilm(frames)
}

// ScatterReport is the result of `attend words` without a word.
type ScatterReport struct {
	Title   string            `json:"title"`
	Share   [2]float64        `json:"share"` // of the variance, on each axis
	Points  []attention.Point `json:"points"`
	Cosines [][]float64       `json:"cosines,omitempty"` // [point][point]
}

// Scatter returns the report on a picture, with cosines if there are any.
func Scatter(s attention.Scatter, cosines [][]float64) (ScatterReport, error) {
	err := s.Validate()
	if err == nil && cosines != nil {
		err = attention.ValidateCosines(make([]string, len(s.Points)), cosines)
	}
	return ScatterReport{s.Title, s.Share, s.Points, cosines}, err
}

// WordsReport is the result of `attend words --list`.
type WordsReport struct {
	Words []attention.WordCount `json:"words"`
}

// NearestReport is the result of `attend words WORD`. Lists are never null.
type NearestReport struct {
	Words []attention.Neighbours `json:"words"`
}

// Nearest returns the report on the neighbours of some words.
func Nearest(words []attention.Neighbours) (NearestReport, error) {
	words = list(words)
	for i, n := range words {
		if err := n.Validate(); err != nil {
			return NearestReport{}, err
		}
		words[i].Nearest = list(n.Nearest)
	}
	return NearestReport{words}, nil
}

// CurvesReport is the result of `attend plot`. Lists are never null.
type CurvesReport struct {
	Runs []Curves `json:"runs"`
}

// Curves are the losses of a run.
type Curves struct {
	attention.Source
	Settings    []SettingValue `json:"settings"`    // those that differ among the runs
	Baselines   []Baseline     `json:"baselines"`   // of the text of the evaluations
	Evaluations []Evaluation   `json:"evaluations"` // of the training
}

// SettingValue is a setting of a run.
type SettingValue struct {
	Setting string `json:"setting"`
	Value   string `json:"value"`
}

// Baseline is a loss that others are compared with.
type Baseline struct {
	Name string  `json:"name"`
	Loss float64 `json:"loss"`
}
