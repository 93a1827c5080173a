package text

import (
	"fmt"
	"math"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// mostComponents is how many components have a line of their own.
const mostComponents = 8

// directLogits writes a direct logit attribution, the largest components first.
func directLogits(d attention.DirectLogits, o Options) string {
	against := "the mean logit of the vocabulary"
	if d.Against != "" {
		against = "that of " + printable.Quote(render.Spelling(d.Against))
	}
	text := o.paragraph("Direct logit attribution: what each part adds at the last token to the logit of %s over %s, %s in all "+
		"(the scale of the final norm stays as computed; effects through later layers do not count):",
		printable.Quote(render.Spelling(d.Target)), against, printable.Rounded(d.Difference))
	ranked := d.Ranked()
	shown := min(len(ranked), mostComponents)
	t := term.Table{Columns: []term.Column{{Title: "part", Left: true}, {Title: "logit"}, {Left: true, Spare: 1}}}
	for _, c := range ranked[:shown] {
		t.Add(componentName(c), printable.Rounded(c.Logit), effectBarOf(c.Logit, math.Abs(ranked[0].Logit), o))
	}
	text += t.Text(o.width())
	if rest := ranked[shown:]; len(rest) > 0 {
		sum := 0.0
		for _, c := range rest {
			sum += c.Logit
		}
		text += o.paragraph("and %s, %s together", printable.Count(len(rest), "more part"), printable.Rounded(sum))
	}
	return text
}

// componentName names a part of the model.
func componentName(c attention.LogitComponent) string {
	switch {
	case c.Head != nil:
		return fmt.Sprintf("layer %d, head %d", *c.Layer+1, *c.Head+1)
	case c.Layer != nil:
		return fmt.Sprintf("layer %d, %s", *c.Layer+1, c.Kind)
	}
	return c.Kind
}
