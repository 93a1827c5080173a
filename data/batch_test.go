package data

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The predictions of the batches, read in order, must be those of the set.
func TestBatchesHoldEveryPredictionOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layout := rapid.SampledFrom([]Layout{sentences{}, stream{}}).Draw(t, "layout")
		var sequences [][]int
		id := 0
		for range rapid.IntRange(1, 7).Draw(t, "sequences") {
			var sequence []int
			for range rapid.IntRange(2, 13).Draw(t, "length") {
				id++
				sequence = append(sequence, id)
			}
			sequences = append(sequences, sequence)
			if !layout.Sentences() {
				break
			}
		}
		set := newSet(layout, sequences...)
		batch, seq := rapid.IntRange(1, 5).Draw(t, "batch"), rapid.IntRange(1, 17).Draw(t, "seq")
		batches, err := set.Batches(batch, seq)
		if err != nil {
			if layout.Sentences() && set.LongestInput() > seq && strings.Contains(err.Error(), "but the context is") {
				return
			}
			t.Fatal(err)
		}
		var got [][2]int
		ids, targets := make([]int, batch*seq), make([]int, batch*seq)
		for i := range batches.Len() {
			batches.Fill(i, ids, targets)
			some := false
			for j, target := range targets {
				switch {
				case target != Ignore:
					got = append(got, [2]int{ids[j], target})
					some = true
				case ids[j] != 0:
					t.Fatalf("block %d: padding has id %d", i, ids[j])
				}
			}
			if !some {
				t.Fatalf("block %d of %d predicts nothing", i, batches.Len())
			}
		}
		k := 0
		set.eachPair(func(_ bool, v, w int) {
			if k >= len(got) || got[k] != [2]int{v, w} {
				t.Fatalf("prediction %d of %v is not %d after %d", k, got, w, v)
			}
			k++
		})
		if k != len(got) || k != set.Predictions() {
			t.Fatalf("%d predictions in the batches, %d in the set", len(got), k)
		}
		k = 0
		for _, row := range set.Rows(seq, 0) {
			for j := range len(row) - 1 {
				if got[k] != [2]int{row[j], row[j+1]} {
					t.Fatalf("prediction %d of the rows is not that of the batches, %v", k, got[k])
				}
				k++
			}
		}
		if k != len(got) || len(set.Rows(seq, 1)) != 1 {
			t.Fatalf("%d predictions in the rows, %d in the batches", k, len(got))
		}
	})
}

func newSampler(t testing.TB, s Set, batch, seq int, seed uint64) *Sampler {
	t.Helper()
	p, err := s.Sampler(batch, seq, seed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSamplerRows(t *testing.T) {
	const batch, seq = 3, 7
	ids, targets := make([]int, batch*seq), make([]int, batch*seq)
	eachRow := func(set Set, visit func(ids, targets []int)) {
		p := newSampler(t, set, batch, seq, 5)
		for step := range 100 {
			p.Fill(step, ids, targets)
			for at := 0; at < batch*seq; at += seq {
				visit(ids[at:at+seq], targets[at:at+seq])
			}
		}
	}
	eachRow(threeSentences, func(ids, targets []int) {
		i := slices.IndexFunc(sequencesOf(threeSentences), func(s []int) bool { return s[1] == ids[1] })
		sentence := threeSentences.Sequence(i).Ints()
		wantIDs, wantTargets := make([]int, seq), slices.Repeat([]int{Ignore}, seq)
		copy(wantIDs, sentence[:len(sentence)-1])
		copy(wantTargets, sentence[1:])
		if !reflect.DeepEqual(ids, wantIDs) || !reflect.DeepEqual(targets, wantTargets) {
			t.Fatalf("ids %v targets %v, want %v and %v", ids, targets, wantIDs, wantTargets)
		}
	})
	eachRow(tenCharacters, func(ids, targets []int) {
		for j := range ids {
			if ids[j] != ids[0]+j || targets[j] != ids[j]+1 {
				t.Fatalf("ids %v targets %v: not a window", ids, targets)
			}
		}
	})
}

func TestSamplerIsAFunctionOfSeedAndStep(t *testing.T) {
	const batch, seq = 11, 7
	fill := func(p *Sampler, step int) []int {
		ids, targets := make([]int, batch*seq), make([]int, batch*seq)
		p.Fill(step, ids, targets)
		return append(ids, targets...)
	}
	for _, set := range []Set{threeSentences, tenCharacters} {
		p := newSampler(t, set, batch, seq, 1)
		want := fill(p, 1000)
		fill(p, 3)
		if !reflect.DeepEqual(fill(newSampler(t, set, batch, seq, 1), 1000), want) {
			t.Errorf("%T: step 1000 depends on the steps before it", set.Layout)
		}
		if reflect.DeepEqual(fill(p, 1001), want) {
			t.Errorf("%T: steps 1000 and 1001 are alike", set.Layout)
		}
		if reflect.DeepEqual(fill(newSampler(t, set, batch, seq, 2), 1000), want) {
			t.Errorf("%T: seeds 1 and 2 are alike", set.Layout)
		}
	}
}

// Every sentence and every window must be equally likely: a chi-squared test.
func TestSamplerIsUniform(t *testing.T) {
	const batch, steps = 10, 3000
	for _, c := range []struct {
		set    Set
		seq, n int
		which  func(ids []int) int
	}{
		{threeSentences, 5, 3, func(ids []int) int { return map[int]int{2: 0, 4: 1, 5: 2}[ids[1]] }},
		{tenCharacters, 3, 7, func(ids []int) int { return ids[0] - 1 }}, // offsets 0 to 6: the last window ends the text
	} {
		p := newSampler(t, c.set, batch, c.seq, 9)
		counts := make([]int, c.n)
		ids, targets := make([]int, batch*c.seq), make([]int, batch*c.seq)
		for step := range steps {
			p.Fill(step, ids, targets)
			for row := range batch {
				counts[c.which(ids[row*c.seq:])]++
			}
		}
		want, chi := float64(batch*steps)/float64(c.n), 0.0
		for _, n := range counts {
			chi += (float64(n) - want) * (float64(n) - want) / want
		}
		// The mean of chi-squared is n-1, its deviation sqrt(2(n-1)).
		if k := float64(c.n - 1); chi > k+5*math.Sqrt(2*k) {
			t.Errorf("%T: counts %v, chi-squared %.1f", c.set.Layout, counts, chi)
		}
	}
}

func TestSamplerAllocatesNothing(t *testing.T) {
	for _, set := range []Set{threeSentences, tenCharacters} {
		p := newSampler(t, set, 4, 7, 1)
		ids, targets := make([]int, 4*7), make([]int, 4*7)
		if n := testing.AllocsPerRun(100, func() { p.Fill(17, ids, targets) }); n != 0 {
			t.Errorf("%T: %g allocations a batch", set.Layout, n)
		}
	}
}

func TestUniformCoversItsRange(t *testing.T) {
	pcg := rand.NewPCG(1, 2)
	for _, n := range []int{1, 2, 3, math.MaxInt} {
		for range 100 {
			if x := uniform(pcg, n); x < 0 || x >= n {
				t.Fatalf("%d is not below %d", x, n)
			}
		}
	}
}

func BenchmarkSampler(b *testing.B) {
	c, err := Savanna()
	if err != nil {
		b.Fatal(err)
	}
	p := newSampler(b, c.Train, 64, 16, 1)
	ids, targets := make([]int, 64*16), make([]int, 64*16)
	for step := 0; b.Loop(); step++ {
		p.Fill(step, ids, targets)
	}
}
