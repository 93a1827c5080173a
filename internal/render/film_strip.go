package render

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// FilmStrip writes small maps of one sentence of a film side by side, as it was through training, with
// the step and the held-out loss under each. Layer and head of the options choose the map, -1 being
// the mean; All does not count. Of more frames than fit the width, those shown are evenly chosen, the
// first and the last among them. A map that is too wide shows in each cell the largest of several
// weights. The error tells what is wrong with the film or the options, or that of the writer.
func FilmStrip(w io.Writer, frames []Frame, sentence int, o TextOptions) error {
	if err := CheckFilm(frames); err != nil {
		return err
	}
	if last := len(frames[0].Sentences) - 1; sentence < 0 || sentence > last {
		return fmt.Errorf("no sentence %d: want 0 to %d", sentence, last)
	}
	first := frames[0].Sentences[sentence].asMap()
	if err := first.inRange(o.Layer, o.Head, all); err != nil {
		return err
	}
	plan := planStrip(len(first.Tokens), labelWidth(frames), len(frames), o.width())
	var b bytes.Buffer
	b.WriteString(title(stripTitle(first, o, plan, len(frames)), o))
	b.WriteByte('\n')
	var columns [][]string // [frame][line]
	for _, i := range plan.frames {
		weights := pooled(frames[i].Sentences[sentence].asMap().mean(o.Layer, o.Head), plan.side)
		lines := smallMap(weights, plan.size, o.Color)
		for j := range lines {
			lines[j] = padRight(lines[j], plan.column)
		}
		columns = append(columns, append(lines, padRight(strconv.Itoa(frames[i].Step), plan.column), padRight(lossText(frames[i]), plan.column)))
	}
	for line := range columns[0] {
		text := ""
		for i := range columns {
			text += strings.Repeat(" ", min(i, 1)*stripGap) + columns[i][line]
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	b.WriteString(wrap("under each map: step and held-out loss", o.width()))
	if plan.side > 1 {
		b.WriteString(wrap(fmt.Sprintf("a cell is the largest weight of %d by %d words", plan.side, plan.side), o.width()))
	}
	b.WriteString(legend(o))
	return write(w, &b)
}

// stripGap is the blanks between two maps of a strip.
const stripGap = 2

// A stripPlan is how a strip fits the width.
type stripPlan struct {
	frames []int // to show
	size   cellSize
	side   int // of the square of weights that a cell shows
	column int // columns of a map with what is under it
}

// planStrip shows as many frames as fit, in large cells if that costs none. Two maps fit in any case: their
// cells stand for more words where they must.
func planStrip(seq, label, frames, width int) stripPlan {
	for side := 1; ; side++ {
		cells := (seq + side - 1) / side
		for _, size := range []cellSize{roomy, dense} {
			column := max(size.smallWidth(cells), label)
			fit := (width + stripGap) / (column + stripGap)
			if enough := fit >= frames || size == dense && (fit >= 2 || cells == 1); enough {
				return stripPlan{evenly(frames, max(1, fit)), size, side, min(column, width)}
			}
		}
	}
}

// labelWidth is the columns of the widest step or loss.
func labelWidth(frames []Frame) int {
	widest := 1
	for _, f := range frames {
		widest = max(widest, len(strconv.Itoa(f.Step)), len(lossText(f)))
	}
	return widest
}

// lossText is a loss in few columns.
func lossText(f Frame) string {
	text := strconv.FormatFloat(f.HeldOutLoss, 'f', 3, 64)
	if len(text) > 7 {
		text = strconv.FormatFloat(f.HeldOutLoss, 'g', 3, 64)
	}
	return text
}

// stripTitle names the map and says how many of the frames are shown.
func stripTitle(m Map, o TextOptions, plan stripPlan, frames int) string {
	text := m.title(o.Layer, o.Head)
	if len(plan.frames) < frames {
		return fmt.Sprintf("%s, %d of %d evaluations", text, len(plan.frames), frames)
	}
	return fmt.Sprintf("%s, %d evaluations", text, frames)
}
