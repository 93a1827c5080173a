package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/layers"
)

// Question asks why a word is predicted.
type Question struct {
	Text  string
	Place int    // of the word to predict, in the sentence from 1; 0: the one after the last
	Word  string // whose probability is explained; "": the word at the place, or after the last the likeliest
}

// Why answers a question by taking things away, one at a time, in the graph and the operations that
// ran in training: the edge from the predicting token to each word, in all layers and in
// each; each word itself, replaced by its kin in the built-in grammar, or else by the unknown word; and,
// if the means of heads are given, each head.
func Why(r *run.Run, q Question, means HeadMeans) (attention.Why, error) {
	e, target, err := question(r, q)
	if err != nil {
		return attention.Why{}, err
	}
	y := attention.Why{Text: q.Text, Tokens: e.Tokens, Seen: r.Vocabulary.Tokenizer().Join(e.Tokens), Words: make([]attention.Cause, len(e.IDs))}
	query := len(e.IDs) - 1

	interventions := []intervention{{ids: e.IDs}}
	var results []func(effect float64) // of the interventions after the first, in their order
	add := func(v intervention, result func(effect float64)) {
		interventions, results = append(interventions, v), append(results, result)
	}
	var grammar *data.Grammar
	if text, err := data.BuiltIn.Find("text", r.Settings.Data); err == nil {
		grammar = text.Grammar()
	}
	for key := range e.IDs {
		w := &y.Words[key]
		w.Place, w.Word = key, e.Tokens[key]
		if query > 0 {
			add(intervention{e.IDs, removeAttention(query, []int{key})}, func(effect float64) { w.Cut = &effect })
			for layer := range r.Config.Layers {
				add(intervention{e.IDs, removeAttentionIn(layer, query, key)}, func(effect float64) { w.CutLayer = append(w.CutLayer, effect) })
			}
		}
		kind, words := replacements(r, grammar, e.IDs[key])
		w.Kind = kind
		for _, id := range words {
			changed := slices.Clone(e.IDs)
			changed[key] = id
			add(intervention{ids: changed}, func(effect float64) {
				w.Replacements = append(w.Replacements, attention.Replacement{Word: r.Vocabulary.Key(id), Effect: effect})
			})
		}
	}
	for layer := range means {
		for head := range means[layer] {
			add(intervention{e.IDs, func(f *layers.Inference, sentence int) error { return means.ablate(f, sentence, layer, head) }},
				func(effect float64) {
					y.Heads = append(y.Heads, attention.HeadEffect{Layer: layer, Head: head, Effect: effect})
				})
		}
	}

	var plain float64
	err = forward(r, interventions, func(i int, reading run.Reading) error {
		logits := reading.Logits(query)
		if i == 0 {
			if target < 0 {
				target = kernel.Argmax(logits)
			}
			plain = logProbability(logits, target)
			for key := range y.Words {
				y.Words[key].ByHead, y.Words[key].Attention = attentionTo(r.Config, reading, query, key)
			}
			return nil
		}
		results[i-1](plain - logProbability(logits, target))
		return nil
	})
	if err != nil {
		return attention.Why{}, err
	}
	y.Target, y.Probability = r.Vocabulary.Key(target), math.Exp(plain)
	summarize(&y)
	return y, nil
}

// attentionTo returns what a query pays to a key in each head, [layer][head], and the mean of it.
func attentionTo(c layers.Config, reading run.Reading, query, key int) (byHead [][]float64, mean float64) {
	byHead = make([][]float64, c.Layers)
	for layer := range byHead {
		byHead[layer] = make([]float64, c.Heads)
		for head := range byHead[layer] {
			byHead[layer][head] = float64(reading.Weights(layer, head, query)[key])
			mean += byHead[layer][head] / float64(c.Layers*c.Heads)
		}
	}
	return byHead, mean
}

// question returns the tokens that predict, and the id of the target; -1 stands for the likeliest.
func question(r *run.Run, q Question) (e run.Encoded, target int, err error) {
	if e, err = r.Encode(q.Text); err != nil {
		return e, 0, err
	}
	target = -1
	first := 1 // place of the first word that can be asked for
	if _, words := r.Vocabulary.Boundary(); words {
		first = 0
	}
	if q.Place != 0 {
		place := q.Place - 1 + len(e.IDs) - words(e, r.Vocabulary)
		if q.Place <= first || place >= len(e.IDs) {
			return e, 0, fmt.Errorf("there is no %s %d to predict in it: choose %d to %d, or 0 for the one after the last",
				r.Vocabulary.Tokenizer().Noun(), q.Place, first+1, words(e, r.Vocabulary))
		}
		target = e.IDs[place]
		e.Tokens, e.IDs, e.Unknown = e.Tokens[:place], e.IDs[:place], e.Unknown[:place]
	}
	if q.Word != "" {
		tokens, err := r.Vocabulary.Tokenize(q.Word)
		if err != nil {
			return e, 0, err
		}
		id, known := 0, false
		boundary, words := r.Vocabulary.Boundary()
		switch {
		case words && q.Word == data.BoundaryToken:
			id, known = boundary, true
		case q.Word == data.UnknownToken:
			id, known = r.Vocabulary.Unknown(), true
		case len(tokens) == 1:
			id, known = r.Vocabulary.ID(tokens[0].Key)
		}
		if !known {
			return e, 0, fmt.Errorf("%s is not one %s of this run's vocabulary: it can predict no other", printable.Quote(q.Word), r.Vocabulary.Tokenizer().Noun())
		}
		target = id
	}
	return e, target, nil
}

// words returns how many tokens of a sentence were typed.
func words(e run.Encoded, v *data.Vocabulary) int {
	if _, ok := v.Boundary(); ok {
		return len(e.IDs) - 1
	}
	return len(e.IDs)
}

// replacements returns the ids of what may replace a token: its substitutes in the grammar, if there is
// one, or else the unknown word; nothing for the boundary token and for the unknown word itself.
func replacements(r *run.Run, grammar *data.Grammar, id int) (kind string, ids []int) {
	if boundary, ok := r.Vocabulary.Boundary(); ok && id == boundary || id == r.Vocabulary.Unknown() {
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
	return "", []int{r.Vocabulary.Unknown()}
}

// removeAttentionIn takes one edge out of all heads of a layer.
func removeAttentionIn(layer, query, key int) run.Edit {
	return func(f *layers.Inference, sentence int) error {
		return f.Layers[layer].Cut(layers.Edge{Sentence: sentence, Head: layers.AllHeads, Query: query, Key: key})
	}
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
	a, b := ranks(x), ranks(y)
	mean := float64(len(x)-1) / 2
	var ab, aa, bb float64
	for i := range a {
		ab += (a[i] - mean) * (b[i] - mean)
		aa += (a[i] - mean) * (a[i] - mean)
		bb += (b[i] - mean) * (b[i] - mean)
	}
	if aa == 0 || bb == 0 {
		return 0, false
	}
	return ab / math.Sqrt(aa*bb), true
}

// ranks returns the place of each number among all, from 0.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(x[i], x[j]) })
	r := make([]float64, len(x))
	for from := 0; from < len(x); {
		to := from + 1
		for to < len(x) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			r[i] = float64(from+to-1) / 2
		}
		from = to
	}
	return r
}
