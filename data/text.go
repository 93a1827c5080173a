package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"

	"attend/internal/file"
)

// MaxText is the largest size of a text in bytes: 1 GB. While it is read, a text of long lines takes two to three times its size in memory, one of
// very short lines up to ten times.
const MaxText = 1_000_000_000

// readText reads all of r and returns it without its byte-order mark, with the
// SHA-256 of the bytes as they came. It is an error when the text is empty or
// blank, is not UTF-8, holds a NUL byte, or is longer than [MaxText], a *[file.SizeError].
func readText(name string, r io.Reader) (text, sum string, err error) {
	digest := sha256.New()
	text, err = readAll(io.TeeReader(r, digest), sizeOf(r), MaxText)
	if err != nil {
		return "", "", fmt.Errorf("reading %s: %w", name, err)
	}
	if at := badByte(text); at >= 0 {
		line := 1 + strings.Count(text[:at], "\n")
		return "", "", fmt.Errorf("%s: line %d: %s", name, line, badByteMessage(text, at))
	}
	size := len(text)
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.TrimSpace(text) == "" {
		return "", "", fmt.Errorf("%s holds no text (%d bytes): give it at least two sentences, one a line", name, size)
	}
	return text, hex.EncodeToString(digest.Sum(nil)), nil
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

func badByteMessage(text string, at int) string {
	if text[at] == 0 {
		return fmt.Sprintf("byte %d is NUL, so this is binary data (or UTF-16): want plain text in UTF-8", at)
	}
	return fmt.Sprintf("byte %d (0x%02x) is not UTF-8: convert the text first, for example with iconv -t UTF-8", at, text[at])
}
