package printable

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// ShellWord quotes a word, if it must be, so that a shell reads it back as it is. Where characters of it are not printable it
// takes the form $'...', which bash, zsh and POSIX of 2024 know, with these in octal.
func ShellWord(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=:,@%"
	switch {
	case Field(s) != s || !utf8.ValidString(s):
		return "$'" + octal(s) + "'"
	case s != "" && strings.Trim(s, plain) == "":
		return s
	case !strings.ContainsAny(s, "\"$`\\!"):
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// octal writes the bytes of what is not printable in octal, for $'...' in a shell.
func octal(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + s[:n])
		case r == utf8.RuneError || Field(s[:n]) != s[:n]:
			for _, c := range []byte(s[:n]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String()
}
