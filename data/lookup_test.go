package data

import (
	"testing"

	"pgregory.net/rapid"
)

// The numbers are those of a map, also where many things have one hash.
func TestLookup(t *testing.T) {
	for _, hash := range []func(thing int) uint64{
		func(thing int) uint64 { return hashOf(uint64(thing)) },
		func(thing int) uint64 { return uint64(thing) },     // one tag
		func(thing int) uint64 { return uint64(thing % 3) }, // three slots
	} {
		rapid.Check(t, func(t *rapid.T) {
			var l lookup
			var things []int
			numbers := map[int]int{}
			for _, thing := range rapid.SliceOf(rapid.IntRange(0, 60)).Draw(t, "things") {
				want, known := numbers[thing]
				got := l.find(hash(thing), func(number int) bool { return things[number] == thing })
				if !known {
					if got != -1 {
						t.Fatalf("%d is found as %d before it is added", thing, got)
					}
					want = len(things)
					got = l.add(hash(thing), func(number int) uint64 { return hash(things[number]) })
					things, numbers[thing] = append(things, thing), want
				}
				if got != want {
					t.Fatalf("%d has the number %d, want %d", thing, got, want)
				}
			}
			if l.count != len(things) {
				t.Fatalf("%d numbers, want %d", l.count, len(things))
			}
		})
	}
}
