package layers

import (
	"cmp"
	"fmt"

	"attend/embed"
	"attend/internal/param"
)

// Config is the configuration of a transformer. All fields must be set; package run has the defaults of the program. All fields
// but Vocab are settings of a run, in the order of its training.yaml.
type Config struct {
	Vocab      int     `json:"vocab" yaml:"-"` // tokens in the vocabulary, >= 2
	Layers     int     `json:"layers"`         // blocks, >= 1
	Heads      int     `json:"heads"`          // attention heads of a block, >= 1, divide Dim
	Dim        int     `json:"dim"`            // width of the residual stream, >= 1
	Hidden     int     `json:"hidden"`         // width of the feed-forward network, >= 1
	Context    int     `json:"context"`        // maximum number of tokens in a sequence, >= 1
	Positions  string  `json:"positions"`      // one of embed.Schemes
	Norm       string  `json:"norm"`           // one of Norms
	Activation string  `json:"activation"`     // one of Activations
	Tied       bool    `json:"tied"`           // the unembedding is the token embedding
	Dropout    float64 `json:"dropout"`        // probability of dropout in training, 0 <= p < 1
	Init       string  `json:"init"`           // one of Inits
}

// maxSize is the largest valid size. A larger number is most likely a typing error.
const maxSize = 1 << 20

// HeadDim returns the width of one head.
func (c Config) HeadDim() int { return c.Dim / c.Heads }

// Validate returns an error for the first field that is out of range or does not fit the others.
func (c Config) Validate() error {
	for _, size := range []struct {
		name       string
		value, low int
	}{
		{"vocab", c.Vocab, 2}, {"context", c.Context, 1}, {"layers", c.Layers, 1},
		{"heads", c.Heads, 1}, {"dim", c.Dim, 1}, {"hidden", c.Hidden, 1},
	} {
		if size.value < size.low || size.value > maxSize {
			return fmt.Errorf("%s must be between %d and %d, not %d", size.name, size.low, maxSize, size.value)
		}
	}
	if c.Dim%c.Heads != 0 {
		return fmt.Errorf("%d heads do not divide dim %d: choose a dim that is a multiple of the heads, such as %d",
			c.Heads, c.Dim, (c.Dim/c.Heads+1)*c.Heads)
	}
	if _, err := c.choices(); err != nil {
		return err
	}
	if !(c.Dropout >= 0 && c.Dropout < 1) {
		return fmt.Errorf("dropout must be at least 0 and below 1, not %g", c.Dropout)
	}
	return nil
}

// choices are the entries of the tables that the names of a configuration select.
type choices struct {
	positions  embed.Scheme
	norm       func(param.Scope, int) Norm
	activation Activation
	initial    InitialScale
}

// choices returns an error for the first name that is not in its table.
func (c Config) choices() (all choices, err error) {
	var noPositions, noNorm, noActivation error
	all.positions, noPositions = embed.Schemes.Find("positions", c.Positions)
	all.norm, noNorm = Norms.Find("norm", c.Norm)
	all.activation, noActivation = Activations.Find("activation", c.Activation)
	scale, noInit := Inits.Find("init", c.Init)
	if noInit == nil {
		all.initial = scale(c)
	}
	return all, cmp.Or(noPositions, noNorm, noActivation, noInit)
}
