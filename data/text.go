package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"attend/internal/file"
	"attend/internal/printable"
)

// MaxText is the largest size of a text in bytes: 1 GB. While it is read, a text of long lines takes two to three times its size in memory, one of
// very short lines up to ten times.
const MaxText = 1_000_000_000

// sourceForm is how a text came: what its reader changed.
type sourceForm struct {
	sum      string // SHA-256 of the text in UTF-8 as it came
	encoding string
	mark     bool // it began with a byte-order mark
	returns  bool // carriage returns alone ended lines
}

// plain returns a command of a shell that reads the file IN, so that it reads the lines that its reader returns.
func (f sourceForm) plain(command string) string {
	var filters []string
	if !isUTF8(f.encoding) {
		filters = append(filters, "iconv -f "+printable.ShellWord(strings.ToUpper(strings.TrimSpace(f.encoding)))+" -t UTF-8")
	}
	if f.mark {
		filters = append(filters, "tail -c +4") // without the three bytes of the mark in UTF-8
	}
	if f.returns {
		filters = append(filters, `tr '\r' '\n'`)
	}
	if len(filters) == 0 {
		return command
	}
	filters[0] += " < IN"
	return strings.Join(filters, " | ") + " | " + strings.Replace(strings.Replace(command, " < IN ", " ", 1), " IN ", " ", 1)
}

// readText reads all of r as [ReadText] does, with the form in which the text came. It is an error when the text is blank.
func readText(path string, r io.Reader, encoding string) (text string, came sourceForm, err error) {
	digest := sha256.New()
	text, came, err = readDecoded(path, r, encoding, MaxText, digest)
	if err != nil {
		return "", came, err
	}
	if strings.TrimSpace(text) == "" {
		return "", came, fmt.Errorf("%s holds no text: give it some, such as sentences, one a line", displayName(path))
	}
	came.sum = hex.EncodeToString(digest.Sum(nil))
	return text, came, nil
}

// ReadText returns the text of r, of at most `most` bytes, in UTF-8, without its byte-order mark. Its lines end in a line feed or in a
// carriage return and a line feed: a carriage return alone becomes a line feed. encoding is that of r, see [Decoded]; path names the
// file, or is "" for standard input. It is an error when the text is not in that encoding or holds a NUL byte, a *[NotTextError], or
// when it is longer, a *[file.SizeError].
func ReadText(path string, r io.Reader, encoding string, most int64) (string, error) {
	text, _, err := readDecoded(path, r, encoding, most, io.Discard)
	return text, err
}

// readDecoded is [ReadText], which writes the text in UTF-8 as it came to another writer. The form that it returns has no sum.
func readDecoded(path string, r io.Reader, encoding string, most int64, to io.Writer) (text string, came sourceForm, err error) {
	came.encoding = encoding
	in, err := Decoded(r, encoding)
	if err != nil {
		return "", came, err
	}
	text, err = readAll(io.TeeReader(in, to), sizeOf(r), most)
	if err != nil {
		return "", came, fmt.Errorf("reading %s: %w", displayName(path), err)
	}
	if isUTF8(encoding) {
		if at := badByte(text); at >= 0 {
			return "", came, notText(path, text, at)
		}
	} else if at := strings.IndexAny(text, "\x00\ufffd"); at >= 0 {
		return "", came, &NotTextError{Path: path, Problem: fmt.Sprintf("line %d has bytes that are not text in %s: leave out --encoding, "+
			"which names what the bytes are like", 1+strings.Count(text[:at], "\n"), encoding)}
	}
	text, came.mark = strings.CutPrefix(text, "\ufeff")
	lines := withoutLoneReturns(text)
	came.returns = lines != text
	return lines, came, nil
}

// displayName returns the name of a text in messages, given its path.
func displayName(path string) string {
	if path == "" {
		return "standard input"
	}
	return printable.Path(filepath.Base(path)) // from here on it is only shown
}

// withoutLoneReturns returns a text with a line feed in place of each carriage return that no line feed follows: these end the lines of
// old Mac files.
func withoutLoneReturns(text string) string {
	if strings.Count(text, "\r") == strings.Count(text, "\r\n") {
		return text
	}
	b := []byte(text)
	for i := range b {
		if b[i] == '\r' && (i+1 == len(b) || b[i+1] != '\n') {
			b[i] = '\n'
		}
	}
	return string(b)
}

// sizeOf returns how many bytes a regular file has, and 0 for every other reader.
func sizeOf(r io.Reader) int64 {
	if f, ok := r.(fs.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return 0
}

// readAll reads a text of about size bytes to its end, or to its first NUL byte, so that a device without an end is not read
// forever. More than most bytes are a *[file.SizeError]. A text of the size given is not copied; any other takes twice its memory
// for a moment, at its end.
func readAll(r io.Reader, size, most int64) (string, error) {
	const smallest, largest = 1 << 16, 1 << 26 // of the pieces that a text of unknown size is kept in
	buffer := make([]byte, smallest)
	var pieces []string
	var piece strings.Builder
	piece.Grow(int(max(smallest, min(size, most))))
	for left := most; ; {
		n, err := r.Read(buffer)
		if left -= int64(n); left < 0 {
			return "", &file.SizeError{Most: most}
		}
		if n > piece.Cap()-piece.Len() {
			pieces = append(pieces, piece.String())
			next := min(largest, 2*piece.Cap())
			piece.Reset()
			piece.Grow(next)
		}
		piece.Write(buffer[:n])
		if err == io.EOF || err == nil && bytes.IndexByte(buffer[:n], 0) >= 0 {
			return strings.Join(append(pieces, piece.String()), ""), nil // of one piece, itself
		}
		if err != nil {
			return "", err
		}
	}
}

// badByte returns the offset of the first byte that is NUL or not UTF-8, or -1.
func badByte(text string) int {
	if utf8.ValidString(text) {
		return strings.IndexByte(text, 0)
	}
	for at := 0; ; {
		r, n := utf8.DecodeRuneInString(text[at:])
		if r == 0 || r == utf8.RuneError && n == 1 {
			return at
		}
		at += n
	}
}

// badByteMessage says what is wrong with a text that a user typed.
func badByteMessage(text string, at int) string {
	if text[at] == 0 {
		return fmt.Sprintf("byte %d is NUL: want plain text in UTF-8", at)
	}
	return fmt.Sprintf("byte %d (0x%02x) is not UTF-8: want plain text in UTF-8", at, text[at])
}
