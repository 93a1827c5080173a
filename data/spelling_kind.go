package data

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind is what the white space beside a token depends on: a punctuation mark is a kind of its own, and all words of letters are one.
type tokenKind struct {
	name string // one of those below, or the mark
	mark rune   // 0 for a word and for a symbol
}

// Names of the kinds that are no marks, and of what is before the first token of a sentence and after its last.
const (
	kindLetters  = "letters"
	kindDigits   = "digits"
	kindMixed    = "mixed"    // a digit, then letters: 5kg
	kindUnspaced = "unspaced" // letters of a script that is written without spaces between words
	kindSymbol   = "symbol"   // a pictograph
	kindStart    = "start"
	kindEnd      = "end"
)

// unspacedScripts are written without spaces between words.
var unspacedScripts = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// kindOf returns the kind of a key.
func kindOf(key string) tokenKind {
	r, size := utf8.DecodeRuneInString(key)
	switch {
	case key == UnknownToken || key == BoundaryToken:
		return tokenKind{name: kindLetters}
	case isWordRune(r) && unicode.In(r, unspacedScripts...):
		return tokenKind{name: kindUnspaced}
	case isWordRune(r) && !unicode.IsDigit(r):
		return tokenKind{name: kindLetters}
	case isWordRune(r) && strings.IndexFunc(key, func(r rune) bool { return !unicode.IsDigit(r) }) < 0:
		return tokenKind{name: kindDigits}
	case isWordRune(r):
		return tokenKind{name: kindMixed}
	case size == len(key) && (unicode.IsPunct(r) || r < '←' || unicode.Is(unicode.Sm, r)):
		return tokenKind{key, r}
	}
	return tokenKind{name: kindSymbol}
}

// isWord reports whether tokens of the kind are words or numbers.
func (k tokenKind) isWord() bool { return k.mark == 0 && k.name != kindSymbol }

// mayPair reports whether a mark can both open and close, as a straight quotation mark does.
func (k tokenKind) mayPair() bool {
	return k.mark != 0 && (strings.ContainsRune("`*_~|", k.mark) || unicode.Is(unicode.Quotation_Mark, k.mark))
}

// Sides of a paired mark: of the number of times that a sentence has it so far, the remainder by 2.
const closing, opening = 0, 1

// side returns the name of one side of a paired mark.
func (k tokenKind) side(of int) string {
	if of == opening {
		return k.name + "1"
	}
	return k.name + "2"
}

// between returns the name of a mark between two numbers, where it is one that numbers have; else "".
func (k tokenKind) between() string {
	if k.mark != 0 && strings.ContainsRune(".,:٫٬", k.mark) {
		return k.name + "0"
	}
	return ""
}

// window is a place between two kinds, a and b, where white space may be, with what is beside them.
type window struct {
	p     string // before a
	space bool   // whether white space is between p and a
	a, b  string
	n     string // after b
}

// contexts returns the names of the contexts of a place, the most specific first: of all four kinds, with p, with n, of a and b.
func (w window) contexts() [4]string {
	pair, before := w.a+" "+w.b, w.p+" "
	if w.space {
		before += "_ "
	}
	return [4]string{before + pair + " " + w.n, before + pair, pair + " " + w.n, pair}
}

// rule returns the white space of a place as most texts have it, which needs no statistics.
func (w window) rule() string {
	a, b := markIn(w.a), markIn(w.b)
	const (
		joining = `/\_־׳״` // nothing is on either side
		leading = "#@¿¡"
		final   = "…%‰°′″’"
	)
	switch {
	case strings.ContainsRune(joining, a) || strings.ContainsRune(joining, b), isWide(a), isWide(b):
	case opens(w.a, a) || strings.ContainsRune(leading, a):
	case unicode.Is(unicode.Sc, a) && w.b == kindDigits:
	case w.b == kindDigits && strings.HasSuffix(w.a, "0"):
	case closes(w.b, b) || strings.ContainsRune(final, b) || unicode.Is(unicode.Terminal_Punctuation, b):
	case w.a == kindUnspaced && w.b == kindUnspaced:
	default:
		return " "
	}
	return ""
}

// markIn returns the mark of a kind of that name, or 0, which no set has.
func markIn(name string) rune {
	switch name {
	case kindLetters, kindDigits, kindMixed, kindUnspaced, kindSymbol, kindStart, kindEnd:
		return 0
	}
	r, _ := utf8.DecodeRuneInString(name)
	return r
}

// opens reports whether a mark opens a bracket or a quotation, given the name of its kind.
func opens(name string, mark rune) bool {
	return unicode.In(mark, unicode.Ps, unicode.Pi) || len(name) > utf8.RuneLen(mark) && strings.HasSuffix(name, "1")
}

// closes reports whether a mark closes a bracket or a quotation.
func closes(name string, mark rune) bool {
	return unicode.In(mark, unicode.Pe, unicode.Pf) || len(name) > utf8.RuneLen(mark) && strings.HasSuffix(name, "2")
}

// isWide reports whether a mark is as wide as a Chinese character and has its space within.
func isWide(mark rune) bool { return '、' <= mark && mark <= '〿' || '！' <= mark && mark <= '｠' }

// place follows a sentence to know at which of its tokens a sentence begins: at the first of the line, and at the first after a mark
// that ends one.
type place struct {
	after  string // see [statistics.Capitals]; "" within a sentence
	spaced bool   // there was white space since
}

func newPlace() place { return place{kindStart, true} }

// next goes on to the next token, given the name of its kind and whether white space is before it. It returns the place of a word,
// "" for one within a sentence and for what is no word of letters.
func (p *place) next(k tokenKind, name string, spaced bool) (of string) {
	p.spaced = p.spaced || spaced
	switch {
	case k.isWord():
		if k.name == kindLetters && p.spaced {
			of = p.after
		}
		p.after = ""
	case unicode.Is(unicode.Sentence_Terminal, k.mark) || strings.ContainsRune("…:", k.mark):
		*p = place{after: k.name}
	case closes(name, k.mark) && p.after != "" && p.after != kindStart && !spaced:
		if r, size := utf8.DecodeRuneInString(p.after); r != 0 && size == len(p.after) {
			p.after += `"`
		}
	case opens(name, k.mark) || unicode.Is(unicode.Pd, k.mark) || k.mayPair() || k.mark == '¿' || k.mark == '¡':
	default:
		p.after = ""
	}
	return of
}

// pairedByRule are the marks that open and close where there are no statistics.
const pairedByRule = "\"'`"
