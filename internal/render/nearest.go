package render

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Neighbours are the words nearest to one word, the nearest first.
type Neighbours struct {
	Word    string      `json:"word"`
	Nearest []Neighbour `json:"nearest"`
}

// NearestText writes the neighbours of a word, one a line, with the cosine and a bar for it:
//
//	nearest to lion
//	  rhino   0.74  ███████████████
//	  hyena   0.72  ██████████████
//
// A cosine below 0 has no bar. The layers and heads of the options do not count. A cosine that is not
// in -1 to 1 is an error, and nothing is written.
func NearestText(w io.Writer, n Neighbours, o TextOptions) error {
	if err := n.validate(); err != nil {
		return err
	}
	side := 1
	for _, near := range n.Nearest {
		side = max(side, ansi.StringWidth(spelling(near.Name)))
	}
	side = min(side, widestLabel, o.width()/3)
	var b bytes.Buffer
	b.WriteString(title("nearest to "+fit(spelling(n.Word), 2*widestLabel), o))
	for _, near := range n.Nearest {
		line := fmt.Sprintf("  %s %5.2f", padRight(fit(spelling(near.Name), side), side), near.Cosine)
		if o.width() < narrow {
			line = strings.TrimPrefix(line, "  ")
		}
		if full := min(20, o.width()-ansi.StringWidth(line)-2); full > 3 && near.Cosine > 0 {
			if bar := strings.Repeat("█", int(math.Round(near.Cosine*float64(full)))); bar != "" {
				if o.Color >= colorprofile.ANSI256 {
					bar = tinted(bar, o.Color)
				}
				line += "  " + bar
			}
		}
		b.WriteString(line + "\n")
	}
	return write(w, &b)
}

// validate checks that every cosine is one.
func (n Neighbours) validate() error {
	for i, near := range n.Nearest {
		if err := validateCosine(near.Cosine); err != nil {
			return fmt.Errorf("neighbour %d: %w", i, err)
		}
	}
	return nil
}

// validateCosine refuses what is not in -1 to 1, NaN too.
func validateCosine(c float64) error {
	if !(c >= -1-rounding && c <= 1+rounding) {
		return fmt.Errorf("cosine %v is not in -1 to 1", c)
	}
	return nil
}
