package text

import (
	"bytes"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

func TestComparisonText(t *testing.T) {
	c := attentiontest.Compared()
	c.Matches, c.Losses = []attention.HeadMatch{{Layer: 0, A: 0, B: 1, Distance: 0.0833}, {Layer: 0, A: 1, B: 0, Distance: 0}}, []float64{1.5, 1.75}
	c.Settings = []attention.SettingPair{{Name: "seed", A: "1", B: "2"}}
	var b bytes.Buffer
	if err := Comparison(&b, c, Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	want := `A: lion saw, runs/a, step 10
B: lion met, runs/b, step 20

loss on a sample of held-out text: 1.5000 and 1.7500 nats a token, difference -0.2500

setting  A  B
seed     1  2

heads matched by their attention, since their order is arbitrary; the smaller the difference, the
more similar they are:
layer  head of A  head of B  mean difference
    1          1          2           0.0833
    1          2          1                0

next      A      B   A - B
the   0.750  0.250  +0.500
a     0.250      -
one       -  0.125

difference of attention, A - B, mean of 2 heads
           lion saw/met
   lion     .00      ·
saw/met   ░+.13   ░-.13

largest differences: saw/met -> lion +0.13, saw/met -> saw/met -0.13
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	if err := Comparison(&b, c, Options{Width: 100, All: true}); err != nil || !strings.Contains(b.String(), "layer 1, head 1 of A - head 2 of B\n") {
		t.Errorf("each head, error %v:\n%s", err, b.String())
	}
	c.B = attention.Map{Text: "x", Tokens: []string{"x"}, Attention: [][][][]float32{{{{1}}, {{1}}}}}
	b.Reset()
	if err := Comparison(&b, c, Options{Width: 100}); err != nil || !strings.Contains(b.String(), "the sentences have 2 and 1 tokens") || c.Result().Difference != nil {
		t.Errorf("of two sizes, error %v:\n%s", err, b.String())
	}
	if err := Comparison(&b, attention.Comparison{}, Options{}); err == nil {
		t.Error("an empty map is shown")
	}
	same := attentiontest.Compared()
	same.B = same.A
	b.Reset()
	if err := Comparison(&b, same, Options{Width: 100}); err != nil || !strings.Contains(b.String(), "no link differs") {
		t.Errorf("of the same, error %v:\n%s", err, b.String())
	}
}

func TestRecurrenceText(t *testing.T) {
	r := attention.Recurrence{Text: "lion saw", Tokens: []string{"lion", "saw"}, Least: 0.6, Links: []attention.RecurringLink{{Query: 1, Key: 0, Seeds: 3, Weight: 1}, {Query: 1, Key: 1, Seeds: 1, Weight: (0.5 + 0.75 + 0.5) / 3}},
		Seeds: []attention.SeedResult{{Seed: 1, HeldOutLoss: 1.5, Next: attention.Prediction{Word: "the", Probability: 0.75}}, {Seed: 2, HeldOutLoss: 1.25, Next: attention.Prediction{Word: "a\x1b", Probability: 0.5}}, {Seed: 3, HeldOutLoss: 1.5, Next: attention.Prediction{Word: "the", Probability: 0.75}}}}
	var b bytes.Buffer
	if err := Recurrence(&b, r, Options{Width: 100}); err != nil {
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
