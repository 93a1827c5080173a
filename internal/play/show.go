package play

import (
	"fmt"
	"math"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/layers"
)

// How many of the most likely next words a map has, after the last word and after each.
const (
	mostNext   = 10
	mostNextAt = 5
)

// mostInterventions is the largest number of interventions at once.
const mostInterventions = 1000

// show sets the sentence and the interventions of the maps.
func (s *Session) show(in Show) (Shown, error) {
	e, err := s.experiment()
	if err != nil {
		return Shown{}, err
	}
	if in.Sentence == "" {
		in.Sentence = e.sentence
	}
	if err := checkSentence(e.run, in.Sentence); err != nil {
		return Shown{}, err
	}
	if err := checkInterventions(e.run.Config, in.Interventions); err != nil {
		return Shown{}, err
	}
	if len(in.Interventions) > 0 {
		if _, err := e.reference(); err != nil { // which sets the noise floor
			return Shown{}, err
		}
	}
	before, list := e.sentence, e.interventions
	e.sentence, e.interventions = in.Sentence, in.Interventions
	m, plain, changes, err := e.maps(in.Vectors)
	if err != nil {
		e.sentence, e.interventions = before, list
		return Shown{}, err
	}
	if in.Sentence != before {
		e.followMap(plain)
	}
	r, _, err := e.shown()
	if err != nil {
		return Shown{}, err
	}
	return Shown{Map: mapOf(m), PlainNext: plain.Next, PlainNextAt: plain.NextAt, AfterNext: changes.next, AfterNextAt: changes.nextAt,
		Unknown: m.Unknown, Effect: changes.effect, ShownStep: r.Step}, nil
}

// checkInterventions returns an error for an intervention in a layer or head that the model does not have. Whether the sentence
// has the positions is checked when it is computed.
func checkInterventions(c layers.Config, list []Intervention) error {
	if len(list) > mostInterventions {
		return fmt.Errorf("%d interventions: want at most %d", len(list), mostInterventions)
	}
	for i, v := range list {
		lowest := 0
		if v.removes() {
			lowest = attention.All
		}
		switch {
		case (v.Query == nil) != (v.Key == nil):
			return fmt.Errorf("intervention %d: want query and key to remove attention, or neither to ablate a head", i)
		case v.Layer < lowest || v.Layer >= c.Layers:
			return fmt.Errorf("intervention %d: there is no layer %d: want %d to %d", i, v.Layer, lowest, c.Layers-1)
		case v.Head < lowest || v.Head >= c.Heads:
			return fmt.Errorf("intervention %d: there is no head %d: want %d to %d", i, v.Head, lowest, c.Heads-1)
		}
	}
	return nil
}

// removes reports whether the intervention removes attention; otherwise it ablates a head.
func (v Intervention) removes() bool { return v.Query != nil && v.Key != nil }

// edit returns the edit of the forward pass that interventions are, nil for none.
func edit(c layers.Config, list []Intervention) run.Edit {
	if len(list) == 0 {
		return nil
	}
	return func(f *layers.Inference, sentence int) error {
		for layer, a := range f.Attention {
			var links []layers.Link
			for _, v := range list {
				if v.Layer != layer && v.Layer != attention.All {
					continue
				}
				if v.removes() {
					links = append(links, layers.Link{Sentence: sentence, Head: v.Head, Query: *v.Query, Key: *v.Key})
					continue
				}
				if err := a.SetZ(sentence, v.Head, make([]float32, c.HeadDim())); err != nil {
					return err
				}
			}
			if err := a.RemoveAttention(links...); err != nil {
				return err
			}
		}
		return nil
	}
}

// checkPositions returns an error for attention that a sentence of so many tokens does not have, or whose removal would leave a
// query without a key.
func checkPositions(c layers.Config, list []Intervention, tokens []string) error {
	type row struct{ layer, head, query int }
	removed := map[row]map[int]bool{}
	for i, v := range list {
		if !v.removes() {
			continue
		}
		if *v.Query < 0 || *v.Query >= len(tokens) || *v.Key < 0 || *v.Key > *v.Query {
			return fmt.Errorf("intervention %d: there is no attention of position %d to position %d in a sentence of %d tokens: "+
				"want a key up to the query", i, *v.Query, *v.Key, len(tokens))
		}
		for layer := range c.Layers {
			for head := range c.Heads {
				if v.Layer != layer && v.Layer != attention.All || v.Head != head && v.Head != attention.All {
					continue
				}
				at := row{layer, head, *v.Query}
				if removed[at] == nil {
					removed[at] = map[int]bool{}
				}
				removed[at][*v.Key] = true
				if len(removed[at]) == *v.Query+1 {
					return fmt.Errorf("all attention of %s in head %d of layer %d would be removed: keep that to one word",
						printable.Quote(tokens[*v.Query]), head+1, layer+1)
				}
			}
		}
	}
	return nil
}

// changes is what the interventions do to the predictions.
type changes struct {
	effect *Effect     // nil if there are none
	next   []float64   // probabilities of the likely next words of the map without them
	nextAt [][]float64 // likewise after each token
}

// maps returns the map of the sentence with the interventions, that without them, and what they change. Without interventions both
// maps are the same.
func (e *experiment) maps(vectors bool) (shown, plain attention.Map, c changes, err error) {
	r, session, err := e.shown()
	if err != nil {
		return shown, plain, c, err
	}
	options := run.MapOptions{Most: mostNext, NextAt: mostNextAt, Vectors: vectors && len(e.interventions) == 0}
	at, target, before := 0, 0, 0.0
	options.Read = func(out run.ForwardResult) {
		if len(e.interventions) > 0 {
			at = effectPosition(e.interventions, out)
			target = kernel.Argmax(out.Logits(at))
			before = analysis.LogProbability(out.Logits(at), target)
		}
	}
	if plain, err = session.MapWith(e.sentence, options); err != nil || len(e.interventions) == 0 {
		return plain, plain, c, err
	}
	if err := checkPositions(r.Config, e.interventions, plain.Tokens); err != nil {
		return shown, plain, c, err
	}
	options.Vectors, options.Edit = vectors, edit(r.Config, e.interventions)
	after := 0.0
	options.Read = func(out run.ForwardResult) {
		after = analysis.LogProbability(out.Logits(at), target)
		probabilities := func(position int, of []attention.Prediction) []float64 {
			list := make([]float64, len(of))
			for i, p := range of {
				if id, known := r.Vocabulary.ID(p.Word); known {
					list[i] = math.Exp(analysis.LogProbability(out.Logits(position), id))
				}
			}
			return list
		}
		c.next = probabilities(out.Len()-1, plain.Next)
		for position, of := range plain.NextAt {
			c.nextAt = append(c.nextAt, probabilities(position, of))
		}
	}
	if shown, err = session.MapWith(e.sentence, options); err != nil {
		return shown, plain, c, err
	}
	c.effect = &Effect{Position: at, Word: r.Vocabulary.Key(target), Before: math.Exp(before), After: math.Exp(after),
		Nats: before - after, NoiseFloor: e.floor.Removed}
	c.effect.Words = c.effect.words(r.Vocabulary.Tokenizer().Noun())
	return shown, plain, c, nil
}
