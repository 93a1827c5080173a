package main

import (
	"unicode/utf8"

	"attend/internal/printable"
)

// commandWord returns a word of a command to copy: as [printable.ShellWord] writes it, or the placeholder if that has more than `most`
// characters.
func commandWord(s, placeholder string, most int) string {
	if utf8.RuneCountInString(s) > most { // quoted it is no shorter
		return placeholder
	}
	if word := printable.ShellWord(s); utf8.RuneCountInString(word) <= most {
		return word
	}
	return placeholder
}
