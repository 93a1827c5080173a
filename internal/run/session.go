package run

import (
	"fmt"
	"math"
	"slices"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/layers"
)

// Session computes sentences with the model of a run, in batches, with the operations of training. It is not safe for concurrent
// use.
type Session struct {
	run       *Run
	batch     int
	seq       int // maximum number of tokens of a sentence
	inference *layers.Inference
}

// NewSession builds the graph for batches of sentences. Call [Session.Close] at the end.
func (r *Run) NewSession(batch int) (*Session, error) { return r.NewSessionOf(batch, r.Config.Context) }

// NewSessionOf is [Run.NewSession] for sentences of at most seq tokens.
func (r *Run) NewSessionOf(batch, seq int) (*Session, error) {
	return r.NewSessionWith(SessionOptions{Batch: batch, Seq: seq})
}

// Close frees the memory of the graph.
func (s *Session) Close() error { return s.inference.Close() }

// Encode tokenizes a text. Of a text longer than the context it keeps the last tokens that fit, after the boundary token in a run
// on words. It returns an error if the text is empty, or if the vocabulary has none of its tokens.
func (r *Run) Encode(text string) (attention.Encoded, error) {
	return r.encodeLast(text, r.Config.Context)
}

// encodeLast is [Run.Encode] for at most so many tokens as the context has, the boundary token included.
func (r *Run) encodeLast(text string, context int) (attention.Encoded, error) {
	tokens, err := r.Vocabulary.Tokenize(text)
	if err != nil {
		return attention.Encoded{}, err
	}
	if len(tokens) == 0 {
		return attention.Encoded{}, fmt.Errorf("the sentence is empty: give at least one %s", r.Vocabulary.Tokenizer().Noun())
	}
	e := attention.Encoded{Text: text}
	if boundary, ok := r.Vocabulary.Boundary(); ok {
		e.Tokens, e.IDs, e.Unknown = []string{data.BoundaryToken}, []int{boundary}, []bool{false}
	}
	most := context - len(e.IDs)
	if most < 1 {
		return attention.Encoded{}, fmt.Errorf("this run has a context of %d, in which no %s has space after %s: train with a larger --context",
			context, r.Vocabulary.Tokenizer().Noun(), data.BoundaryToken)
	}
	e.Omitted = max(0, len(tokens)-most)
	tokens = tokens[e.Omitted:]
	for _, t := range tokens {
		id, known := r.Vocabulary.ID(t.Key)
		e.Tokens, e.IDs, e.Unknown = append(e.Tokens, t.Text), append(e.IDs, id), append(e.Unknown, !known)
	}
	return e, r.checkKnown(tokens)
}

// checkKnown returns an error if the vocabulary has none of the tokens: the model would read nothing but <unk>.
func (r *Run) checkKnown(tokens []data.Token) error {
	if _, unknown := r.Vocabulary.Encode(tokens); unknown < len(tokens) || unknown == 0 {
		return nil
	}
	return fmt.Errorf("no %s of the text is in the vocabulary of this run (the first is %s): "+
		"use words of the training text, or train on text that has them",
		r.Vocabulary.Tokenizer().Noun(), printable.Quote(tokens[0].Text))
}

// ForwardResult is the result of the forward pass for one sentence. It is valid until the next forward pass.
type ForwardResult struct {
	inference *layers.Inference
	row       int // index of the sentence in the batch
}

// Len returns the number of tokens of the sentence that the session computes.
func (r ForwardResult) Len() int {
	_, length := r.inference.Sentences.At(r.row)
	return length
}

// Logits returns the logits [vocab] of the token after a position that the session computes; it panics for another position.
func (r ForwardResult) Logits(position int) []float32 {
	return r.inference.LogitsAt(r.row, position)
}

// Weights returns the attention weights of a query in one head, for the keys up to the query, [query+1].
func (r ForwardResult) Weights(layer, head, query int) []float32 {
	return r.inference.Attention[layer].Row(r.row, head, query)
}

// Z returns z of the token at a position in one head, the sum of the values times their attention weights, [headDim].
func (r ForwardResult) Z(layer, head, position int) []float32 {
	return r.inference.Attention[layer].Z(r.row, head, position)
}

// Activation returns the activation of a hook point that [Session.Request] named: one matrix for each head, or a single matrix if
// the activation has no heads. It returns nil if the graph has no such hook point. Rows are the tokens that the session computes:
// in a sentence of [Session.ForwardFrom], row 0 is the token at position From.
func (r ForwardResult) Activation(name string) []kernel.Matrix {
	h, err := r.inference.HookPoint(name)
	if err != nil {
		return nil
	}
	return h.Read(r.row)
}

// Request makes later forward passes store the activations of hook points, for [ForwardResult.Activation]. The names are listed
// at [layers.HookPoint]. It returns an error if the graph has no hook point of a name.
func (s *Session) Request(names ...string) error {
	for _, name := range names {
		if _, err := s.inference.HookPoint(name); err != nil {
			return err
		}
	}
	return nil
}

// Map returns the attention map of a text with its `most` most likely next tokens.
func (s *Session) Map(text string, most int) (attention.Map, error) {
	return s.MapWith(text, MapOptions{Most: most})
}

// MostNextAt is how many of the most likely next tokens a map with vectors has after each of its tokens.
const MostNextAt = 10

// MapWithVectors is [Session.Map] with the most likely next tokens after each token, at most 10, and with the queries, keys,
// values, scores and z of each head, read from the hook points of the same pass.
func (s *Session) MapWithVectors(text string, most int) (attention.Map, error) {
	return s.MapWith(text, MapOptions{Most: most, NextAt: MostNextAt, Vectors: true})
}

// MapOptions say what a map has, and of which forward pass it is.
type MapOptions struct {
	Most    int  // number of most likely next tokens after the last token
	NextAt  int  // number of them after each token, at most Most; 0: none
	Vectors bool // the queries, keys, values, scores and z of each head
	Edit    Edit // of the forward pass, or nil

	Read func(ForwardResult) // is called with the result of the forward pass, unless it is nil
}

// MapWith returns the attention map of a text with options, of its last tokens if it has more than the session takes.
func (s *Session) MapWith(text string, o MapOptions) (attention.Map, error) {
	c := s.run.Config
	if o.Vectors {
		for layer := range c.Layers {
			for _, name := range vectorHooks {
				if err := s.Request(fmt.Sprintf(name, layer)); err != nil {
					return attention.Map{}, err
				}
			}
		}
	}
	e, err := s.run.encodeLast(text, s.seq)
	if err != nil {
		return attention.Map{}, err
	}
	var m attention.Map
	err = s.ForwardEdited([][]int{e.IDs}, []Edit{o.Edit}, func(_ int, out ForwardResult) error {
		n := len(e.IDs)
		m = attention.Map{Encoded: e, Next: s.run.predictions(out.Logits(n-1), o.Most)}
		m.Attention = attention.PerHead(c.Layers, c.Heads, func(layer, head int) [][]float32 {
			rows := make([][]float32, n)
			for query := range rows {
				rows[query] = make([]float32, n) // [key], 0 beyond the query
				copy(rows[query], out.Weights(layer, head, query))
			}
			return rows
		})
		if o.NextAt > 0 {
			m.NextAt = s.nextAt(m, min(o.NextAt, o.Most))
		}
		if o.Vectors {
			m.Vectors = attention.PerHead(c.Layers, c.Heads, out.vectors)
		}
		if o.Read != nil {
			o.Read(out)
		}
		return nil
	})
	return m, err
}

// vectorHooks are the hook points of the vectors of a layer: query, key, value, scores and z.
var vectorHooks = [...]string{"blocks.%d.attn.q", "blocks.%d.attn.k", "blocks.%d.attn.v", "blocks.%d.attn.scores", "blocks.%d.attn.z"}

// vectors returns the vectors of a head, whose hook points were requested.
func (r ForwardResult) vectors(layer, head int) attention.HeadVectors {
	heads := len(r.Activation(fmt.Sprintf(vectorHooks[0], layer)))
	var read [len(vectorHooks)][][]float32
	for i, name := range vectorHooks {
		all := r.Activation(fmt.Sprintf(name, layer))
		x := all[head*len(all)/heads] // several heads may share keys and values
		for position := range x.Rows {
			read[i] = append(read[i], slices.Clone(x.Row(position)))
		}
	}
	for query, row := range read[3] {
		read[3][query] = row[:query+1]
	}
	return attention.HeadVectors{Query: read[0], Key: read[1], Value: read[2], Scores: read[3], Z: read[4]}
}

// nextAt returns the most likely next tokens after each token of the latest map, [seq].
func (s *Session) nextAt(m attention.Map, most int) (next [][]attention.Prediction) {
	for position := range m.Tokens {
		next = append(next, s.run.predictions(ForwardResult{s.inference, 0}.Logits(position), most))
	}
	return next
}

// predictions returns the most likely tokens for a row of logits, most likely first.
func (r *Run) predictions(logits []float32, most int) []attention.Prediction {
	p := slices.Clone(logits)
	kernel.Softmax(p)
	order := descending(p)
	next := make([]attention.Prediction, min(most, len(order)))
	for i := range next {
		next[i] = attention.Prediction{Word: r.Vocabulary.Key(order[i]), ID: order[i], Probability: float64(p[order[i]])}
	}
	return next
}

// descending returns the indices of probabilities sorted by them, the largest first, equal ones in their order.
func descending(p []float32) []int {
	keys := descendingKeys(p)
	slices.Sort(keys)
	order := make([]int, len(p))
	for i, key := range keys {
		order[i] = int(uint32(key))
	}
	return order
}

// descendingKeys returns a number for each probability: the smaller, the larger the probability, and of equal ones the earlier.
// Its low 32 bits are the index.
func descendingKeys(p []float32) []uint64 {
	keys := make([]uint64, len(p)) // the bits of numbers that are not negative have the order of the numbers
	for i, x := range p {
		keys[i] = uint64(^math.Float32bits(x))<<32 | uint64(i)
	}
	return keys
}
