package analysis

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/run"
	"attend/internal/statistics"
)

// Why answers a question with interventions in an inference graph, one at a time: it removes the attention of the predicting
// token to each word, in all layers and in each layer; it replaces words by others that the training text has in their place, or
// by their substitutes in the built-in grammar; and it ablates each head. What it compares the effects with is measured once, see
// [NewReference]; without a reference there are no heads, only substitutes replace words, and the noise floor is the smallest.
//
// Of a sentence of more than 128 tokens it replaces only the 32 with the largest effects of removal or the most attention.
func Why(r *run.Run, q Question, reference *Reference) (attention.Why, error) {
	a, err := encodeQuestion(r, q)
	if err != nil {
		return attention.Why{}, err
	}
	p := newPrediction(r, a)
	y := attention.Why{Encoded: a.Encoded, Unit: r.Vocabulary.Tokenizer().Noun(),
		ContextText: r.Vocabulary.Tokenizer().Join(a.Tokens),
		Words:       make([]attention.WordEffect, len(a.IDs)), NoiseFloor: attention.LeastFloor()}
	for position := range y.Words {
		y.Words[position].Position, y.Words[position].Word = position, a.Tokens[position]
		y.Words[position].Unknown = a.Unknown[position]
	}
	if q.Causes != nil {
		y.Rule = q.Causes.Name
		for _, position := range q.Causes.Causes {
			y.Words[position].Cause = true
		}
	}
	if reference != nil {
		y.NoiseFloor = reference.floor
	}
	p.measure(func(out run.ForwardResult) { p.attention(out, y.Words) })
	p.removeEach(y.Words)
	p.ablateHeads(&y, reference)
	if err := p.run(); err != nil {
		return attention.Why{}, err
	}
	if err := p.contributions(&y, a.against < 0 && q.Against == ""); err != nil {
		return attention.Why{}, err
	}
	if q.Against != "" && p.against == p.target {
		return attention.Why{}, notAgainstItself(r, q.Against)
	}
	y.Target, y.TargetID, y.Probability = r.Vocabulary.Key(p.target), p.target, math.Exp(p.plain.logP)
	if q.Against != "" {
		y.Against = p.comparison()
	}
	p.replace(y.Words, chosenWords(y.Words), newReplacer(r, reference))
	if err := p.run(); err != nil {
		return attention.Why{}, err
	}
	if y.Against == nil && y.Saturated() {
		y.Against = p.comparison()
		y.Against.Automatic = true
	}
	if at := y.Unexplained(); at >= 0 {
		y.Redundancy = &attention.Redundancy{Position: at, Word: a.Tokens[at], RunnerUp: r.Vocabulary.Key(p.runnerUp), RunnerUpID: p.runnerUp,
			Margin: p.plain.margin, Difference: p.removed[at].margin, Pairs: []attention.PairRemoved{}}
		p.testRedundancy(y, y.Redundancy)
		if err := p.run(); err != nil {
			return attention.Why{}, err
		}
	}
	conclude(r, &y)
	return y, nil
}

// conclude sets what follows from the effects.
func conclude(r *run.Run, y *attention.Why) {
	if y.Against == nil {
		for i := range y.Words {
			w := &y.Words[i]
			w.DifferenceRemoved, w.DifferenceReplaced, w.DifferenceNine = nil, nil, nil
			for k := range w.Replacements {
				w.Replacements[k].Difference = nil
			}
		}
	}
	y.WithEffect, y.SomeOthers, y.RemovalOnly = y.Affecting(), y.Sensitive(), y.RemovedOnly()
	var weights, effects []float64
	for _, w := range y.Words {
		if y.Replaceable() && w.Replaced == nil {
			continue // its effect is not known
		}
		effect, above := y.Effect(w)
		if !above {
			effect = 0 // a tie
		}
		weights, effects = append(weights, w.Attention), append(effects, math.Abs(effect))
	}
	if test := statistics.RankCorrelation(weights, effects); test != nil {
		y.Correlation = &attention.Correlation{Rho: test.Statistic, P: test.P}
	}
	if y.Redundancy != nil {
		y.Redundancy.Reasons = redundancyReasons(r, *y)
	}
}

// measured is what effects are differences of.
type measured struct {
	logP       float64 // ln p(target)
	difference float64 // logit(target) - logit(against)
	margin     float64 // logit(target) - logit(runner-up)
}

// minus returns the effect of an intervention after which m was measured.
func (m measured) minus(other measured) measured {
	return measured{m.logP - other.logP, m.difference - other.difference, m.margin - other.margin}
}

// prediction measures effects on one prediction of a model. Interventions are queued, and computed by run.
type prediction struct {
	r               *run.Run
	ids             []int
	query           int // the predicting token, the last
	target, against int // ids; -1 until they are known
	runnerUp        int // the most likely token that is not the target
	plain           measured
	removed         []measured // effects of removing the attention to each token
	queue           []intervention
}

func newPrediction(r *run.Run, a asked) *prediction {
	return &prediction{r: r, ids: a.IDs, query: len(a.IDs) - 1, target: a.target, against: a.against}
}

// run computes what is queued.
func (p *prediction) run() error {
	queue := p.queue
	p.queue = nil
	return passes{base: p.ids, lastOnly: true}.forward(p.r, queue)
}

// measure queues the prediction without an intervention, which the others are compared with. It comes first.
func (p *prediction) measure(read func(out run.ForwardResult)) {
	p.queue = append(p.queue, intervention{ids: p.ids, read: func(out run.ForwardResult) {
		logits := out.Logits(p.query)
		if p.target < 0 {
			p.target = kernel.Argmax(logits)
		}
		p.runnerUp = secondAfter(logits, p.target)
		if p.against < 0 {
			p.against = p.runnerUp
		}
		p.plain = p.measured(out)
		read(out)
	}})
}

// comparison returns the word that the target is compared with.
func (p *prediction) comparison() *attention.Against {
	return &attention.Against{Word: p.r.Vocabulary.Key(p.against), ID: p.against,
		Probability: math.Exp(p.plain.logP - p.plain.difference), LogitDifference: p.plain.difference}
}

// secondAfter returns the index of the largest logit but that of the target.
func secondAfter(logits []float32, target int) int {
	second := -1
	for i, x := range logits {
		if i != target && (second < 0 || x > logits[second]) {
			second = i
		}
	}
	return max(second, 0)
}

func (p *prediction) measured(out run.ForwardResult) measured {
	logits := out.Logits(p.query)
	over := func(other int) float64 { return float64(logits[p.target]) - float64(logits[other]) }
	return measured{LogProbability(logits, p.target), over(p.against), over(p.runnerUp)}
}

// add queues an intervention that changes no activation before position from.
func (p *prediction) add(ids []int, from int, edit run.Edit, result func(effect measured)) {
	p.queue = append(p.queue, intervention{ids: ids, from: from, edit: edit, read: func(out run.ForwardResult) {
		result(p.plain.minus(p.measured(out)))
	}})
}

// attention sets the attention of the predicting token to each word.
func (p *prediction) attention(out run.ForwardResult, words []attention.WordEffect) {
	c := p.r.Config
	for key := range words {
		w := &words[key]
		w.ByHead = attention.PerHead(c.Layers, c.Heads, func(layer, head int) float64 {
			weight := float64(out.Weights(layer, head, p.query)[key])
			w.Attention += weight / float64(c.Layers*c.Heads)
			return weight
		})
	}
}

// contributions sets what attention and each part of the model add at the predicting token; with mean the target is compared with
// the mean logit of the vocabulary.
func (p *prediction) contributions(y *attention.Why, mean bool) error {
	against := p.against
	if mean {
		against = -1
	}
	return forward(p.r, []intervention{{ids: p.ids, read: func(out run.ForwardResult) {
		for key, norm := range lastNorms(p.r, out, len(p.ids)) {
			y.Words[key].Norm = norm
		}
		direct := directLogits(p.r, out, p.query, p.target, against)
		y.Direct = &direct
	}}}, append(directHooks(p.r), valueHooks(p.r)...)...)
}

// removeEach queues the removal of the attention to each word, unless there is only one.
func (p *prediction) removeEach(words []attention.WordEffect) {
	if p.query == 0 {
		return
	}
	for key := range words {
		w := &words[key]
		p.add(p.ids, p.query, removeAttention(attention.All, p.query, key), func(effect measured) {
			p.removed = append(p.removed, effect)
			w.AttentionRemoved, w.DifferenceRemoved = &effect.logP, &effect.difference
		})
		for layer := range p.r.Config.Layers {
			p.add(p.ids, p.query, removeAttention(layer, p.query, key), func(effect measured) {
				w.AttentionRemovedByLayer = append(w.AttentionRemovedByLayer, effect.logP)
			})
		}
	}
}

// ablateHeads queues the ablations of each head, if there is a reference.
func (p *prediction) ablateHeads(y *attention.Why, reference *Reference) {
	if reference == nil {
		return
	}
	outputs, draws := reference.outputs, min(mostDraws, max(fewDraws, drawnTokens/len(p.ids)))
	y.Heads = make([]attention.HeadAblation, p.r.Config.Layers*p.r.Config.Heads)
	for i := range y.Heads {
		h := &y.Heads[i]
		h.Layer, h.Head = i/p.r.Config.Heads, i%p.r.Config.Heads
		p.add(p.ids, 0, outputs.Means.ablate(h.Layer, h.Head), func(effect measured) { h.Mean = effect.logP })
		var effects []float64
		for draw := range draws {
			p.add(p.ids, 0, outputs.resample(h.Layer, h.Head, draw), func(effect measured) {
				effects = append(effects, effect.logP)
				if len(effects) == draws {
					mean, deviation := stat.MeanStdDev(effects, nil)
					h.Resample, h.Deviation = mean, &deviation
				}
			})
		}
	}
}

// A head is resampled mostDraws times in a sentence, in a long one fewer times, so that no more than drawnTokens are computed,
// but at least fewDraws times.
const (
	mostDraws   = 16
	fewDraws    = 4
	drawnTokens = 2048
)

// replace queues the replacements of the words at some positions.
func (p *prediction) replace(words []attention.WordEffect, at []int, by replacer) {
	var positions []position
	for _, i := range at {
		positions = append(positions, position{p.ids, i})
	}
	for k, c := range by.choose(positions) {
		p.replaceBy(&words[at[k]], c, false)
		if c.otherNumber != nil {
			p.replaceBy(&words[at[k]], *c.otherNumber, true)
		}
	}
}

// replaceBy queues the replacements of a word by some others. Those of the other number count for the word if they have the larger
// effect, and one of at least [attention.LeastEffect].
func (p *prediction) replaceBy(w *attention.WordEffect, c replacements, otherNumber bool) {
	var effects, differences []float64
	var list []attention.Replacement
	for _, id := range c.ids {
		p.add(replaced(p.ids, w.Position, id), w.Position, nil, func(effect measured) {
			effects, differences = append(effects, effect.logP), append(differences, effect.difference)
			list = append(list, attention.Replacement{Word: p.r.Vocabulary.Key(id), ID: id, Effect: effect.logP, Difference: &effect.difference})
			nine := attention.NineInTen(effects)
			if len(effects) < len(c.ids) ||
				w.NineInTen != nil && math.Abs(nine) <= max(attention.LeastEffect, math.Abs(*w.NineInTen)) {
				return
			}
			mean, deviation := stat.MeanStdDev(effects, nil)
			difference, differenceNine := stat.Mean(differences, nil), attention.NineInTen(differences)
			w.Kind, w.Seen, w.OtherNumber, w.Replacements, w.Deviation = c.kind, c.seen, otherNumber, list, nil
			w.Replaced, w.NineInTen, w.DifferenceReplaced, w.DifferenceNine = &mean, &nine, &difference, &differenceNine
			if len(effects) > 1 {
				w.Deviation = &deviation
			}
		})
	}
}

// replaced returns a sentence with another token at a position.
func replaced(ids []int, position, id int) []int {
	changed := slices.Clone(ids)
	changed[position] = id
	return changed
}

// grammarOf returns the grammar of the text that a run was trained on; nil if it has none.
func grammarOf(r *run.Run) *data.Grammar {
	text, err := data.BuiltIn.Find("text", r.Settings.Data)
	if err != nil {
		return nil
	}
	return text.Grammar()
}
