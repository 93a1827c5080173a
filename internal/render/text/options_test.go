package text

import "testing"

func TestWidth(t *testing.T) {
	for given, want := range map[int]int{0: 80, 24: 24, 200: 200, 3: 12, -5: 12} {
		if got := (Options{Width: given}).width(); got != want {
			t.Errorf("width %d counts as %d, want %d", given, got, want)
		}
	}
}
