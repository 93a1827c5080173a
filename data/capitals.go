package data

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attend/internal/printable"
)

// ordinary marks the number of a spelling that no sentence needs capitals to distinguish: it begins with its only capital and is
// seen at the beginning of sentences alone, or it is not in the text.
const ordinary uint32 = 1 << 31

// foldsWords reports whether words that differ in capitals have one key.
func (n *numbering) foldsWords() bool {
	return n.unit.Layout.Sentences() && n.unit.Tokenizer.FoldsCase()
}

// isOrdinary reports whether a token at byte start of what is read begins with its only capital, and may begin a sentence.
func (n *numbering) isOrdinary(token string, start int) bool {
	_, size := utf8.DecodeRuneInString(token)
	return beginsUpper(token) && !strings.ContainsFunc(token[size:], unicode.IsUpper) && n.mayBegin(start)
}

// mayBegin reports whether a sentence may begin at byte start of what is read: not after a word or a comma.
func (n *numbering) mayBegin(start int) bool {
	if start <= 0 { // below 0 it is not known
		return true
	}
	before := strings.TrimRightFunc(n.reading[:start], unicode.IsSpace)
	last, _ := utf8.DecodeLastRuneInString(before)
	return before == "" || !isWordRune(last) && last != ','
}

// beginsUpper reports whether a token begins with a capital.
func beginsUpper(token string) bool {
	first, _ := utf8.DecodeRuneInString(token)
	return unicode.IsUpper(first) || unicode.IsTitle(first)
}

// noteCapitals notes the words that differ in capitals alone within sentences and have one key, given how often the training text
// has each key.
func (n *numbering) noteCapitals(c *Corpus, counts []int) {
	kept, ok := n.unit.Tokenizer.inCase(Keep)
	if !n.foldsWords() || !ok {
		return
	}
	spellings := make([]uint8, len(n.keys)) // of each key, up to 2
	for _, number := range n.numbers {
		if number&ordinary == 0 && spellings[number] < 2 {
			spellings[number]++
		}
	}
	forms := map[uint32][]string{}
	for i, number := range n.numbers {
		if number&ordinary != 0 || spellings[number] < 2 {
			continue
		}
		if form := kept.key(n.spellings.at(i)); !slices.Contains(forms[number], form) {
			forms[number] = append(forms[number], form)
		}
	}
	var several []uint32
	for number, of := range forms {
		if len(of) > 1 {
			several = append(several, number)
		}
	}
	slices.SortFunc(several, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(n.key(int(a)), n.key(int(b))))
	})
	var examples []string
	for _, number := range several[:min(len(several), 3)] {
		slices.Sort(forms[number])
		examples = append(examples, printable.Quote(forms[number][0])+" and "+printable.Quote(forms[number][1]))
	}
	c.note(len(several), n.unit.Tokenizer.Noun(), "written with different capitals within sentences, such as %s: each is one word to the model; "+
		"--case %s distinguishes them.", strings.Join(examples, ", "), Keep)
}

// noteDotlessI notes the words with a capital I in a text of which at least one word in 50 has the letter ı, the lower case of I in
// Turkish and in languages near it.
func (n *numbering) noteDotlessI(c *Corpus) {
	if !n.foldsWords() {
		return
	}
	dotless := 0
	for i := range n.keys {
		if strings.ContainsRune(n.key(i), 'ı') {
			dotless++
		}
	}
	if 50*dotless < len(n.keys) {
		return
	}
	words, example := 0, ""
	for i := range n.numbers {
		if word := n.spellings.at(i); strings.ContainsRune(word, 'I') {
			words++
			if example == "" {
				example = word
			}
		}
	}
	c.note(words, n.unit.Tokenizer.Noun(), "with a capital I, such as %s, in a text with the letter ı: the model reads I as i; "+
		"write ı for it, or keep capitals with --case %s.", printable.Quote(example), Keep)
}
