package data

import (
	"fmt"
	"strings"

	"attend/internal/printable"
)

// stream is the layout in which the whole text is one sequence, without boundaries.
// A row of a batch is a window of it: each token of the window but the first is
// predicted.
type stream struct{}

func (stream) Sentences() bool { return false }

func (stream) boundary() bool { return false }

func (stream) postProcessor() any { return nil }

func (stream) check(Set, int) error { return nil }

// rows are consecutive windows of seq predictions, the last one of what is left.
func (stream) rows(s Set, seq int) int { return ceilDiv(s.Predictions(), seq) }

func (l stream) row(s Set, i, seq int) IDs { return l.drawn(s, i*seq, seq) }

func (stream) draws(s Set, seq int) (int, error) {
	n := s.ids.Len()
	if n < seq+1 {
		return 0, fmt.Errorf("the text has %d tokens, too few for a context of %d, which needs %d: lower the context or give more text",
			n, seq, seq+1)
	}
	return n - seq, nil
}

func (stream) drawn(s Set, i, seq int) IDs { return s.ids.Slice(i, min(s.ids.Len(), i+seq+1)) }

func (stream) lengths(_ Set, seq int) (longest, mean float64) { return float64(seq), float64(seq) }

func (l stream) split(name, text string, tokenizer Tokenizer, o Options) (*Corpus, error) {
	const least = 2 // one to read and one to predict
	t := newNumbering(tokenizer, len(text))
	t.scan(text)
	t.flush()
	n := t.len()
	if n < 2*least {
		return nil, fmt.Errorf("%s has %s, too few to split: want at least %d", name, printable.Count(n, tokenizer.Noun()), 2*least)
	}
	at, nHeld := lastTokens(text, tokenizer, o.heldOut(n, least))
	cut := n - nHeld
	seen := make([]int, len(t.keys)) // how often each key is in the training text
	for i := range cut {
		seen[t.numbers.At(i)]++
	}
	v, ids, err := t.vocabulary(l, seen, o.MinCount)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	all := t.numbers.mapped(ids, n, v.Len())
	c := &Corpus{
		Vocabulary: v,
		Train:      Set{l, all.Slice(0, cut), []int{cut}}, TrainText: []string{text[:at]},
		HeldOut: Set{l, all.Slice(cut, n), []int{nHeld}}, HeldOutText: []string{text[at:]},
	}
	c.noteRare(o, seen, c.HeldOut.count(v.Unknown()))
	return c, nil
}

// lastTokens returns the byte of text at which its last n tokens begin, and n. Where
// normalisation moved marks across the edge of that token, it is an earlier one, and
// n is larger.
func lastTokens(text string, tokenizer Tokenizer, n int) (at, tokens int) {
	for end := len(text); ; {
		begin := 1 + strings.LastIndexByte(text[:end-1], '\n')
		line, count := text[begin:end], 0
		tokenizer.each(line, func(int, int, string) { count++ })
		if skipped := count - (n - tokens); skipped >= 0 {
			i, first := 0, 0
			tokenizer.each(line, func(start, _ int, _ string) {
				if i <= skipped && start >= 0 {
					at, first = start, i
				}
				i++
			})
			return begin + at, tokens + count - first
		}
		tokens += count
		end = begin
	}
}
