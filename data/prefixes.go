package data

import (
	"bytes"
	"slices"
	"sort"
)

// prefixes are keys to find at the beginning of texts. Looking a text up takes time in proportion to the logarithm of their
// number, also where many of them have a common beginning.
type prefixes struct {
	keys    [][]byte // sorted, without repetition
	within  []int    // for each the longest other that it begins with, -1 if there is none
	found   []bool
	longest int // length of the longest, in bytes
}

func newPrefixes(keys [][]byte) *prefixes {
	sorted := slices.SortedFunc(slices.Values(keys), bytes.Compare)
	p := &prefixes{keys: slices.CompactFunc(sorted, bytes.Equal)}
	p.within, p.found = make([]int, len(p.keys)), make([]bool, len(p.keys))
	for i, key := range p.keys {
		p.longest = max(p.longest, len(key))
		before := i - 1
		for before >= 0 && !bytes.HasPrefix(key, p.keys[before]) {
			before = p.within[before]
		}
		p.within[i] = before
	}
	return p
}

// find marks the keys that the text begins with. They are the last key that is not after the text in the order, or prefixes of
// it.
func (p *prefixes) find(text []byte) {
	at := sort.Search(len(p.keys), func(i int) bool { return bytes.Compare(p.keys[i], text) > 0 }) - 1
	for at >= 0 && !bytes.HasPrefix(text, p.keys[at]) {
		at = p.within[at]
	}
	for at >= 0 && !p.found[at] { // what a found key begins with is found already
		p.found[at] = true
		at = p.within[at]
	}
}

// findWhole marks the key that is equal to the text.
func (p *prefixes) findWhole(text []byte) {
	if at, has := p.index(text); has {
		p.found[at] = true
	}
}

// index returns the index of a key, and whether it is one.
func (p *prefixes) index(key []byte) (int, bool) {
	return slices.BinarySearchFunc(p.keys, key, bytes.Compare)
}
