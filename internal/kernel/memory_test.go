package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// memory hands out the arguments of kernels and knows afterwards whether these kept to them. Around
// and between the numbers lies a NaN of its own: who reads it spoils a result, who writes it is seen.
type memory struct {
	values  *rand.Rand                              // what the arguments hold
	place   func(n int) (whole []float32, from int) // where n numbers and what is around them lie
	draw    func() float32                          // nil: from a normal distribution
	special bool                                    // with NaN and infinities
	pieces  []piece
}

// layout is how an argument lies in memory: rows stride numbers apart.
type layout struct{ rows, cols, stride int }

func row(n int) layout { return layout{1, n, n} }

func (l layout) size() int { return (l.rows-1)*l.stride + l.cols }

// holds reports whether the number at that place is one of the argument's.
func (l layout) holds(place int) bool {
	return place >= 0 && place < l.size() && place%l.stride < l.cols
}

// piece is one argument with what lies around it.
type piece struct {
	layout
	whole []float32
	from  int
	old   []float32 // of an argument that is only read
}

const guardBits = 0x7fc5a5a5

// heap returns a memory whose arguments begin anywhere in pieces of the heap.
func heap(seed uint64) *memory {
	places := generator(seed ^ 0x5eed)
	return &memory{values: generator(seed), place: func(n int) ([]float32, int) {
		from := 16 + places.IntN(16)
		return make([]float32, from+n+20), from
	}}
}

// write returns an argument that is only written: it holds no number yet.
func (m *memory) write(l layout) []float32 {
	whole, from := m.place(l.size())
	for i := range whole {
		whole[i] = math.Float32frombits(guardBits)
	}
	m.pieces = append(m.pieces, piece{layout: l, whole: whole, from: from})
	return whole[from:][:l.size():l.size()]
}

// change returns an argument that is read and written.
func (m *memory) change(l layout) []float32 {
	x := m.write(l)
	for i := range x {
		switch {
		case !l.holds(i):
		case m.draw != nil:
			x[i] = m.draw()
		default:
			x[i] = float32(m.values.NormFloat64())
		}
	}
	if m.special {
		for range m.values.IntN(3) {
			i := m.values.IntN(l.rows)*l.stride + m.values.IntN(l.cols)
			x[i] = []float32{inf, -inf, math.Float32frombits(nans[m.values.IntN(len(nans))])}[m.values.IntN(3)]
		}
	}
	return x
}

// read returns an argument that is only read.
func (m *memory) read(l layout) []float32 {
	x := m.change(l)
	m.pieces[len(m.pieces)-1].old = append([]float32{}, x...)
	return x
}

// kept returns an error if a number changed that should not have.
func (m *memory) kept() error {
	for number, p := range m.pieces {
		for i, v := range p.whole {
			bits, place := math.Float32bits(v), i-p.from
			if !p.holds(place) && bits != guardBits {
				return fmt.Errorf("argument %d of %v: wrote %g at place %d, outside", number, p.layout, v, place)
			}
			if p.holds(place) && p.old != nil && bits != math.Float32bits(p.old[place]) {
				return fmt.Errorf("argument %d of %v: wrote %g at place %d, which is only to be read", number, p.layout, v, place)
			}
		}
	}
	return nil
}

// inside returns the numbers of an argument without what lies between its rows.
func inside(x []float32, l layout) []float64 {
	numbers := make([]float64, 0, l.rows*l.cols)
	for i, v := range x {
		if l.holds(i) {
			numbers = append(numbers, float64(v))
		}
	}
	return numbers
}
