package data

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// splitChars makes the corpus of one long text of characters. A carriage return
// followed by a line feed is one character, whose key is the line feed; so the
// characters of a text are its runes without such carriage returns.
func splitChars(name, text string, o Options) (*Corpus, error) {
	const least = 2 // one to read and one to predict
	n := utf8.RuneCountInString(text) - strings.Count(text, "\r\n")
	if n < 2*least {
		return nil, fmt.Errorf("%s has %s, too few to split: want at least %d", name, count(n, "character"), 2*least)
	}
	nHeld := o.heldOut(n, least)
	cut := lastChars(text, nHeld)
	train, held := text[:cut], text[cut:]

	seen := countChars(train)
	counts, rare, rareTokens := map[string]int{}, 0, 0
	for r, n := range seen {
		if n == 0 {
			continue
		}
		counts[string(rune(r))] = n
		if n < o.MinCount {
			rare++
			rareTokens += n
		}
	}
	v, err := countedVocabulary(Char, counts, o.MinCount)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	ids := make([]int, len(seen)) // by rune; the unknown token is id 0
	for key := range counts {
		r, _ := utf8.DecodeRuneInString(key)
		ids[r], _ = v.ID(key)
	}
	c := &Corpus{Unit: Char, Vocabulary: v, TrainText: []string{train}, HeldOutText: []string{held}}
	c.Train = charSet(train, n-nHeld, ids)
	c.HeldOut = charSet(held, nHeld, ids)
	unknown := 0
	for _, id := range c.HeldOut.Sequences[0] {
		if id == v.Unknown() {
			unknown++
		}
	}
	c.noteRare(o, rare, rareTokens, unknown)
	return c, nil
}

// lastChars returns the byte at which the last n characters of a text begin.
func lastChars(text string, n int) int {
	at := len(text)
	for range n {
		if strings.HasSuffix(text[:at], "\r\n") {
			at--
		}
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at
}

// countChars returns how often each character is in a text, by rune and as far as
// the largest.
func countChars(text string) []int {
	seen := make([]int, utf8.RuneSelf)
	for _, r := range text {
		if int(r) >= len(seen) {
			seen = append(seen, make([]int, int(r)+1-len(seen))...)
		}
		seen[r]++
	}
	seen['\r'] -= strings.Count(text, "\r\n")
	return seen
}

// charSet returns the ids of a text of n characters as one sequence. Runes beyond
// ids are unknown, which is id 0.
func charSet(text string, n int, ids []int) Set {
	sequence, place := make([]int, n), 0
	for i, r := range text {
		if r == '\r' && strings.HasPrefix(text[i+1:], "\n") {
			continue
		}
		if int(r) < len(ids) {
			sequence[place] = ids[r]
		}
		place++
	}
	return Set{Char, [][]int{sequence}}
}
