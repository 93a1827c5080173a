package prose

import (
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	"attend/internal/attention"
	"attend/internal/printable"
)

// Tokens says what the tokens of a run are.
type Tokens struct {
	Noun      string // of one token, such as word or character
	Sentences bool   // each sentence begins with <s>
}

// Does says what a head does, as the end of a sentence that begins with the head: "attends to the word before (previous token)".
func (t Tokens) Does(h attention.Head) string {
	switch {
	case h.Named >= 0:
		does := "attends to " + t.Keys(h.Scores[h.Named])
		if name := t.field(h.Scores[h.Named]); name != "" {
			does += " (" + name + ")"
		}
		return does
	case h.Role == attention.RoleMixed:
		return "has no single pattern"
	}
	return "spreads its attention broadly"
}

// Keys says in plain words which keys a role means.
func (t Tokens) Keys(s attention.RoleScore) string {
	if s.Rule {
		return "the cause " + t.Noun + "s of the rule " + printable.Short(s.Role, printable.MaxQuote)
	}
	whole := "text"
	if t.Sentences {
		whole = "sentence"
	}
	switch s.Role {
	case attention.RolePrevious:
		return "the " + t.Noun + " before"
	case attention.RoleCurrent:
		return "the " + t.Noun + " itself"
	case attention.RoleOffset:
		return fmt.Sprintf("the %s %s before", t.Noun, inWords(*s.Offset))
	case attention.RoleDuplicate:
		return "an earlier mention of the same " + t.Noun
	case attention.RoleInduction:
		return "what followed an earlier mention of the same " + t.Noun
	case attention.RoleFirst:
		return "the first " + t.Noun + " of the " + whole
	case attention.RoleBoundary:
		return "<s>, the start of the sentence"
	case attention.RolePosition:
		n := *s.Position
		if !t.Sentences {
			n++
		}
		return fmt.Sprintf("%s %d of the %s", t.Noun, n, whole)
	case attention.RoleWords:
		return t.words(s.Words)
	}
	return s.Role
}

// field is the name that the field has for a role, "" where the plain words are that name.
func (t Tokens) field(s attention.RoleScore) string {
	if s.Rule {
		return ""
	}
	switch s.Role {
	case attention.RoleOffset:
		return fmt.Sprintf("fixed offset %d", *s.Offset)
	case attention.RoleBoundary:
		return "attention sink"
	case attention.RolePrevious, attention.RoleCurrent, attention.RoleDuplicate, attention.RoleInduction:
		return s.Role
	case attention.RolePosition:
		return "a fixed position"
	}
	return ""
}

// words names a set of tokens.
func (t Tokens) words(set []string) string {
	kind := t.Noun
	if !slices.ContainsFunc(set, func(token string) bool { return !punctuation(token) }) {
		kind = "punctuation mark"
	}
	var names []string
	for _, token := range set {
		names = append(names, printable.Quote(printable.Token(token)))
	}
	return "the " + plural(len(set), kind) + " " + Listed(names)
}

// punctuation reports whether a token is a punctuation mark.
func punctuation(token string) bool {
	r, size := utf8.DecodeRuneInString(token)
	return size == len(token) && unicode.IsPunct(r)
}

// inWords writes small numbers in words.
func inWords(n int) string {
	if small := []string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}; n < len(small) {
		return small[n]
	}
	return fmt.Sprint(n)
}
