package data

import (
	"cmp"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"
)

// keyForm is how often a key is written in one form in one place of a sentence.
type keyForm struct {
	id       int  // of the key
	begins   bool // whether a sentence begins in that place
	spelling int
	count    int
}

// forms returns how keys are written within a sentence and where one begins, and after which marks one begins.
func (l *spellingCount) forms() (entries []spellingEntry) {
	capitals := l.capitals()
	for place, is := range capitals {
		if name := l.places[place]; is {
			entries = append(entries, spellingEntry{func(s *statistics) { s.Capitals = append(s.Capitals, name) }, 8, name, len(name), len(l.known)})
		}
	}
	s := statistics{DottedI: l.dottedI()}
	entries = append(entries, spellingEntry{func(to *statistics) { to.DottedI = s.DottedI }, 8, "", 0, len(l.known)})
	var forms []keyForm
	for at, n := range l.begun {
		of := &l.known[at.spelling]
		if id, known := l.vocabulary.ID(of.key); known && of.key != UnknownToken {
			forms = append(forms, keyForm{id, capitals[at.place], at.spelling, n})
		}
	}
	slices.SortFunc(forms, func(a, b keyForm) int {
		return cmp.Compare(a.id, b.id)
	})
	entry := func(level int, key, form string, gain int) spellingEntry {
		return spellingEntry{func(s *statistics) {
			if level == 9 {
				s.Written[key] = form
			} else {
				s.Beginnings[key] = form
			}
		}, level, key, len(key) + len(form), gain}
	}
	within, atBegin := map[int]int{}, map[int]int{} // of one key, by the number of the spelling
	for len(forms) > 0 {
		key := l.vocabulary.Key(forms[0].id)
		clear(within)
		clear(atBegin)
		for id := forms[0].id; len(forms) > 0 && forms[0].id == id; forms = forms[1:] {
			if f := forms[0]; f.begins {
				atBegin[f.spelling] += f.count
			} else {
				within[f.spelling] += f.count
			}
		}
		inside, n := l.mostOf(within, key)
		begin, m := l.mostOf(atBegin, s.capitalised(inside))
		if len(within) == 0 && begin != s.capitalised(key) { // such as USA, or a word with another apostrophe
			if inside = lowered(begin); l.vocabulary.Tokenizer().key(inside) != key {
				inside = begin
			}
			n = m
		}
		if inside != key {
			entries = append(entries, entry(9, key, inside, n))
		}
		if len(atBegin) > 0 && begin != s.capitalised(inside) {
			entries = append(entries, entry(10, key, begin, m))
		}
	}
	return entries
}

// dottedI reports whether words that begin with İ are more frequent than those that begin with I.
func (l *spellingCount) dottedI() bool {
	more := 0
	for at, n := range l.begun {
		switch r, _ := utf8.DecodeRuneInString(l.known[at.spelling].form); r {
		case 'İ':
			more += n
		case 'I':
			more -= n
		}
	}
	return more > 0
}

// mostOf returns the most frequent form, of equal ones the wanted one or else the last in the order of code points, and how often it is
// there; the wanted one if there is none.
func (l *spellingCount) mostOf(counts map[int]int, wanted string) (form string, n int) {
	form = wanted
	for _, at := range slices.Sorted(maps.Keys(counts)) {
		of := l.known[at].form
		if c := counts[at]; c > n || c == n && form != wanted && (of == wanted || of > form) {
			form, n = of, c
		}
	}
	return form, n
}

// lowered returns a word with its first letter in lower case, unless another letter is a capital.
func lowered(word string) string {
	r, size := utf8.DecodeRuneInString(word)
	for _, other := range word[size:] {
		if unicode.IsUpper(other) {
			return word
		}
	}
	return string(unicode.ToLower(r)) + word[size:]
}

// capitals reports for each place where a sentence may begin whether most words there have a capital that have none within a
// sentence. If the text has no such word there, all of its words count.
func (l *spellingCount) capitals() []bool {
	is := make([]bool, len(l.places))
	if !l.vocabulary.Tokenizer().FoldsCase() {
		return is // a key has its capital
	}
	inside := map[string]int{} // of each key, how often it begins with a small letter within a sentence, less how often with a capital
	for at, n := range l.begun {
		if of := l.known[at.spelling]; at.place == 0 && of.key != UnknownToken {
			inside[of.key] += n * caseOf(of.form)
		}
	}
	small, all := make([]int, len(is)), make([]int, len(is))
	for at, n := range l.begun {
		of := l.known[at.spelling]
		all[at.place] -= n * caseOf(of.form)
		if inside[of.key] > 0 {
			small[at.place] -= n * caseOf(of.form)
		}
	}
	for place := 1; place < len(is); place++ {
		is[place] = cmp.Or(small[place], all[place]) > 0
	}
	return is
}

// caseOf returns 1 for a word whose first letter is small, -1 for one with a capital, 0 for other scripts.
func caseOf(word string) int {
	r, _ := utf8.DecodeRuneInString(word)
	switch {
	case unicode.IsLower(r):
		return 1
	case unicode.IsUpper(r) || unicode.IsTitle(r):
		return -1
	}
	return 0
}

// formsOfPairs returns the pairs of keys of which the second is written otherwise than the statistics say more often than not, such as
// a word of a title.
func (l *spellingCount) formsOfPairs(texts Texts, s statistics) (entries []spellingEntry) {
	type pair struct{ a, b int32 }
	type counts struct {
		forms map[int]int // by spelling
		right int         // how often it is as the statistics say
	}
	pairs := map[pair]*counts{}
	expected := map[begun]bool{} // whether a spelling in a place is as the statistics say
	start, chosen := l.atom(kindStart), l.chosen(texts)
	visit := func(each func(p pair, spelling int, right bool)) {
		for i, text := range texts.All() {
			if !chosen(i) {
				continue
			}
			l.read(text)
			begin := newPlace()
			for j, t := range l.row {
				of := &l.known[t.spelling]
				where := begin.next(of.kind, l.names[t.number], j > 0 && t.gap != noGap)
				at := begun{t.spelling, l.place(where)}
				right, ok := expected[at]
				if !ok {
					right = s.written(of.key, where) == of.form
					expected[at] = right
				}
				p := pair{start, t.atom}
				if j > 0 {
					p.a = l.row[j-1].atom
				}
				if p.a != unknownAtom && p.b != unknownAtom && of.kind.isWord() {
					each(p, t.spelling, right)
				}
			}
		}
	}
	visit(func(p pair, _ int, right bool) {
		if !right && pairs[p] == nil && len(pairs) < mostUnusual {
			pairs[p] = &counts{forms: map[int]int{}}
		}
	})
	if len(pairs) == 0 {
		return nil
	}
	visit(func(p pair, spelling int, right bool) {
		if of := pairs[p]; of != nil {
			of.forms[spelling]++
			if right {
				of.right++
			}
		}
	})
	names := l.atomNames()
	for p, of := range pairs {
		key := names[p.b]
		form, n := l.mostOf(of.forms, key)
		if n > of.right {
			context := names[p.a] + " " + key
			entries = append(entries, spellingEntry{func(s *statistics) { s.WrittenPair[context] = form }, 11, context,
				len(context) + len(form), n - of.right})
		}
	}
	return entries
}

// atomNames returns the keys of contexts, by number.
func (l *spellingCount) atomNames() []string {
	names := make([]string, len(l.atoms))
	for name, number := range l.atoms {
		names[number] = name
	}
	return names
}
