package kernel

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// eachSet runs a test once for every instruction set of this processor. Such tests change what
// all tests share and must not run in parallel.
func eachSet(t *testing.T, f func(t *testing.T, set *instructions)) {
	for _, set := range available() {
		t.Run(set.name, func(t *testing.T) {
			with(t, set)
			f(t, set)
		})
	}
}

// with makes a set the active one until the test ends.
func with(t *testing.T, set *instructions) {
	old := active
	t.Cleanup(func() { active = old })
	active = set
}

// A run that forces a set must not test another one in silence.
func TestForcedInstructionsAreInUse(t *testing.T) {
	name, err := Instructions()
	if err != nil {
		t.Fatal(err)
	}
	if forced := os.Getenv(InstructionsVariable); forced != "" && name != forced {
		t.Errorf("%s=%s, but %s is in use", InstructionsVariable, forced, name)
	}
}

func TestChoose(t *testing.T) {
	sets := available()
	if set, err := choose(""); err != nil || set != sets[0] {
		t.Errorf("the best is %s (%v), want %s", set.name, err, sets[0].name)
	}
	for _, want := range sets {
		if set, err := choose(want.name); err != nil || set.name != want.name {
			t.Errorf("choosing %s gives %s (%v)", want.name, set.name, err)
		}
	}
	set, err := choose("abacus")
	if set != sets[0] || err == nil {
		t.Fatalf("an unknown name gives %s and the error %v, want %s and an error", set.name, err, sets[0].name)
	}
	for _, want := range append([]*instructions{{name: "abacus"}, {name: InstructionsVariable}}, sets...) {
		if !strings.Contains(err.Error(), want.name) {
			t.Errorf("%q does not name %s", err, want.name)
		}
	}
}

// Portable Go is always there and has no assembly; any other set has all of it, since a kernel
// that is missing would be computed in portable Go without a word.
func TestSetsAreWhole(t *testing.T) {
	sets := available()
	if last := sets[len(sets)-1]; last.name != portable {
		t.Errorf("the last set is %s, want %s", last.name, portable)
	}
	names := map[string]bool{}
	for _, set := range sets {
		if names[set.name] {
			t.Errorf("%s is there twice", set.name)
		}
		names[set.name] = true
		fields := reflect.ValueOf(*set)
		for i := range fields.NumField() {
			if name := fields.Type().Field(i).Name; name != "name" && fields.Field(i).IsZero() != (set.name == portable) {
				t.Errorf("%s: %s is %v", set.name, name, fields.Field(i))
			}
		}
		if len(set.tiles) != len(set.tails) {
			t.Errorf("%s: %d heights of tiles, %d of tails", set.name, len(set.tiles), len(set.tails))
		}
		for _, tiles := range [][][2]tile{set.tiles, set.tails} {
			for rows, pair := range tiles {
				if pair[0] == nil || pair[1] == nil {
					t.Errorf("%s: no tile of %d rows", set.name, rows+1)
				}
			}
		}
	}
}
