package data

import (
	"math/bits"
	"math/rand/v2"

	"attend/internal/random"
)

// Sampler draws the batches of a training. It holds no state: a batch depends on
// the seed and the step alone, so it may be used from several goroutines, and a
// training that resumes sees the batches it would have seen.
type Sampler struct {
	set        Set
	batch, seq int
	draws      int // how many rows it draws from
	seed       uint64
}

// Sampler draws batches of batch rows of seq positions.
//
// It is an error when a sentence does not fit into seq positions, or when a stream
// is shorter than seq+1.
func (s Set) Sampler(batch, seq int, seed uint64) (*Sampler, error) {
	if err := s.check(batch, seq); err != nil {
		return nil, err
	}
	draws, err := s.Layout.draws(s, seq)
	if err != nil {
		return nil, err
	}
	return &Sampler{s, batch, seq, draws, seed}, nil
}

// Fill writes the batch of a step: in each row a sentence or a window of the stream,
// all equally likely, and as targets the same shifted by one.
// Positions past the end of a sentence have id 0 and target [Ignore].
// Row r is drawn from the generator keyed by (seed, "batch", step, r). It allocates
// nothing.
//
//	ids, targets  [batch, seq]
func (p *Sampler) Fill(step int, ids, targets []int) {
	var pcg rand.PCG
	for row := range p.batch {
		random.Reseed(&pcg, p.seed, "batch", uint64(step), uint64(row))
		at := row * p.seq
		piece := p.set.Layout.drawn(p.set, uniform(&pcg, p.draws), p.seq)
		fillRow(piece, ids[at:at+p.seq], targets[at:at+p.seq])
	}
}

// uniform draws from 0 to n-1 without bias (Lemire 2019, "Fast random integer
// generation in an interval").
func uniform(pcg *rand.PCG, n int) int {
	hi, lo := bits.Mul64(pcg.Uint64(), uint64(n))
	if lo < uint64(n) {
		for least := -uint64(n) % uint64(n); lo < least; {
			hi, lo = bits.Mul64(pcg.Uint64(), uint64(n))
		}
	}
	return int(hi)
}
