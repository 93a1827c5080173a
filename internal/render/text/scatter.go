package text

import (
	"bytes"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/render"
	"attend/internal/term"
)

// Lines of the picture on a terminal: as high as its proportions ask for, within these.
const (
	fewestLines = 6
	mostLines   = 36
)

// Scatter draws the picture with characters: a dot where each vector lies and its name beside
// it, as far as names fit; the others are listed below. Both axes have one scale, a
// line being twice as high as a column is wide. Every line fits the width; the layers and heads of
// the options are ignored. The error says what is wrong with the picture, or that of the writer.
func Scatter(w io.Writer, s attention.Scatter, o Options) error {
	if err := s.Validate(); err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(o.title("%s", render.ScatterHeading(s)) + "\n")
	lines, unnamed := scatterLines(s, o)
	b.WriteString(strings.Join(lines, "\n") + "\n\n" + o.paragraph("%s", render.ScatterCaption(s)))
	if len(unnamed) > 0 {
		b.WriteString(o.paragraph("%s", render.UnnamedNote(s, unnamed)))
	}
	return render.Write(w, &b)
}

// scatterLines are the lines of the picture, and the points whose names did not fit.
func scatterLines(s attention.Scatter, o Options) (lines []string, unnamed []int) {
	points, at, columns, rows := scatterPlaces(s, o.width())
	screen := newScreen(columns, rows)
	for _, p := range at {
		screen.put(p[0], p[1], tinted("•", o.Color), 1)
	}
	for _, i := range render.ByCrowd(points) {
		if !screen.name(at[i][0], at[i][1], term.Fit(render.Spelling(s.Points[i].Name), min(render.WidestLabel, columns/3))) {
			unnamed = append(unnamed, i)
		}
	}
	return screen.text(), unnamed
}

// scatterPlaces are the column and the line of each point, on paper as wide as the terminal and as high as
// one scale on both axes asks for.
func scatterPlaces(s attention.Scatter, width int) (points [][2]float64, at [][2]int, columns, rows int) {
	points, across, down := render.ScatterPlane(s)
	scale := float64(width - 1)
	if across > 0 {
		scale /= across
	}
	if down > 0 {
		scale = min(scale, 2*float64(mostLines-1)/down)
	}
	columns, rows = width, max(fewestLines, int(math.Round(scale*down/2))+1)
	left := (float64(columns-1) - scale*across) / 2
	top := (float64(rows-1) - scale*down/2) / 2
	for _, p := range points {
		x, y := int(math.Round(left+scale*p[0])), int(math.Round(top+scale*p[1]/2))
		at = append(at, [2]int{min(x, columns-1), min(y, rows-1)})
	}
	return points, at, columns, rows
}

// A screen holds what stands in each column of each line of a picture: marks and names.
type screen struct {
	columns, rows int
	glyphs        []string // [rows][columns]; a blank where nothing is, empty where a name that begins before reaches in
}

func newScreen(columns, rows int) screen {
	return screen{columns, rows, slices.Repeat([]string{" "}, columns*rows)}
}

// put writes a text of the given width from a column on.
func (s screen) put(x, y int, text string, width int) {
	at := y*s.columns + x
	s.glyphs[at] = text
	for i := range width - 1 {
		s.glyphs[at+1+i] = ""
	}
}

// name writes the name of the dot at x, y where there is space right or left of it, above or below, and reports
// whether there was.
func (s screen) name(x, y int, name string) bool {
	width := ansi.StringWidth(name)
	for _, corner := range [][2]int{
		{x + 1, y}, {x - width, y}, // right, left
		{x - width/2, y - 1}, {x - width/2, y + 1}, // above, below
		{x, y - 1}, {x, y + 1}, {x - width + 1, y - 1}, {x - width + 1, y + 1},
	} {
		if s.free(corner[0], corner[1], width, x, y) {
			s.put(corner[0], corner[1], name, width)
			return true
		}
	}
	return false
}

// free reports whether a name of the dot at dotX, dotY may stand from a column on. It must not touch
// another name, nor another dot, whose name it would seem to be.
func (s screen) free(x, y, width, dotX, dotY int) bool {
	if x < 0 || y < 0 || x+width > s.columns || y >= s.rows {
		return false
	}
	for column := max(0, x-1); column < min(s.columns, x+width+1); column++ {
		if s.glyphs[y*s.columns+column] != " " && (column != dotX || y != dotY) {
			return false
		}
	}
	return true
}

// text is the lines, without the blanks at their ends.
func (s screen) text() (lines []string) {
	for row := range slices.Chunk(s.glyphs, s.columns) {
		lines = append(lines, strings.TrimRight(strings.Join(row, ""), " "))
	}
	return lines
}
