package analysis

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/run"
)

// Question asks why a word is predicted.
type Question struct {
	Text     string
	Position int    // of the word to predict in the sentence, from 1; 0: the word after the last
	Word     string // whose probability is explained; "": the word at the position or, after the last, the most likely
}

// Why answers a question with interventions in an inference graph, one at a time: it removes the attention of the predicting
// token to each word, in all layers and in each layer; it replaces each word by its substitutes in the built-in grammar, or by
// the unknown token if it has none; and, if means is not nil, it mean-ablates each head.
func Why(r *run.Run, q Question, means HeadMeans) (attention.Why, error) {
	e, target, err := question(r, q)
	if err != nil {
		return attention.Why{}, err
	}
	y := attention.Why{Text: q.Text, Tokens: e.Tokens,
		ContextText: r.Vocabulary.Tokenizer().Join(e.Tokens), Words: make([]attention.WordEffect, len(e.IDs))}
	query := len(e.IDs) - 1

	var plain float64 // log-probability of the target without an intervention
	interventions := []intervention{{ids: e.IDs, read: func(out run.ForwardResult) {
		logits := out.Logits(query)
		if target < 0 {
			target = kernel.Argmax(logits)
		}
		plain = logProbability(logits, target)
		for key := range y.Words {
			w := &y.Words[key]
			w.ByHead = attention.PerHead(r.Config.Layers, r.Config.Heads, func(layer, head int) float64 {
				weight := float64(out.Weights(layer, head, query)[key])
				w.Attention += weight / float64(r.Config.Layers*r.Config.Heads)
				return weight
			})
		}
	}}}
	add := func(ids []int, edit run.Edit, result func(effect float64)) {
		interventions = append(interventions, intervention{ids, edit, func(out run.ForwardResult) {
			result(plain - logProbability(out.Logits(query), target))
		}})
	}
	var grammar *data.Grammar
	if text, err := data.BuiltIn.Find("text", r.Settings.Data); err == nil {
		grammar = text.Grammar()
	}
	for key := range e.IDs {
		w := &y.Words[key]
		w.Position, w.Word = key, e.Tokens[key]
		if query > 0 {
			add(e.IDs, removeAttention(attention.All, query, key), func(effect float64) { w.AttentionRemoved = &effect })
			for layer := range r.Config.Layers {
				add(e.IDs, removeAttention(layer, query, key), func(effect float64) { w.AttentionRemovedByLayer = append(w.AttentionRemovedByLayer, effect) })
			}
		}
		kind, words := replacements(r, grammar, e.IDs[key])
		w.Kind = kind
		for _, id := range words {
			changed := slices.Clone(e.IDs)
			changed[key] = id
			add(changed, nil, func(effect float64) {
				w.Replacements = append(w.Replacements, attention.Replacement{Word: r.Vocabulary.Key(id), Effect: effect})
			})
		}
	}
	for layer := range means {
		for head := range means[layer] {
			add(e.IDs, means.ablate(layer, head), func(effect float64) {
				y.Heads = append(y.Heads, attention.HeadEffect{Layer: layer, Head: head, Effect: effect})
			})
		}
	}
	if err := forward(r, interventions); err != nil {
		return attention.Why{}, err
	}
	y.Target, y.Probability = r.Vocabulary.Key(target), math.Exp(plain)
	summarize(&y)
	return y, nil
}

// question returns the tokens before the word to predict, and the id of the target; -1 means the most likely one.
func question(r *run.Run, q Question) (e run.Encoded, target int, err error) {
	if e, err = r.Encode(q.Text); err != nil {
		return e, 0, err
	}
	target = -1
	before := untyped(r)
	if q.Position != 0 {
		position := q.Position - 1 + before
		if position < 1 || position >= len(e.IDs) {
			return e, 0, fmt.Errorf("the sentence has no %s %d to predict: choose %d to %d, or 0 for the one after the last",
				r.Vocabulary.Tokenizer().Noun(), q.Position, 2-before, len(e.IDs)-before)
		}
		target = e.IDs[position]
		e.Tokens, e.IDs, e.Unknown = e.Tokens[:position], e.IDs[:position], e.Unknown[:position]
	}
	if q.Word == "" {
		return e, target, nil
	}
	target, known := r.Vocabulary.ID(q.Word) // a key, as results show it
	if known {
		return e, target, nil
	}
	tokens, err := r.Vocabulary.Tokenize(q.Word)
	if err != nil {
		return e, 0, err
	}
	if len(tokens) == 1 {
		target, known = r.Vocabulary.ID(tokens[0].Key)
	}
	if !known {
		err = fmt.Errorf("%s is not one %s of this run's vocabulary: choose one of its training text",
			printable.Quote(q.Word), r.Vocabulary.Tokenizer().Noun())
	}
	return e, target, err
}

// replacements returns the ids of the tokens that replace a token: its substitutes in the grammar or, without any, the unknown
// token, if the vocabulary has one; none for the boundary token and for the unknown token itself.
func replacements(r *run.Run, grammar *data.Grammar, id int) (kind string, ids []int) {
	unknown, hasUnknown := r.Vocabulary.Unknown()
	if boundary, ok := r.Vocabulary.Boundary(); ok && id == boundary || id == unknown {
		return "", nil
	}
	if grammar != nil {
		kind, others := grammar.Substitutes(r.Vocabulary.Key(id))
		for _, word := range others {
			if other, known := r.Vocabulary.ID(word); known {
				ids = append(ids, other)
			}
		}
		if len(ids) > 0 {
			return kind, ids
		}
	}
	if hasUnknown {
		ids = []int{unknown}
	}
	return "", ids
}

// summarize sets the means over replacements and the correlation.
func summarize(y *attention.Why) {
	var attention, ablation []float64
	for i := range y.Words {
		w := &y.Words[i]
		if n := len(w.Replacements); n > 0 {
			var sum float64
			for _, replacement := range w.Replacements {
				sum += replacement.Effect
			}
			mean := sum / float64(n)
			w.Replaced = &mean
		}
		if w.AttentionRemoved != nil {
			attention, ablation = append(attention, w.Attention), append(ablation, *w.AttentionRemoved)
		}
	}
	if rho, ok := RankCorrelation(attention, ablation); ok {
		y.Correlation = &rho
	}
}

// RankCorrelation returns Spearman's rank correlation of x and y, in -1 to 1 (Spearman 1904). Equal values have the mean of
// their ranks. ok is false if there are fewer than three pairs, or if all of x or all of y are equal.
func RankCorrelation(x, y []float64) (rho float64, ok bool) {
	if len(x) < 3 || len(x) != len(y) {
		return 0, false
	}
	rho = stat.Correlation(ranks(x), ranks(y), nil)
	if math.IsNaN(rho) {
		return 0, false
	}
	return rho, true
}

// ranks returns for each value the count of smaller values plus half the count of others that are equal.
func ranks(x []float64) []float64 {
	r := make([]float64, len(x))
	for i := range x {
		for j := range x {
			if x[j] < x[i] {
				r[i]++
			} else if x[j] == x[i] && j != i {
				r[i] += 0.5
			}
		}
	}
	return r
}
