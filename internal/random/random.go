// Package random makes every random number a function of what it is for, not the next
// one of a stream:
//
//	random.New(seed, "batch", step, row).IntN(10)
//
// A generator is a PCG keyed by (seed, purpose, index...): the seed of the run, what the
// numbers are for, and the step, row or layer that they are for. So step N of a
// training is the same whether it is reached in one go or by resuming, on one core or on
// many, and a checkpoint has no generator state.
package random

import "math/rand/v2"

// New returns a generator for a seed, a purpose and indices. Equal arguments give equal
// numbers; arguments that differ give unrelated ones.
func New(seed uint64, what string, index ...uint64) *rand.Rand {
	return rand.New(Source(seed, what, index...))
}

// Source returns the PCG generator that underlies [New], for inner loops that
// take raw 64-bit words.
func Source(seed uint64, what string, index ...uint64) *rand.PCG {
	hi, lo := key(seed, what, index)
	return rand.NewPCG(hi, lo)
}

// Reseed sets an existing generator to the state in which [Source] returns one, without
// allocating.
func Reseed(pcg *rand.PCG, seed uint64, what string, index ...uint64) {
	pcg.Seed(key(seed, what, index))
}

// key folds its arguments into 128 bits. Each word goes through the SplitMix64
// finaliser, so that neighbouring steps and rows have unrelated keys (Steele, Lea and
// Flood 2014, "Fast splittable pseudorandom number generators").
func key(seed uint64, what string, index []uint64) (hi, lo uint64) {
	hi = mix(seed)
	for _, c := range []byte(what) {
		hi = mix(hi ^ uint64(c))
	}
	lo = mix(hi ^ uint64(len(index)))
	for _, i := range index {
		lo = mix(lo + i)
		hi = mix(hi ^ lo)
	}
	return hi, lo
}

// mix is SplitMix64's finaliser after its golden-ratio increment.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
