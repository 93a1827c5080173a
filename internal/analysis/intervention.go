package analysis

import "attend/internal/run"

// intervention is a sentence to be read with an edit; nil edits nothing.
type intervention struct {
	ids  []int
	edit run.Edit
}

// mostRows is how many tokens of variants are computed in one run of the graph.
const mostRows = 1 << 13

// forward computes all variants, as many in one run of the graph as fit, and calls visit for
// each in order.
func forward(r *run.Run, variants []intervention, visit func(i int, reading run.Reading) error) error {
	longest := 1
	sentences, edits := make([][]int, len(variants)), make([]run.Edit, len(variants))
	for i, v := range variants {
		longest = max(longest, len(v.ids))
		sentences[i], edits[i] = v.ids, v.edit
	}
	batch := min(len(variants), max(1, mostRows/longest))
	for batch > 1 && r.CheckSession(batch, longest) != nil {
		batch /= 2
	}
	reader, err := r.NewSessionOf(batch, longest)
	if err != nil {
		return err
	}
	defer reader.Close()
	return reader.ForwardEdited(sentences, edits, visit)
}
