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
				ids.append([]int32{int32(id)})
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

func TestIDsMapped(t *testing.T) {
	ids := makeIDs(0, 3)
	for range 5000 { // more than one chunk
		ids.append([]int32{0, 2})
	}
	for _, table := range [][]int32{{7, 8, 9}, {700, 800, 900}, {70000, 80000, 90000}} {
		got := ids.mapped(table, 0, int(table[2])+1)
		if want := slices.Repeat([]int{int(table[0]), int(table[2])}, 5000); !slices.Equal(got.Ints(), want) {
			t.Errorf("%v: not what the table has", table)
		}
	}
	if got := (IDs{}).mapped(nil, 0, 10); got.Len() != 0 {
		t.Errorf("of none, %v", got)
	}
}
