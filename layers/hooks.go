package layers

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
)

// HookPoint is a named activation of a graph for inference: what is computed at one point of the model. It can be read after a run, and
// edited during one, before anything that follows is computed; it has no gradient. The names follow TransformerLens without its hook_.
// Its pattern is weights here, its rot_q and rot_k are q and k, and final_norm is taken after gain and bias:
//
//	embed                          vectors of the tokens [length, dim]
//	blocks.0.resid_pre             what a block reads [length, dim]
//	blocks.0.ln1, .ln2             what the attention and the feed-forward network read, after the norm [length, dim]
//	blocks.0.attn.q                queries [length, headDim] of each head, as used in the scores
//	blocks.0.attn.k, .v            keys, values [length, headDim] of each head of keys and values, as used
//	blocks.0.attn.scores           products of queries and keys, scaled [query, key] of each head; -Inf for the future
//	blocks.0.attn.weights          attention weights [query, key] of each head; 0 for the future
//	blocks.0.attn.z                weighted sums of the values [length, headDim] of each head
//	blocks.0.attn_out              what the attention adds to the residual stream [length, dim]
//	blocks.0.resid_mid             the residual stream between attention and feed-forward network [length, dim]
//	blocks.0.mlp.pre, .post        before and after the activation function [length, hidden]
//	blocks.0.mlp_out               what the feed-forward network adds [length, dim]
//	blocks.0.resid_post            what a block returns [length, dim]
//	final_norm                     the input of the unembedding [length, dim]
//	logits                         [length, vocab]
//
// A graph of which no hook point was asked for computes the same bits in the same time.
type HookPoint struct {
	Name  string
	view  func(sentence int) []kernel.Matrix
	ask   func(h *HookPoint) // has the graph store or edit the activation from now on; nil once that was called
	edits map[int][]Edit
}

// Edit changes the activation of one sentence: a matrix for each head, or a single one where there are no heads. The
// matrices are views of the graph's own numbers.
type Edit func(heads []kernel.Matrix)

// Read returns the activation of a sentence in the last run: a matrix for each head, or a single one where there are no heads. The
// matrices change with the next run.
func (h *HookPoint) Read(sentence int) []kernel.Matrix { return h.view(sentence) }

// Edit adds an edit to the runs that follow. Several of one sentence are made in the order in which they were added.
func (h *HookPoint) Edit(sentence int, e Edit) {
	if h.edits == nil {
		h.edits = map[int][]Edit{}
	}
	h.edits[sentence] = append(h.edits[sentence], e)
}

// run makes the edits. What one does to a sentence no other sentence sees, so that their order does not matter.
func (h *HookPoint) run() {
	for sentence := range h.edits {
		h.runOn(sentence)
	}
}

func (h *HookPoint) runOn(sentence int) {
	if h == nil {
		return
	}
	for _, e := range h.edits[sentence] {
		e(h.view(sentence))
	}
}

// HookPoint returns the hook point of that name, from which on a run stores or edits the activation.
func (t *Transformer) HookPoint(name string) (*HookPoint, error) {
	h := t.hooks[name]
	if h == nil {
		return nil, fmt.Errorf("no activation %q: the graph has %d, such as embed, blocks.0.attn.weights and logits", name, len(t.hooks))
	}
	if h.ask != nil {
		h.ask(h)
		h.ask = nil
	}
	return h, nil
}

// HookNames returns the names of all hook points in the order of the forward pass; none of a graph for training.
func (t *Transformer) HookNames() []string { return slices.Clone(t.hookNames) }

// ClearEdits takes all edits back, those of Cut and Fix among them.
func (t *Transformer) ClearEdits() {
	for _, h := range t.hooks {
		h.edits = nil
	}
	for _, layer := range t.Layers {
		layer.cut = nil
	}
}

// hook adds a hook point at the output of a node. With a headDim above 0 each so many columns are those of a head.
func (g *graph) hook(name string, n *gorgonia.Node, headDim int) {
	data, width := node.Floats(valueOf(n)), n.Shape()[1]
	if headDim == 0 {
		headDim = width
	}
	view := func(sentence int) []kernel.Matrix { return g.t.columns(data, width, headDim, sentence) }
	g.hookAt(name, view, func(h *HookPoint) { n.Op().(interface{ OnDone(func()) }).OnDone(h.run) })
}

// hookBefore adds a hook point of what the activation of a [Linear] is applied to.
func (g *graph) hookBefore(name string, n *gorgonia.Node) {
	op, width := n.Op().(*linear), n.Shape()[1]
	view := func(sentence int) []kernel.Matrix { return g.t.columns(op.before, width, width, sentence) }
	g.hookAt(name, view, func(h *HookPoint) { op.before, op.hookBefore = make([]float32, len(op.Out())), h.run })
}

// hookAt adds a hook point, with what is to be done when it is first asked for.
func (g *graph) hookAt(name string, view func(sentence int) []kernel.Matrix, ask func(h *HookPoint)) {
	if g.Training {
		return
	}
	name = g.prefix + name
	g.t.hooks[name] = &HookPoint{Name: name, view: view, ask: ask}
	g.t.hookNames = append(g.t.hookNames, name)
}

// columns views the rows of a sentence in [batch*seq, width], split into heads of headDim columns.
func (t *Transformer) columns(data []float32, width, headDim, sentence int) []kernel.Matrix {
	start, length := t.Sentences.At(sentence)
	views := make([]kernel.Matrix, width/headDim)
	for head := range views {
		views[head] = kernel.Columns(data[start*width+head*headDim:], length, headDim, width)
	}
	return views
}

// squares views [query, key] of each head of a sentence in [batch, heads, query, key].
func (a *attention) squares(data []float32, sentence int) []kernel.Matrix {
	_, length := a.Sentence(sentence, a.seq)
	views := make([]kernel.Matrix, a.heads)
	for head := range views {
		views[head] = kernel.Columns(data[(sentence*a.heads+head)*a.seq*a.seq:], length, length, a.seq)
	}
	return views
}

// hooked are the hook points of an attention's scores and weights, nil unless they were asked for.
type hooked struct {
	scores, weights *HookPoint
	data            []float32 // [batch, heads, query, key] of the scores
}

// hookScores keeps the scores of a sentence, with -Inf for the future, makes their edits and takes what has become of those that
// are not of the future.
func (a *attention) hookScores(sentence int) {
	if a.hooked.scores == nil {
		return
	}
	views, scores := a.squares(a.weights, sentence), a.squares(a.hooked.data, sentence)
	each := func(row func(kept, used []float32, seen int)) {
		for head := range views {
			for query := range views[head].Rows {
				seen := query + 1
				if a.noMask {
					seen = views[head].Cols
				}
				row(scores[head].Row(query), views[head].Row(query), seen)
			}
		}
	}
	each(func(kept, used []float32, seen int) {
		for key := range kept {
			kept[key] = float32(math.Inf(-1))
		}
		copy(kept, used[:seen])
	})
	a.hooked.scores.runOn(sentence)
	each(func(kept, used []float32, seen int) { copy(used, kept[:seen]) })
}
