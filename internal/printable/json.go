package printable

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON returns a value as JSON on one line, < and > as they are. Inside strings encoding/json writes the controls
// below U+0020 as escapes, but not DEL, the controls from U+0080 to U+009F, which some terminals execute, and the characters that
// reorder or hide text. Here these are escapes too, so that the output is safe to show; a reader of the JSON gets the
// same strings.
func JSON(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // so that <s> stays legible
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return escaped(b.Bytes()), nil
}

// escaped writes the invisible characters of JSON as escapes. Outside of strings JSON has none.
func escaped(document []byte) []byte {
	var out []byte
	done := 0 // bytes of the document that are in out
	for i := 0; i < len(document); {
		if c := document[i]; c < 0x7f {
			i++
			continue
		}
		r, n := utf8.DecodeRune(document[i:])
		if invisible(r) {
			out = append(out, document[done:i]...)
			if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
				out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
			} else {
				out = fmt.Appendf(out, `\u%04x`, r)
			}
			done = i + n
		}
		i += n
	}
	if done == 0 {
		return document
	}
	return append(out, document[done:]...)
}
