package data

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Spelling is how a text writes the tokens of its vocabulary: where white space is between two of them, and which are written with
// capitals, or otherwise not as their key. It is made of statistics of the training text ([Corpus.Spelling]); without them it is a
// few rules of punctuation. A run keeps it in a file ([Spelling.JSON]).
//
// The white space between two tokens is that of the most specific context which the statistics have: their keys and the one before;
// their keys; their kinds and those beside them; their kinds. A punctuation mark is a kind of its own, all words of letters are one
// kind, and so are all numbers.
type Spelling struct {
	vocabulary *Vocabulary
	statistics
}

// statistics are what is counted in a text, as the file has it. A context is the names of what is in it with a space between them;
// its value is an index of Gaps.
type statistics struct {
	Gaps        []string          `json:"gaps,omitempty"`         // the white space between tokens, "" for none; no gaps: there are no statistics
	Paired      string            `json:"paired,omitempty"`       // marks of which the first opens and the second closes: their names end with 1 or 2
	After       map[string]int    `json:"after,omitempty"`        // a mark that a word follows
	Before      map[string]int    `json:"before,omitempty"`       // a mark that follows a word
	Kinds       map[string]int    `json:"kinds,omitempty"`        // two kinds
	KindsAfter  map[string]int    `json:"kinds_after,omitempty"`  // two kinds and the one after them
	KindsBefore map[string]int    `json:"kinds_before,omitempty"` // two kinds and the one before them, and _ if white space is between it and them
	KindsAround map[string]int    `json:"kinds_around,omitempty"` // two kinds and those before and after them
	Pairs       map[string]int    `json:"pairs,omitempty"`        // two keys
	Triples     map[string]int    `json:"triples,omitempty"`      // two keys and the one before them
	Written     map[string]string `json:"written,omitempty"`      // of a key, within a sentence; none if it is the key
	Beginnings  map[string]string `json:"beginnings,omitempty"`   // of a key, where a sentence begins; none if it is the former with a capital
	WrittenPair map[string]string `json:"written_pair,omitempty"` // of the second of two keys, where it is not as the others say
	Capitals    []string          `json:"capitals,omitempty"`     // where a sentence begins: "start" of the line, after a mark, after a mark and quotation
	DottedI     bool              `json:"dotted_i,omitempty"`     // the capital of i is İ, as in Turkish
	First       map[string]int    `json:"first,omitempty"`        // tokens that sentences begin with, and how often, in a text of one sequence and one line
}

// none reports whether there are no statistics of white space.
func (s *statistics) none() bool { return len(s.Gaps) == 0 }

// levels returns the contexts of each kind, the most specific first, as [window.contexts] of the last four.
func (s *statistics) levels() [6]*map[string]int {
	return [6]*map[string]int{&s.Triples, &s.Pairs, &s.KindsAround, &s.KindsBefore, &s.KindsAfter, &s.Kinds}
}

// NewSpelling returns the spelling of a vocabulary without statistics.
func NewSpelling(v *Vocabulary) *Spelling { return &Spelling{vocabulary: v} }

// Continue returns a text with more tokens, given their keys. The text stays as it is. Where it ends in white space, no more is
// added.
func (s *Spelling) Continue(text string, keys []string) string {
	return s.continued(s.vocabulary.Tokenizer(), text, keys)
}

// Text returns the text of ids, without boundaries.
func (s *Spelling) Text(ids []int) string {
	var keys []string
	boundary, ok := s.vocabulary.Boundary()
	for _, id := range ids {
		if !ok || id != boundary {
			keys = append(keys, s.vocabulary.Key(id))
		}
	}
	return s.Continue("", keys)
}

func (s *statistics) continued(t Tokenizer, text string, keys []string) string {
	if !t.Spaced() {
		return t.Continue(text, keys)
	}
	paired := s.Paired
	if s.none() {
		paired = pairedByRule
	}
	row := row{paired: paired, count: map[string]int{}}
	at := 0
	t.each(text, func(start, end int, token string) {
		row.add(t.key(token), start > at)
		at = end
	})
	typed := len(row.keys)
	for _, key := range keys {
		row.add(key, false)
	}
	row.end()
	last, _ := utf8.DecodeLastRuneInString(text)
	var b strings.Builder
	b.WriteString(text)
	begin := newPlace()
	for i, key := range row.keys {
		switch {
		case i == typed && isGap(last):
			row.spaced[i] = true
		case i >= typed && i > 0:
			gap := s.gap(&row, i)
			row.spaced[i] = gap != ""
			b.WriteString(gap)
		}
		where := begin.next(row.kinds[i], row.names[i], row.spaced[i])
		if i < typed {
			continue
		}
		before := kindStart
		if i > 0 {
			before = row.atoms[i-1]
		}
		form, ok := s.WrittenPair[before+" "+key]
		if !ok {
			form = s.written(key, where)
		}
		b.WriteString(form)
	}
	return b.String()
}

// written returns a key as the text writes it in a place of a sentence.
func (s *statistics) written(key, where string) string {
	form, ok := s.Written[key]
	if !ok {
		form = key
	}
	if where == "" || !slices.Contains(s.Capitals, where) {
		return form
	}
	if beginning, ok := s.Beginnings[key]; ok {
		return beginning
	}
	return s.capitalised(form)
}

// capitalised returns a word with its first letter as a capital.
func (s *statistics) capitalised(word string) string {
	if s.DottedI && strings.HasPrefix(word, "i") {
		return "İ" + word[1:]
	}
	r, size := utf8.DecodeRuneInString(word)
	if capital := unicode.ToTitle(r); capital != r {
		return string(capital) + word[size:]
	}
	return word
}

// gap returns the white space before token i of a row, i > 0.
func (s *statistics) gap(r *row, i int) string {
	w := r.window(i)
	if s.none() {
		return w.rule()
	}
	of := w.contexts()
	pair := r.atoms[i-1] + " " + r.atoms[i]
	triple := kindStart + " " + pair
	if i > 1 {
		triple = r.atoms[i-2] + " " + pair
	}
	for level, context := range [6]string{triple, pair, of[0], of[1], of[2], of[3]} {
		if gap, ok := (*s.levels()[level])[context]; ok {
			return s.Gaps[gap]
		}
	}
	return s.gapOfMarks(w)
}

// gapOfMarks returns the white space between two kinds that the text does not have side by side: that which the marks of the two have
// elsewhere or, where these are not known, that of the rule.
func (s *statistics) gapOfMarks(w window) string {
	after, follows := s.beside(s.After, s.Before, w.a)
	before, precedes := s.beside(s.Before, s.After, w.b)
	switch {
	case follows && precedes && (after == "" || before == ""):
		return "" // one of them has none on this side
	case follows && precedes, follows && markIn(w.b) == 0:
		return after
	case precedes && markIn(w.a) == 0:
		return before
	}
	return w.rule()
}

// beside returns the white space on one side of a mark. Where no word is on that side in the text, it is the contrary of that on the
// other: a mark that has none before it closes.
func (s *statistics) beside(side, other map[string]int, name string) (gap string, ok bool) {
	if at, ok := side[name]; ok {
		return s.Gaps[at], true
	}
	at, ok := other[name]
	if ok && s.Gaps[at] == "" {
		return " ", true
	}
	return "", ok
}

// row is the tokens of a sentence that is being written.
type row struct {
	keys   []string
	kinds  []tokenKind
	names  []string       // of the kinds, with 1 or 2 at the end of a paired mark
	atoms  []string       // a key of a context: of a mark its name
	spaced []bool         // whether white space is before each
	paired string         // marks of which the first opens
	count  map[string]int // of each paired mark
}

func (r *row) add(key string, spaced bool) {
	k := kindOf(key)
	name, atom := k.name, key
	if k.mark != 0 {
		if strings.ContainsRune(r.paired, k.mark) {
			r.count[key]++
			name = k.side(r.count[key] % 2)
		}
		atom = name
	}
	r.keys, r.kinds, r.names, r.atoms = append(r.keys, key), append(r.kinds, k), append(r.names, name), append(r.atoms, atom)
	r.spaced = append(r.spaced, spaced)
	if i := len(r.keys) - 2; i > 0 && name == kindDigits && r.names[i-1] == kindDigits && r.kinds[i].between() != "" {
		r.names[i] = r.kinds[i].between()
	}
}

// end ends the row: a paired mark at the end of a sentence closes what an earlier sentence opened.
func (r *row) end() {
	if i := len(r.keys) - 1; i > 0 && strings.ContainsRune(r.paired, r.kinds[i].mark) {
		r.names[i] = r.kinds[i].side(closing)
		r.atoms[i] = r.names[i]
	}
}

// window returns the place before token i.
func (r *row) window(i int) window {
	w := window{p: kindStart, a: r.names[i-1], b: r.names[i], n: kindEnd, space: r.spaced[i-1]}
	if i > 1 {
		w.p = r.names[i-2]
	}
	if i+1 < len(r.names) {
		w.n = r.names[i+1]
	}
	return w
}
