package data

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"
)

// readText reads all of r and returns it without its byte-order mark, with the
// SHA-256 of the bytes as they came. It is an error when the text is empty or
// blank, is not UTF-8, or holds a NUL byte.
func readText(name string, r io.Reader) (text, sum string, err error) {
	var all strings.Builder
	if file, ok := r.(fs.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			all.Grow(int(info.Size())) // so that it need not grow, which would copy it
		}
	}
	digest := sha256.New()
	if _, err := io.Copy(io.MultiWriter(&all, digest), r); err != nil {
		return "", "", fmt.Errorf("reading %s: %w", name, err)
	}
	text = all.String()
	if at := badByte(text); at >= 0 {
		line := 1 + strings.Count(text[:at], "\n")
		return "", "", fmt.Errorf("%s: line %d: %s", name, line, badByteMessage(text, at))
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if strings.TrimSpace(text) == "" {
		return "", "", fmt.Errorf("%s holds no text (%d bytes): give it at least two sentences, one a line", name, all.Len())
	}
	return text, hex.EncodeToString(digest.Sum(nil)), nil
}

// badByte returns the offset of the first byte that no text holds, NUL or what is
// not UTF-8, or -1.
func badByte(text string) int {
	nul := strings.IndexByte(text, 0)
	checked := text
	if nul >= 0 {
		checked = text[:nul]
	}
	if utf8.ValidString(checked) {
		return nul
	}
	for i := 0; i < len(checked); {
		r, n := utf8.DecodeRuneInString(checked[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return nul
}

func badByteMessage(text string, at int) string {
	if text[at] == 0 {
		return fmt.Sprintf("byte %d is NUL, so this is binary data (or UTF-16): want plain text in UTF-8", at)
	}
	return fmt.Sprintf("byte %d (0x%02x) is not UTF-8: convert the text first, for example with iconv -t UTF-8", at, text[at])
}
