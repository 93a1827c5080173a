package attention

import (
	"errors"
	"fmt"
	"math"
)

// Patching is activation patching between two sentences of equal length in one model: activations of one are put into the forward
// pass of the other, one at a time. It is measured on the difference of two logits at the last token,
//
//	d = logit(word) - logit(against)
//
// Denoising puts activations of the first sentence, the clean one, into the second, the corrupted one: what restores the
// difference is sufficient for it there. Noising puts activations of the corrupted sentence into the clean one: what destroys the
// difference is necessary for it there. The parts are
//
//	denoising: (d patched - d corrupted) / (d clean - d corrupted)
//	noising:   (d clean - d patched) / (d clean - d corrupted)
//
// both 0 if the patch changes nothing and 1 if it changes everything. A part can be below 0 or above 1.
//
// Source: Meng et al. 2022, "Locating and editing factual associations in GPT" (causal tracing); Heimersheim and Nanda 2024, "How
// to use and interpret activation patching".
type Patching struct {
	Clean     Patched `json:"clean"`     // the first sentence
	Corrupted Patched `json:"corrupted"` // the second
	Word      string  `json:"word"`      // by default the most likely next word of the clean sentence
	WordID    int     `json:"word_id"`
	Against   string  `json:"against"` // by default that of the corrupted one
	AgainstID int     `json:"against_id"`
	Differ    []int   `json:"differ"` // positions at which the sentences have different tokens

	Denoising PatchParts `json:"denoising"`
	Noising   PatchParts `json:"noising"`
}

// Patched is one of the two sentences.
type Patched struct {
	Encoded
	Difference float64 `json:"difference"` // logit(word) - logit(against), without a patch
}

// PatchParts are the parts of the logit difference that patches change, by what is patched.
type PatchParts struct {
	Residual    [][]float64   `json:"residual"`     // [layers+1][seq] the residual stream of a token before each layer and after the last
	Attention   [][]float64   `json:"attention"`    // [layers][seq] the output of the attention layer at a token
	FeedForward [][]float64   `json:"feed_forward"` // [layers][seq] the output of the feed-forward network at a token
	Heads       [][]float64   `json:"heads"`        // [layers][heads] z of a head at all tokens
	HeadsAt     [][][]float64 `json:"heads_at"`     // [layers][heads][seq] z of a head at one token; nil for more than 64 tokens
	Patterns    [][]float64   `json:"patterns"`     // [layers][heads] the attention weights of a head; its values stay
}

// Validate returns an error unless all parts are finite and have the shapes that the number of tokens, of layers and of heads
// requires, and the sentences differ at one of their tokens.
func (p Patching) Validate() error {
	seq := len(p.Clean.Tokens)
	if seq == 0 || len(p.Corrupted.Tokens) != seq {
		return fmt.Errorf("patching between sentences of %d and %d tokens: want the same number, at least 1",
			seq, len(p.Corrupted.Tokens))
	}
	if len(p.Differ) == 0 {
		return errors.New("patching between sentences that do not differ")
	}
	for i, at := range p.Differ {
		if at < 0 || at >= seq || i > 0 && at <= p.Differ[i-1] {
			return fmt.Errorf("patching: the positions that differ, %v, must rise and lie in 0 to %d", p.Differ, seq-1)
		}
	}
	layers := len(p.Denoising.Attention)
	if layers == 0 || len(p.Denoising.Heads) == 0 || len(p.Denoising.Heads[0]) == 0 {
		return errors.New("patching without layers or heads")
	}
	heads := len(p.Denoising.Heads[0])
	for i, parts := range []PatchParts{p.Denoising, p.Noising} {
		direction := [...]string{"denoising", "noising"}[i]
		for _, m := range []struct {
			name          string
			parts         [][]float64
			rows, columns int
		}{
			{"residual", parts.Residual, layers + 1, seq}, {"attention", parts.Attention, layers, seq},
			{"feed_forward", parts.FeedForward, layers, seq},
			{"heads", parts.Heads, layers, heads}, {"patterns", parts.Patterns, layers, heads},
		} {
			if err := checkParts(m.parts, m.rows, m.columns); err != nil {
				return fmt.Errorf("%s.%s: %w", direction, m.name, err)
			}
		}
		if n := len(parts.HeadsAt); n != 0 && n != layers {
			return fmt.Errorf("%s.heads_at: %d layers, want none or %d", direction, n, layers)
		}
		for layer, at := range parts.HeadsAt {
			if err := checkParts(at, heads, seq); err != nil {
				return fmt.Errorf("%s.heads_at, layer %d: %w", direction, layer, err)
			}
		}
	}
	return nil
}

// checkParts returns an error unless parts are [rows][columns] and finite.
func checkParts(parts [][]float64, rows, columns int) error {
	if len(parts) != rows {
		return fmt.Errorf("%d rows, want %d", len(parts), rows)
	}
	for i, row := range parts {
		if len(row) != columns {
			return fmt.Errorf("row %d has %d parts, want %d", i, len(row), columns)
		}
		for _, part := range row {
			if math.IsNaN(part) || math.IsInf(part, 0) {
				return fmt.Errorf("row %d holds %g, which is not finite", i, part)
			}
		}
	}
	return nil
}

// half is the part from which a patch counts as one that carries the information.
const half = 0.5

// Carriers returns for each row of parts [rows][columns] the columns with a part of at least a half, in their order.
func Carriers(parts [][]float64) [][]int {
	carriers := make([][]int, len(parts))
	for i, row := range parts {
		for j, part := range row {
			if part >= half {
				carriers[i] = append(carriers[i], j)
			}
		}
	}
	return carriers
}

// Largest returns the row and the column of the largest part, the first of equals.
func Largest(parts [][]float64) (row, column int) {
	largest := math.Inf(-1)
	for i := range parts {
		for j, part := range parts[i] {
			if part > largest {
				largest, row, column = part, i, j
			}
		}
	}
	return row, column
}
