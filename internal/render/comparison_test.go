package render

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

// compared is one layer of two heads over two words; B has the heads of A the other way round, but for one link.
func compared() Comparison {
	even, first := [][]float32{{1, 0}, {0.5, 0.5}}, [][]float32{{1, 0}, {1, 0}}
	return Comparison{
		A:  Map{Text: "lion saw", Tokens: []string{"lion", "saw"}, Attention: [][][][]float32{{even, first}}, Next: []Prediction{{"the", 0.75}, {"a", 0.25}}},
		B:  Map{Text: "lion met", Tokens: []string{"lion", "met"}, Attention: [][][][]float32{{first, {{1, 0}, {0.25, 0.75}}}}, Next: []Prediction{{"the", 0.25}, {"one", 0.125}}},
		Of: Source{"runs/a", 10}, With: Source{"runs/b", 20},
	}
}

func TestComparisonAlignsHeads(t *testing.T) {
	c := compared()
	if got, want := c.Difference(), [][]float64{{0, 0}, {0.125, -0.125}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the mean differs by %v, want %v", got, want)
	}
	c.Matches = []HeadMatch{{0, 0, 1, 0.1}, {0, 1, 0, 0}}
	a, b := c.Aligned()
	if got, want := difference(a.mean(0, 0), b.mean(0, 0)), [][]float64{{0, 0}, {0.25, -0.25}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the first head differs by %v, want %v", got, want)
	}
	if got, want := difference(a.mean(0, 1), b.mean(0, 1)), [][]float64{{0, 0}, {0, 0}}; !reflect.DeepEqual(got, want) {
		t.Errorf("the second head differs by %v, want %v", got, want)
	}
	if c.A.Attention[0][1][1][0] != 1 || c.B.Attention[0][0][1][0] != 1 {
		t.Error("aligning has changed the maps")
	}
}

func TestComparisonText(t *testing.T) {
	c := compared()
	c.Matches, c.Losses = []HeadMatch{{0, 0, 1, 0.0833}, {0, 1, 0, 0}}, []float64{1.5, 1.75}
	c.Settings = []SettingPair{{"seed", "1", "2"}}
	var b bytes.Buffer
	if err := ComparisonText(&b, c, TextOptions{Width: 100}); err != nil {
		t.Fatal(err)
	}
	want := `A: lion saw, runs/a, step 10
B: lion met, runs/b, step 20

loss on a sample of held-out text: 1.5000 and 1.7500 nats a token, difference -0.2500

setting  A  B
seed     1  2

heads matched by what they look at, since their order is arbitrary; the smaller the difference, the
more alike they are:
layer  head of A  head of B  mean difference
    1          1          2           0.0833
    1          2          1                0

next      A      B  A less B
the   0.750  0.250    +0.500
a     0.250      -
one       -  0.125

difference of attention, A less B, mean of 2 heads
           lion saw/met
   lion     .00      ·
saw/met   ░+.13   ░-.13

largest differences: saw/met -> lion +0.13, saw/met -> saw/met -0.13
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	if err := ComparisonText(&b, c, TextOptions{Width: 100, All: true}); err != nil || !strings.Contains(b.String(), "layer 1, head 1 of A less head 2 of B\n") {
		t.Errorf("each head, error %v:\n%s", err, b.String())
	}
	c.B = Map{Text: "x", Tokens: []string{"x"}, Attention: [][][][]float32{{{{1}}, {{1}}}}}
	b.Reset()
	if err := ComparisonText(&b, c, TextOptions{Width: 100}); err != nil || !strings.Contains(b.String(), "the sentences have 2 and 1 tokens") || c.Result().Difference != nil {
		t.Errorf("of two sizes, error %v:\n%s", err, b.String())
	}
	if err := ComparisonText(&b, Comparison{}, TextOptions{}); err == nil {
		t.Error("an empty map is shown")
	}
	same := compared()
	same.B = same.A
	b.Reset()
	if err := ComparisonText(&b, same, TextOptions{Width: 100}); err != nil || !strings.Contains(b.String(), "no link differs") {
		t.Errorf("of the same, error %v:\n%s", err, b.String())
	}
}

func TestRecurringCountsLinks(t *testing.T) {
	c := compared()
	links := Recurring([]Map{c.A, c.B, c.A}, 0.6)
	want := []RecurringLink{{1, 0, 3, 1}, {1, 1, 1, (0.5 + 0.75 + 0.5) / 3}}
	if len(links) != 2 || links[0] != want[0] || links[1].Seeds != 1 || links[1].Weight < 0.583 || links[1].Weight > 0.584 {
		t.Errorf("links %v, want %v", links, want)
	}
	r := Recurrence{Text: "lion saw", Tokens: c.A.Tokens, Least: 0.6, Links: links,
		Seeds: []SeedResult{{1, 1.5, Prediction{"the", 0.75}}, {2, 1.25, Prediction{"a\x1b", 0.5}}, {3, 1.5, Prediction{"the", 0.75}}}}
	var b bytes.Buffer
	if err := RecurrenceText(&b, r, TextOptions{Width: 100}); err != nil {
		t.Fatal(err)
	}
	text := `lion saw with 3 seeds

seed  loss, held-out sample  next
   1                 1.5000  the 0.750
   2                 1.2500  a␛ 0.500
   3                 1.5000  the 0.750

link          seeds  weight
saw -> lion  3 of 3    1.00  ██████████
saw -> saw   1 of 3    0.58  ███▍

1 of 2 links recur with every seed. A link is there when some head gives it 0.60 or more; weight is
that of the head that gives most, mean over seeds.
`
	if b.String() != text {
		t.Errorf("got\n%s\nwant\n%s", b.String(), text)
	}
}
