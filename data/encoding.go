package data

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/transform"

	"attend/internal/printable"
)

// UTF8 is the name of the encoding of a text unless another is named.
const UTF8 = "utf-8"

// An UnknownEncodingError reports a name that is not that of an encoding.
type UnknownEncodingError struct{ Name string }

func (e *UnknownEncodingError) Error() string {
	return fmt.Sprintf("there is no encoding %s: name one such as %s", printable.Quote(e.Name), printable.Or([]string{
		UTF8, "utf-16", "windows-1252", "iso-8859-2", "shift_jis", "gb18030", "euc-kr", "koi8-r"}))
}

// CheckEncoding returns an [UnknownEncodingError] unless there is an encoding of that name.
func CheckEncoding(name string) error {
	_, err := Decoded(strings.NewReader(""), name)
	return err
}

// Decoded returns a reader of a text in UTF-8, given the name of the encoding that r has: a label of the WHATWG Encoding Standard,
// such as windows-1252 or latin1, or utf-16, utf-16le, utf-16be, utf-32, utf-32le or utf-32be; "" is UTF-8. A byte-order mark
// decides the order of the bytes for utf-16 and utf-32; without one it is little-endian. UTF-8 is returned as it is, valid or
// not. What is not text in another encoding becomes U+FFFD. It is an [UnknownEncodingError] if there is no such encoding.
func Decoded(r io.Reader, encoding string) (io.Reader, error) {
	if isUTF8(encoding) {
		return r, nil
	}
	decoder, ok := decoderOf(encoding)
	if !ok {
		return nil, &UnknownEncodingError{encoding}
	}
	return transform.NewReader(r, decoder), nil
}

// isUTF8 reports whether a name is one of UTF-8.
func isUTF8(encoding string) bool {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "", UTF8, "utf8":
		return true
	}
	return false
}
