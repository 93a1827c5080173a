//go:build !js

package data

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// EncodingNames returns names of encodings, one of each, and the commonest other names.
func EncodingNames() []string {
	return []string{
		UTF8, "utf-16", "utf-16le", "utf-16be", "utf-32", "utf-32le", "utf-32be",
		"windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257",
		"windows-1258", "windows-874", "cp1250", "cp1251", "cp1252", "latin1", "latin2", "iso-8859-1", "iso-8859-2", "iso-8859-3",
		"iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-10", "iso-8859-13",
		"iso-8859-14", "iso-8859-15", "iso-8859-16", "ibm866", "koi8-r", "koi8-u", "macintosh", "x-mac-cyrillic", "gbk", "gb18030",
		"big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr",
	}
}

// decoderOf returns the decoder of an encoding other than UTF-8.
func decoderOf(name string) (decoder transform.Transformer, ok bool) {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "utf-16", "utf16":
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder(), true
	case "utf-32", "utf32":
		return utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewDecoder(), true
	case "utf-32le":
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM).NewDecoder(), true
	case "utf-32be":
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM).NewDecoder(), true
	}
	e, err := htmlindex.Get(name)
	if err != nil || e == encoding.Replacement {
		return nil, false
	}
	if known, err := htmlindex.Name(e); err != nil || known == "x-user-defined" {
		return nil, false
	}
	return e.NewDecoder(), true
}
