package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// machine is an instruction set. Each kernel is written once with the methods of machine and emitted for both sets.
type machine struct {
	name  string
	lanes int // float32 numbers in a register
}

var (
	avx512 = machine{"avx512", 16}
	avx2   = machine{"avx2", 8}
)

// wide reports whether this is AVX-512.
func (m machine) wide() bool { return m.lanes == 16 }

// bytes returns the size of a register in bytes.
func (m machine) bytes() int { return 4 * m.lanes }

// function begins a kernel.
func (m machine) function(name, signature string) {
	TEXT(m.name+name, NOSPLIT, "func"+signature)
	Pragma("noescape")
}

// vec returns a new register.
func (m machine) vec() VecVirtual {
	if m.wide() {
		return ZMM()
	}
	return YMM()
}

func (m machine) zero() VecVirtual {
	v := m.vec()
	VXORPS(v, v, v)
	return v
}

// param returns a float32 parameter in all lanes.
func (m machine) param(name string) VecVirtual {
	address, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	v := m.vec()
	VBROADCASTSS(address.Addr, v)
	return v
}

// number returns a constant in memory, one for each value.
func number(x float32) Mem { return word(math.Float32bits(x)) }

var words = map[uint32]Mem{}

func word(bits uint32) Mem {
	if at, ok := words[bits]; ok {
		return at
	}
	words[bits] = ConstData(fmt.Sprintf("word%08x", bits), U32(bits))
	return words[bits]
}

// constant returns a number in all lanes of a register.
func (m machine) constant(x float32) VecVirtual { return m.constantBits(math.Float32bits(x)) }

func (m machine) constantBits(bits uint32) VecVirtual {
	v := m.vec()
	VBROADCASTSS(word(bits), v)
	return v
}

// mask selects lanes: a mask register for AVX-512, a vector with all bits of the lanes set for AVX2.
type mask struct {
	k     Register
	v     VecVirtual
	count Register // number of lanes, if made by firstLanes
}

// firstLanes returns the mask of the first n lanes, 0 <= n <= lanes.
func (m machine) firstLanes(n Register) mask {
	if m.wide() {
		ones, k := GP32(), K()
		MOVL(U32(0xffffffff), ones)
		BZHIL(n.(GPVirtual).As32(), ones, ones)
		KMOVW(ones, k)
		return mask{k: k, count: n}
	}
	at, v := GP64(), m.vec()
	LEAQ(laneTable(), at)
	offset := GP64()
	MOVQ(n, offset)
	NEGQ(offset)
	VMOVUPS(Mem{Base: at, Index: offset, Scale: 4, Disp: 32}, v)
	return mask{v: v, count: n}
}

var lanes *Mem

// laneTable returns 8 lanes of ones and 8 of zeros: the 8 lanes from index 8-n are the mask of n lanes.
func laneTable() Mem {
	if lanes == nil {
		at := GLOBL("lanes", RODATA|NOPTR)
		for i := range 16 {
			word := uint32(0)
			if i < 8 {
				word = math.MaxUint32
			}
			DATA(4*i, U32(word))
		}
		lanes = &at
	}
	return *lanes
}

// access reads and writes vectors: whole ones, or the lanes of a mask at the end of a row.
type access struct {
	machine
	tail bool
	mask mask
}

// load reads a vector; lanes outside the mask are 0.
func (a access) load(at Mem) VecVirtual {
	v := a.vec()
	switch {
	case !a.tail:
		VMOVUPS(at, v)
	case a.wide():
		VMOVUPS_Z(at, a.mask.k, v)
	default:
		VMASKMOVPS(at, a.mask.v, v)
	}
	return v
}

// loadOr reads a vector; lanes outside the mask are those of other.
func (a access) loadOr(at Mem, other VecVirtual) VecVirtual {
	v := a.load(at)
	if a.tail {
		v = a.choose(a.mask, v, other)
	}
	return v
}

// store writes the lanes of a vector that are in the mask.
func (a access) store(v VecVirtual, at Mem) {
	switch {
	case !a.tail:
		VMOVUPS(v, at)
	case a.wide():
		VMOVUPS(v, a.mask.k, at)
	default:
		a.storeFirst(v, at)
	}
}

// storeFirst writes the first lanes of an AVX2 register, 4, 2 and 1 at a time: masked stores take tens of cycles on some
// processors.
func (a access) storeFirst(v VecVirtual, at Mem) {
	rest, to := XMM(), GP64()
	LEAQ(at, to)
	VMOVAPS(v.AsX(), rest)
	for _, n := range []int{4, 2, 1} {
		labels++
		next := fmt.Sprintf("store%d", labels)
		TESTQ(U32(n), a.mask.count)
		JZ(LabelRef(next))
		switch n {
		case 4:
			VMOVUPS(rest, Mem{Base: to})
			VEXTRACTF128(Imm(1), v, rest)
		case 2:
			VMOVLPS(rest, Mem{Base: to})
			VPERMILPS(Imm(0b1110), rest, rest)
		case 1:
			VMOVSS(rest, Mem{Base: to})
		}
		if n > 1 {
			ADDQ(Imm(uint64(4*n)), to)
		}
		Label(next)
	}
}

// labels is the number of labels that storeFirst has used.
var labels int

// masked returns v with 0 in the lanes outside the mask.
func (a access) masked(v VecVirtual) VecVirtual {
	if !a.tail {
		return v
	}
	return a.choose(a.mask, v, a.zero())
}

// choose returns the lanes of yes where the mask is set, and those of no elsewhere.
func (m machine) choose(k mask, yes, no VecVirtual) VecVirtual {
	v := m.vec()
	if m.wide() {
		VBLENDMPS(yes, no, k.k, v)
	} else {
		VBLENDVPS(k.v, yes, no, v)
	}
	return v
}

// Predicates of VCMPPS; both are false for NaN.
const (
	lessThan    = 1
	greaterThan = 14
)

// compare returns the lanes where x predicate y holds.
func (m machine) compare(predicate uint8, x, y VecVirtual) mask {
	if m.wide() {
		k := K()
		VCMPPS(U8(predicate), y, x, k)
		return mask{k: k}
	}
	v := m.vec()
	VCMPPS(U8(predicate), y, x, v)
	return mask{v: v}
}

// row emits a loop over n numbers with body for whole vectors, and body once more, masked, for the rest. offset is the position
// in bytes. n is not changed.
func (m machine) row(label string, n, offset Register, body func(a access)) {
	left := GP64()
	MOVQ(n, left)
	XORQ(offset, offset)
	JMP(LabelRef(label + "_test"))
	Label(label + "_whole")
	body(access{machine: m})
	ADDQ(Imm(uint64(m.bytes())), offset)
	SUBQ(Imm(uint64(m.lanes)), left)
	Label(label + "_test")
	CMPQ(left, Imm(uint64(m.lanes)))
	JGE(LabelRef(label + "_whole"))
	TESTQ(left, left)
	JZ(LabelRef(label + "_end"))
	body(access{m, true, m.firstLanes(left)})
	Label(label + "_end")
}

// fold combines all lanes of v, half by half, and returns the result in the first lane of an XMM register.
func (m machine) fold(v VecVirtual, combine func(x, y, z Op)) VecVirtual {
	half := XMM()
	if m.wide() {
		high := YMM()
		VEXTRACTF64X4(Imm(1), v, high)
		sum := YMM()
		combine(high, v.AsY(), sum)
		v = sum
	}
	m.upperHalf(v, half)
	sum := XMM()
	combine(half, v.AsX(), sum)
	VPERMILPS(U8(0b1110), sum, half)
	combine(half, sum, sum)
	VPERMILPS(U8(0b0001), sum, half)
	combine(half, sum, sum)
	return sum
}

// upperHalf copies the upper half of a YMM register into an XMM register.
func (m machine) upperHalf(v, half VecVirtual) {
	if m.wide() {
		VEXTRACTF32X4(Imm(1), v, half) // reaches all 32 registers
	} else {
		VEXTRACTF128(Imm(1), v, half)
	}
}

// total returns the sum of the lanes, in the first lane of an XMM register.
func (m machine) total(v VecVirtual) VecVirtual {
	return m.fold(v, func(x, y, z Op) { VADDPS(x, y, z) })
}

// spread copies the first lane into all.
func (m machine) spread(x VecVirtual) VecVirtual {
	v := m.vec()
	VBROADCASTSS(x, v)
	return v
}

func at(base, offset Register) Mem { return Mem{Base: base, Index: offset, Scale: 1} }

// pointer loads a parameter into a register.
func pointer(name string) GPVirtual {
	r := GP64()
	Load(Param(name), r)
	return r
}

// nextLine emits the end of a loop over rows: it advances the pointers by a row of dim numbers and jumps to the label "line"
// until no row is left.
func nextLine(rows, dim Register, pointers ...Register) {
	for _, p := range pointers {
		LEAQ(Mem{Base: p, Index: dim, Scale: 4}, p)
	}
	DECQ(rows)
	JNZ(LabelRef("line"))
	end()
}

// end emits the return from a kernel.
func end() {
	VZEROUPPER()
	RET()
}
