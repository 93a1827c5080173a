package text

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/render"
)

// Nearest writes the neighbours of a word, one a line, with the cosine and a bar for it:
//
//	nearest to lion
//	  rhino   0.74  ███████████████
//	  hyena   0.72  ██████████████
//
// A cosine below 0 has no bar. The layers and heads of the options do not count. A cosine that is not
// in -1 to 1 is an error, and nothing is written.
func Nearest(w io.Writer, n attention.Neighbours, o Options) error {
	if err := n.Validate(); err != nil {
		return err
	}
	side := 1
	for _, near := range n.Nearest {
		side = max(side, ansi.StringWidth(render.Spelling(near.Name)))
	}
	side = min(side, render.WidestLabel, o.width()/3)
	var b bytes.Buffer
	b.WriteString(title("nearest to "+render.Fit(render.Spelling(n.Word), 2*render.WidestLabel), o))
	for _, near := range n.Nearest {
		line := fmt.Sprintf("  %s %5.2f", padRight(render.Fit(render.Spelling(near.Name), side), side), near.Cosine)
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
	return render.Write(w, &b)
}

// Cosines writes how alike vectors are, such as those of the places in a sentence, as a grid of the
// cosine between each two: names on both sides, which must be as many as the square has rows. Where
// not all fit the width, those that do are evenly chosen, the first and the last among them. The
// layers and heads of the options do not count. The error tells what is wrong with the square.
func Cosines(w io.Writer, names []string, cosines [][]float64, o Options) error {
	if err := attention.ValidateCosines(names, cosines); err != nil {
		return err
	}
	const column = 5 // a blank, a sign and a number such as .48 or 1.0
	side := 2
	for _, name := range names {
		side = max(side, len(name))
	}
	side = min(side, 6)
	chosen := evenly(len(names), max(1, (o.width()-side)/column))
	var b bytes.Buffer
	heading := "cosine between each two"
	if len(chosen) < len(names) {
		heading = fmt.Sprintf("cosine between each two of %d of %d", len(chosen), len(names))
	}
	b.WriteString(title(heading, o))
	line := strings.Repeat(" ", side)
	for _, i := range chosen {
		line += padLeft(render.Fit(render.Spelling(names[i]), column-1), column)
	}
	b.WriteString(line + "\n")
	for _, i := range chosen {
		line := padLeft(render.Fit(render.Spelling(names[i]), side), side)
		for _, j := range chosen {
			line += cosineCell(cosines[i][j], column, o.Color)
		}
		b.WriteString(line + "\n")
	}
	return render.Write(w, &b)
}

// cosineCell is one number of the grid; with colour, those above 0 are shaded as weights are.
func cosineCell(c float64, columns int, p colorprofile.Profile) string {
	text := strconv.FormatFloat(min(max(c, -1), 1), 'f', 2, 64)
	switch {
	case text == "1.00" || text == "-1.00":
		text = strings.TrimSuffix(text, "0")
	default:
		text = strings.Replace(strings.TrimPrefix(text, "-0.00"), "0.", ".", 1)
		if text == "" {
			text = ".00"
		}
	}
	if p >= colorprofile.ANSI256 && c >= 0.005 {
		return shaded(padLeft(text, columns), c, p)
	}
	return padLeft(text, columns)
}
