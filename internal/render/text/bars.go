package text

import (
	"bytes"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/printable"
	"attend/internal/render"
)

// Bars draws the bars for a terminal, one a line.
func Bars(w io.Writer, c render.Bars, o Options) error {
	if err := c.Validate(); err != nil {
		return err
	}
	names, values := 0, 0
	for _, bar := range c.Bars {
		names, values = max(names, ansi.StringWidth(printable.Sentence(bar.Name))), max(values, ansi.StringWidth(printable.Sentence(bar.Text)))
	}
	names, values = min(names, max(4, o.width()/2)), min(values, max(4, o.width()/3))
	longest := max(0, min(40, o.width()-names-values-2*gapOfColumns))
	var b bytes.Buffer
	b.WriteString(title(printable.Sentence(c.Title), o))
	for _, bar := range c.Bars {
		line := padRight(render.Fit(printable.Sentence(bar.Name), names), names) + "  " + padLeft(render.Fit(printable.Sentence(bar.Text), values), values)
		if c.Largest() > 0 {
			line += "  " + partBar(bar.Value/c.Largest()*float64(longest))
		}
		b.WriteString(strings.TrimRight(render.Fit(line, o.width()), " ") + "\n")
	}
	return render.Write(w, &b)
}
