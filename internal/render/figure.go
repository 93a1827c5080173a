package render

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"attend/internal/printable"
)

// Figure is what a picture shows: panels over the words of one sentence.
type Figure struct {
	Title   string // what the panels are, in a few words
	Source  Source
	Text    string   // the sentence as typed
	Words   []string // [seq] as Map.Tokens
	Unknown []bool   // [seq] as Map.Unknown
	Panels  [][]Panel
}

// Panel is one matrix of a figure.
type Panel struct {
	Title   string
	Weights [][]float64 // [query][key]; 0 for key > query
	Signed  bool        // a difference of weights, in -1 to 1, instead of weights, in 0 to 1
}

// mostCells is how many cells of all panels together a figure may have, those of the future included.
const mostCells = 1 << 19

// Validate tells whether the figure can be drawn: at least one word, one panel in every row, a [query][key]
// square over the words in every panel, every number finite and in its range, exactly 0 wherever the key lies
// after the query, and no more than 524,288 cells. The error names the place, counted from 0 as in the slices.
func (f Figure) Validate() error {
	if err := f.check(); err != nil {
		return fmt.Errorf("%w", err)
	}
	return nil
}

func (f Figure) check() error {
	seq := len(f.Words)
	switch {
	case seq == 0:
		return errors.New("the figure has no words")
	case f.Unknown != nil && len(f.Unknown) != seq:
		return fmt.Errorf("%d unknown marks for %d words", len(f.Unknown), seq)
	case len(f.Panels) == 0:
		return errors.New("the figure has no panels")
	}
	count := 0
	for _, row := range f.Panels {
		count += len(row)
	}
	if err := checkCells(count, seq); err != nil {
		return err
	}
	for r, row := range f.Panels {
		if len(row) == 0 {
			return fmt.Errorf("row %d of the figure has no panels", r)
		}
		for c, panel := range row {
			if err := panel.check(seq); err != nil {
				return fmt.Errorf("panel %d of row %d: %w", c, r, err)
			}
		}
	}
	return nil
}

// checkCells refuses a figure of more cells than a picture holds.
func checkCells(panels, seq int) error {
	if cells := float64(panels) * float64(seq) * float64(seq); cells > mostCells {
		return tooLarge(panels, seq)
	}
	return nil
}

// tooLarge is the error of a figure that no screen or page would hold.
func tooLarge(panels, seq int) error {
	return fmt.Errorf("%s of %s are too large for one picture: show one layer or head, or a shorter sentence",
		counted(panels, "map"), counted(seq, "word"))
}

// check tells what is wrong with a panel over seq words, or nil.
func (p Panel) check(seq int) error {
	lowest, kind := 0.0, "weight"
	if p.Signed {
		lowest, kind = -1-rounding, "difference"
	}
	if len(p.Weights) != seq {
		return fmt.Errorf("%d query rows for %d words", len(p.Weights), seq)
	}
	for q, row := range p.Weights {
		if len(row) != seq {
			return fmt.Errorf("query %d has %d keys for %d words", q, len(row), seq)
		}
		for k, weight := range row {
			// Written so that NaN, which compares false, is refused too.
			if !(weight >= lowest && weight <= 1+rounding) {
				return fmt.Errorf("query %d, key %d: %s %v is not in %.0f to 1", q, k, kind, weight, math.Ceil(lowest))
			}
			if k > q && weight != 0 {
				return fmt.Errorf("query %d, key %d: %s %v, but a later key must weigh 0", q, k, kind, weight)
			}
		}
	}
	return nil
}

// Made is the step of a source that no training made: vectors written down by hand, say.
const Made = -1

// origin names the run and the step for people.
func (s Source) origin() string {
	if s.Step == Made {
		return printable.Path(s.Run)
	}
	return printable.Path(s.Run) + ", step " + grouped(s.Step)
}

// counted writes a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes a number with a comma every three digits.
func grouped(n int) string {
	s := strconv.Itoa(n)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
