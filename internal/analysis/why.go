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
	Text  string
	Place int    // position of the word to predict, in the sentence from 1; 0: the one after the last
	Word  string // whose probability is explained; "": the word at the position, or after the last the likeliest
}

// Why answers a question by interventions, one at a time, in the graph and the operations that ran in training: the attention of
// the predicting token to each word is removed, in all layers and in each; each word is replaced by its substitutes in the built-in
// grammar, or else by the unknown word; and, if the means of heads are given, each head is replaced by its mean.
func Why(r *run.Run, q Question, means HeadMeans) (attention.Why, error) {
	e, target, err := question(r, q)
	if err != nil {
		return attention.Why{}, err
	}
	y := attention.Why{Text: q.Text, Tokens: e.Tokens,
		Seen: r.Vocabulary.Tokenizer().Join(e.Tokens), Words: make([]attention.Cause, len(e.IDs))}
	query := len(e.IDs) - 1

	var plain float64 // ln of the probability without an intervention
	interventions := []intervention{{ids: e.IDs, read: func(reading run.Reading) {
		logits := reading.Logits(query)
		if target < 0 {
			target = kernel.Argmax(logits)
		}
		plain = logProbability(logits, target)
		for key := range y.Words {
			w := &y.Words[key]
			w.ByHead = attention.PerHead(r.Config.Layers, r.Config.Heads, func(layer, head int) float64 {
				weight := float64(reading.Weights(layer, head, query)[key])
				w.Attention += weight / float64(r.Config.Layers*r.Config.Heads)
				return weight
			})
		}
	}}}
	add := func(ids []int, edit run.Edit, result func(effect float64)) {
		interventions = append(interventions, intervention{ids, edit, func(reading run.Reading) {
			result(plain - logProbability(reading.Logits(query), target))
		}})
	}
	var grammar *data.Grammar
	if text, err := data.BuiltIn.Find("text", r.Settings.Data); err == nil {
		grammar = text.Grammar()
	}
	for key := range e.IDs {
		w := &y.Words[key]
		w.Place, w.Word = key, e.Tokens[key]
		if query > 0 {
			add(e.IDs, removeAttention(attention.All, query, key), func(effect float64) { w.Cut = &effect })
			for layer := range r.Config.Layers {
				add(e.IDs, removeAttention(layer, query, key), func(effect float64) { w.CutLayer = append(w.CutLayer, effect) })
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

// question returns the tokens that predict, and the id of the target; -1 stands for the likeliest.
func question(r *run.Run, q Question) (e run.Encoded, target int, err error) {
	if e, err = r.Encode(q.Text); err != nil {
		return e, 0, err
	}
	target = -1
	_, words := r.Vocabulary.Boundary()
	before := 0 // tokens before the first that was typed
	if words {
		before = 1
	}
	if q.Place != 0 {
		position := q.Place - 1 + before
		if position < 1 || position >= len(e.IDs) {
			return e, 0, fmt.Errorf("there is no %s %d to predict in it: choose %d to %d, or 0 for the one after the last",
				r.Vocabulary.Tokenizer().Noun(), q.Place, 2-before, len(e.IDs)-before)
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
		err = fmt.Errorf("%s is not one %s of this run's vocabulary: it can predict no other",
			printable.Quote(q.Word), r.Vocabulary.Tokenizer().Noun())
	}
	return e, target, err
}

// replacements returns the ids of what may replace a token: its substitutes in the grammar, if there is
// one, or else the unknown word, if the vocabulary has one; nothing for the boundary token and for the unknown word itself.
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

// summarize fills in the means over replacements and the correlation.
func summarize(y *attention.Why) {
	var attention, cuts []float64
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
		if w.Cut != nil {
			attention, cuts = append(attention, w.Attention), append(cuts, *w.Cut)
		}
	}
	if rho, ok := RankCorrelation(attention, cuts); ok {
		y.Correlation = &rho
	}
}

// RankCorrelation returns Spearman's coefficient: the correlation of the ranks of x and y, equals
// sharing the mean of their ranks; 1 where both rise together, -1 where one falls as the other
// rises (Spearman 1904). ok is false for fewer than three pairs and where all of x or all of y are equal.
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

// ranks returns how many numbers are smaller than each, its equals counted by half.
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
