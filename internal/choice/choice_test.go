package choice

import (
	"slices"
	"testing"
)

func TestFind(t *testing.T) {
	table := Table[int]{{"two", 2}, {"five", 5}}
	if got, err := table.Find("number", "five"); err != nil || got != 5 {
		t.Errorf("five is %d, error %v", got, err)
	}
	const want = `no number "six": choose two, five`
	for _, name := range []string{"six", "", "Five"} {
		if got, err := table.Find("number", name); err == nil || got != 0 || name == "six" && err.Error() != want {
			t.Errorf("%q is %d, error %v, want %s", name, got, err, want)
		}
	}
	if names := table.Names(); !slices.Equal(names, []string{"two", "five"}) {
		t.Errorf("names %v", names)
	}
}
