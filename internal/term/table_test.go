package term

import "testing"

func TestTableSparesColumns(t *testing.T) {
	table := Table{Columns: []Column{{Title: "word", Left: true}, {Title: "n"}, {Title: "more", Left: true, Spare: 2}, {Title: "by", Left: true, Spare: 1}}}
	table.Add("zebra", "0.29", "x", "7 others")
	table.Add("水", "1", "", "-")
	for width, want := range map[int]string{
		27: "word      n  more  by\nzebra  0.29  x     7 others\n水        1        -\n",
		26: "word      n  by\nzebra  0.29  7 others\n水        1  -\n",
		20: "word      n  more\nzebra  0.29  x\n水        1\n", // by is too wide, and more is not
		16: "word      n\nzebra  0.29\n水        1\n",
		10: "zebra\n  n 0.29\n  more x\n  by 7\n  others\n水\n  n 1\n  by -\n",
	} {
		if got := table.Text(width); got != want {
			t.Errorf("width %d:\n%s\nwant\n%s", width, got, want)
		}
	}
}
