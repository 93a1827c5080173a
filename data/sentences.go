package data

import (
	"bytes"
	"fmt"
	"math/bits"
	"strings"

	"attend/internal/printable"
	"attend/internal/random"
)

// sentences is the layout in which each line of a text is a sequence, from boundary
// to boundary: <s> w1 ... wn <s>. A row of a batch is one of them. All words and the
// end are predicted, the first word from the boundary alone.
type sentences struct{}

func (sentences) Sentences() bool { return true }

func (sentences) boundary() bool { return true }

func (sentences) postProcessor() any {
	boundary := object{"SpecialToken": object{"id": BoundaryToken, "type_id": 0}}
	sequence := func(name string, typeID int) any {
		return object{"Sequence": object{"id": name, "type_id": typeID}}
	}
	return object{
		"type":   "TemplateProcessing",
		"single": []any{boundary, sequence("A", 0)},
		"pair":   []any{boundary, sequence("A", 0), sequence("B", 1)},
		"special_tokens": object{
			BoundaryToken: object{"id": BoundaryToken, "ids": []any{0}, "tokens": []any{BoundaryToken}},
		},
	}
}

func (sentences) check(s Set, seq int) error {
	for i := range s.Len() {
		if n := s.Sequence(i).Len() - 1; n > seq {
			return fmt.Errorf("sentence %d has %d tokens with its boundary but the context is %d: raise the context to %d or split the sentence",
				i+1, n, seq, n)
		}
	}
	return nil
}

func (sentences) rows(s Set, _ int) int { return s.Len() }

func (sentences) row(s Set, i, _ int) IDs { return s.Sequence(i) }

func (sentences) draws(s Set, _ int) (int, error) { return s.Len(), nil }

func (sentences) drawn(s Set, i, _ int) IDs { return s.Sequence(i) }

func (sentences) lengths(s Set, _ int) (longest, mean float64) {
	return float64(s.LongestInput()), float64(s.Predictions()) / float64(s.Len())
}

func (sentences) split(name, text string, tokenizer Tokenizer, o Options) (*Corpus, error) {
	t := scanSentences(text, tokenizer)
	which, copies := t.distinct()
	if len(copies) < 2 {
		return nil, fmt.Errorf("%s holds one distinct sentence, and one must be held out: give at least two that differ, one a line", name)
	}
	order := random.New(o.Seed, "split").Perm(len(copies))
	held := make([]bool, len(copies))
	for _, n := range order[len(order)-o.heldOut(len(order), 1):] {
		held[n] = true
	}
	heldOut := make([]bool, len(which)) // by sentence
	for i, n := range which {
		heldOut[i] = held[n]
	}
	c, err := t.corpus(heldOut, o)
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
			printable.Count(several, "sentence"))
	}
	return c, nil
}

// sentenceText is a text of one sentence a line, as the numbers of its keys.
type sentenceText struct {
	*numbering
	sentences []string // as written
	lines     []int    // the line of each sentence, from 1
	ends      []int    // where the numbers of each sentence end
	blank     int      // how many lines hold no sentence
}

// scanSentences reads the sentences of valid text.
func scanSentences(text string, tokenizer Tokenizer) *sentenceText {
	t := &sentenceText{numbering: newNumbering(tokenizer, 0)}
	add := t.add
	line := 0
	for sentence := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		line++
		sentence = strings.TrimSpace(sentence)
		if sentence == "" {
			t.blank++
			continue
		}
		tokenizer.each(sentence, add)
		t.sentences = append(t.sentences, sentence)
		t.lines = append(t.lines, line)
		t.ends = append(t.ends, t.len())
	}
	t.flush()
	return t
}

// sentence returns the numbers of sentence i.
func (t *sentenceText) sentence(i int) IDs {
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.numbers.Slice(start, t.ends[i])
}

// distinct returns for each sentence which of the distinct sentences it is, and
// how many copies each of these has.
func (t *sentenceText) distinct() (which, copies []int) {
	which = make([]int, len(t.ends))
	// A hash table of the first copies, each as its place from 1, at most half full.
	table := make([]int, 1<<bits.Len(uint(2*len(t.ends))))
	for i := range t.ends {
		sentence := t.sentence(i)
		slot := hash(sentence) % uint64(len(table))
		for table[slot] > 0 && !bytes.Equal(t.sentence(table[slot]-1).bytes, sentence.bytes) {
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
func hash(numbers IDs) uint64 {
	var h uint64
	for i := range numbers.Len() {
		h = (h ^ uint64(numbers.At(i))) * 0x9e3779b97f4a7c15
		h ^= h >> 32
	}
	return h
}

// corpus makes the corpus of the sentences, given which of them are held out.
func (t *sentenceText) corpus(heldOut []bool, o Options) (*Corpus, error) {
	seen := make([]int, len(t.keys)) // how often each key is in the training text
	nTrain, nHeld := 0, 0            // tokens
	for i := range t.ends {
		numbers := t.sentence(i)
		if heldOut[i] {
			nHeld += numbers.Len()
			continue
		}
		nTrain += numbers.Len()
		for j := range numbers.Len() {
			seen[numbers.At(j)]++
		}
	}
	v, ids, err := t.vocabulary(sentences{}, seen, o.MinCount)
	if err != nil {
		return nil, err
	}
	held := 0
	for _, h := range heldOut {
		if h {
			held++
		}
	}
	train, rest := newSide(len(heldOut)-held, nTrain, v), newSide(held, nHeld, v)
	longest, longestLine := 0, 0
	for i, text := range t.sentences {
		numbers := t.sentence(i)
		if n := numbers.Len(); n > longest {
			longest, longestLine = n, t.lines[i]
		}
		if heldOut[i] {
			rest.add(text, numbers, ids)
		} else {
			train.add(text, numbers, ids)
		}
	}
	c := &Corpus{
		Vocabulary: v, LongestLine: longestLine,
		Train: train.set, TrainText: train.texts, HeldOut: rest.set, HeldOutText: rest.texts,
	}
	if t.blank > 0 {
		c.note("%s skipped.", printable.Count(t.blank, "blank line"))
	}
	c.noteRare(o, seen, c.HeldOut.count(v.Unknown()))
	return c, nil
}

// splitSide is one side of a split.
type splitSide struct {
	set   Set
	texts []string
	row   []int32 // the ids of the sentence that was added last
}

// newSide returns an empty side with space for sentences that have so many tokens.
func newSide(sentenceCount, tokens int, v *Vocabulary) *splitSide {
	set := Set{sentences{}, makeIDs(tokens+2*sentenceCount, v.Len()), make([]int, 0, sentenceCount)}
	return &splitSide{set: set, texts: make([]string, 0, sentenceCount)}
}

// add adds a sentence, given the ids of the numbers.
func (s *splitSide) add(text string, numbers IDs, ids []int32) {
	const boundary = 0
	s.row = append(s.row[:0], boundary)
	for i := range numbers.Len() {
		s.row = append(s.row, ids[numbers.At(i)])
	}
	s.row = append(s.row, boundary)
	s.set.ids.append(s.row)
	s.set.ends = append(s.set.ends, s.set.ids.Len())
	s.texts = append(s.texts, text)
}
