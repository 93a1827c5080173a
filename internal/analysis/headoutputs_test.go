package analysis

import (
	"slices"
	"testing"

	"attend/internal/run"
	"attend/internal/run/runtest"
)

// The samples are z of tokens of the text; with few tokens each is there once. Resampling puts one of them at each token, the
// same in each call with one draw, others with another draw.
func TestResample(t *testing.T) {
	r := deep(t)
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := NewHeadOutputs(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	sentences := inputs(corpus.HeldOut.Rows(r.Config.Context, 0))
	if n := len(outputs.samples[1][2]); n != countTokens(sentences) {
		t.Fatalf("%d samples of %d tokens", n, countTokens(sentences))
	}
	ids := sentences[0]
	read := func(draw int) (all [][]float32) {
		one := []intervention{{ids: ids, edit: outputs.resample(1, 2, draw), read: func(out run.ForwardResult) {
			for position := range ids {
				all = append(all, slices.Clone(out.Z(1, 2, position)))
			}
		}}}
		if err := forward(r, one); err != nil {
			t.Fatal(err)
		}
		return all
	}
	first, again, other := read(0), read(0), read(1)
	same := 0
	for position, z := range first {
		if !slices.ContainsFunc(outputs.samples[1][2], func(s []float32) bool { return slices.Equal(s, z) }) {
			t.Errorf("z at %d is not a sample", position)
		}
		if !slices.Equal(z, again[position]) {
			t.Errorf("z at %d differs between calls of one draw", position)
		}
		if slices.Equal(z, other[position]) {
			same++
		}
	}
	if same == len(first) {
		t.Error("two draws are equal")
	}
}

// What repeats in a sentence repeats in its random tokens, and nothing else does.
func TestRandomTokens(t *testing.T) {
	r := trained(t, small(), runtest.Text())
	unknown, _ := r.Vocabulary.Unknown()
	var every []int // token, and two of them again
	for id := range r.Vocabulary.Len() {
		if id != unknown {
			every = append(every, id)
		}
	}
	every = append(every, 5, 4)
	sentences := [][]int{every, every}
	all := randomTokens(r, sentences)
	for i, ids := range all {
		for a := range ids {
			for b := range ids {
				if (ids[a] == ids[b]) != (sentences[i][a] == sentences[i][b]) {
					t.Errorf("%v became %v", sentences[i], ids)
				}
			}
		}
		if ids[0] != 0 || slices.Contains(ids, unknown) {
			t.Errorf("special tokens: %v became %v", sentences[i], ids)
		}
	}
	if slices.Equal(all[0], all[1]) {
		t.Errorf("two sentences have the same random tokens %v", all[0])
	}
}
