package analysis

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/layers"
)

// PatchQuestion asks where in a model the difference between two sentences is.
type PatchQuestion struct {
	Clean, Corrupted string // sentences with the same number of tokens
	Word, Against    string // whose logits are compared; "": the most likely next word of each
}

// mostPatchedHeads is the largest number of tokens at which z of each head is patched at each token.
const mostPatchedHeads = 64

// leastDifference is how far apart, in logits, the two sentences must be for parts of the difference to have a meaning.
const leastDifference = 0.5

// Patch answers the question with one forward pass for each patch, in both directions, see [attention.Patching]. Tokens before
// the first at which the sentences differ have equal activations in both: their parts are 0 without a forward pass.
func Patch(r *run.Run, q PatchQuestion) (attention.Patching, error) {
	p, err := newPatching(r, q)
	if err != nil {
		return attention.Patching{}, err
	}
	if err := p.record(q); err != nil {
		return attention.Patching{}, err
	}
	d := p.result.Clean.Difference - p.result.Corrupted.Difference
	if math.Abs(d) < leastDifference {
		return attention.Patching{}, fmt.Errorf("the logit difference of %s and %s is nearly the same in both sentences "+
			"(%.2f and %.2f), so patches would be parts of nothing: choose sentences with different next words, "+
			"or other words with --word and --against",
			printable.Quote(p.result.Word), printable.Quote(p.result.Against), p.result.Clean.Difference,
			p.result.Corrupted.Difference)
	}
	err = p.compute()
	return p.result, err
}

// patching is the state of [Patch]. The clean sentence has index 0, the corrupted one 1.
type patching struct {
	r             *run.Run
	ids           [2][]int
	word, against int
	first         int                           // position at which the sentences first differ
	recorded      [2]map[string][]kernel.Matrix // by hook point: one matrix [seq, width] for each head
	result        attention.Patching
}

// newPatching checks a question.
func newPatching(r *run.Run, q PatchQuestion) (*patching, error) {
	p := &patching{r: r, word: -1, against: -1}
	sides := [2]*attention.Patched{&p.result.Clean, &p.result.Corrupted}
	var omitted [2]int
	for i, text := range []string{q.Clean, q.Corrupted} {
		e, err := r.Encode(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", printable.Quote(text), err)
		}
		p.ids[i], omitted[i] = e.IDs, e.Omitted
		*sides[i] = attention.Patched{Encoded: e}
	}
	if a, b := len(p.ids[0])+omitted[0], len(p.ids[1])+omitted[1]; a != b {
		typed := untyped(r)
		return nil, fmt.Errorf("--patch requires two sentences with the same number of tokens, and these have %d and %d: "+
			"exchange words one for one, such as one animal for another", a-typed, b-typed)
	}
	for i, id := range p.ids[0] {
		if id != p.ids[1][i] {
			p.result.Differ = append(p.result.Differ, i)
		}
	}
	if p.result.Differ == nil {
		return nil, errors.New("--patch requires two sentences that differ, and the model reads these as the same tokens: " +
			"exchange a word in one of them")
	}
	p.first = p.result.Differ[0]
	words := typedWords(r, p.result.Clean.Tokens, omitted[0])
	var err error
	if q.Word != "" {
		if p.word, err = words.id(r, q.Word); err != nil {
			return nil, err
		}
	}
	if q.Against != "" {
		if p.against, err = words.id(r, q.Against); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// patchedHooks are the hook points of a layer that are patched.
var patchedHooks = []string{"resid_pre", "attn_out", "mlp_out", "attn.z", "attn.weights"}

// names returns the hook points that are patched.
func (p *patching) names() []string {
	var names []string
	for layer := range p.r.Config.Layers {
		for _, hook := range patchedHooks {
			names = append(names, hookName(layer, hook))
		}
	}
	return append(names, hookName(p.r.Config.Layers-1, "resid_post"))
}

// record computes both sentences, and sets the words and what is put into the other.
func (p *patching) record(q PatchQuestion) error {
	var logits [2][]float32
	err := forward(p.r, each(p.ids[:], nil, func(i int, out run.ForwardResult) {
		logits[i] = slices.Clone(out.Logits(len(p.ids[i]) - 1))
		p.recorded[i] = map[string][]kernel.Matrix{}
		for _, name := range p.names() {
			for _, m := range out.Activation(name) {
				kept := kernel.Dense(make([]float32, m.Rows*m.Cols), m.Rows, m.Cols)
				for row := range m.Rows {
					copy(kept.Row(row), m.Row(row))
				}
				p.recorded[i][name] = append(p.recorded[i][name], kept)
			}
		}
	}), p.names()...)
	if err != nil {
		return err
	}
	if p.word < 0 {
		p.word = kernel.Argmax(logits[0])
	}
	if p.against < 0 {
		p.against = kernel.Argmax(logits[1])
	}
	key := p.r.Vocabulary.Key
	if p.word == p.against {
		same := printable.Quote(key(p.word))
		which := "both sentences predict " + same
		switch {
		case q.Word != "" && q.Against != "":
			which = "--word and --against are both " + same
		case q.Word != "":
			which = fmt.Sprintf("--word is %s, the most likely word after the second sentence, with which it would be compared", same)
		case q.Against != "":
			which = fmt.Sprintf("--against is %s, the most likely word after the first sentence, which would be compared with it", same)
		}
		return fmt.Errorf("%s: choose two words, whose logits are compared, with --word and --against", which)
	}
	p.result.Word, p.result.Against = key(p.word), key(p.against)
	p.result.WordID, p.result.AgainstID = p.word, p.against
	p.result.Clean.Difference, p.result.Corrupted.Difference = p.difference(logits[0]), p.difference(logits[1])
	return nil
}

func (p *patching) difference(logits []float32) float64 {
	return float64(logits[p.word]) - float64(logits[p.against])
}

// compute computes the patches of both directions.
func (p *patching) compute() error {
	err := passes{base: p.ids[1]}.forward(p.r, p.patches(&p.result.Denoising, 1, 0))
	if err != nil {
		return err
	}
	return passes{base: p.ids[0]}.forward(p.r, p.patches(&p.result.Noising, 0, 1))
}

// patches returns the patches of one direction: activations of sentence `from` in the forward pass of sentence `into`.
func (p *patching) patches(parts *attention.PatchParts, into, from int) (queue []intervention) {
	c, seq := p.r.Config, len(p.ids[0])
	base, whole := p.side(into), p.side(from)-p.side(into)
	add := func(part *float64, name string, head int, rows []int) {
		queue = append(queue, intervention{ids: p.ids[into], from: rows[0], edit: p.patch(name, from, head, rows),
			read: func(out run.ForwardResult) {
				*part = (p.difference(out.Logits(seq-1)) - base) / whole
			}})
	}
	var differing []int // positions from the first that differs: at those before, the activations are equal
	for at := p.first; at < seq; at++ {
		differing = append(differing, at)
	}
	// byToken adds a patch for each token from the first that differs.
	byToken := func(name string, head int) []float64 {
		row := make([]float64, seq)
		for at := p.first; at < seq; at++ {
			add(&row[at], name, head, []int{at})
		}
		return row
	}
	for layer := range c.Layers {
		parts.Residual = append(parts.Residual, byToken(hookName(layer, "resid_pre"), 0))
		parts.Attention = append(parts.Attention, byToken(hookName(layer, "attn_out"), 0))
		parts.FeedForward = append(parts.FeedForward, byToken(hookName(layer, "mlp_out"), 0))
		heads, patterns := make([]float64, c.Heads), make([]float64, c.Heads)
		var at [][]float64
		for head := range c.Heads {
			add(&heads[head], hookName(layer, "attn.z"), head, differing)
			add(&patterns[head], hookName(layer, "attn.weights"), head, differing)
			if seq <= mostPatchedHeads {
				at = append(at, byToken(hookName(layer, "attn.z"), head))
			}
		}
		parts.Heads, parts.Patterns = append(parts.Heads, heads), append(parts.Patterns, patterns)
		if at != nil {
			parts.HeadsAt = append(parts.HeadsAt, at)
		}
	}
	parts.Residual = append(parts.Residual, byToken(hookName(c.Layers-1, "resid_post"), 0))
	return queue
}

// side returns the logit difference of a sentence without a patch.
func (p *patching) side(i int) float64 {
	return []float64{p.result.Clean.Difference, p.result.Corrupted.Difference}[i]
}

// patch returns an edit that puts rows of the activation of a sentence into the forward pass, in one head; an activation without
// heads is head 0. The forward pass may leave out the positions before the first of the rows.
func (p *patching) patch(name string, from, head int, rows []int) run.Edit {
	return func(f *layers.Inference, sentence int) error {
		h, err := f.HookPoint(name)
		if err != nil {
			return err
		}
		h.Edit(sentence, func(into []kernel.Matrix) {
			left := len(p.ids[0]) - into[head].Rows // positions that are not computed
			for _, row := range rows {
				copy(into[head].Row(row-left), p.recorded[from][name][head].Row(row))
			}
		})
		return nil
	}
}
