package kernel

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"
)

// Every WebAssembly engine computes the same bits, of each set: those recorded here. NaN, whose bits may differ, does not occur.
func TestTheSameBits(t *testing.T) {
	recorded := map[string]uint64{"wasm-simd": 0x677d0d03ac77dc6f, portable: 0x6490900d7f541a47}
	eachSet(t, func(t *testing.T, set *instructions) {
		sum := fnv.New64a()
		for _, trial := range trials {
			for n := 1; n <= 70; n++ {
				for _, w := range trial.run(heap(uint64(n)), n) {
					for _, v := range w.numbers {
						if v != v {
							t.Fatalf("%s of %d numbers: %s has NaN", trial.name, n, w.name)
						}
						sum.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))
					}
				}
			}
		}
		if got := sum.Sum64(); got != recorded[set.name] {
			t.Errorf("the results have the checksum %#x, recorded is %#x", got, recorded[set.name])
		}
	})
}
