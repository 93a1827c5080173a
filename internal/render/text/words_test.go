package text

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestNearestText(t *testing.T) {
	var b bytes.Buffer
	if err := Nearest(&b, attentiontest.Near(), Options{Width: 30}); err != nil {
		t.Fatal(err)
	}
	want := "nearest to lion\n" +
		"  rhino  1.00  ███████████████\n" +
		"  狮子   0.50  ████████\n" +
		"  ␛[2J   0.00\n" +
		"  is    -0.25\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
}

func TestWordCountsText(t *testing.T) {
	count := func(n int) *int { return &n }
	words := []attention.WordCount{{Word: "zebra", Count: count(7)}, {Word: "a", Count: count(12345)}, {Word: "狮子", Count: count(0)},
		{Word: "lionlionli", Count: count(1)}, {Word: "\x1b"}}
	for width, want := range map[int]string{
		40: "␛                    zebra           7\na          12,345    狮子            0\nlionlionli      1\n",
		8:  "",
	} {
		var b bytes.Buffer
		if err := WordCounts(&b, words, Options{Width: width}); err != nil {
			t.Fatal(err)
		}
		if want != "" && b.String() != want {
			t.Errorf("width %d: got\n%swant\n%s", width, &b, want)
		}
		for line := range strings.Lines(b.String()) {
			if ansi.StringWidth(strings.TrimSuffix(line, "\n")) > max(width, leastWidth) {
				t.Errorf("width %d: %q", width, line)
			}
		}
	}
}

func TestNearestRefusesWhatIsNoCosine(t *testing.T) {
	for _, c := range []float64{math.NaN(), 1.1, -1.1, math.Inf(1)} {
		n := attention.Neighbours{Word: "lion", Nearest: []attention.Neighbour{{Name: "a", Cosine: 0.5}, {Name: "b", Cosine: c}}}
		var b bytes.Buffer
		if err := Nearest(&b, n, Options{}); err == nil || !strings.Contains(err.Error(), "neighbour 2: cosine") || b.Len() > 0 {
			t.Errorf("%v: error %v, wrote %q", c, err, &b)
		}
	}
}

func TestCosinesText(t *testing.T) {
	names := []string{"0", "1", "2"}
	cosines := [][]float64{{1, -0.5, 0.004}, {-0.5, 1, -0.004}, {0.004, -1, 0.999}}
	var b bytes.Buffer
	if err := Cosines(&b, names, cosines, Options{Width: 30}); err != nil {
		t.Fatal(err)
	}
	want := "cosine between each two\n" +
		"      0    1    2\n" +
		" 0  1.0 -.50  .00\n" +
		" 1 -.50  1.0  .00\n" +
		" 2  .00 -1.0  1.0\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
	b.Reset()
	if err := Cosines(&b, names, cosines, Options{Width: 30, Color: colorprofile.TrueColor}); err != nil {
		t.Fatal(err)
	}
	if shades := strings.Count(b.String(), "\x1b[48;2;") + strings.Count(b.String(), ";48;2;"); shades != 3 {
		t.Errorf("%d shaded cells, want the 3 above 0: %q", shades, &b)
	}
}

func TestCosinesTextChoosesEvenly(t *testing.T) {
	const n = 100
	names, square := make([]string, n), make([][]float64, n)
	for i := range square {
		names[i], square[i] = fmt.Sprint(i), make([]float64, n)
	}
	var b bytes.Buffer
	if err := Cosines(&b, names, square, Options{Width: 40}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if lines[0] != "cosine between each two of 7 of 100" || strings.Join(strings.Fields(lines[1]), " ") != "0 17 33 50 66 83 99" {
		t.Errorf("got\n%s", &b)
	}
}

func TestEvenly(t *testing.T) {
	for _, c := range []struct {
		n, most int
		want    []int
	}{{5, 9, []int{0, 1, 2, 3, 4}}, {5, 5, []int{0, 1, 2, 3, 4}}, {5, 2, []int{0, 4}}, {5, 3, []int{0, 2, 4}}, {5, 1, []int{0}}, {1, 1, []int{0}}, {0, 3, []int{}}} {
		if got := evenly(c.n, c.most); !slices.Equal(got, c.want) {
			t.Errorf("%d of %d: %v, want %v", c.most, c.n, got, c.want)
		}
	}
}

func TestCosinesRefused(t *testing.T) {
	for want, square := range map[string][][]float64{
		"1 rows of cosines for 2 names":                    {{1, 1}},
		"row 2 has 1 cosines for 2 names":                  {{1, 1}, {1}},
		"row 2, column 1: cosine NaN is not in -1 to 1":    {{1, 1}, {math.NaN(), 1}},
		"row 1, column 2: cosine -1.5 is not in -1 to 1":   {{1, -1.5}, {1, 1}},
		"row 1, column 1: cosine +Inf is not in -1 to 1":   {{math.Inf(1), 1}, {1, 1}},
		"row 2, column 2: cosine 1.0001 is not in -1 to 1": {{1, 1}, {1, 1.0001}},
	} {
		var b bytes.Buffer
		err := Cosines(&b, []string{"a", "b"}, square, Options{})
		if err == nil || err.Error() != want || b.Len() > 0 {
			t.Errorf("error %v, want %q; wrote %q", err, want, &b)
		}
	}
	if err := Cosines(&bytes.Buffer{}, nil, nil, Options{}); err == nil {
		t.Error("no names, no error")
	}
}
