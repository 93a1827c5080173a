package data

// lookup finds things that are numbered from 0 in the order in which they are added. It holds their numbers in a hash table with
// open addressing, five bytes a slot, and leaves the things to its user, who hashes and compares them. The zero value holds none.
type lookup struct {
	tags    []uint8  // of each slot: 0 if it is free, else seven bits of the hash
	numbers []uint32 // of each slot
	count   int
}

// tag returns what a slot has of a hash: bits that do not decide which slot it is.
func tag(hash uint64) uint8 { return uint8(hash>>57) | 0x80 }

// find returns the number of a thing, given its hash and whether it is the thing with a number; -1 if it is none of them.
func (l *lookup) find(hash uint64, same func(number int) bool) int {
	if l.count == 0 {
		return -1
	}
	mask, wanted := uint64(len(l.tags)-1), tag(hash)
	for at := hash & mask; l.tags[at] != 0; at = (at + 1) & mask {
		if l.tags[at] == wanted && same(int(l.numbers[at])) {
			return int(l.numbers[at])
		}
	}
	return -1
}

// add gives the next number to a thing that find did not find. hashOf returns the hash of each that was added before.
func (l *lookup) add(hash uint64, hashOf func(number int) uint64) int {
	if l.count >= len(l.tags)/4*3 {
		size := max(8, 2*len(l.tags))
		l.tags, l.numbers = make([]uint8, size), make([]uint32, size)
		for number := range l.count {
			l.put(hashOf(number), number)
		}
	}
	l.put(hash, l.count)
	l.count++
	return l.count - 1
}

// put writes a number into the first free slot for its hash.
func (l *lookup) put(hash uint64, number int) {
	mask := uint64(len(l.tags) - 1)
	at := hash & mask
	for l.tags[at] != 0 {
		at = (at + 1) & mask
	}
	l.tags[at], l.numbers[at] = tag(hash), uint32(number)
}
