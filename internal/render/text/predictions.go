package text

import (
	"bytes"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/render"
)

// fullBar is the columns of the bar of a certain word: the narrowest that an
// entry can be, one letter, a blank and five digits.
const fullBar = 7

// Predictions writes the likely next words with their probabilities, and under
// each a bar; all bars are on one scale:
//
//	next: river 0.998  cave 0.001
//	      ███████      ▏
//
// What does not fit the width goes on below. Without words it writes nothing.
func Predictions(w io.Writer, next []attention.Prediction, o Options) error {
	if err := attention.ValidatePredictions(next); err != nil {
		return err
	}
	if len(next) == 0 {
		return nil
	}
	const heading = "next:"
	var b bytes.Buffer
	var numbers, bars string // the two lines being filled
	flush := func() {
		for _, line := range []string{numbers, bars} {
			if line = strings.TrimRight(line, " "); line != "" {
				b.WriteString(line + "\n")
			}
		}
		numbers, bars = "", ""
	}
	indent := len(heading) + 1
	if o.width() < narrow { // no columns to give away
		b.WriteString(heading + "\n")
		indent = 0
	}
	for i, p := range next {
		text := strconv.FormatFloat(min(p.Probability, 1), 'f', 3, 64)
		word := render.Fit(render.Spelling(p.Word), min(render.WidestLabel, o.width()-indent-len(text)-1))
		entry := padRight(word+" "+text, fullBar) // a letter may have no width
		columns := ansi.StringWidth(entry)
		if numbers != "" && ansi.StringWidth(numbers)+2+columns > o.width() {
			flush()
		}
		gap := "  "
		if numbers == "" {
			gap = strings.Repeat(" ", indent)
		}
		bars += gap + barText(p.Probability, columns, o.Color)
		if i == 0 && indent > 0 {
			gap = heading + " "
		}
		numbers += gap + entry
	}
	flush()
	return render.Write(w, &b)
}

// barText is the bar of a probability, padded to the columns of its entry.
func barText(probability float64, columns int, p colorprofile.Profile) string {
	s := bar(probability)
	blanks := strings.Repeat(" ", padding(s, columns))
	if s != "" && p >= colorprofile.ANSI256 {
		s = tinted(s, p)
	}
	return s + blanks
}

// bar draws a probability in eighths of a column, fullBar columns for 1. What
// prints as more than 0.000 has at least a sliver.
func bar(probability float64) string {
	columns := min(probability, 1) * fullBar
	if probability >= 0.0005 {
		columns = max(columns, 1./8)
	}
	return partBar(columns)
}

// partBar draws a bar of a number of columns, in eighths.
func partBar(columns float64) string {
	if !(columns > 0) { // NaN as well
		return ""
	}
	eighths := int(math.Round(columns * 8))
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return s
}
