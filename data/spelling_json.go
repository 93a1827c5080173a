package data

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"attend/internal/printable"
)

// MaxSpellingJSON is the largest size in bytes of the file of a spelling.
const MaxSpellingJSON = 4e6

// newStatistics returns statistics without entries.
func newStatistics() statistics {
	s := statistics{Gaps: []string{}, After: map[string]int{}, Before: map[string]int{}, Written: map[string]string{},
		Beginnings: map[string]string{}, WrittenPair: map[string]string{}, Capitals: []string{}, First: map[string]int{}}
	for _, level := range s.levels() {
		*level = map[string]int{}
	}
	return s
}

// keep returns the statistics of the entries. Where their file would be too large, the entries with the least gain are left out.
func (l *spellingCount) keep(entries []spellingEntry) statistics {
	const around = 12 // bytes of an entry besides its names: quotes, number, line end
	slices.SortFunc(entries, func(a, b spellingEntry) int {
		return cmp.Or(cmp.Compare(b.gain, a.gain), cmp.Compare(a.level, b.level), cmp.Compare(a.context, b.context))
	})
	s := newStatistics()
	s.Gaps, s.Paired = l.gaps, l.paired
	left := int(MaxSpellingJSON * 3 / 4) // the rest is for characters that are escaped
	for _, e := range entries {
		if left -= e.size + around; left < 0 {
			break
		}
		e.put(&s)
	}
	slices.Sort(s.Capitals)
	return s
}

// JSON returns the statistics as a file. Equal spellings give equal bytes.
func (s *Spelling) JSON() ([]byte, error) { return encodeJSON("the spelling", s.statistics) }

// ParseSpelling reads what [Spelling.JSON] wrote, for the same vocabulary. It is an error when the file is too large, is no such
// JSON, or has a form of another word than it says.
func ParseSpelling(v *Vocabulary, b []byte) (*Spelling, error) {
	s := &Spelling{v, statistics{}}
	if len(b) > MaxSpellingJSON {
		return nil, fmt.Errorf("the spelling has %d bytes, want at most %d", len(b), int(MaxSpellingJSON))
	}
	if !utf8.Valid(b) {
		return nil, errors.New("the spelling is not UTF-8: want the file that a run wrote")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s.statistics); err != nil {
		return nil, fmt.Errorf("the spelling does not parse: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("the spelling does not parse: there is more after it")
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

// check returns an error for the first thing that no text has.
func (s *Spelling) check() error {
	if len(s.Gaps) > mostGaps {
		return fmt.Errorf("the spelling has %d white spaces, want at most %d", len(s.Gaps), mostGaps)
	}
	for _, gap := range s.Gaps {
		if len(gap) > longestGap || strings.TrimFunc(gap, isGap) != "" {
			return fmt.Errorf("the spelling has %s between tokens, which is not white space of a line", printable.Quote(gap))
		}
	}
	contexts := []map[string]int{s.After, s.Before}
	for _, level := range s.levels() {
		contexts = append(contexts, *level)
	}
	for _, of := range contexts {
		for context, gap := range of {
			if gap < 0 || gap >= len(s.Gaps) {
				return fmt.Errorf("the spelling has white space %d after %s, and there are %d", gap, printable.Quote(context), len(s.Gaps))
			}
		}
	}
	for key, n := range s.First {
		if _, known := s.vocabulary.ID(key); !known || n < 1 {
			return fmt.Errorf("the spelling has %d sentences that begin with %s, which is not possible", n, printable.Quote(key))
		}
	}
	for _, forms := range []map[string]string{s.Written, s.Beginnings, s.WrittenPair} {
		for of, form := range forms {
			key := of[1+strings.LastIndexByte(of, ' '):]
			tokens, err := s.vocabulary.Tokenize(form)
			if _, known := s.vocabulary.ID(key); !known || err != nil || len(tokens) != 1 || tokens[0].Key != key || tokens[0].Text != form {
				return fmt.Errorf("the spelling writes %s for %s, which is another %s",
					printable.Quote(form), printable.Quote(key), s.vocabulary.Tokenizer().Noun())
			}
		}
	}
	return nil
}
