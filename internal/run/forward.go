package run

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"attend/data"
	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/layers"
)

// Reader runs sentences through a run's model, some at a time, with the operations of
// training. It is not safe for use by several goroutines at once.
type Reader struct {
	run       *Run
	batch     int
	inference *layers.Inference
}

// NewReader prepares the graph for batches of sentences.
func (r *Run) NewReader(batch int) (*Reader, error) {
	if err := r.checkReading(batch, r.Config.Context); err != nil {
		return nil, err
	}
	inference, err := layers.NewInference(r.Config, r.Weights, batch, r.Config.Context)
	if err != nil {
		return nil, err
	}
	return &Reader{r, batch, inference}, nil
}

// Close frees what the machine holds.
func (r *Reader) Close() error { return r.inference.Close() }

// Encoded is a sentence as the model sees it.
type Encoded struct {
	Text    string
	Tokens  []string // as typed, the boundary token first in a run on words
	IDs     []int
	Unknown []bool // tokens that the vocabulary lacks
}

// encode turns text into tokens, with an error if it is empty or too long.
func (r *Run) encode(text string) (Encoded, error) {
	tokens, err := data.Tokenize(r.Vocabulary.Unit(), text)
	if err != nil {
		return Encoded{}, err
	}
	if len(tokens) == 0 {
		return Encoded{}, errors.New("the sentence is empty: give at least one word")
	}
	e := Encoded{Text: text}
	if boundary, ok := r.Vocabulary.Boundary(); ok {
		e.Tokens, e.IDs, e.Unknown = []string{data.BoundaryToken}, []int{boundary}, []bool{false}
	}
	room := r.Config.Context - len(e.IDs)
	if len(tokens) > room {
		return Encoded{}, fmt.Errorf("the sentence has %d tokens and this run sees at most %d: shorten it, or train with a larger --context", len(tokens), room)
	}
	for _, t := range tokens {
		id, known := r.Vocabulary.ID(t.Key)
		e.Tokens, e.IDs, e.Unknown = append(e.Tokens, t.Text), append(e.IDs, id), append(e.Unknown, !known)
	}
	return e, r.checkKnown(tokens)
}

// checkKnown returns an error if the vocabulary has none of the tokens: the model would see
// nothing but <unk>.
func (r *Run) checkKnown(tokens []data.Token) error {
	if _, unknown := r.Vocabulary.Encode(tokens); unknown < len(tokens) || unknown == 0 {
		return nil
	}
	return fmt.Errorf("no %s of it is in the vocabulary of this run (%s is new, for one): use words of the training text, or train on text that has them",
		r.Vocabulary.Unit(), printable.Quote(tokens[0].Text))
}

// Reading is one sentence after a forward pass. It is valid until the next pass.
type Reading struct {
	inference *layers.Inference
	config    layers.Config
	row       int // place of the sentence in the batch
}

// Logits returns the scores [vocab] of the token after the one at place.
func (r Reading) Logits(place int) []float32 {
	return r.inference.LogitsAt(r.row, place)
}

// Weights returns the attention that the token at place query pays in one head, to the
// tokens from the first to itself [query+1].
func (r Reading) Weights(layer, head, query int) []float32 {
	return r.inference.Layers[layer].Row(r.row, head, query)
}

// attention returns what a query pays to a key in each head, [layer][head], and the mean of it.
func (r Reading) attention(query, key int) (byHead [][]float64, mean float64) {
	c := r.config
	byHead = make([][]float64, c.Layers)
	for layer := range byHead {
		byHead[layer] = make([]float64, c.Heads)
		for head := range byHead[layer] {
			byHead[layer][head] = float64(r.Weights(layer, head, query)[key])
			mean += byHead[layer][head] / float64(c.Layers*c.Heads)
		}
	}
	return byHead, mean
}

// Output returns what a head mixed for the token at a place, [headDim].
func (r Reading) Output(layer, head, place int) []float32 {
	return r.inference.Layers[layer].Output(r.row, head, place)
}

// Read runs sentences of ids through the model and calls visit for each, in order.
func (r *Reader) Read(sentences [][]int, visit func(i int, reading Reading) error) error {
	context := r.run.Config.Context
	for i, s := range sentences {
		if len(s) > context {
			return fmt.Errorf("sentence %d has %d tokens and this run sees at most %d", i+1, len(s), context)
		}
	}
	for start := 0; start < len(sentences); start += r.batch {
		part := sentences[start:min(start+r.batch, len(sentences))]
		if err := r.inference.Run(part...); err != nil {
			return fmt.Errorf("%s: %w", printable.Path(r.run.Path), err)
		}
		for i := range part {
			if err := visit(start+i, Reading{r.inference, r.run.Config, i}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Map returns the attention map of a text with its `most` likeliest next tokens.
func (r *Reader) Map(text string, most int) (render.Map, error) { return r.read(text, most, false) }

// read returns the map of a text, with the vectors that it was computed from if they are wanted.
func (r *Reader) read(text string, most int, vectors bool) (render.Map, error) {
	e, err := r.run.encode(text)
	if err != nil {
		return render.Map{}, err
	}
	var m render.Map
	err = r.Read([][]int{e.IDs}, func(_ int, reading Reading) error {
		m = r.run.toMap(e, reading, most)
		if vectors {
			m.Vectors = reading.vectors(len(e.IDs))
		}
		return nil
	})
	return m, err
}

// toMap copies the weights of a reading out of the operations.
func (r *Run) toMap(e Encoded, reading Reading, most int) render.Map {
	m := render.Map{Text: e.Text, Tokens: e.Tokens, Unknown: e.Unknown}
	n := len(e.IDs)
	for layer := range r.Config.Layers {
		heads := make([][][]float32, r.Config.Heads)
		for head := range heads {
			heads[head] = make([][]float32, n)
			for query := range n {
				row := make([]float32, n) // [key], 0 beyond the query
				copy(row, reading.Weights(layer, head, query))
				heads[head][query] = row
			}
		}
		m.Attention = append(m.Attention, heads)
	}
	m.Next = r.predictions(reading.Logits(n-1), most)
	return m
}

// predictions returns the most likely tokens for a row of logits, most likely first.
func (r *Run) predictions(logits []float32, most int) []render.Prediction {
	p := slices.Clone(logits)
	kernel.Softmax(p)
	order := descending(p)
	next := make([]render.Prediction, min(most, len(order)))
	for i := range next {
		next[i] = render.Prediction{Word: r.Vocabulary.Key(order[i]), Probability: float64(p[order[i]])}
	}
	return next
}

// descending returns the places of p from its largest element to its smallest, equals
// in their order.
func descending(p []float32) []int {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[b], p[a]) })
	return order
}
