package analysis

import "attend/internal/run"

// intervention is a sentence to be read with an edit; nil edits nothing.
type intervention struct {
	ids  []int
	edit run.Edit
}

// mostRows is how many tokens of interventions are computed in one run of the graph.
const mostRows = 1 << 13

// forward computes all interventions, as many in one run of the graph as fit, and calls visit for
// each in order.
func forward(r *run.Run, interventions []intervention, visit func(i int, reading run.Reading) error) error {
	longest := 1
	sentences, edits := make([][]int, len(interventions)), make([]run.Edit, len(interventions))
	for i, v := range interventions {
		longest = max(longest, len(v.ids))
		sentences[i], edits[i] = v.ids, v.edit
	}
	batch := min(len(interventions), max(1, mostRows/longest))
	for batch > 1 && r.CheckSession(batch, longest) != nil {
		batch /= 2
	}
	session, err := r.NewSessionOf(batch, longest)
	if err != nil {
		return err
	}
	defer session.Close()
	return session.ForwardEdited(sentences, edits, visit)
}
