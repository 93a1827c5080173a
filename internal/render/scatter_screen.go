package render

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A screen holds what stands in each column of each line of a scatter: dots and names.
type screen struct {
	columns, rows int
	glyphs        []string // [rows][columns]; empty where a wide one before reaches in
	dots, names   []bool   // [rows][columns]: what is there
}

func newScreen(columns, rows int) *screen {
	size := columns * rows
	s := &screen{columns, rows, make([]string, size), make([]bool, size), make([]bool, size)}
	for i := range s.glyphs {
		s.glyphs[i] = " "
	}
	return s
}

// put writes a text of the given width from a column on.
func (s *screen) put(x, y int, text string, width int) {
	at := y*s.columns + x
	s.glyphs[at] = text
	for i := range width - 1 {
		s.glyphs[at+1+i] = ""
	}
}

// name writes the name of the dot at x, y where it has room beside it, above or below, and tells
// whether it found any.
func (s *screen) name(x, y int, name string) bool {
	width := ansi.StringWidth(name)
	for _, corner := range [][2]int{
		{x + 1, y}, {x - width, y}, // beside
		{x - width/2, y - 1}, {x - width/2, y + 1}, // above, below
		{x, y - 1}, {x, y + 1}, {x - width + 1, y - 1}, {x - width + 1, y + 1},
	} {
		if !s.room(corner[0], corner[1], width, x, y) {
			continue
		}
		s.put(corner[0], corner[1], name, width)
		for i := range width {
			s.names[corner[1]*s.columns+corner[0]+i] = true
		}
		return true
	}
	return false
}

// room tells whether a name of the dot at dotX, dotY may stand from a column on. It must not touch
// another name, nor another dot, whose name it would seem to be.
func (s *screen) room(x, y, width, dotX, dotY int) bool {
	if x < 0 || y < 0 || x+width > s.columns || y >= s.rows {
		return false
	}
	for column := max(0, x-1); column < min(s.columns, x+width+1); column++ {
		at := y*s.columns + column
		if s.names[at] || s.dots[at] && (column != dotX || y != dotY) {
			return false
		}
	}
	return true
}

// text is the lines, without the blanks at their ends.
func (s *screen) text() []string {
	var lines []string
	for from := 0; from < len(s.glyphs); from += s.columns {
		lines = append(lines, strings.TrimRight(strings.Join(s.glyphs[from:from+s.columns], ""), " "))
	}
	return lines
}
