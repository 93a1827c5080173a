package data

import "encoding/binary"

// IDs are token ids, each in as few bytes as the largest needs: 1, 2 or 4. The zero
// value holds none.
type IDs struct {
	bytes []byte // little-endian
	shift uint8  // an id takes 1<<shift bytes
}

// makeIDs returns an empty list with capacity for n ids of a vocabulary of the given size.
func makeIDs(n, vocab int) (s IDs) {
	s.widen(vocab)
	s.bytes = make([]byte, 0, n<<s.shift)
	return s
}

// widen gives each id as many bytes as the ids of a vocabulary of the given size need.
func (s *IDs) widen(vocab int) {
	for uint64(vocab) > 1<<(8<<s.shift) {
		wider := IDs{make([]byte, 0, 2*cap(s.bytes)), s.shift + 1}
		for i := range s.Len() {
			wider.add(s.At(i))
		}
		*s = wider
	}
}

// replace replaces each id by what is listed for it, of a vocabulary of the given size. It writes over the memory of s if the
// new ids are not wider.
func (s *IDs) replace(by []uint32, vocab int) {
	replaced := IDs{bytes: s.bytes[:0]}
	for uint64(vocab) > 1<<(8<<replaced.shift) {
		replaced.shift++
	}
	if replaced.shift > s.shift {
		replaced = makeIDs(s.Len(), vocab)
	}
	for i := range s.Len() {
		replaced.add(int(by[s.At(i)]))
	}
	*s = replaced
}

// Len returns how many ids there are.
func (s IDs) Len() int { return len(s.bytes) >> s.shift }

// At returns the id with index i.
func (s IDs) At(i int) int {
	switch s.shift {
	case 0:
		return int(s.bytes[i])
	case 1:
		return int(binary.LittleEndian.Uint16(s.bytes[2*i:]))
	}
	return int(binary.LittleEndian.Uint32(s.bytes[4*i:]))
}

// Slice returns the ids with index from <= i < to. The slice shares the memory of s.
func (s IDs) Slice(from, to int) IDs {
	return IDs{s.bytes[from<<s.shift : to<<s.shift : to<<s.shift], s.shift}
}

// cut keeps the first n ids alone.
func (s *IDs) cut(n int) { s.bytes = s.bytes[:n<<s.shift] }

// CopyTo writes the ids to dst, whose length is at least that of the list.
func (s IDs) CopyTo(dst []int) {
	for i := range s.Len() {
		dst[i] = s.At(i)
	}
}

// Ints returns a copy of the ids.
func (s IDs) Ints() []int {
	ids := make([]int, s.Len())
	s.CopyTo(ids)
	return ids
}

// add adds an id, which is not too large for the width.
func (s *IDs) add(id int) {
	switch s.shift {
	case 0:
		s.bytes = append(s.bytes, byte(id))
	case 1:
		s.bytes = binary.LittleEndian.AppendUint16(s.bytes, uint16(id))
	default:
		s.bytes = binary.LittleEndian.AppendUint32(s.bytes, uint32(id))
	}
}
