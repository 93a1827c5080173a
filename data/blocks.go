package data

// Blocks are the batches of an evaluation: together they hold every prediction of
// a set exactly once, in order.
type Blocks struct {
	set        Set
	batch, seq int
	rows       int
}

// Blocks cuts the set into batches of batch rows of seq positions. Word: one
// sentence a row. Char: consecutive windows of seq predictions, the last one
// padded.
//
// It is an error when a sentence does not fit into seq positions.
func (s Set) Blocks(batch, seq int) (*Blocks, error) {
	if err := s.check(batch, seq); err != nil {
		return nil, err
	}
	rows := len(s.Sequences)
	if s.Unit == Char {
		rows = ceilDiv(s.Predictions(), seq)
	}
	return &Blocks{s, batch, seq, rows}, nil
}

// Len returns the number of batches.
func (b *Blocks) Len() int { return ceilDiv(b.rows, b.batch) }

// Fill writes batch i, from 0 to Len()-1. Positions at which nothing is predicted
// have id 0 and target [Ignore].
//
//	ids, targets  [batch, seq]
func (b *Blocks) Fill(i int, ids, targets []int) {
	for row := range b.batch {
		at := row * b.seq
		fillRow(b.piece(i*b.batch+row), ids[at:at+b.seq], targets[at:at+b.seq])
	}
}

// piece is the tokens of a row, those only read and those predicted; none past the
// last row.
func (b *Blocks) piece(row int) []int {
	if row >= b.rows {
		return nil
	}
	if b.set.Unit == Word {
		return b.set.Sequences[row]
	}
	text := b.set.Sequences[0]
	return text[row*b.seq : min(len(text), (row+1)*b.seq+1)]
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
