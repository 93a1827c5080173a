package data

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"attend/internal/random"
)

// wordText is a text of one sentence a line, its keys numbered in the order in
// which they come up.
type wordText struct {
	sentences []string // as written
	lines     []int    // the line of each sentence, from 1
	numbers   []int32  // the keys of all sentences, by number
	ends      []int    // where the numbers of each sentence end
	keys      []string // by number
	blank     int      // how many lines hold no sentence
}

// scanWords reads the sentences of valid text.
func scanWords(text string) *wordText {
	t, number := &wordText{}, numbering{}
	line := 0
	for sentence := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		line++
		sentence = strings.TrimSpace(sentence)
		if sentence == "" {
			t.blank++
			continue
		}
		normal := sentence
		if !isNormal(sentence) {
			normal, _ = normalise(sentence)
		}
		for start, end := nextWord(normal, 0); start < end; start, end = nextWord(normal, end) {
			t.numbers = append(t.numbers, number.of(normal[start:end], &t.keys))
		}
		t.sentences = append(t.sentences, sentence)
		t.lines = append(t.lines, line)
		t.ends = append(t.ends, len(t.numbers))
	}
	return t
}

// numbering holds the number of each word as it was spelled: that of its key, which
// several spellings share. So a spelling is brought into lower case but once.
type numbering map[string]int32

// of returns the number of a word in NFC. That of a new key is its place in keys.
func (known numbering) of(word string, keys *[]string) int32 {
	if n, ok := known[word]; ok {
		return n
	}
	key := strings.Clone(wordKey(word)) // cloned, for a part of the text would keep all of it
	n, ok := known[key]
	if !ok {
		n = int32(len(*keys))
		*keys = append(*keys, key)
		known[key] = n
	}
	if word != key {
		known[strings.Clone(word)] = n
	}
	return n
}

// sentence returns the keys of sentence i, by number.
func (t *wordText) sentence(i int) []int32 {
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.numbers[start:t.ends[i]]
}

// distinct returns for each sentence which of the distinct sentences it is, and
// how many copies each of these has.
func (t *wordText) distinct() (which, copies []int) {
	which = make([]int, len(t.ends))
	// A hash table of the first copies, each as its place from 1, at most half full.
	table := make([]int, 1<<bits.Len(uint(2*len(t.ends))))
	for i := range t.ends {
		sentence := t.sentence(i)
		slot := hash(sentence) % uint64(len(table))
		for table[slot] > 0 && !slices.Equal(t.sentence(table[slot]-1), sentence) {
			slot = (slot + 1) % uint64(len(table))
		}
		if table[slot] == 0 {
			table[slot] = i + 1
			which[i] = len(copies)
			copies = append(copies, 0)
		}
		which[i] = which[table[slot]-1]
		copies[which[i]]++
	}
	return which, copies
}

// hash mixes numbers into one whose low bits depend on all of them.
func hash(numbers []int32) uint64 {
	var h uint64
	for _, n := range numbers {
		h = (h ^ uint64(n)) * 0x9e3779b97f4a7c15
		h ^= h >> 32
	}
	return h
}

// splitWords makes the corpus of a text of one sentence a line.
func splitWords(name, text string, o Options) (*Corpus, error) {
	t := scanWords(text)
	which, copies := t.distinct()
	if len(copies) < 2 {
		return nil, fmt.Errorf("%s holds one distinct sentence, and one must be held out: give at least two that differ, one a line", name)
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
		return nil, fmt.Errorf("%s: %w", name, err)
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
	var trainSize, heldSize sideSize
	for i := range t.ends {
		numbers := t.sentence(i)
		if side[i] {
			heldSize.add(numbers)
			continue
		}
		trainSize.add(numbers)
		for _, n := range numbers {
			seen[n]++
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
	train, held := trainSize.room(), heldSize.room()
	longest, longestLine, unknown := 0, 0, 0
	for i, text := range t.sentences {
		numbers := t.sentence(i)
		if len(numbers) > longest {
			longest, longestLine = len(numbers), t.lines[i]
		}
		if !side[i] {
			train.add(text, numbers, ids)
			continue
		}
		held.add(text, numbers, ids)
		for _, n := range numbers {
			if ids[n] == v.Unknown() {
				unknown++
			}
		}
	}
	c := &Corpus{
		Unit: Word, Vocabulary: v, LongestLine: longestLine,
		Train: Set{Word, train.sequences}, TrainText: train.texts,
		HeldOut: Set{Word, held.sequences}, HeldOutText: held.texts,
	}
	if t.blank > 0 {
		c.note("%s skipped.", count(t.blank, "blank line"))
	}
	c.noteRare(o, rare, rareTokens, unknown)
	return c, nil
}

// sideSize is how much one side of a split holds.
type sideSize struct{ sentences, tokens int }

func (s *sideSize) add(numbers []int32) {
	s.sentences++
	s.tokens += len(numbers) + 2 // the boundary at both ends
}

// room returns an empty side into which as much fits.
func (s sideSize) room() *splitSide {
	return &splitSide{make([]string, 0, s.sentences), make([][]int, 0, s.sentences), make([]int, 0, s.tokens)}
}

// splitSide is one side of a split.
type splitSide struct {
	texts     []string
	sequences [][]int
	tokens    []int // of all sequences, one after the other
}

// add adds a sentence, given the ids of the numbers.
func (s *splitSide) add(text string, numbers []int32, ids []int) {
	const boundary = 0
	start := len(s.tokens)
	s.tokens = append(s.tokens, boundary)
	for _, n := range numbers {
		s.tokens = append(s.tokens, ids[n])
	}
	s.tokens = append(s.tokens, boundary)
	s.texts = append(s.texts, text)
	s.sequences = append(s.sequences, s.tokens[start:len(s.tokens):len(s.tokens)])
}
