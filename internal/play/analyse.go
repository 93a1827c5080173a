package play

import "attend/internal/analysis"

// reference measures what effects are compared with, of the weights that are shown.
func (e *experiment) reference() (*analysis.Reference, error) {
	r, _, err := e.shown()
	if err != nil {
		return nil, err
	}
	return analysis.NewReference(r, e.text.Corpus)
}
