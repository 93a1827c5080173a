package data

import (
	"slices"
	"testing"
)

func TestPlaceTable(t *testing.T) {
	l := savannaLexicon()
	under := []string{"acacia", "baobab", "cliff", "bush", "rock", "tree"}
	all := map[string]bool{}
	for _, a := range l.animals {
		if len(a.places) != len(l.preps) {
			t.Fatalf("%s has %d places for %d prepositions", a.singular, len(a.places), len(l.preps))
		}
		if own := slices.Compact(slices.Sorted(slices.Values(a.places))); len(own) != len(a.places) {
			t.Errorf("%s is in one place twice: %q", a.singular, a.places)
		}
	}
	for i, prep := range l.preps {
		places := map[string]bool{}
		for _, a := range l.animals {
			places[a.places[i]], all[a.places[i]] = true, true
			if prep == "under" && !slices.Contains(under, a.places[i]) {
				t.Errorf("%s under the %s", a.singular, a.places[i])
			}
		}
		if want := map[bool]int{true: 6, false: 8}[prep == "under"]; len(places) != want {
			t.Errorf("%s leads to %d places, want %d", prep, len(places), want)
		}
	}
	if len(all) != 10 {
		t.Errorf("%d places, want 10", len(all))
	}
	for _, noun := range slices.Concat(l.regions, l.landmarks) {
		if all[noun] {
			t.Errorf("%s is a place and between subject and verb", noun)
		}
	}
}
