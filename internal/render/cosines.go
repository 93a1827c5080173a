package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"
)

// CosinesText writes how alike vectors are, such as those of the places in a sentence, as a grid of the
// cosine between each two: names on both sides, which must be as many as the square has rows. Where
// not all fit the width, those that do are evenly chosen, the first and the last among them. The
// layers and heads of the options do not count. The error tells what is wrong with the square.
func CosinesText(w io.Writer, names []string, cosines [][]float64, o TextOptions) error {
	if err := validateCosines(names, cosines); err != nil {
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
		line += padLeft(fit(spelling(names[i]), column-1), column)
	}
	b.WriteString(line + "\n")
	for _, i := range chosen {
		line := padLeft(fit(spelling(names[i]), side), side)
		for _, j := range chosen {
			line += cosineCell(cosines[i][j], column, o.Color)
		}
		b.WriteString(line + "\n")
	}
	return write(w, &b)
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

// evenly chooses at most so many of n places, at least one, the first and the last among them where two are
// chosen.
func evenly(n, most int) []int {
	if most >= n {
		most = n
	}
	chosen := make([]int, 0, most)
	for i := range most {
		at := 0
		if most > 1 {
			at = (i*(n-1) + (most-1)/2) / (most - 1)
		}
		chosen = append(chosen, at)
	}
	return chosen
}

// validateCosines checks that the numbers are a square over the names, and every one a cosine.
func validateCosines(names []string, cosines [][]float64) error {
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
