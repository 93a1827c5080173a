// Package printable makes text that comes from outside (paths, values of flags, words, what a file holds, errors of
// other libraries) fit for a terminal: nothing in it can steer the terminal, hide, or reorder the text around it, and
// none of it is longer than the caller says. Numbers, counts and sizes are written here too, as all messages have them.
//
//	fmt.Errorf("%s lacks %s: restore the file", printable.Path(folder), name)
//	fmt.Errorf("want a number, not %s", printable.Quote(value))
//	fmt.Sprintf("%s take %s", printable.Count(n, "word"), printable.Size(bytes))
//
// Lengths are counted in characters (runes) of the printable text.
package printable

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attend/internal/emoji"
)

// The longest texts, in characters.
const (
	MaxPath     = 200  // of a path, and of a word of a message
	MaxQuote    = 80   // of a value in quotes
	MaxSentence = 4000 // of a sentence that is shown whole
)

// mostMarks is how many combining marks may stack on one character. Living
// orthographies need about four; more of them cover the lines above and below.
const mostMarks = 6

// Text makes every character of a string visible, so that nothing in it
// can steer a terminal, hide, or reorder the text around it:
//
//   - newline is ↵, tab ⇥, and a space at either end ␣ (so a word that is only
//     a space can be seen); spaces between words stay;
//   - other control characters are their pictures (escape is ␛, delete ␡);
//   - what has no picture, no width or no fixed position (bidi overrides, exotic
//     spaces, private use) is spelled as in Go: \u202e, \U000e0041;
//   - so are zero-width joiners and variation selectors, but not inside an emoji, not
//     after a letter that they join to the next, and not the first after the character
//     whose form they choose;
//   - a byte that is not UTF-8 is �;
//   - a combining mark with nothing before it is written on ◌, and marks beyond six
//     on one character are spelled out.
//
// Applying it twice changes nothing more.
func Text(s string) string {
	if plain(s) && strings.TrimSpace(s) == s {
		return s
	}
	return strings.Join(slices.Collect(pieces(s, true)), "")
}

// Field is [Text] with the spaces at the ends as they are, for a path and for a field of a file.
func Field(s string) string {
	if plain(s) {
		return s
	}
	return strings.Join(slices.Collect(pieces(s, false)), "")
}

// Line is [Text] of a line as it is written, which other programs read too: its white space stays as it is, at the ends too. That is
// tabs, and spaces of all widths, that without width after a word of a script that has it between words, such as Khmer.
func Line(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	from, before := 0, rune(0)
	for at, r := range s {
		if r == '\t' || unicode.Is(unicode.Zs, r) || r == '\u200b' && unicode.In(before, spacedWithoutWidth...) {
			b.WriteString(Field(s[from:at]))
			b.WriteRune(r)
			from = at + utf8.RuneLen(r)
		}
		before = r
	}
	b.WriteString(Field(s[from:]))
	return b.String()
}

// spacedWithoutWidth are the scripts of texts with spaces without width.
var spacedWithoutWidth = []*unicode.RangeTable{unicode.Khmer, unicode.Thai, unicode.Lao, unicode.Myanmar}

// plain reports whether a text is of printable ASCII alone, as most are. It is written unchanged.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Short is [Text] in at most so many characters, at least 1: a longer one ends in … instead.
func Short(s string, most int) string {
	kept, whole := upTo(s, most, true)
	if whole {
		return strings.Join(kept, "")
	}
	kept, _ = upTo(s, most-1, true)
	return strings.Join(kept, "") + "…"
}

// Token is a token of a text in at most [MaxQuote] characters. An empty one is two quotes.
func Token(s string) string {
	if s == "" {
		return `""`
	}
	return Short(s, MaxQuote)
}

// Sentence is [Text] of a text that is shown whole, up to [MaxSentence].
func Sentence(s string) string { return middle(s, MaxSentence, true) }

// Quote is a value in double quotes: [Short] at [MaxQuote], with a backslash before each double quote.
func Quote(s string) string {
	return `"` + strings.ReplaceAll(Short(s, MaxQuote), `"`, `\"`) + `"`
}

// Path is a path of at most [MaxPath] characters. A longer one has … in its middle, since both ends matter. What is
// printable in it stays as it is, spaces at its ends too.
func Path(path string) string { return middle(path, MaxPath, false) }

// Message is an error or a note as one line of at most so many characters, at least 3. Line ends in it become
// semicolons. Words beyond [MaxPath] characters, which are paths or values, are shortened in the middle first, and
// then all of it is, so that the cause at the beginning and the advice at the end stay.
func Message(s string, most int) string {
	lines := strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
	words := strings.Split(strings.Join(lines, "; "), " ")
	for i, word := range words {
		words[i] = middle(word, MaxPath, false)
	}
	return middle(strings.Join(words, " "), most, true)
}

// middle is Text, or without ends Field, with … in its middle if it is longer than so many characters. It does no more work than
// that length takes.
func middle(s string, most int, ends bool) string {
	all, whole := upTo(s, most, ends)
	if whole {
		return strings.Join(all, "")
	}
	kept, _ := upTo(s, most/2, ends)
	head := strings.Join(kept, "")
	room := most - 1 - utf8.RuneCountInString(head)
	from := len(s)
	for range room { // each character gives one or more
		_, n := utf8.DecodeLastRuneInString(s[:from])
		from -= n
	}
	tail := slices.Collect(pieces("…"+s[from:], ends))[1:] // … comes before a combining mark at the start
	over := utf8.RuneCountInString(strings.Join(tail, "")) - room
	for over > 0 {
		over -= utf8.RuneCountInString(tail[0])
		tail = tail[1:]
	}
	return head + "…" + strings.Join(tail, "")
}

// upTo returns how Text writes the characters at the beginning of a text, in at most so many characters, and whether that is
// the whole text.
func upTo(s string, most int, ends bool) (kept []string, whole bool) {
	for p := range pieces(s, ends) {
		if most -= utf8.RuneCountInString(p); most < 0 {
			return kept, false
		}
		kept = append(kept, p)
	}
	return kept, true
}

// pieces returns how Text writes each character, or each emoji, in turn. With ends, spaces at the ends are made visible.
func pieces(s string, ends bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		lead, tail := 0, len(s)
		if ends {
			lead = len(s) - len(strings.TrimLeft(s, " "))
			tail = len(strings.TrimRight(s, " "))
		}
		marks, base, before := 0, false, rune(0) // the character before, if it is written as it is
		for i := 0; i < len(s); {
			r, n := utf8.DecodeRuneInString(s[i:])
			p := string(r) // of a byte that is not UTF-8 r is �
			whole := emoji.Len(s[i:])
			switch {
			case whole > n:
				p, n = s[i:i+whole], whole
				marks, base = 0, true
			case modifies(r, before):
			case unicode.Is(unicode.M, r) && !invisible(r):
				if marks++; marks > mostMarks {
					p = spelled(r)
				}
				if !base {
					p, base = "◌"+p, true
				}
			default:
				marks, base = 0, r != ' ' || i < lead || i >= tail
				switch {
				case r == '\n':
					p = "↵"
				case r == '\t':
					p = "⇥"
				case r < 0x20:
					p = string('␀' + r)
				case r == 0x7f:
					p = "␡"
				case r == ' ' && base:
					p = "␣"
				case r != ' ' && invisible(r):
					p = spelled(r)
				case extends(r) && i == 0:
					p = "◌" + p
				}
			}
			if before = 0; strings.HasSuffix(p, s[i:i+n]) && r != ' ' {
				before, _ = utf8.DecodeLastRuneInString(p)
			}
			i += n
			if !yield(p) {
				return
			}
		}
	}
}

// modifies reports whether a character without a mark of its own changes how the one before it is drawn: a variation selector, or
// a zero-width joiner after a letter of a script that joins letters.
func modifies(r, before rune) bool {
	switch {
	case before == 0 || unicode.In(before, unicode.Cf, unicode.Variation_Selector):
		return false
	case r == '\u200c' || r == '\u200d' || r == '\u180e':
		return before > 0x58f && unicode.In(before, unicode.L, unicode.M)
	}
	return unicode.Is(unicode.Variation_Selector, r)
}

// spelled is a character as Go source has it.
func spelled(r rune) string {
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// invisible reports whether a character leaves no mark of its own on a screen or
// has no agreed one.
func invisible(r rune) bool {
	if r == ' ' || 0x1f000 <= r && emoji.IsPictograph(r) { // an emoji of a later Unicode too
		return false
	}
	return !unicode.IsGraphic(r) || unicode.IsSpace(r) || unicode.In(r, unicode.Zs,
		unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) || r == '\u2800'
}

// extends reports whether a character that is no mark still joins the one before
// it: emoji skin tones and the halfwidth voicing marks of Japanese.
func extends(r rune) bool {
	return r >= 0x1f3fb && r <= 0x1f3ff || r == 0xff9e || r == 0xff9f
}
