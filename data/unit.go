package data

import (
	"fmt"

	"attend/internal/printable"
)

// Unit is what one token stands for.
type Unit string

const (
	// Word makes each word and each punctuation mark a token, and each line a
	// sentence of its own.
	Word Unit = "word"
	// Char makes each Unicode code point a token, and the text one long sequence.
	Char Unit = "char"
)

const (
	// BoundaryToken stands before the first word of a sentence and after the last.
	BoundaryToken = "<s>"
	// UnknownToken stands for every token that the vocabulary does not hold.
	UnknownToken = "<unk>"
)

// UnitNames lists the units by name.
func UnitNames() []string { return []string{string(Word), string(Char)} }

// ParseUnit reads a unit by its name, "word" or "char".
func ParseUnit(s string) (Unit, error) {
	u := Unit(s)
	return u, u.validate()
}

func (u Unit) validate() error {
	if u != Word && u != Char {
		return fmt.Errorf("the unit is %s, want %q or %q", printable.Quote(string(u)), Word, Char)
	}
	return nil
}

// specials are the tokens that no text can spell, in the order of their ids.
func (u Unit) specials() []string {
	if u == Word {
		return []string{BoundaryToken, UnknownToken}
	}
	return []string{UnknownToken}
}
