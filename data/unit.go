package data

import (
	"fmt"
	"strings"

	"attend/internal/printable"
)

// Unit is a way to read a text, by its name: which tokenizer cuts it into tokens, and in
// which layout these stand.
type Unit string

const (
	// Word makes each word and each punctuation mark a token, and each line a
	// sentence of its own.
	Word Unit = "word"
	// Char makes each Unicode code point a token, and the text one long sequence.
	Char Unit = "char"
)

// unitEntry is what a unit stands for.
type unitEntry struct {
	name      Unit
	tokenizer Tokenizer
	layout    Layout
	meaning   string // in a few words, for help
}

// units is the table of all units.
var units = []unitEntry{
	{Word, words{}, sentences{}, "one sentence a line"},
	{Char, chars{}, stream{}, "one long text"},
}

// UnitNames lists the units by name.
func UnitNames() []string {
	names := make([]string, len(units))
	for i, entry := range units {
		names[i] = string(entry.name)
	}
	return names
}

// UnitMeanings says in one line what each unit is, for help.
func UnitMeanings() string {
	meanings := make([]string, len(units))
	for i, entry := range units {
		meanings[i] = fmt.Sprintf("%s: %s", entry.name, entry.meaning)
	}
	return strings.Join(meanings, "; ")
}

// ParseUnit reads a unit by its name, one of [UnitNames].
func ParseUnit(s string) (Unit, error) {
	entry, err := Unit(s).entry()
	return entry.name, err
}

// entry returns the entry of the table. It is an error when there is none.
func (u Unit) entry() (unitEntry, error) {
	var names []string
	for _, entry := range units {
		if entry.name == u {
			return entry, nil
		}
		names = append(names, fmt.Sprintf("%q", entry.name))
	}
	return unitEntry{}, fmt.Errorf("the unit is %s, want %s", printable.Quote(string(u)), printable.Or(names))
}
