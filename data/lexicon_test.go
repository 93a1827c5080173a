package data

import (
	"slices"
	"testing"
)

// The table of places: the preposition alone leaves four places open, the animal alone
// four, and no two animals go together with more than one preposition, so that neither
// cause can stand in for the other.
func TestPlaceTable(t *testing.T) {
	l := savannaLexicon()
	all := map[string]bool{}
	for _, a := range l.animals {
		if len(a.places) != len(l.preps) {
			t.Fatalf("%s has %d places for %d prepositions", a.singular, len(a.places), len(l.preps))
		}
		if own := slices.Compact(slices.Sorted(slices.Values(a.places))); len(own) != len(a.places) {
			t.Errorf("%s is in one place twice: %q", a.singular, a.places)
		}
		for _, b := range l.animals {
			shared := 0
			for i := range l.preps {
				if a.places[i] == b.places[i] {
					shared++
				}
			}
			if shared > 1 && a.singular != b.singular {
				t.Errorf("%s and %s share %d places", a.singular, b.singular, shared)
			}
		}
	}
	for i, prep := range l.preps {
		count := map[string]int{}
		for _, a := range l.animals {
			count[a.places[i]]++
			all[a.places[i]] = true
		}
		for place, n := range count {
			if n != 2 {
				t.Errorf("%d animals are %s the %s, want 2", n, prep, place)
			}
		}
	}
	if len(all) != 16 {
		t.Errorf("%d places, want 16", len(all))
	}
	for _, noun := range slices.Concat(l.regions, l.landmarks) {
		if all[noun] {
			t.Errorf("%s is a place and between subject and verb", noun)
		}
	}
}
