package text

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/render"
)

// FilmStrip writes small maps of one sentence of a film side by side, as it was through training, with
// the step and the held-out loss under each. Layer and head of the options choose the map, -1 being
// the mean; All does not count. Of more frames than fit the width, those shown are evenly chosen, the
// first and the last among them. A map that is too wide shows in each cell the largest of several
// weights. The error tells what is wrong with the film or the options, or that of the writer.
func FilmStrip(w io.Writer, frames []attention.Frame, sentence int, o Options) error {
	if err := attention.CheckFilm(frames); err != nil {
		return err
	}
	if last := len(frames[0].Sentences) - 1; sentence < 0 || sentence > last {
		return fmt.Errorf("no sentence %d: want 0 to %d", sentence, last)
	}
	first := frames[0].Sentences[sentence].Map()
	if err := first.InRange(o.Layer, o.Head, attention.All); err != nil {
		return err
	}
	plan := planStrip(len(first.Tokens), labelWidth(frames), len(frames), o.width())
	var b bytes.Buffer
	b.WriteString(title(stripTitle(first, o, plan, len(frames)), o))
	b.WriteByte('\n')
	var columns [][]string // [frame][line]
	for _, i := range plan.frames {
		weights := pooled(frames[i].Sentences[sentence].Map().Mean(o.Layer, o.Head), plan.side)
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
	return render.Write(w, &b)
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
func labelWidth(frames []attention.Frame) int {
	widest := 1
	for _, f := range frames {
		widest = max(widest, len(strconv.Itoa(f.Step)), len(lossText(f)))
	}
	return widest
}

// lossText is a loss in few columns.
func lossText(f attention.Frame) string {
	text := strconv.FormatFloat(f.HeldOutLoss, 'f', 3, 64)
	if len(text) > 7 {
		text = strconv.FormatFloat(f.HeldOutLoss, 'g', 3, 64)
	}
	return text
}

// stripTitle names the map and says how many of the frames are shown.
func stripTitle(m attention.Map, o Options, plan stripPlan, frames int) string {
	text := render.Title(m, o.Layer, o.Head)
	if len(plan.frames) < frames {
		return fmt.Sprintf("%s, %d of %d evaluations", text, len(plan.frames), frames)
	}
	return fmt.Sprintf("%s, %d evaluations", text, frames)
}

// Formed writes when the links of one sentence of a film formed, as [attention.Formation] found them, one a line
// in the order given:
//
//	the -> zebra  head 3  0.98  by step 500
//
// Layer and head of the options choose those to show, -1 standing for each; All does not count. Links
// that had half of their weight in the first frame did not form while the film ran: their number is said
// below. The error tells what is wrong with the film or the links, or that of the writer.
func Formed(w io.Writer, frames []attention.Frame, formed []attention.Formed, sentence int, o Options) error {
	if err := attention.CheckFilm(frames); err != nil {
		return err
	}
	if last := len(frames[0].Sentences) - 1; sentence < 0 || sentence > last {
		return fmt.Errorf("no sentence %d: want 0 to %d", sentence, last)
	}
	m := frames[0].Sentences[sentence].Map()
	if err := m.InRange(o.Layer, o.Head, attention.All); err != nil {
		return err
	}
	words := numbered(render.Labels(m))
	var shown []attention.Formed
	before := 0
	for _, f := range formed {
		if f.Sentence != sentence || o.Layer != attention.All && f.Layer != o.Layer || o.Head != attention.All && f.Head != o.Head {
			continue
		}
		if err := m.InRange(f.Layer, f.Head, 0); err != nil {
			return err
		}
		if last := len(words) - 1; f.Query < 0 || f.Query > last || f.Key < 0 || f.Key > f.Query {
			return fmt.Errorf("no link from word %d to word %d: want words 0 to %d, the second no later", f.Query, f.Key, last)
		}
		if f.Step <= frames[0].Step {
			before++
			continue
		}
		shown = append(shown, f)
	}
	var b bytes.Buffer
	if len(shown) == 0 {
		b.WriteString(wrap("no such link formed after the first evaluation", o.width()))
	}
	lines := formedLines(m, words, shown, o.width())
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	if before > 0 {
		b.WriteString(wrap(beforeNote(before, frames[0].Step), o.width()))
	}
	return render.Write(w, &b)
}

// beforeNote says how many links were there when the film began.
func beforeNote(before, step int) string {
	at := "before training"
	if step > 0 {
		at = fmt.Sprintf("at step %d, the first", step)
	}
	if before == 1 {
		return "1 more link had half of its weight " + at
	}
	return fmt.Sprintf("%d more links had half of their weight %s", before, at)
}

// formedLines are the links with their columns one below the other.
func formedLines(m attention.Map, words []render.Label, formed []attention.Formed, width int) []string {
	query, key := 1, 1
	for _, f := range formed {
		query, key = max(query, words[f.Query].Width()), max(key, words[f.Key].Width())
	}
	most := max(2, min(render.WidestLabel, (width-len(" ->   head 1  0.00  by step 1000"))/2))
	query, key = min(query, most), min(key, most)
	var lines []string
	for _, f := range formed {
		line := padLeft(words[f.Query].Fit(query), query) + " -> " + padRight(words[f.Key].Fit(key), key)
		if len(m.Attention) > 1 {
			line += fmt.Sprintf("  layer %d", f.Layer+1)
		}
		line += fmt.Sprintf("  head %d  %.2f  by step %d", f.Head+1, render.Printed(f.Final), f.Step)
		if ansi.StringWidth(line) > width {
			lines = append(lines, strings.Split(strings.TrimSuffix(wrap(line, width), "\n"), "\n")...)
			continue
		}
		lines = append(lines, line)
	}
	return slices.Clip(lines)
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
