package data

import (
	"encoding/binary"
	"fmt"
	"strings"

	"attend/internal/random"
)

// wordText is a text of one sentence a line, its keys numbered in the order in
// which they come up.
type wordText struct {
	sentences []string  // as written
	lines     []int     // the line of each sentence, from 1
	numbers   [][]int32 // the keys of each sentence, by number
	keys      []string  // by number
	blank     int       // how many lines hold no sentence
}

// scanWords reads the sentences of valid text.
func scanWords(text string) *wordText {
	t, known, tokens := &wordText{}, map[string]int32{}, []Token(nil)
	line := 0
	for sentence := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		line++
		sentence = strings.TrimSpace(sentence)
		if sentence == "" {
			t.blank++
			continue
		}
		tokens = appendWords(tokens[:0], sentence)
		numbers := make([]int32, len(tokens))
		for i, token := range tokens {
			n, ok := known[token.Key]
			if !ok {
				n = int32(len(t.keys))
				key := strings.Clone(token.Key)
				known[key] = n
				t.keys = append(t.keys, key)
			}
			numbers[i] = n
		}
		t.sentences = append(t.sentences, sentence)
		t.lines = append(t.lines, line)
		t.numbers = append(t.numbers, numbers)
	}
	return t
}

// distinct returns for each sentence which of the distinct sentences it is, and
// how many copies each of these has.
func (t *wordText) distinct() (which, copies []int) {
	which = make([]int, len(t.numbers))
	known, spelling := map[string]int{}, []byte(nil)
	for i, numbers := range t.numbers {
		spelling = spelling[:0]
		for _, n := range numbers {
			spelling = binary.LittleEndian.AppendUint32(spelling, uint32(n))
		}
		n, ok := known[string(spelling)]
		if !ok {
			n = len(copies)
			known[string(spelling)] = n
			copies = append(copies, 0)
		}
		which[i] = n
		copies[n]++
	}
	return which, copies
}

// splitWords makes the corpus of a text of one sentence a line.
func splitWords(name, text string, o Options) (*Corpus, error) {
	t := scanWords(text)
	which, copies := t.distinct()
	if len(copies) < 2 {
		return nil, fmt.Errorf("data: %s holds one distinct sentence, and one must be held out: give at least two that differ, one a line", name)
	}
	order := random.New(o.Seed, "split").Perm(len(copies))
	held := make([]bool, len(copies))
	for _, n := range order[len(order)-o.heldOut(len(order), 1):] {
		held[n] = true
	}
	side := make([]bool, len(which)) // of each sentence: whether it is held out
	for i, n := range which {
		side[i] = held[n]
	}
	c, err := t.corpus(side, o)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", name, unprefixed(err))
	}
	if again := len(which) - len(copies); again > 0 {
		several := 0
		for _, n := range copies {
			if n > 1 {
				several++
			}
		}
		c.note("%s occurred more than once; all copies of one are on the same side, so that none is both learned and held out.",
			count(several, "sentence"))
	}
	return c, nil
}

// corpus makes the corpus whose sentences are held out where side says so.
func (t *wordText) corpus(side []bool, o Options) (*Corpus, error) {
	seen := make([]int, len(t.keys)) // how often each key is in the training text
	for i, numbers := range t.numbers {
		if !side[i] {
			for _, n := range numbers {
				seen[n]++
			}
		}
	}
	counts, rare, rareTokens := map[string]int{}, 0, 0
	for n, key := range t.keys {
		if seen[n] == 0 {
			continue
		}
		counts[key] = seen[n]
		if seen[n] < o.MinCount {
			rare++
			rareTokens += seen[n]
		}
	}
	v, err := countedVocabulary(Word, counts, o.MinCount)
	if err != nil {
		return nil, err
	}
	ids := make([]int, len(t.keys)) // by number
	for n, key := range t.keys {
		ids[n], _ = v.ID(key)
	}
	c := &Corpus{Unit: Word, Vocabulary: v, Train: Set{Unit: Word}, HeldOut: Set{Unit: Word}}
	longest, unknown := 0, 0
	for i, numbers := range t.numbers {
		if len(numbers) > longest {
			longest, c.LongestLine = len(numbers), t.lines[i]
		}
		set, texts := &c.Train, &c.TrainText
		if side[i] {
			set, texts = &c.HeldOut, &c.HeldOutText
		}
		sequence := make([]int, len(numbers)+2) // the boundary, id 0, at both ends
		for j, n := range numbers {
			sequence[j+1] = ids[n]
			if side[i] && ids[n] == v.Unknown() {
				unknown++
			}
		}
		set.Sequences = append(set.Sequences, sequence)
		*texts = append(*texts, t.sentences[i])
	}
	if t.blank > 0 {
		c.note("%s skipped.", count(t.blank, "blank line"))
	}
	c.noteRare(o, rare, rareTokens, unknown)
	return c, nil
}
