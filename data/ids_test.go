package data

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestIDs(t *testing.T) {
	for _, c := range []struct{ vocab, width int }{{1, 1}, {256, 1}, {257, 2}, {1 << 16, 2}, {1<<16 + 1, 4}, {1 << 30, 4}} {
		rapid.Check(t, func(t *rapid.T) {
			want := rapid.SliceOfN(rapid.IntRange(0, c.vocab-1), 1, 50).Draw(t, "ids")
			want = append(want, c.vocab-1)
			ids := makeIDs(0, c.vocab)
			for _, id := range want {
				ids.add(id)
			}
			if got := len(ids.bytes); got != c.width*len(want) {
				t.Fatalf("%d ids below %d take %d bytes, want %d", len(want), c.vocab, got, c.width*len(want))
			}
			if ids.Len() != len(want) || ids.At(len(want)-1) != c.vocab-1 || !slices.Equal(ids.Ints(), want) {
				t.Fatalf("%v came back as %v", want, ids.Ints())
			}
			from := rapid.IntRange(0, len(want)).Draw(t, "from")
			to := rapid.IntRange(from, len(want)).Draw(t, "to")
			got := make([]int, to-from)
			if ids.Slice(from, to).CopyTo(got); !slices.Equal(got, want[from:to]) {
				t.Fatalf("%v from %d to %d is %v", want, from, to, got)
			}
		})
	}
}

// Ids that become wider stay what they were.
func TestIDsBecomeWider(t *testing.T) {
	var ids IDs
	var want []int
	for _, id := range []int{0, 255, 3, 256, 1<<16 - 1, 7, 1 << 16, 1<<31 - 1, 9} {
		ids.widen(id + 1)
		ids.add(id)
		if want = append(want, id); !slices.Equal(ids.Ints(), want) {
			t.Fatalf("%v came back as %v", want, ids.Ints())
		}
	}
	ids = IDs{}
	ids.widen(1<<20 + 1)
	if ids.add(1 << 20); !slices.Equal(ids.Ints(), []int{1 << 20}) {
		t.Errorf("the first is %v", ids.Ints())
	}
}

func TestReplaceIDs(t *testing.T) {
	for _, c := range []struct{ before, after int }{{200, 200}, {1000, 300}, {1000, 200}, {70_000, 1000}, {200, 300}, {200, 70_000}} {
		ids, want := makeIDs(0, c.before), []int{}
		by := make([]uint32, c.before)
		for i := range by {
			by[i] = uint32((7 * i) % c.after)
		}
		for i := range 500 {
			id := 31 * i % c.before
			ids.add(id)
			want = append(want, int(by[id]))
		}
		ids.replace(by, c.after)
		if got := makeIDs(0, c.after); !slices.Equal(ids.Ints(), want) || ids.shift != got.shift {
			t.Errorf("%d ids in place of %d: %v in %d bytes each", c.after, c.before, ids.Ints(), 1<<ids.shift)
		}
	}
}
