package text

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"attend/internal/attention"
	"attend/internal/render"
	"attend/internal/term"
)

// FilmStrip writes small maps of one sentence of a film side by side, as it was through training, with
// the step and the held-out loss under each. Layer and head of the options choose the map as [render.Selection.Of] does in the
// frame of the step of the model, which is marked if it is not the last; All is ignored. Of more frames than fit the width, those
// shown are evenly chosen, the first and the last among them, and the model's where three fit. A map that is too wide shows in each cell the largest of
// several weights. The error says what is wrong with the film or the options, or that of the writer.
func FilmStrip(w io.Writer, frames []attention.Frame, step, sentence int, o Options) error {
	first, err := filmed(frames, sentence, o)
	if err != nil {
		return err
	}
	label := 1 // columns of the widest step or loss
	for _, f := range frames {
		label = max(label, len(strconv.Itoa(f.Step)), len(lossText(f)), len("model"))
	}
	plan := planStrip(len(first.Tokens), label, len(frames), o.width())
	model := attention.FrameOf(frames, step)
	plan.include(model)
	shown := ""
	if len(plan.frames) < len(frames) {
		shown = fmt.Sprintf("%d of ", len(plan.frames))
	}
	losses := "" // nothing is held out
	if frames[0].HeldOutLoss != nil {
		losses = " and held-out loss"
	}
	var b bytes.Buffer
	chosen := frames[model].Sentences[sentence]
	title := render.SelectionTitle(chosen, o.selection())
	view, _ := o.selection().Of(chosen)
	b.WriteString(o.title("%s, %s%d evaluations", title, shown, len(frames)) + "\n")
	var columns [][]string // [frame][line]
	var views []render.View
	for _, i := range plan.frames {
		m := frames[i].Sentences[sentence]
		weights := m.Mean(view.Layer, view.Head)
		v := render.View{Weights: pooled(weights, plan.side), Sink: plan.side == 1 && o.colored() && render.Sink(m, weights)}
		views = append(views, v)
		under := []string{strconv.Itoa(frames[i].Step)}
		if losses != "" {
			under = append(under, lossText(frames[i]))
		}
		if model < len(frames)-1 {
			under = append(under, map[bool]string{true: "model"}[i == model])
		}
		columns = append(columns, append(smallMap(v, plan.size, o.Color), under...))
	}
	for line := range columns[0] {
		text := ""
		for i := range columns {
			text += strings.Repeat(" ", min(i, 1)*term.Gap) + term.PadRight(columns[i][line], plan.column)
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	b.WriteString(o.paragraph("under each map: step%s", losses))
	if model < len(frames)-1 {
		label := "model:"
		if !slices.Contains(plan.frames, model) {
			label = fmt.Sprintf("not shown is step %d,", frames[model].Step)
		}
		b.WriteString(o.paragraph("%s the weights that the run keeps, with the lowest held-out loss", label))
	}
	if plan.side > 1 {
		b.WriteString(o.paragraph("a cell is the largest weight of %d by %d words", plan.side, plan.side))
	}
	b.WriteString(legend(o) + sinkNote(o, views...))
	return render.Write(w, &b)
}

// filmed is the first map of a sentence of a film, if the film is valid and has the map that the options choose.
func filmed(frames []attention.Frame, sentence int, o Options) (attention.Map, error) {
	if err := attention.CheckFilm(frames); err != nil {
		return attention.Map{}, err
	}
	if last := len(frames[0].Sentences) - 1; sentence < 0 || sentence > last {
		return attention.Map{}, fmt.Errorf("no sentence %d: want 0 to %d", sentence, last)
	}
	m := frames[0].Sentences[sentence]
	return m, m.InRange(o.Layer, o.Head, attention.All)
}

// A stripPlan is how a strip fits the width.
type stripPlan struct {
	frames []int // to show
	size   int   // columns of a cell
	side   int   // of the square of weights that a cell shows
	column int   // columns of a map with what is under it
}

// include shows a frame, instead of the one before it that is shown, if that is not the first.
func (p *stripPlan) include(frame int) {
	if at, there := slices.BinarySearch(p.frames, frame); !there && at > 1 {
		p.frames[at-1] = frame
	} else if !there && len(p.frames) > 2 {
		p.frames[1] = frame
	}
}

// planStrip shows as many frames as fit, in large cells if that costs none. Two maps fit in any case: their
// cells stand for more words where they must.
func planStrip(seq, label, frames, width int) stripPlan {
	for side := 1; ; side++ {
		cells := (seq + side - 1) / side
		for _, size := range []int{roomy, dense} {
			column := max(size*cells, label)
			fit := (width + term.Gap) / (column + term.Gap)
			if enough := fit >= frames || size == dense && (fit >= 2 || cells == 1); enough {
				return stripPlan{evenly(frames, max(1, fit)), size, side, min(column, width)}
			}
		}
	}
}

// lossText is a loss in few columns.
func lossText(f attention.Frame) string {
	if f.HeldOutLoss == nil {
		return ""
	}
	text := strconv.FormatFloat(*f.HeldOutLoss, 'f', 3, 64)
	if len(text) > 7 {
		text = strconv.FormatFloat(*f.HeldOutLoss, 'g', 3, 64)
	}
	return text
}

// Formed writes when the links of one sentence of a film formed, as [attention.Formation] found them, one a line
// in the order given:
//
//	the -> zebra  head 3  0.98  by step 500
//
// Layer and head of the options choose those to show, -1 standing for each; All is ignored. Links
// that had half of their weight in the first frame did not form while the film ran: their number is said
// below. The error says what is wrong with the film or the links, or that of the writer.
func Formed(w io.Writer, frames []attention.Frame, formed []attention.Formed, sentence int, o Options) error {
	m, err := filmed(frames, sentence, o)
	if err != nil {
		return err
	}
	words := numbered(render.Labels(m.Encoded))
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
		b.WriteString(o.paragraph("no such link formed after the first evaluation"))
	}
	b.WriteString(formedLines(m, words, shown, o))
	if before > 0 {
		at := "before training"
		if step := frames[0].Step; step > 0 {
			at = fmt.Sprintf("at step %d, the first", step)
		}
		links := "1 more link had half of its weight"
		if before > 1 {
			links = fmt.Sprintf("%d more links had half of their weight", before)
		}
		b.WriteString(o.paragraph("%s %s", links, at))
	}
	return render.Write(w, &b)
}

// formedLines are the links with their columns one below the other.
func formedLines(m attention.Map, words []render.Label, formed []attention.Formed, o Options) string {
	query, key := 1, 1
	for _, f := range formed {
		query, key = max(query, words[f.Query].Width()), max(key, words[f.Key].Width())
	}
	most := max(2, min(render.WidestLabel, (o.width()-len(" ->   head 1  0.00  by step 1000"))/2))
	query, key = min(query, most), min(key, most)
	var b strings.Builder
	for _, f := range formed {
		line := term.PadLeft(words[f.Query].Fit(query), query) + " -> " + term.PadRight(words[f.Key].Fit(key), key)
		if len(m.Attention) > 1 {
			line += fmt.Sprintf("  layer %d", f.Layer+1)
		}
		b.WriteString(o.longest(line + fmt.Sprintf("  head %d  %.2f  by step %d", f.Head+1, render.Printed(f.Final), f.Step)))
	}
	return b.String()
}

// evenly chooses at most so many of n places, at least one, the first and the last among them where two are
// chosen.
func evenly(n, most int) []int {
	most = min(most, n)
	chosen := make([]int, most)
	for i := range chosen {
		chosen[i] = (i*(n-1) + (most-1)/2) / max(1, most-1)
	}
	return chosen
}
