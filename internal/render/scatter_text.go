package render

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/charmbracelet/colorprofile"
)

// Lines of the picture on a terminal: as high as its proportions ask for, within these.
const (
	fewestLines = 6
	mostLines   = 36
)

// ScatterText draws the picture with characters: a dot where each vector lies and its name beside
// it, as far as names have room; those that have none are listed below. Both axes have one scale, a
// line being twice as high as a column is wide. Every line fits the width; the layers and heads of
// the options do not count. The error tells what is wrong with the picture, or that of the writer.
func ScatterText(w io.Writer, s Scatter, o TextOptions) error {
	if err := s.Validate(); err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(title(s.heading(), o))
	b.WriteByte('\n')
	lines, unnamed := s.lines(o)
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	b.WriteByte('\n')
	b.WriteString(wrap(s.caption(), o.width()))
	if len(unnamed) > 0 {
		b.WriteString(wrap(s.unnamedNote(unnamed), o.width()))
	}
	return write(w, &b)
}

// heading is the title with how many there are.
func (s Scatter) heading() string { return fmt.Sprintf("%d %s", len(s.Points), spelling(s.Title)) }

// unnamedNote says which points have no name in the picture.
func (s Scatter) unnamedNote(unnamed []int) string {
	const most = 60 // names
	note := fmt.Sprintf("%d of %d are dots without a name, for want of room:", len(unnamed), len(s.Points))
	if len(unnamed) == 1 {
		note = fmt.Sprintf("1 of %d is a dot without a name, for want of room:", len(s.Points))
	}
	slices.Sort(unnamed)
	for i, point := range unnamed {
		if i == most {
			return note + fmt.Sprintf(" and %d more", len(unnamed)-most)
		}
		note += " " + fit(spelling(s.Points[point].Name), widestLabel)
	}
	return note
}

// lines are the lines of the picture, and the points whose names found no room.
func (s Scatter) lines(o TextOptions) (lines []string, unnamed []int) {
	points, at, columns, rows := s.places(o.width())
	screen := newScreen(columns, rows)
	dot := "•"
	if o.Color >= colorprofile.ANSI256 {
		dot = tinted(dot, o.Color)
	}
	for _, p := range at {
		screen.put(p[0], p[1], dot, 1)
		screen.dots[p[1]*columns+p[0]] = true
	}
	for _, i := range byRoom(points) {
		if !screen.name(at[i][0], at[i][1], fit(spelling(s.Points[i].Name), min(widestLabel, columns/3))) {
			unnamed = append(unnamed, i)
		}
	}
	return screen.text(), unnamed
}

// places are the column and the line of each point, on paper as wide as the terminal and as high as
// one scale on both axes asks for.
func (s Scatter) places(width int) (points [][2]float64, at [][2]int, columns, rows int) {
	points, across, down := s.plane()
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
