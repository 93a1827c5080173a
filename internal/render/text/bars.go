package text

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// Bars draws the bars for a terminal, one a line.
func Bars(w io.Writer, c render.Bars, o Options) error {
	if err := c.Validate(); err != nil {
		return err
	}
	names, values := 0, 0
	for _, bar := range c.Bars {
		names = max(names, ansi.StringWidth(printable.Sentence(bar.Name)))
		values = max(values, ansi.StringWidth(printable.Sentence(bar.Text)))
	}
	names, values = min(names, max(4, o.width()/2)), min(values, max(4, o.width()/3))
	longest := max(0, min(40, o.width()-names-values-2*term.Gap))
	var b bytes.Buffer
	b.WriteString(o.title("%s", printable.Sentence(c.Title)))
	for _, bar := range c.Bars {
		line := term.PadRight(term.Fit(printable.Sentence(bar.Name), names), names) + "  " +
			term.PadLeft(term.Fit(printable.Sentence(bar.Text), values), values)
		if c.Largest() > 0 {
			line += "  " + eighths(bar.Value/c.Largest()*float64(longest))
		}
		b.WriteString(strings.TrimRight(term.Fit(line, o.width()), " ") + "\n")
	}
	return render.Write(w, &b)
}

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
		text := fmt.Sprintf("%.3f", min(p.Probability, 1))
		word := term.Fit(render.Spelling(p.Word), min(render.WidestLabel, o.width()-indent-len(text)-1))
		entry := term.PadRight(word+" "+text, fullBar) // a letter may have no width
		columns := ansi.StringWidth(entry)
		if numbers != "" && ansi.StringWidth(numbers)+2+columns > o.width() {
			flush()
		}
		gap := "  "
		if numbers == "" {
			gap = strings.Repeat(" ", indent)
		}
		bars += gap + term.PadRight(tinted(probabilityBar(p.Probability), o.Color), columns)
		if i == 0 && indent > 0 {
			gap = heading + " "
		}
		numbers += gap + entry
	}
	flush()
	return render.Write(w, &b)
}

// probabilityBar draws a probability, fullBar columns for 1. What prints as more than 0.000 has at least a sliver.
func probabilityBar(probability float64) string {
	columns := min(probability, 1) * fullBar
	if probability >= 0.0005 {
		columns = max(columns, 1./8)
	}
	return eighths(columns)
}

// effectBar is the columns of the bar of the largest effect.
const effectBar = 10

// tableBar draws a share of the largest for a column of a table.
func tableBar(x, largest float64, o Options) string {
	return tinted(eighths(min(x/largest, 1)*effectBar), o.Color)
}

// eighths draws a bar of a number of columns, in eighths.
func eighths(columns float64) string {
	if !(columns > 0) { // NaN as well
		return ""
	}
	n := int(math.Round(columns * 8))
	bar := strings.Repeat("█", n/8)
	if rest := n % 8; rest > 0 {
		bar += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return bar
}
