package inspect

import "fmt"

// Comparison is two maps side by side: of two sentences in one run, or of one sentence in two runs.
type Comparison struct {
	A, B         Map
	Of, With     Source
	Matches      []HeadMatch // heads of A and B that belong together; nil: each with that of its number
	Settings     []Difference
	Losses       [2]*float64 // held-out, of the last evaluation; nil where a run has none
	OneRun, Same bool        // two sentences in one run; one sentence (in two runs)
}

// HeadMatch says which head of B does what a head of A does.
type HeadMatch struct {
	Layer    int     `json:"layer"`
	A        int     `json:"a"`
	B        int     `json:"b"`
	Distance float64 `json:"distance"` // mean absolute difference of their weights
}

// Difference is a setting that two runs do not share.
type Difference struct {
	Name string `json:"name"`
	A    string `json:"a"`
	B    string `json:"b"`
}

// Aligned returns B with its heads in the order of those of A that they match, with the layers that both
// have. It is an error when a head of A has no match.
func (c Comparison) Aligned() (a, b Map, err error) {
	a, b = c.A, c.B
	shared := min(len(a.Attention), len(b.Attention))
	a.Attention = a.Attention[:shared]
	if c.Matches == nil {
		b.Attention = b.Attention[:shared]
		return a, b, nil
	}
	order := make([][]int, shared)
	for layer := range order {
		order[layer] = make([]int, len(a.Attention[layer]))
		for i := range order[layer] {
			order[layer][i] = -1
		}
	}
	for _, m := range c.Matches {
		order[m.Layer][m.A] = m.B
	}
	attention := make([][][][]float32, shared)
	for layer, heads := range order {
		for head, of := range heads {
			if of < 0 {
				return a, b, fmt.Errorf("inspect: head %d of layer %d has no match", head+1, layer+1)
			}
			attention[layer] = append(attention[layer], c.B.Attention[layer][of])
		}
	}
	b.Attention = attention
	return a, b, nil
}
