package analysis

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/run"
	"attend/layers"
)

// copyingTokens is the largest number of tokens of the vocabulary that copying is measured on.
const copyingTokens = 1000

// copying measures what the OV circuits of heads do to the logit of the token attended to (Elhage et al. 2021, "A Mathematical
// Framework for Transformer Circuits"). With s the token attended to, t a token predicted,
//
//	logits_st = (g_f * c(n_s W_V W_O)) . u_t     n_s = g * (e_s - mean e_s) / sqrt(variance e_s + 1e-5)
//
//	e_s [dim]  the embedding of s, without its position: the direct path, whichever layer the head is in
//	g, g_f     the gains of the norm before the attention layer and of the final norm; c subtracts the mean
//	W_V        [dim, headDim] of the head, or of its group; W_O [headDim, dim]; u_t [dim] the row of t in the unembedding
//
// The biases of norms and projections are left out, because they add the same vector whichever token is attended to. The scale of
// the final norm is left out too, since it depends on the rest of the residual stream: so logits are compared with each other
// only.
type copying struct {
	r          *run.Run
	model      *layers.Model
	ids        []int
	embeddings []float32 // e, [tokens, dim]
	table      []float32 // g_f * u, [tokens, dim]
}

// newCopying prepares the measurement on some tokens of the vocabulary. It returns nil if a norm of the model is not a
// [layers.LayerNorm].
func newCopying(r *run.Run, ids []int) *copying {
	c := &copying{r: r, model: layers.NewModel(r.Config), ids: ids}
	final, ok := c.model.Norm.(layers.LayerNorm)
	if !ok {
		return nil
	}
	dim := r.Config.Dim
	c.embeddings = make([]float32, len(c.ids)*dim)
	kernel.Gather(c.embeddings, r.Parameters.Get(c.model.Tokens.Name).Data, c.ids, dim)
	c.table = make([]float32, len(c.ids)*dim)
	kernel.Gather(c.table, r.Parameters.Get(c.model.Unembedding.Table.Name).Data, c.ids, dim)
	gain := r.Parameters.Get(final.Gain.Name).Data
	for i := range c.ids {
		row := c.table[i*dim:][:dim]
		kernel.Mul(row, row, gain)
	}
	return c
}

// frequentTokens returns the ids of the tokens that the training text has most often, at most so many, without <s> and <unk>.
func frequentTokens(corpus *data.Corpus, most int) []int {
	v := corpus.Vocabulary
	counts := make([]int, v.Len())
	for i := range corpus.Train.Len() {
		ids := corpus.Train.Sequence(i)
		for j := range ids.Len() {
			counts[ids.At(j)]++
		}
	}
	unknown, _ := v.Unknown()
	boundary, sentences := v.Boundary()
	var ids []int
	for id := range counts {
		if id != unknown && !(sentences && id == boundary) {
			ids = append(ids, id)
		}
	}
	slices.SortStableFunc(ids, func(a, b int) int { return counts[b] - counts[a] })
	return ids[:min(most, len(ids))]
}

// of returns the copying of a head: the share of tokens s with logits_ss above the mean of logits_st over t, and the mean over s
// of (logits_ss - mean) / standard deviation. It returns nil if the norms are of a kind that is not described above.
func (c *copying) of(layer, head int) *attention.Copying {
	if c == nil {
		return nil
	}
	logits, ok := c.logits(layer, head)
	if !ok {
		return nil
	}
	n := len(c.ids)
	result, raised := attention.Copying{Tokens: n}, 0
	for i := range n {
		row := widened(logits[i*n:][:n])
		mean, deviation := stat.PopMeanStdDev(row, nil)
		if over := row[i] - mean; deviation > 0 && !math.IsInf(over/deviation, 0) {
			result.Mean += over / deviation / float64(n)
			if over > 0 {
				raised++
			}
		}
	}
	result.Share = float64(raised) / float64(max(1, n))
	return &result
}

// logits returns logits_st of a head, [tokens, tokens].
func (c *copying) logits(layer, head int) (logits []float32, ok bool) {
	block := c.model.Blocks[layer]
	norm, ok := block.AttentionNorm.(layers.LayerNorm)
	if !ok {
		return nil, false
	}
	weight := func(name string) []float32 { return c.r.Parameters.Get(name).Data }
	n, dim, headDim := len(c.ids), c.r.Config.Dim, c.r.Config.HeadDim()
	value, output := block.Attention.Projections.Value.Weight, block.Attention.Output.Weight
	group := head * (value.Shape[1] / headDim) / c.r.Config.Heads

	x, y := make([]float32, n*dim), make([]float32, n*dim)
	mean, rstd, zero := make([]float32, n), make([]float32, n), make([]float32, dim)
	kernel.LayerNorm(x, mean, rstd, c.embeddings, weight(norm.Gain.Name), zero, layers.LayerNormEpsilon)
	z := kernel.Dense(make([]float32, n*headDim), n, headDim)
	kernel.MatMul(z, 1, kernel.Dense(x, n, dim), kernel.Columns(weight(value.Name)[group*headDim:], dim, headDim,
		value.Shape[1]), 0)
	kernel.MatMul(kernel.Dense(y, n, dim), 1, z, kernel.Dense(weight(output.Name)[head*headDim*dim:][:headDim*dim], headDim,
		dim), 0)
	for i := range n {
		row := y[i*dim:][:dim]
		sum := float32(0)
		for _, v := range row {
			sum += v
		}
		for j := range row {
			row[j] -= sum / float32(dim)
		}
	}
	logits = make([]float32, n*n)
	kernel.MatMul(kernel.Dense(logits, n, n), 1, kernel.Dense(y, n, dim), kernel.Dense(c.table, n, dim).T(), 0)
	return logits, true
}
