package data

import (
	"encoding/binary"
	"slices"
)

// IDs are token ids, each in as few bytes as the largest needs: 1, 2 or 4. The zero
// value holds none.
type IDs struct {
	bytes []byte // little-endian
	shift uint8  // an id takes 1<<shift bytes
}

// makeIDs returns ids without any, with space for n of a vocabulary of the given size.
func makeIDs(n, vocab int) IDs {
	var shift uint8
	for vocab > 1 && uint64(vocab-1)>>(8<<shift) > 0 {
		shift++
	}
	return IDs{make([]byte, 0, n<<shift), shift}
}

// Len returns how many ids there are.
func (s IDs) Len() int { return len(s.bytes) >> s.shift }

// At returns id i.
func (s IDs) At(i int) int {
	switch s.shift {
	case 0:
		return int(s.bytes[i])
	case 1:
		return int(binary.LittleEndian.Uint16(s.bytes[2*i:]))
	}
	return int(binary.LittleEndian.Uint32(s.bytes[4*i:]))
}

// Slice returns the ids from one to before another, which share memory with all.
func (s IDs) Slice(from, to int) IDs {
	return IDs{s.bytes[from<<s.shift : to<<s.shift : to<<s.shift], s.shift}
}

// CopyTo writes the ids to dst, which has space for all.
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

// append adds ids, none too large for the width.
func (s *IDs) append(ids []int32) {
	n := len(s.bytes)
	s.bytes = slices.Grow(s.bytes, len(ids)<<s.shift)[:n+len(ids)<<s.shift]
	added := s.bytes[n:]
	switch s.shift {
	case 0:
		for i, id := range ids {
			added[i] = byte(id)
		}
	case 1:
		for i, id := range ids {
			binary.LittleEndian.PutUint16(added[2*i:], uint16(id))
		}
	default:
		for i, id := range ids {
			binary.LittleEndian.PutUint32(added[4*i:], uint32(id))
		}
	}
}

// mapped returns the ids that a table has for each of these, in the width of a vocabulary
// and with space for n.
func (s IDs) mapped(table []int32, n, vocab int) IDs {
	all := makeIDs(n, vocab)
	chunk := make([]int32, 1<<12)
	for start := 0; start < s.Len(); start += len(chunk) {
		part := s.Slice(start, min(start+len(chunk), s.Len()))
		for i := range part.Len() {
			chunk[i] = table[part.At(i)]
		}
		all.append(chunk[:part.Len()])
	}
	return all
}
