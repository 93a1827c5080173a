package run

import "attend/data"

// Constants of [Run.EvaluationRows].
const (
	evaluationBatches = 16 // batches of Settings.Batch rows in a sample of the held-out text
	wholeSamples      = 2  // held-out text of at most this number of samples is measured as a whole
)

// EvaluationRows returns how many rows of the held-out text an evaluation during training measures, the first ones: all of them if
// that is cheap, otherwise a sample. A row is a sentence or, in a run on characters, a piece as long as the context. A run whose
// folder has a format before 3 always has a sample, so that the losses in its log stay comparable when it is resumed.
func (r *Run) EvaluationRows(heldOut data.Set) int {
	rows, unit := heldOut.RowCount(r.Settings.Context), r.sampleUnit()
	sample := (evaluationBatches*r.Settings.Batch + unit - 1) / unit * unit
	if r.Format > 2 && rows <= wholeSamples*evaluationBatches*r.Settings.Batch {
		return rows
	}
	return min(rows, sample)
}
