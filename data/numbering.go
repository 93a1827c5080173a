package data

import "strings"

// numbering is a text as numbers, before its vocabulary is known: keys are numbered in
// the order in which they come up. A spelling is brought to its key but once.
type numbering struct {
	tokenizer Tokenizer
	keys      []string         // by number
	known     map[string]int32 // the number of each key, and of each spelling of it
	short     [256]int32       // the number + 1 of each token of one byte, or 0
	numbers   IDs              // of the text, without the pending ones
	pending   [1 << 12]int32   // the last numbers
	count     int              // how many are pending
}

// newNumbering prepares for a text. Space is reserved for so many tokens, and grows.
func newNumbering(t Tokenizer, space int) *numbering {
	return &numbering{tokenizer: t, known: map[string]int32{}, numbers: makeIDs(space, 1)}
}

// scan adds all tokens of valid text.
func (n *numbering) scan(text string) {
	if t, ok := n.tokenizer.(interface{ scan(string, *numbering) }); ok { // the tokenizer has a faster way
		t.scan(text, n)
		return
	}
	for line := range strings.Lines(text) { // so that no more than a line is normalised at once
		n.tokenizer.each(line, n.add)
	}
}

// add adds a token that the tokenizer visits.
func (n *numbering) add(_, _ int, token string) { n.put(n.of(token)) }

// put adds the number of a token.
func (n *numbering) put(number int32) {
	if n.count == len(n.pending) {
		n.flush()
	}
	n.pending[n.count] = number
	n.count++
}

// of returns the number of the key of a token, a new one for a new key.
func (n *numbering) of(token string) int32 {
	if len(token) == 1 {
		number := &n.short[token[0]]
		if *number == 0 {
			*number = n.lookUp(token) + 1
		}
		return *number - 1
	}
	return n.lookUp(token)
}

func (n *numbering) lookUp(token string) int32 {
	if number, ok := n.known[token]; ok {
		return number
	}
	key := strings.Clone(n.tokenizer.key(token)) // cloned, for a part of the text would keep all of it
	number, ok := n.known[key]
	if !ok {
		number = int32(len(n.keys))
		n.keys = append(n.keys, key)
		n.known[key] = number
	}
	if token != key {
		n.known[strings.Clone(token)] = number
	}
	return number
}

// len returns how many tokens were added.
func (n *numbering) len() int { return n.numbers.Len() + n.count }

// flush brings the pending numbers to the others, which become wider if they must.
func (n *numbering) flush() {
	if n.numbers.shift < makeIDs(0, len(n.keys)).shift {
		same := make([]int32, len(n.keys))
		for i := range same {
			same[i] = int32(i)
		}
		n.numbers = n.numbers.mapped(same, cap(n.numbers.bytes)>>n.numbers.shift, len(n.keys))
	}
	n.numbers.append(n.pending[:n.count])
	n.count = 0
}

// vocabulary makes the vocabulary of the keys that the training text has at least
// minCount times, given how often it has each, by number. It returns the id of each
// number too.
func (n *numbering) vocabulary(l Layout, seen []int, minCount int) (v *Vocabulary, ids []int32, err error) {
	counts := map[string]int{}
	for number, key := range n.keys {
		if seen[number] > 0 {
			counts[key] = seen[number]
		}
	}
	if v, err = countedVocabulary(n.tokenizer, l, counts, minCount); err != nil {
		return nil, nil, err
	}
	ids = make([]int32, len(n.keys))
	for number, key := range n.keys {
		id, _ := v.ID(key)
		ids[number] = int32(id)
	}
	return v, ids, nil
}
