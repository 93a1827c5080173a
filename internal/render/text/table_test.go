package text

import "testing"

func TestTableSparesColumns(t *testing.T) {
	columns := func() []column {
		return []column{
			{title: "word", cells: []string{"zebra", "水"}, left: true},
			{title: "n", cells: []string{"0.29", "1"}},
			{title: "more", cells: []string{"x", ""}, left: true, spare: 2},
			{title: "by", cells: []string{"7 others", "-"}, left: true, spare: 1},
		}
	}
	for width, want := range map[int]string{
		27: "word      n  more  by\nzebra  0.29  x     7 others\n水        1        -\n",
		26: "word      n  by\nzebra  0.29  7 others\n水        1  -\n",
		20: "word      n\nzebra  0.29\n水        1\n",
		10: "zebra\n  n 0.29\n  more x\n  by 7\n  others\n水\n  n 1\n  by -\n",
	} {
		if got := table(columns(), width); got != want {
			t.Errorf("width %d:\n%s\nwant\n%s", width, got, want)
		}
	}
}
