package data

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"attend/internal/printable"
)

// Layout arranges the tokens of a text in sequences: what one sequence is, which tokens
// begin and end it, and how rows of a batch are cut from it. A model predicts
// each token of a row but its first, from those before it in the row.
type Layout interface {
	// Sentences reports whether each line of a text is a sequence of its own, with
	// [BoundaryToken] at both ends. If not, the whole text is one.
	Sentences() bool

	// split reads a text into the numbering, which is empty, and makes the corpus.
	split(text string, n *numbering, o Options) (*Corpus, error)
	// check reports whether rows of seq predictions can hold the set.
	check(s Set, seq int) error
	// rows returns the number of rows of up to seq predictions, and row one of them: sentences, or windows of a stream, each
	// of which begins stride tokens after the one before. With a stride of seq they hold every prediction once.
	rows(s Set, seq, stride int) int
	row(s Set, i, seq, stride int) IDs
	// lengths returns the predictions of the longest row, and the mean of all.
	lengths(s Set, seq int) (longest, mean float64)
}

const (
	// BoundaryToken begins and ends a sentence.
	BoundaryToken = "<s>"
	// UnknownToken replaces every token that the vocabulary lacks.
	UnknownToken = "<unk>"
)

// specials returns the tokens that no text can spell, in the order of their ids.
func specials(u Unit) (tokens []string) {
	if u.Layout.Sentences() {
		tokens = append(tokens, BoundaryToken)
	}
	if _, ok := u.Tokenizer.(learner); !ok {
		tokens = append(tokens, UnknownToken)
	}
	return tokens
}

// sentences is the layout in which each line of a text is a sequence, from boundary
// to boundary: <s> w1 ... wn <s>. A row of a batch is one of them. All words and the
// end are predicted, the first word from the boundary alone.
type sentences struct{}

func (sentences) Sentences() bool { return true }

func (sentences) check(s Set, seq int) error {
	for i := range s.Len() {
		if n := s.Sequence(i).Len() - 1; n > seq {
			return fmt.Errorf("sentence %d has %d tokens with its boundary but the context is %d: raise the context to %d "+
				"or split the sentence", i+1, n, seq, n)
		}
	}
	return nil
}

func (sentences) rows(s Set, _, _ int) int { return s.Len() }

func (sentences) row(s Set, i, _, _ int) IDs { return s.Sequence(i) }

func (sentences) lengths(s Set, _ int) (longest, mean float64) {
	return float64(s.LongestInput()), float64(s.Predictions()) / float64(s.Len())
}

func (l sentences) split(text string, n *numbering, o Options) (*Corpus, error) {
	l.read(text, n)
	if n.Len() == 0 {
		return nil, fmt.Errorf("%s holds no text that can be seen: give it some, such as sentences, one a line", n.name)
	}
	which, tokens, repeated := n.distinct()
	if words := n.ids.Len() - 2; n.Len() == 1 && words > longLine {
		return nil, fmt.Errorf("%s is one line of %s, and each line is a sentence: put one sentence on a line, or choose --unit %s for one long text",
			n.name, printable.Count(words, n.unit.Tokenizer.Noun()), Char)
	}
	if len(tokens) < 2 && o.HoldOut > 0 {
		return nil, fmt.Errorf("%s holds one distinct sentence, and one must be held out: give at least two that differ, one a line, "+
			"or hold out nothing with --holdout 0", n.name)
	}
	held := o.holdOut(tokens)
	heldOut := make([]bool, len(which))
	for i, sentence := range which {
		heldOut[i] = held[sentence]
	}
	c, err := n.corpus(heldOut, o.MinCount)
	if err != nil {
		return nil, err
	}
	c.noteShare(o.HoldOut, repeated > 0)
	c.note(repeated, "sentence", "occurred more than once; all copies of one are on the same side, "+
		"so that none is both learned and held out.")
	return c, nil
}

// longLine is the number of tokens above which a text of one line is hardly one sentence.
const longLine = 20

// read reads the sentences of valid text.
func (sentences) read(text string, n *numbering) {
	n.text = text
	for start := 0; start < len(text); {
		line, next := nextLine(text, start)
		if sentence := strings.TrimSpace(line); sentence == "" {
			n.blank++
		} else {
			n.reserve(start)
			before := n.ids.Len()
			n.ids.add(boundaryNumber)
			if n.read(sentence); n.ids.Len() == before+1 { // of nothing that can be seen
				n.ids.cut(before)
				n.blank++
			} else {
				n.ids.add(boundaryNumber)
				n.end(start)
			}
		}
		start = next
	}
}

// stream is the layout in which the whole text is one sequence, without boundaries.
// A row of a batch is a window of it: each token of the window but the first is
// predicted.
type stream struct{}

func (stream) Sentences() bool { return false }

func (stream) check(Set, int) error { return nil }

// rows counts a last window of what is left, if that is less than the stride.
func (stream) rows(s Set, seq, stride int) int {
	if s.Len() == 0 {
		return 0
	}
	return ceilDiv(s.Predictions()-seq, stride) + 1
}

func (stream) row(s Set, i, seq, stride int) IDs {
	return s.ids.Slice(i*stride, min(s.length, i*stride+seq+1))
}

func (stream) lengths(_ Set, seq int) (longest, mean float64) { return float64(seq), float64(seq) }

func (stream) split(text string, n *numbering, o Options) (*Corpus, error) {
	const least = 2 // one to read and one to predict
	n.text = text
	n.ids = makeIDs(utf8.RuneCountInString(text), 1) // which is what most tokenizers need at most
	for line := range strings.Lines(text) {          // so that no more than a line is normalised at once
		n.read(line)
	}
	tokens := n.ids.Len()
	if tokens < 2*least {
		return nil, fmt.Errorf("%s has %s, too few to split: want at least %d",
			n.name, printable.Count(tokens, n.unit.Tokenizer.Noun()), 2*least)
	}
	n.end(0)
	if o.HoldOut == 0 {
		return n.corpus([]bool{false}, o.MinCount)
	}
	at, held := lastTokens(text, n.unit.Tokenizer, o.heldOutCount(tokens, least))
	n.ends[0] = uint32(tokens - held)
	n.end(at)
	return n.corpus([]bool{false, true}, o.MinCount)
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
