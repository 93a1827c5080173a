package picture

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
)

// Sizes of the picture of a scatter, in pixels.
const (
	scatterWidth  = 1000
	scatterLeast  = 200
	titleSize     = 22 // of letters
	noteSize      = 14
	nameSize      = 13
	lineHeight    = 1.35 // of a line of text, in sizes of its letters
	dotRadius     = 3.0
	widestScatter = 200 // columns of a heading
)

// Scatter draws a dot for each vector, and its name beside it, moved with a line that leads there where it is crowded, or left
// out where there is no space. Every dot has its name as a tip. The error says what is wrong with the picture.
func Scatter(s attention.Scatter, o Options) (Drawing, error) {
	if err := s.Validate(); err != nil {
		return Drawing{}, err
	}
	d, _, _ := layoutScatter(s, o)
	return d, nil
}

// layoutScatter places the points, as many names as fit in the plot, and the text around it.
func layoutScatter(s attention.Scatter, o Options) (d Drawing, tags []tag, plot area) {
	d = Drawing{palette: o.palette(), width: max(cmp.Or(o.Width, scatterWidth), scatterLeast)}
	inner := float64(d.width - 2*margin)
	y := float64(margin)
	add := func(s string, size float64, t text) {
		t.s, t.x, t.y, t.size = s, margin, y, size
		y = d.paragraph(t, size*lineHeight, size*(lineHeight-1), inner, math.MaxInt)
	}
	note := text{fill: d.muted}
	heading, run := render.ScatterHeading(s), printable.Path(s.Source.Run)
	origin := fmt.Sprintf("%s, step %d%s", pathEnd(run), s.Source.Step, render.Selected(s.Source))
	add(term.Fit(heading, widestScatter), titleSize, text{fill: d.ink})
	add(origin, noteSize, note)
	y += noteSize

	// The plot: one scale for both axes, with space at its edges for names.
	points, across, down := render.ScatterPlane(s)
	sides, ends := inner*0.07, 2*nameSize*lineHeight
	scale := inner - 2*sides
	if across > 0 {
		scale /= across
	}
	if down > 0 {
		scale = min(scale, inner/down) // no higher than wide
	}
	plot = area{margin, y, inner, max(inner/4, scale*down+2*ends)}
	left, top := margin+(inner-scale*across)/2, y+(plot.height-scale*down)/2
	names := make([]string, len(points))
	for i, p := range points {
		points[i] = [2]float64{left + scale*p[0], top + scale*p[1]}
		names[i] = term.Fit(render.Spelling(s.Points[i].Name), render.WidestLabel+8)
	}
	right, bottom := plot.x+plot.width, plot.y+plot.height
	for _, side := range [][4]float64{{plot.x, plot.y, right, plot.y}, {plot.x, bottom, right, bottom},
		{plot.x, plot.y, plot.x, bottom}, {right, plot.y, right, bottom}} {
		d.lines = append(d.lines, line{side[0], side[1], side[2], side[3], 1, d.grid})
	}
	unnamed := map[int]bool{}
	for i, p := range points {
		if s.Joined && i > 0 {
			d.lines = append(d.lines, line{points[i-1][0], points[i-1][1], p[0], p[1], 1, d.grid})
		}
		d.dots = append(d.dots, dot{p[0], p[1], dotRadius, d.scale.Weight(1), render.Spelling(s.Points[i].Name)})
		unnamed[i] = true
	}
	measure := func(name string) float64 { return d.face.svgWidth(name, nameSize, false) }
	tags = placeTags(newBoard(plot), points, names, measure, nameSize*1.15)
	for _, t := range tags {
		delete(unnamed, t.point)
		d.tag(t, points[t.point][0], points[t.point][1])
	}

	y += plot.height + noteSize/2
	add(render.ScatterCaption(s), noteSize, note)
	if len(unnamed) > 0 {
		add(render.UnnamedNote(s, slices.Sorted(maps.Keys(unnamed))), noteSize, note)
	}
	d.height = int(y) + margin
	d.subject = subject{
		heading: heading,
		description: strings.Join([]string{heading, origin, render.ScatterCaption(s),
			fmt.Sprintf("%d of %d without a name", len(unnamed), len(points))}, "; "),
		metadata: fmt.Sprintf(`<attend xmlns="urn:attend" title="%s" run="%s" step="%d" share1="%.6f" share2="%.6f"/>`,
			escaped(heading), escaped(run), s.Source.Step, s.Share[0], s.Share[1]),
		entries: [][2]string{{"Title", heading}, {"Run", run}, {"Step", fmt.Sprint(s.Source.Step)},
			{"Variance", fmt.Sprintf("%.6f %.6f", s.Share[0], s.Share[1])}},
	}
	return d, tags, plot
}

// pathEnd is a path that fits a line: of a long one its last folders, by which runs of one kind differ.
func pathEnd(path string) string {
	const most = 60 // columns
	for folders := strings.Split(path, "/"); ansi.StringWidth(path) > most && len(folders) > 2; {
		folders = folders[1:]
		path = "…/" + strings.Join(folders, "/")
	}
	return path
}

// tag draws the name of the point at x, y, and the line that leads there.
func (d *Drawing) tag(t tag, x, y float64) {
	if t.led {
		toX, toY := t.anchor(x, y)
		d.lines = append(d.lines, line{x, y, toX, toY, 0.8, d.leader})
	}
	// Another font may be wider: a name grows away from its point.
	name := text{x: t.at.x, y: t.at.y + 0.79*t.at.height, size: nameSize, s: t.name, fill: d.ink}
	if t.at.x+t.at.width <= x {
		name.x, name.anchor = t.at.x+t.at.width, end
	} else if t.at.x < x {
		name.x, name.anchor = t.at.x+t.at.width/2, middle
	}
	d.texts = append(d.texts, name)
}
