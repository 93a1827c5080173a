package run

import (
	"fmt"

	"attend/internal/printable"
	"attend/layers"
)

// variant is a sentence to be read with something taken away.
type variant struct {
	ids       []int
	intervene func(f *layers.Inference, sentence int) error // nil: nothing taken away
}

// mostVariantRows is how many tokens of variants are computed in one run of the graph.
const mostVariantRows = 1 << 13

// readVariants computes all variants, as many in one run of the graph as fit, and calls visit for
// each in order.
func (r *Run) readVariants(variants []variant, visit func(i int, reading Reading) error) error {
	longest := 1
	for _, v := range variants {
		longest = max(longest, len(v.ids))
	}
	batch := min(len(variants), max(1, mostVariantRows/longest))
	for batch > 1 && r.checkReading(batch, longest) != nil {
		batch /= 2
	}
	if err := r.checkReading(batch, longest); err != nil {
		return err
	}
	inference, err := layers.NewInference(r.Config, r.Weights, batch, longest)
	if err != nil {
		return err
	}
	defer inference.Close()
	for start := 0; start < len(variants); start += batch {
		part := variants[start:min(start+batch, len(variants))]
		sentences := make([][]int, len(part))
		for _, attended := range inference.Layers {
			attended.Restore()
		}
		for i, v := range part {
			sentences[i] = v.ids
			if v.intervene == nil {
				continue
			}
			if err := v.intervene(inference, i); err != nil {
				return err
			}
		}
		if err := inference.Run(sentences...); err != nil {
			return fmt.Errorf("%s: %w", printable.Path(r.Path), err)
		}
		for i := range part {
			if err := visit(start+i, Reading{inference, r.Config, i}); err != nil {
				return err
			}
		}
	}
	return nil
}
