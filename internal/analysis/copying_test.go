package analysis

import (
	"slices"
	"testing"

	"attend/internal/run"
	"attend/internal/run/runtest"
	"attend/layers"
)

// identityRun returns an untied model whose tokens have one direction each, in the embedding and in the unembedding, and whose
// value and output matrices are a multiple of the identity.
func identityRun(t *testing.T, positions string, factor float32) (r *run.Run, ids []int) {
	s := small()
	s.Dim, s.Heads, s.Hidden, s.Tied, s.Positions = 32, 1, 8, false, positions
	r = trained(t, s, runtest.Text())
	m := layers.NewModel(r.Config)
	fill := func(name string, value func(row, col int) float32) {
		p := r.Parameters.Get(name)
		for i := range p.Data {
			p.Data[i] = value(i/p.Shape[1], i%p.Shape[1])
		}
	}
	identity := func(row, col int) float32 {
		if row == col {
			return 1
		}
		return 0
	}
	attention := m.Blocks[0].Attention
	fill(m.Tokens.Name, identity)
	fill(m.Unembedding.Table.Name, identity)
	fill(attention.Projections.Value.Weight.Name, func(row, col int) float32 { return factor * identity(row, col) })
	fill(attention.Output.Weight.Name, identity)
	for id := range r.Config.Vocab {
		ids = append(ids, id)
	}
	return r, ids
}

// A head whose values are the embeddings raises the logit of every token attended to, and one with the opposite values of none.
// With n tokens one logit is far from the others, which are equal: sqrt(n-1) standard deviations. Positions change nothing.
func TestCopyingInClosedForm(t *testing.T) {
	for _, positions := range []string{"learned", "sinusoidal"} {
		r, ids := identityRun(t, positions, 1)
		if len(ids) > r.Config.Dim {
			t.Fatalf("%d tokens in %d dimensions", len(ids), r.Config.Dim)
		}
		for _, p := range r.Parameters.All() { // the gains have changed in training
			if p.Init != nil && len(p.Shape) == 1 {
				for i := range p.Data {
					p.Data[i] = 1
				}
			}
		}
		got := newCopying(r, ids).of(0, 0)
		near(t, "share", got.Share, 1, 0)
		n := float64(len(ids))
		near(t, "mean squared", got.Mean*got.Mean, n-1, 1e-3)
		value := layers.NewModel(r.Config).Blocks[0].Attention.Projections.Value.Weight.Name
		for i := range r.Parameters.Get(value).Data {
			r.Parameters.Get(value).Data[i] *= -2
		}
		got = newCopying(r, ids).of(0, 0)
		near(t, "share of the opposite", got.Share, 0, 0)
		near(t, "mean of the opposite, squared", got.Mean*got.Mean, n-1, 1e-3)
	}
}

func TestFrequentTokens(t *testing.T) {
	corpus, err := loadSmall(small())
	if err != nil {
		t.Fatal(err)
	}
	ids := frequentTokens(corpus, 4)
	if len(ids) != 4 || corpus.Vocabulary.Key(ids[0]) != "the" {
		t.Errorf("ids %v, the first is %q", ids, corpus.Vocabulary.Key(ids[0]))
	}
	all := frequentTokens(corpus, 1000)
	boundary, _ := corpus.Vocabulary.Boundary()
	unknown, _ := corpus.Vocabulary.Unknown()
	if len(all) != corpus.Vocabulary.Len()-2 || slices.Contains(all, boundary) || slices.Contains(all, unknown) {
		t.Errorf("%d tokens of %d", len(all), corpus.Vocabulary.Len())
	}
}
