// Package embed turns words, as ids, into vectors: a learned vector for the word
// plus a vector for its place in the sentence.
//
//	ids [batch*seq]  ->  vectors [batch*seq, dim]
//
// Read in this order: tokens.go (the table of word vectors), positions.go (the three
// kinds of position vectors). Axis words: batch, seq, dim, vocab.
package embed

import (
	"fmt"
	"slices"
	"strings"
)

// Positions says where the vectors of the places in a sentence come from.
type Positions string

// The kinds of position vectors.
const (
	Learned    Positions = "learned"    // trained like the word vectors (GPT-2)
	Sinusoidal Positions = "sinusoidal" // fixed waves of many lengths (Vaswani et al. 2017)
	None       Positions = "none"       // no vectors: only the causal mask tells early from late
)

// PositionNames lists the kinds of position vectors by name.
func PositionNames() []string { return []string{string(Learned), string(Sinusoidal), string(None)} }

// ParsePositions returns the kind of that name.
func ParsePositions(s string) (Positions, error) {
	if names := PositionNames(); !slices.Contains(names, s) {
		return "", fmt.Errorf("no positions %q: choose %s", s, strings.Join(names, ", "))
	}
	return Positions(s), nil
}
