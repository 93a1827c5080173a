package term

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// The isolates of the Unicode bidirectional algorithm (UAX #9): what is between one that opens and the one that closes is ordered by
// itself, and does not change the order of the text around it. None of them has a width.
const (
	leftToRightIsolate = '\u2066'
	rightToLeftIsolate = '\u2067'
	firstStrongIsolate = '\u2068'
	closeIsolate       = '\u2069'
)

// Isolating returns a writer of text for people, which [Isolate] makes of every text that is written at once. [Raw] returns the
// writer below it.
func Isolating(w io.Writer) io.Writer {
	if already, ok := w.(isolating); ok {
		return already
	}
	return isolating{w}
}

type isolating struct{ io.Writer }

func (w isolating) Write(b []byte) (int, error) {
	text := string(b)
	if set := Isolate(text); set != text {
		if _, err := io.WriteString(w.Writer, set); err != nil {
			return 0, err
		}
		return len(b), nil
	}
	return w.Writer.Write(b)
}

// Raw returns the writer below an [Isolating] one, or the stream itself: for what other programs read.
func Raw[T any](stream T) T {
	if w, ok := any(stream).(isolating); ok {
		stream = w.Writer.(T)
	}
	return stream
}

// Isolated is a text that is to be read as one, such as a sentence. If it holds characters that are written from right to left, it
// is an isolate with the direction of its first letter; [Isolate] closes it at the end of a line and opens it in the next.
func Isolated(s string) string {
	if !rightToLeft(s) {
		return s
	}
	opening := leftToRightIsolate
	for _, r := range s {
		if class := classOf(r); class == bidi.L {
			break
		} else if class == bidi.R || class == bidi.AL {
			opening = rightToLeftIsolate
			break
		}
	}
	return string(opening) + s + string(closeIsolate)
}

// Isolate puts an isolate around every word that holds characters written from right to left, so that a display which orders them
// leaves words, numbers and bars in their columns. Other text keeps its bytes. Words end at blanks, quotes, brackets and symbols; a
// sentence in quotes is as one word; what is in an isolate stays as it is. Applying it twice changes nothing more.
func Isolate(text string) string {
	if !rightToLeft(text) {
		return text
	}
	var b strings.Builder
	opened := rune(0) // the isolate that the last line left open
	for line := range strings.Lines(text) {
		line, newline := strings.CutSuffix(line, "\n")
		if opened != 0 {
			rest := strings.TrimLeft(line, " ")
			b.WriteString(line[:len(line)-len(rest)])
			line = string(opened) + rest
		}
		opened = isolateLine(&b, line)
		if opened != 0 {
			b.WriteRune(closeIsolate)
		}
		if newline {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// isolateLine writes a line with its words isolated, and returns the isolate that it leaves open, or 0.
func isolateLine(b *strings.Builder, line string) (opened rune) {
	from := 0 // where the word begins
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRuneInString(line[i:])
		switch {
		case opened == 0 && (joins(r) || r == '"' && from < i && isGershayim(line, i)):
			i += size
			continue
		case r == '\x1b':
			size = escapeLength(line[i:])
		case opened == 0 && r == '"' && from == i:
			if text := quoted(line[i:]); rightToLeft(text) {
				b.WriteString(`"` + Isolated(text) + `"`)
				i += len(text) + 2
				from = i
				continue
			}
		}
		isolateWord(b, line[from:i])
		b.WriteString(line[i : i+size])
		switch {
		case r == closeIsolate:
			opened = 0
		case opened == 0 && r >= leftToRightIsolate && r <= firstStrongIsolate:
			opened = r
		}
		i += size
		from = i
	}
	isolateWord(b, line[from:])
	return opened
}

// quoted returns the sentence between the quote at the beginning of a text and the next one, or "" if these are no quotes around a
// sentence, as those that are tokens in a row of tokens.
func quoted(s string) string {
	text, after, found := strings.Cut(s[1:], `"`)
	next, _ := utf8.DecodeRuneInString(after)
	if !found || after != "" && joins(next) || strings.TrimSpace(text) != text || strings.Contains(text, "  ") ||
		strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= leftToRightIsolate && r <= closeIsolate }) {
		return ""
	}
	return text
}

// isGershayim reports whether the mark " at byte i stands inside a word from right to left, as in Hebrew abbreviations.
func isGershayim(line string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(line[:i])
	after, _ := utf8.DecodeRuneInString(line[i+1:])
	return ordersLeft(before) && ordersLeft(after)
}

// isolateWord writes a word, in an isolate if it has characters that are written from right to left. The marks before and after the
// word stay outside.
func isolateWord(b *strings.Builder, word string) {
	if !rightToLeft(word) {
		b.WriteString(word)
		return
	}
	first := strings.IndexFunc(word, inside)
	ends := "…'’"
	if strings.ContainsAny(word[:first], "'‘") { // quotes around the word
		ends = "…"
	}
	last := strings.LastIndexFunc(word, func(r rune) bool { return inside(r) || strings.ContainsRune(ends, r) })
	_, size := utf8.DecodeRuneInString(word[last:])
	b.WriteString(word[:first] + Isolated(word[first:last+size]) + word[last+size:])
}

// inside reports whether a character can begin or end a word.
func inside(r rune) bool { return unicode.In(r, unicode.L, unicode.M, unicode.N) || ordersLeft(r) }

// joins reports whether a character does not end a word.
func joins(r rune) bool {
	switch {
	case r >= leftToRightIsolate && r <= closeIsolate:
		return false
	case inside(r) || r == '’' || unicode.Is(unicode.Cf, r):
		return true
	}
	return unicode.In(r, unicode.Pc, unicode.Pd, unicode.Po) && !strings.ContainsRune(`",;:`, r)
}

// escapeLength returns the length of the escape sequence at the beginning of a text.
func escapeLength(s string) int {
	if !strings.HasPrefix(s, "\x1b[") {
		return 1
	}
	if end := strings.IndexFunc(s[2:], func(r rune) bool { return r >= '@' && r <= '~' }); end >= 0 {
		return 2 + end + 1
	}
	return len(s)
}

// WithoutIsolates is a text without the isolates in it, such as a word that was copied from the output.
func WithoutIsolates(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= leftToRightIsolate && r <= closeIsolate {
			return -1
		}
		return r
	}, s)
}

// rightToLeft reports whether a text holds a character that is written from right to left, or a digit that is ordered with these.
func rightToLeft(s string) bool {
	return strings.ContainsFunc(s, ordersLeft)
}

// ordersLeft reports whether the text around a character can be ordered from right to left because of it.
func ordersLeft(r rune) bool {
	class := classOf(r)
	return class == bidi.R || class == bidi.AL || class == bidi.AN
}

// classOf is the class of a character in the bidirectional algorithm.
func classOf(r rune) bidi.Class {
	if r < utf8.RuneSelf { // as most are
		if unicode.IsLetter(r) {
			return bidi.L
		}
		return bidi.ON
	}
	properties, _ := bidi.LookupRune(r)
	return properties.Class()
}
