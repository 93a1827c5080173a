package data

import (
	"slices"
	"strings"
)

// stringList is a list of strings, one after the other in one piece of memory of less than 4 GB. The zero value is empty.
type stringList struct {
	text strings.Builder
	ends []uint32 // where each string ends
}

func (l *stringList) len() int { return len(l.ends) }

// at returns the string with index i, which shares the memory of the list.
func (l *stringList) at(i int) string {
	start := uint32(0)
	if i > 0 {
		start = l.ends[i-1]
	}
	return l.text.String()[start:l.ends[i]]
}

// grow makes space for more strings of so many bytes together.
func (l *stringList) grow(count, bytes int) {
	l.text.Grow(bytes)
	l.ends = slices.Grow(l.ends, count)
}

// add adds a copy of a string.
func (l *stringList) add(s string) {
	l.text.WriteString(s)
	l.ends = append(l.ends, uint32(l.text.Len()))
}

// all returns the strings.
func (l *stringList) all() []string {
	all := make([]string, l.len())
	for i := range all {
		all[i] = l.at(i)
	}
	return all
}
