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
	c.Matches, c.Losses = []attention.HeadMatch{{Layer: 0, A: 0, B: 1, Distance: 0.0833}, {Layer: 0, A: 1, B: 0, Distance: 0}}, lossesOf(0.05)
	c.Settings = []attention.SettingPair{{Name: "seed", A: "1", B: "2"}}
	var b bytes.Buffer
	if err := Comparison(&b, c, Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	want := `A: lion saw, runs/a, step 10
B: lion met, runs/b, step 20

held-out loss: A 1.5000, B 1.7500 nats per token, on the whole held-out text, 40 sentences, 200
tokens
difference A - B: -0.2500, standard error 0.0500 over sentences: more than chance by the choice of
sentences

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
	c.B = attention.Map{Encoded: attention.Encoded{Text: "x", Tokens: []string{"x"}}, Attention: [][][][]float32{{{{1}}, {{1}}}}}
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

// lossesOf are held-out losses whose difference has that standard error.
func lossesOf(e float64) *attention.Losses {
	return &attention.Losses{A: 1.5, B: 1.75, Difference: -0.25, StandardError: &e, Interval: &[2]float64{-0.25 - 2*e, -0.25 + 2*e},
		Sentences: 40, HeldOut: [2]int{40, 40}, Tokens: 200}
}

// What losses were measured on, and what their difference is worth, is said.
func TestComparedLosses(t *testing.T) {
	const same, other = "on the whole held-out text, 40 sentences, 200 tokens", "on the 40 sentences that both hold out (of 50 and 1,000), 200 tokens"
	for _, c := range []struct {
		want   string
		change func(*attention.Losses)
	}{
		{same + "\ndifference A - B: -0.2500, standard error 0.2000 over sentences: no more than chance by the choice of sentences\n",
			func(l *attention.Losses) { *l = *lossesOf(0.2) }},
		{other, func(l *attention.Losses) { l.HeldOut = [2]int{50, 1000} }},
		{same + ", without 3 that one of the two vocabularies lacks\n", func(l *attention.Losses) { l.LeftOut = 3 }},
		{"-0.2500, without a standard error: that takes two different pieces\n",
			func(l *attention.Losses) { l.StandardError, l.Interval, l.Pieces = nil, nil, true }},
		{"difference A - B: +0.0000\n", func(l *attention.Losses) { *l = *lossesOf(0); l.Difference = 0 }},
	} {
		l := lossesOf(0.05)
		c.change(l)
		if got := losses(*l, Options{Width: 200}); !strings.Contains(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	c := attentiontest.Compared()
	c.Unlike = "the runs differ"
	var b bytes.Buffer
	if err := Comparison(&b, c, Options{Width: 100}); err != nil || !strings.Contains(b.String(), "\nheld-out losses are not compared: the runs differ\n") {
		t.Errorf("no reason, error %v:\n%s", err, b.String())
	}
}

func TestRecurrenceText(t *testing.T) {
	r := attention.Recurrence{Encoded: attention.Encoded{Text: "lion saw", Tokens: []string{"lion", "saw"}}, Least: 0.6, Links: []attention.RecurringLink{{Query: 1, Key: 0, Seeds: 3, Weight: 1}, {Query: 1, Key: 1, Seeds: 1, Weight: (0.5 + 0.75 + 0.5) / 3}},
		Seeds: []attention.SeedResult{{Seed: 1, HeldOutLoss: new(1.5), Next: attention.Prediction{Word: "the", Probability: 0.75}}, {Seed: 2, HeldOutLoss: new(1.25), Next: attention.Prediction{Word: "a\x1b", Probability: 0.5}}, {Seed: 3, HeldOutLoss: new(1.5), Next: attention.Prediction{Word: "the", Probability: 0.75}}}}
	var b bytes.Buffer
	if err := Recurrence(&b, r, Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	text := `lion saw with 3 seeds

seed  held-out loss  next
   1         1.5000  the 0.750
   2         1.2500  a␛ 0.500
   3         1.5000  the 0.750
held-out loss: mean 1.4167, standard deviation over seeds 0.1443

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
