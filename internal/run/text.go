package run

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"attend/data"
	"attend/internal/printable"
)

// BuiltIn returns the built-in text that the settings name, nil if they name none. It is an error if they split one into other tokens
// than words.
func (s Settings) BuiltIn() (*data.Dataset, error) {
	text, err := data.BuiltIn.Find("text", s.Data)
	if err != nil {
		return nil, nil // it is a file
	}
	if s.Unit != Defaults().Unit {
		return nil, fmt.Errorf("the built-in %s is made of words: leave out --unit %s, or name a text with --data",
			s.Data, printable.Short(s.Unit, printable.MaxQuote))
	}
	return &text, nil
}

// CheckBuiltIn returns an error if the settings ask for other held-out sentences or another vocabulary than those of a built-in text.
func (s Settings) CheckBuiltIn(corpus *data.Corpus) error {
	d := Defaults()
	if s.HoldOut != d.HoldOut || s.MinCount != d.MinCount && s.MinCount != corpus.MinCount || s.Case == data.Keep {
		return fmt.Errorf("the built-in %s has held-out sentences and a vocabulary of its own: "+
			"leave out --holdout, --min-count and --case, or name a text with --data", s.Data)
	}
	return nil
}

// LongestName is the number of bytes of the name of a text that its run has: a file system takes 255 with what is added.
const LongestName = 100

// NameOf returns the name of the folder of a new run: that of its text without its extension.
func NameOf(text string) string {
	if text == "-" {
		return "text"
	}
	name := filepath.Base(text)
	name = cmp.Or(strings.TrimSuffix(name, filepath.Ext(name)), name)
	name = strings.TrimLeft(name, ".") // a hidden folder would not be found as the latest run
	for len(name) > LongestName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return cmp.Or(name, "text")
}
