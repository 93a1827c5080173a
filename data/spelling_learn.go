package data

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds on what is counted, so that it takes little memory whatever the text.
const (
	mostSpelled = 1 << 17 // tokens as the text has them, the first ones; later words count as those that the vocabulary lacks
	mostGaps    = 16      // white spaces that differ
	longestGap  = 8       // bytes of one
	mostWindows = 1 << 18 // contexts of kinds
	mostUnusual = 1 << 17 // contexts of keys in which the contexts of kinds give another white space
	mostFirst   = 64
	mostSpaced  = 4e6 // bytes of text whose contexts are counted: of a longer text, sentences spread evenly

	noGap, plainGap, unknownGap = 0, 1, 255 // indices: of none, of a space, of white space that is not known
	anyAtom, unknownAtom        = -1, -2    // no key, and one that the vocabulary lacks
)

// Spelling returns how the training text writes the tokens of the vocabulary. Equal texts give equal spellings. It reads the text
// once, and sentences of at most 4 MB some times more.
func (c *Corpus) Spelling() *Spelling {
	s := NewSpelling(c.Vocabulary)
	if !c.Vocabulary.Layout().Sentences() {
		s.First = firstOf(c.Vocabulary, c.TrainText)
	}
	if c.Vocabulary.Tokenizer().Spaced() {
		l := spellingCount{vocabulary: c.Vocabulary, gaps: []string{"", " "}, spellings: map[string]int{}, numbers: map[string]int16{},
			rare: map[rareToken]int{}, atoms: map[string]int32{}, begun: map[begun]int{}, windows: map[kindWindow]int{}, count: map[rune]int{}}
		l.visit = l.visited
		l.places = append(l.places, "")
		l.start, l.end = l.number(kindStart), l.number(kindEnd)
		l.countText(c.TrainText)
		l.pair()
		entries := l.forms()
		entries = append(entries, l.formsOfPairs(c.TrainText, l.keep(entries))...)
		entries = append(entries, l.contextsOfKinds()...)
		entries = append(entries, l.contextsOfKeys(c.TrainText)...)
		s.statistics = l.keep(entries)
	}
	return s
}

// firstOf counts the tokens that sentences begin with in a text of one line. Where there are several lines it returns none: a line
// begins after a line feed.
func firstOf(v *Vocabulary, texts Texts) map[string]int {
	first, begins, ended := map[string]int{}, true, false
	for _, text := range texts.All() {
		if strings.Contains(strings.TrimSpace(text), "\n") {
			return map[string]int{}
		}
		v.Tokenizer().each(text, func(_, _ int, token string) {
			key := v.Tokenizer().key(token)
			r, _ := utf8.DecodeRuneInString(key)
			_, known := v.ID(key)
			switch {
			case unicode.IsSpace(r):
				begins = begins || ended
				return
			case begins && known:
				first[key]++
			}
			begins, ended = false, unicode.Is(unicode.Sentence_Terminal, r)
		})
	}
	frequent := slices.SortedFunc(maps.Keys(first), func(a, b string) int {
		return cmp.Or(cmp.Compare(first[b], first[a]), cmp.Compare(a, b))
	})
	for _, key := range frequent[min(mostFirst, len(frequent)):] {
		delete(first, key)
	}
	return first
}

// spellingCount counts how a text is written. What is counted has a number, so that counting is fast.
type spellingCount struct {
	vocabulary *Vocabulary
	gaps       []string
	spellings  map[string]int    // number of a token as the text has it
	known      []spelledToken    // by that number
	rare       map[rareToken]int // number of all words that the vocabulary lacks, and of those after mostSpelled, of one kind and case
	names      []string          // of kinds, by number
	numbers    map[string]int16
	atoms      map[string]int32
	paired     string        // those that are
	places     []string      // where sentences begin, by number; 0: within one
	begun      map[begun]int // how often a spelling is there
	windows    map[kindWindow]int
	start, end int16      // numbers of kinds
	row        []rowToken // of the present sentence
	count      map[rune]int
	text       string                             // the present sentence
	at         int                                // where its last token ends, -1 if that is not known
	visit      func(start, end int, token string) // visited, made once for all sentences
}

// rareToken is what is counted of a word that the vocabulary lacks.
type rareToken struct {
	kind   string
	caseOf int
}

// spelledToken is a token as a text has it. Of a mark that may be paired there are two kinds and atoms, one for each side.
type spelledToken struct {
	key, form string
	kind      tokenKind
	number    [2]int16
	atom      [2]int32
}

// begun is a spelling in a place of a sentence.
type begun struct{ spelling, place int }

// rowToken is a token of a sentence.
type rowToken struct {
	spelling int
	number   int16
	atom     int32
	gap      uint8 // before it
}

// kindWindow is a [window] of numbers, and the white space that is there.
type kindWindow struct {
	p, a, b, n int16
	space      bool
	gap        uint8
}

// number returns the number of a name.
func (l *spellingCount) number(name string) int16 {
	n, ok := l.numbers[name]
	if !ok {
		n = int16(len(l.names))
		l.numbers[name], l.names = n, append(l.names, name)
	}
	return n
}

// atom returns the number of a key in a context.
func (l *spellingCount) atom(key string) int32 {
	n, ok := l.atoms[key]
	if !ok {
		n = int32(len(l.atoms))
		l.atoms[key] = n
	}
	return n
}

// spelling returns the number of a token as the text has it.
func (l *spellingCount) spelling(token string) int {
	number, ok := l.spellings[token]
	if ok {
		return number
	}
	key := l.vocabulary.Tokenizer().key(token)
	t := spelledToken{key: key, form: token, kind: kindOf(key)}
	rare := rareToken{t.kind.name, caseOf(token)}
	_, known := l.vocabulary.ID(key)
	known = known && len(l.spellings) < mostSpelled
	if !known && t.kind.mark == 0 { // a text may have millions of such words
		if number, ok := l.rare[rare]; ok {
			return number
		}
		t.key, t.form = UnknownToken, [...]string{"X", "", "x"}[1+rare.caseOf] // of that case
	}
	if t.kind.mayPair() {
		for side := range 2 {
			name := t.kind.side(side)
			t.number[side], t.atom[side] = l.number(name), l.atom(name)
		}
	} else {
		n, atom := l.number(t.kind.name), int32(unknownAtom)
		if known || t.kind.mark != 0 {
			atom = l.atom(key)
		}
		t.number, t.atom = [2]int16{n, n}, [2]int32{atom, atom}
	}
	number = len(l.known)
	l.known = append(l.known, t)
	if t.key == UnknownToken {
		l.rare[rare] = number
	} else {
		l.spellings[token] = number
	}
	return number
}

// whiteSpace returns what stands between two tokens without the runes that have no mark of their own or are left out. The space
// without width that Khmer and others have between words stays.
func whiteSpace(between string) string {
	if between == "" || between == " " { // as most are
		return between
	}
	return strings.Map(func(r rune) rune {
		if !isGap(r) && (isUnmarked(r) || isHidden(r)) {
			return -1
		}
		return r
	}, between)
}

// isGap reports whether a rune is white space between words, with or without width.
func isGap(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' }

// gap returns the index of the white space between two tokens.
func (l *spellingCount) gap(space string) uint8 {
	for i, gap := range l.gaps {
		if gap == space {
			return uint8(i)
		}
	}
	if len(l.gaps) == mostGaps || len(space) > longestGap {
		return plainGap
	}
	l.gaps = append(l.gaps, space)
	return uint8(len(l.gaps) - 1)
}

// read makes the row of a sentence.
func (l *spellingCount) read(text string) {
	clear(l.count)
	l.row, l.text, l.at = l.row[:0], text, 0
	l.vocabulary.Tokenizer().each(text, l.visit)
	if i := len(l.row) - 1; i > 0 { // as [row.end]
		t := &l.known[l.row[i].spelling]
		l.row[i].number, l.row[i].atom = t.number[closing], t.atom[closing]
	}
}

// visited adds a token to the row.
func (l *spellingCount) visited(start, end int, token string) {
	number := l.spelling(token)
	t := &l.known[number]
	side := 0
	if t.kind.mark != 0 && t.number[0] != t.number[1] {
		l.count[t.kind.mark]++
		side = l.count[t.kind.mark] % 2
	}
	gap := uint8(unknownGap)
	if l.at >= 0 && start >= l.at {
		gap = l.gap(whiteSpace(l.text[l.at:start]))
	}
	l.row, l.at = append(l.row, rowToken{number, t.number[side], t.atom[side], gap}), end
	if j := len(l.row) - 2; j > 0 && t.kind.name == kindDigits && l.row[j-1].number == t.number[0] {
		if mark := l.known[l.row[j].spelling].kind.between(); mark != "" {
			l.row[j].number = l.number(mark)
		}
	}
}

// window returns the place before token i of the row, i > 0, and the white space there.
func (l *spellingCount) window(i int) kindWindow {
	r := l.row
	w := kindWindow{p: l.start, a: r[i-1].number, b: r[i].number, n: l.end,
		space: r[i-1].gap != noGap && r[i-1].gap != unknownGap && i > 1, gap: r[i].gap}
	if i > 1 {
		w.p = r[i-2].number
	}
	if i+1 < len(r) {
		w.n = r[i+1].number
	}
	return w
}

// countText counts the forms of all sentences, and the white space of those that [spellingCount.spaced] chooses.
func (l *spellingCount) countText(texts Texts) {
	chosen := l.chosen(texts)
	for i, text := range texts.All() {
		l.read(text)
		begin := newPlace()
		for j, t := range l.row {
			of := &l.known[t.spelling]
			where := begin.next(of.kind, l.names[t.number], j > 0 && t.gap != noGap)
			l.begun[begun{t.spelling, l.place(where)}]++
			if j > 0 && t.gap != unknownGap && chosen(i) {
				if w := l.window(j); len(l.windows) < mostWindows || l.windows[w] > 0 {
					l.windows[w]++
				}
			}
		}
	}
}

// place returns the number of a place of a sentence.
func (l *spellingCount) place(where string) int {
	for i, name := range l.places {
		if name == where {
			return i
		}
	}
	l.places = append(l.places, where)
	return len(l.places) - 1
}

// chosen returns which sentences' white space is counted: all, or of a long text some that are spread evenly.
func (l *spellingCount) chosen(texts Texts) func(i int) bool {
	size := 0
	for _, text := range texts.All() {
		size += len(text)
	}
	every := 1 + size/mostSpaced
	return func(i int) bool { return i%every == 0 }
}

// pair decides which marks are paired: those that have other white space beside them for odd and for even times in a sentence. The
// windows of the others are counted together.
func (l *spellingCount) pair() {
	after, before := l.besideMarks()
	together := map[int16]int16{} // the number of one kind by those of its sides
	for i := range l.known {
		t := &l.known[i]
		if t.number[0] == t.number[1] {
			continue
		}
		closes, opens := t.number[closing], t.number[opening]
		if (after[opens].total() > 0 && after[closes].total() > 0 && after[opens].most() != after[closes].most()) ||
			(before[opens].total() > 0 && before[closes].total() > 0 && before[opens].most() != before[closes].most()) {
			if !strings.ContainsRune(l.paired, t.kind.mark) {
				l.paired += string(t.kind.mark)
			}
			continue
		}
		n, atom := l.number(t.kind.name), l.atom(t.key)
		together[closes], together[opens] = n, n
		t.number, t.atom = [2]int16{n, n}, [2]int32{atom, atom}
	}
	windows := map[kindWindow]int{}
	one := func(n int16) int16 {
		if of, ok := together[n]; ok {
			return of
		}
		return n
	}
	for w, n := range l.windows {
		windows[kindWindow{one(w.p), one(w.a), one(w.b), one(w.n), w.space, w.gap}] += n
	}
	l.windows = windows
}
