package kernel

// Gather copies rows of a table: y[r] = table[ids[r]].
//
//	y [rows, dim], table [vocab, dim], ids [rows] in 0..vocab-1, or it panics
func Gather(y, table []float32, ids []int, dim int) {
	sameLength("Gather", len(ids)*dim, len(y))
	for r, id := range ids {
		copy(y[r*dim:(r+1)*dim], table[:len(table):len(table)][id*dim:(id+1)*dim])
	}
}

// ScatterAdd adds the gradient of [Gather] to dTable: dTable[ids[r]] += dy[r], in the order of the rows.
//
//	dTable [vocab, dim], dy [rows, dim], ids [rows] in 0..vocab-1, or it panics
func ScatterAdd(dTable, dy []float32, ids []int, dim int) {
	sameLength("ScatterAdd", len(ids)*dim, len(dy))
	for r, id := range ids {
		row := dTable[:len(dTable):len(dTable)][id*dim : (id+1)*dim]
		Add(row, row, dy[r*dim:(r+1)*dim])
	}
}
