package data

import (
	"iter"
	"strings"
)

// Texts are the sequences of a [Set] as they were written. They share the memory of the text that was read, and take a few bytes
// more for each. The zero value holds none.
type Texts struct {
	text   string
	lines  bool     // whether they are lines of the text; if not, the text is the only one
	starts []uint32 // where each line that is a sentence begins
	rows   []uint32 // which of these lines they are
}

// Len returns the number of texts.
func (t Texts) Len() int {
	if t.lines {
		return len(t.rows)
	}
	return len(t.starts)
}

// At returns the text with index i: of a line without the white space around it.
func (t Texts) At(i int) string {
	if !t.lines {
		return t.text[t.starts[i]:]
	}
	line, _ := nextLine(t.text, int(t.starts[t.rows[i]]))
	return strings.TrimSpace(line)
}

// All visits the texts with their indices.
func (t Texts) All() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for i := range t.Len() {
			if !yield(i, t.At(i)) {
				return
			}
		}
	}
}

// First returns the first n texts.
func (t Texts) First(n int) Texts {
	if !t.lines {
		t.starts = t.starts[:n]
	} else {
		t.rows = t.rows[:n]
	}
	return t
}

// nextLine returns the line of a text that begins at a byte, without its end, and where the next one begins.
func nextLine(text string, from int) (line string, next int) {
	if n := strings.IndexByte(text[from:], '\n'); n >= 0 {
		return text[from : from+n], from + n + 1
	}
	return text[from:], len(text)
}
