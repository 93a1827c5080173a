package attention

import "fmt"

// Encoded is a sentence as tokens and ids, the input of the model.
type Encoded struct {
	Text    string   `json:"text"`              // as typed
	Omitted int      `json:"omitted,omitempty"` // tokens at the beginning of the text that are left out, since the context is too short for all
	Tokens  []string `json:"tokens"`            // [seq] as typed, the boundary token first in a run on words
	IDs     []int    `json:"ids,omitempty"`     // [seq] of the tokens; nil in films of older runs
	Unknown []bool   `json:"unknown,omitempty"` // [seq] whether a token is not in the vocabulary, so that the model reads <unk>; nil: all are in it
}

// IsUnknown reports whether a token is not in the vocabulary.
func (e Encoded) IsUnknown(token int) bool { return e.Unknown != nil && e.Unknown[token] }

// check returns an error if there is not one id and one mark, if any, for each token.
func (e Encoded) check() error {
	switch seq := len(e.Tokens); {
	case e.IDs != nil && len(e.IDs) != seq:
		return fmt.Errorf("%d ids for %d tokens", len(e.IDs), seq)
	case e.Unknown != nil && len(e.Unknown) != seq:
		return fmt.Errorf("%d unknown marks for %d tokens", len(e.Unknown), seq)
	}
	return nil
}
