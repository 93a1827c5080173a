package data

import (
	"fmt"
	"math/bits"
	"math/rand/v2"

	"attend/internal/random"
)

// Ignore is the target of a position at which nothing is predicted.
const Ignore = -1

// fillRow writes the predictions of a piece of a sequence into one row of a batch:
// ids holds the piece without its last token, targets the piece without its first.
// Positions past its end get id 0 and target Ignore.
func fillRow(piece IDs, row, seq int, ids, targets []int) { // ids, targets [batch*seq]
	ids, targets = ids[row*seq:(row+1)*seq], targets[row*seq:(row+1)*seq]
	n := max(0, piece.Len()-1)
	if n > 0 {
		piece.Slice(0, n).CopyTo(ids)
		piece.Slice(1, n+1).CopyTo(targets)
	}
	for i := n; i < len(ids); i++ {
		ids[i], targets[i] = 0, Ignore
	}
}

// Batches are the batches of an evaluation: together they hold every
// prediction of a set exactly once, in order.
type Batches struct {
	set        Set
	batch, seq int
	rows       int // of all batches together
}

// Batches divides the set into batches of `batch` rows of seq positions. A row
// is one sentence, or a window of seq predictions of a stream; the windows follow each
// other, and the last one is padded.
//
// It is an error when a sentence does not fit into seq positions.
func (s Set) Batches(batch, seq int) (*Batches, error) {
	if err := s.check(batch, seq); err != nil {
		return nil, err
	}
	return &Batches{s, batch, seq, s.Layout.rows(s, seq, seq)}, nil
}

// Len returns the number of batches.
func (b *Batches) Len() int { return ceilDiv(b.rows, b.batch) }

// Fill writes batch i, from 0 to Len()-1. Positions at which nothing is predicted
// have id 0 and target [Ignore].
//
//	ids, targets [batch*seq]
func (b *Batches) Fill(i int, ids, targets []int) {
	for row := range b.batch {
		var piece IDs // none past the last row
		if at := i*b.batch + row; at < b.rows {
			piece = b.set.Layout.row(b.set, at, b.seq, b.seq)
		}
		fillRow(piece, row, b.seq, ids, targets)
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// Sampler draws the batches of a training. It holds no state: a batch depends on
// the seed and the step alone, so it may be used from several goroutines, and a
// training that resumes sees the batches it would have seen.
type Sampler struct {
	set        Set
	batch, seq int
	draws      int // number of rows that it draws from
	seed       uint64
}

// Sampler returns a sampler of batches of `batch` rows of seq positions.
//
// It is an error when a sentence does not fit into seq positions, or when a stream
// is shorter than seq+1.
func (s Set) Sampler(batch, seq int, seed uint64) (*Sampler, error) {
	if err := s.check(batch, seq); err != nil {
		return nil, err
	}
	draws := s.Layout.rows(s, seq, 1)
	if n := s.length; draws < 1 {
		return nil, fmt.Errorf("the text has %d tokens, too few for a context of %d, which needs %d: lower the context or give more text",
			n, seq, seq+1)
	}
	return &Sampler{s, batch, seq, draws, seed}, nil
}

// Fill writes the batch of a step: in each row a sentence or a window of the stream,
// all equally likely, and as targets the same shifted by one.
// Positions past the end of a sentence have id 0 and target [Ignore].
// Row r is drawn from the generator keyed by (seed, "batch", step, r). It allocates
// nothing.
//
//	ids, targets [batch*seq]
func (p *Sampler) Fill(step int, ids, targets []int) {
	var pcg rand.PCG
	for row := range p.batch {
		random.Reseed(&pcg, p.seed, "batch", uint64(step), uint64(row))
		piece := p.set.Layout.row(p.set, uniform(&pcg, p.draws), p.seq, 1)
		fillRow(piece, row, p.seq, ids, targets)
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
