package layers

import (
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"

	"attend/internal/kernel"
	"attend/internal/node"
)

// HookPoint is a named activation of a graph for inference. It can be read after a forward pass and edited during one, before any
// later operation reads it. It has no gradient. The hook points, with those of block 0 for all blocks:
//
//	embed                          token embeddings [length, dim]
//	blocks.0.resid_pre             the residual stream before a block [length, dim]
//	blocks.0.ln1, .ln2             outputs of the norms before attention and feed-forward network [length, dim]
//	blocks.0.attn.q                queries [length, headDim] of each head, as used in the scores
//	blocks.0.attn.k, .v            keys, values [length, headDim] of each head of keys and values, as used
//	blocks.0.attn.scores           scaled products of queries and keys [query, key] of each head; -Inf for keys after the query
//	blocks.0.attn.weights          attention weights [query, key] of each head; 0 for keys after the query
//	blocks.0.attn.z                weighted sums of the values [length, headDim] of each head
//	blocks.0.attn_out              output of the attention layer, added to the residual stream [length, dim]
//	blocks.0.resid_mid             the residual stream between attention and feed-forward network [length, dim]
//	blocks.0.mlp.pre, .post        before and after the activation function [length, hidden]
//	blocks.0.mlp_out               output of the feed-forward network, added to the residual stream [length, dim]
//	blocks.0.resid_post            the residual stream after a block [length, dim]
//	final_norm                     output of the final norm, input of the unembedding [length, dim]
//	logits                         [length, vocab]
//
// TransformerLens has most of them under other names:
//
//	embed                          hook_embed
//	blocks.0.resid_pre             blocks.0.hook_resid_pre, and likewise resid_mid, resid_post, attn_out, mlp_out
//	blocks.0.ln1, .ln2             blocks.0.ln1.hook_normalized, blocks.0.ln2.hook_normalized
//	blocks.0.attn.q, .k            blocks.0.attn.hook_rot_q, .hook_rot_k with rotary positions, otherwise .hook_q, .hook_k
//	blocks.0.attn.v, .z            blocks.0.attn.hook_v, .hook_z
//	blocks.0.attn.scores           blocks.0.attn.hook_attn_scores
//	blocks.0.attn.weights          blocks.0.attn.hook_pattern
//	blocks.0.mlp.pre, .post        blocks.0.mlp.hook_pre, .hook_post
//	final_norm                     ln_final.hook_normalized
//	logits                         none: it is the output of the model
//
// hook_pos_embed, the hook_scale of norms and attn.hook_result have no counterpart here.
//
// Hook points that are not requested by [Graph.HookPoint] cost no time and no memory.
//
// In a graph with a base sentence, [Options.Base], the rows are the tokens that the graph computes: row 0 is the token at the
// position from which the sentence is computed, see [Inference.RunFrom]. Edits change these rows only. Columns of scores and
// weights are all keys of the sentence. With [Options.LastOnly], activations of the last block from its queries on have one row,
// that of the last token; resid_pre, ln1, keys and values have all rows.
type HookPoint struct {
	Name   string
	view   func(sentence int) []kernel.Matrix
	enable func(h *HookPoint) // makes the graph store or edit the activation; nil after the call
	edits  map[int][]HookFunc
}

// HookFunc changes the activation of one sentence in place: one matrix for each head, or a single matrix if the activation has no
// heads.
type HookFunc func(heads []kernel.Matrix)

// Read returns the activation of a sentence in the last forward pass: one matrix for each head, or a single matrix if the
// activation has no heads. The matrices change with the next forward pass.
func (h *HookPoint) Read(sentence int) []kernel.Matrix { return h.view(sentence) }

// Edit adds an edit to all later forward passes. Several edits of one sentence are made in the order in which they were added.
func (h *HookPoint) Edit(sentence int, f HookFunc) {
	if h.edits == nil {
		h.edits = map[int][]HookFunc{}
	}
	h.edits[sentence] = append(h.edits[sentence], f)
}

// run makes the edits of all sentences. Sentences do not affect each other, so that the order of the map does not matter.
func (h *HookPoint) run() {
	for sentence := range h.edits {
		h.runOn(sentence)
	}
}

// runOn makes the edits of one sentence. A nil hook point has none.
func (h *HookPoint) runOn(sentence int) {
	if h == nil {
		return
	}
	for _, f := range h.edits[sentence] {
		f(h.view(sentence))
	}
}

// HookPoint returns the hook point of that name. From then on each forward pass stores or edits the activation.
func (t *Graph) HookPoint(name string) (*HookPoint, error) {
	h := t.hooks[name]
	if h == nil {
		return nil, fmt.Errorf("no hook point %q: the graph has %d, such as embed, blocks.0.attn.weights, logits", name,
			len(t.hooks))
	}
	if h.enable != nil {
		h.enable(h)
		h.enable = nil
	}
	return h, nil
}

// HookNames returns the names of all hook points in the order of the forward pass. A graph for training has none.
func (t *Graph) HookNames() []string { return slices.Clone(t.hookNames) }

// ClearEdits removes all edits, including those of [LayerAttention.RemoveAttention] and [LayerAttention.SetZ].
func (t *Graph) ClearEdits() {
	for _, h := range t.hooks {
		h.edits = nil
	}
	for _, layer := range t.Attention {
		layer.removed = nil
	}
}

// hook adds a hook point at the output of a node. If headDim is above 0, each headDim columns are those of a head.
func (g *builder) hook(name string, n *gorgonia.Node, headDim int) {
	g.hookRows(g.rows, name, n, headDim)
}

// hookRows is [builder.hook] for a node whose rows are not those of what is added next.
func (g *builder) hookRows(of rows, name string, n *gorgonia.Node, headDim int) {
	data, width := node.Floats(valueOf(n)), n.Shape()[1]
	if headDim == 0 {
		headDim = width
	}
	view := func(sentence int) []kernel.Matrix { return of.columns(data, width, headDim, sentence) }
	g.hookAt(name, view, func(h *HookPoint) { n.Op().(interface{ OnDone(func()) }).OnDone(h.run) })
}

// hookBefore adds a hook point at the input of the activation function of a [Linear].
func (g *builder) hookBefore(name string, n *gorgonia.Node) {
	op, width, of := n.Op().(*linear), n.Shape()[1], g.rows
	view := func(sentence int) []kernel.Matrix { return of.columns(op.before, width, width, sentence) }
	g.hookAt(name, view, func(h *HookPoint) { op.before, op.hookBefore = make([]float32, len(op.Out())), h.run })
}

// hookAt adds a hook point. enable is called when the hook point is first requested.
func (g *builder) hookAt(name string, view func(sentence int) []kernel.Matrix, enable func(h *HookPoint)) {
	if g.Training {
		return
	}
	name = g.prefix + name
	g.graph.hooks[name] = &HookPoint{Name: name, view: view, enable: enable}
	g.graph.hookNames = append(g.graph.hookNames, name)
}

// columns returns views of the rows of a sentence in [batch*seq, width], one for each headDim columns.
func (r rows) columns(data []float32, width, headDim, sentence int) []kernel.Matrix {
	start, length := r.sentences.At(sentence)
	views := make([]kernel.Matrix, width/headDim)
	for head := range views {
		views[head] = kernel.Columns(data[start*width+head*headDim:], length, headDim, width)
	}
	return views
}

// squares returns views of [query, key] of each head of a sentence in [batch, heads, query, key].
func (a *attention) squares(data []float32, sentence int) []kernel.Matrix {
	_, length := a.Sentence(sentence, a.seq)
	views := make([]kernel.Matrix, a.heads)
	for head := range views {
		data := data[(sentence*a.heads+head)*a.seq*a.longest:]
		views[head] = kernel.Columns(data, length, a.First(sentence)+length, a.longest)
	}
	return views
}

// hooked holds the hook points of scores and weights of an attention layer, nil unless requested.
type hooked struct {
	scores, weights *HookPoint
	data            []float32 // [batch, heads, query, key] of the scores
}

// hookScores copies the scores of a sentence to the hook point, with -Inf for keys after the query, makes the edits, and copies
// the scores of the other keys back.
func (a *attention) hookScores(sentence int) {
	if a.hooked.scores == nil {
		return
	}
	views, scores := a.squares(a.weights, sentence), a.squares(a.hooked.data, sentence)
	each := func(row func(kept, used []float32, keys int)) {
		for head := range views {
			for query := range views[head].Rows {
				keys := a.First(sentence) + query + 1
				if a.noMask {
					keys = views[head].Cols
				}
				row(scores[head].Row(query), views[head].Row(query), keys)
			}
		}
	}
	each(func(kept, used []float32, keys int) {
		for key := range kept {
			kept[key] = float32(math.Inf(-1))
		}
		copy(kept, used[:keys])
	})
	a.hooked.scores.runOn(sentence)
	each(func(kept, used []float32, keys int) { copy(used, kept[:keys]) })
}
