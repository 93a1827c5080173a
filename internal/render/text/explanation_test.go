package text

import (
	"bytes"
	"strings"
	"testing"

	"attend/internal/attention"
)

func TestExplanationText(t *testing.T) {
	// query·key = 1·2 + (-2)·1 + 3·0 + 0·5 + 1·4 = 4; sqrt(5); softmax of 0 and 4/sqrt(5).
	x := attention.Explanation{
		Encoded: attention.Encoded{Tokens: []string{"<s>", "a\x1b[2Jb"}}, Query: 1, Key: 1, Head: 2,
		QueryVector: []float32{1, -2, 3, 0, 1}, KeyVector: []float32{2, 1, 0, 5, 4}, ValueVector: []float32{1, 0, 0, 0, -1},
		Scale: 0.4472136, Products: []float32{0, 4}, Scores: []float32{0, 1.7888544}, Weights: []float32{0.1432, 0.8568},
		Contribution: []float32{0.8568, 0, 0, 0, -0.8568}, Z: []float32{1, 0, 0, 0, 0},
	}
	var b bytes.Buffer
	if err := Explanation(&b, x, false, Options{Width: 100}); err != nil {
		t.Fatal(err)
	}
	want := `Attention of a␛[2Jb to a␛[2Jb in layer 1, head 3: 0.857

1. The query of a␛[2Jb and the key of a␛[2Jb, computed from their vectors by two learned
projections:
  query(a␛[2Jb) = [1 -2 3 0 … 1 more]
  key(a␛[2Jb) = [2 1 0 5 … 1 more]

2. Their dot product, the sum of the products of their numbers:
  1·2 + (-2)·1 + 3·0 + 0·5 + … 1 more = 4

3. Divided by sqrt(5) = 2.24, so that vectors with more numbers do not make sharper weights:
  4 / 2.24 = 1.79

4. Masked: a␛[2Jb can attend to 2 tokens, up to itself; later tokens get the weight 0.

5. Softmax over these tokens: e to the score - largest score, divided by the sum:
  key     score  e^(score - largest)  weight
  <s>         0                0.167   0.143  █▍
> a␛[2Jb   1.79                    1   0.857  ████████▋

6. The value of a␛[2Jb, times the weight, is added to those of the others:
  value(a␛[2Jb) = [1 0 0 0 … 1 more]
  0.857 × value = [0.857 0 0 0 … 1 more], of length 1.21
  sum over all = [1 0 0 0 … 1 more], of length 1
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	if err := Explanation(&b, x, true, Options{Width: 100}); err != nil || !strings.Contains(b.String(), "1·2 + (-2)·1 + 3·0 + 0·5 + 1·4 = 4\n") {
		t.Errorf("in full, error %v:\n%s", err, b.String())
	}
}
