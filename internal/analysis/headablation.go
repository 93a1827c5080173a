package analysis

import (
	"math"

	"attend/internal/kernel"
	"attend/internal/random"
	"attend/internal/run"
)

// Sizes of the ablations of heads. The work of a measurement is estimated in multiply-adds, so that a large vocabulary, a long
// context or many heads are measured on fewer tokens.
const (
	ablationWork   = 2e10 // multiply-adds of all ablations together, and of those at one token
	ablationTokens = 400  // that are ablated at least, if the text has them
	resampleDraws  = 3    // draws of each sentence in resample ablation
	leastCosts     = 64   // tokens that a head of an earlier layer is ablated at, at least
)

// headAblation is what the ablation of a head costs over sentences, in nats.
type headAblation struct {
	mean, resample spread // rise of the loss per token

	// costs is what the mean ablation of the head at one token costs: the rise of the loss of all predictions that are made from
	// this token and those after it, [sentence][position]; NaN where it was not measured.
	costs [][]float64
}

// spread is a mean and its standard error, which is nil if it is not known.
type spread struct {
	mean          float64
	standardError *float64
}

// ablation measures the ablation of heads over the same sequences.
type ablation struct {
	r         *run.Run
	outputs   HeadOutputs
	sequences [][]int
	plain     [][]float64 // loss of each prediction without an intervention, [sequence][position]
	sampled   []tokenAt   // where heads of earlier layers are ablated alone
	row       []float32   // [vocab]
}

// tokenAt is a token of a sequence.
type tokenAt struct{ sequence, position int }

// newAblation chooses how many of the sequences are measured and computes them without an intervention.
func newAblation(r *run.Run, outputs HeadOutputs, sequences [][]int) (*ablation, error) {
	c := r.Config
	heads := float64(c.Layers * c.Heads)
	tokens := ablationWork / workPerToken(r) / (1 + heads*(1+resampleDraws))
	a := &ablation{r: r, outputs: outputs, row: make([]float32, c.Vocab)}
	a.sequences = firstTokens(sequences, max(ablationTokens, int(min(tokens, mostTokens))))
	a.plain = make([][]float64, len(a.sequences))
	err := a.losses(everySequence(len(a.sequences)), func(int) run.Edit { return nil }, func(i, _ int, losses []float64) {
		a.plain[i] = append([]float64{}, losses...)
	})
	if err != nil {
		return nil, err
	}
	a.sample()
	return a, nil
}

// workPerToken estimates the multiply-adds of a forward pass for each token.
func workPerToken(r *run.Run) float64 {
	c := r.Config
	dim, other := float64(c.Dim), 2000.0 // other: norms, activations, copies
	blocks := float64(c.Layers) * (4*dim*dim + 2*dim*float64(c.Hidden) + 2*dim*float64(c.Context) + other)
	const exponential = 20 // of each logit, for the loss
	return blocks + float64(c.Vocab)*(dim+exponential)
}

// sample chooses the tokens at which heads of earlier layers are ablated alone: all or, if that is too much work, some at random.
func (a *ablation) sample() {
	c := a.r.Config
	if c.Layers < 2 {
		return
	}
	var all []tokenAt
	for i, losses := range a.plain {
		for position := range losses {
			all = append(all, tokenAt{i, position})
		}
	}
	random.New(a.r.Settings.Seed, "tokens ablated alone").Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	work := ablationWork / workPerToken(a.r) / float64((c.Layers-1)*c.Heads)
	for i, t := range all {
		if work -= float64(len(a.plain[t.sequence])); work < 0 && i >= leastCosts {
			all = all[:i]
			break
		}
	}
	a.sampled = all
}

// losses computes sequences with edits and calls visit with the number n of each in the list, and the loss of each of its
// predictions. The losses are valid during the call.
func (a *ablation) losses(sequences []int, edit func(n int) run.Edit, visit func(n, sequence int, losses []float64)) error {
	var interventions []intervention
	var losses []float64
	for n, i := range sequences {
		s := a.sequences[i]
		interventions = append(interventions, intervention{ids: s[:len(s)-1], edit: edit(n), read: func(out run.ForwardResult) {
			losses = losses[:0]
			for position, target := range s[1:] {
				losses = append(losses, a.loss(out.Logits(position), target))
			}
			visit(n, i, losses)
		}})
	}
	return forward(a.r, interventions)
}

// loss returns the loss of a prediction, -ln softmax(logits)[target].
func (a *ablation) loss(logits []float32, target int) float64 {
	var loss, top [1]float32
	kernel.CrossEntropy(loss[:], top[:], a.row, logits, []int{target}, len(logits))
	return float64(loss[0])
}

// head measures the ablation of one head.
func (a *ablation) head(layer, head int) (headAblation, error) {
	var h headAblation
	count := len(a.sequences)
	rises, tokens := make([]float64, count), make([]float64, count)
	for i, losses := range a.plain {
		h.costs = append(h.costs, make([]float64, len(losses)))
		tokens[i] = float64(len(losses))
	}
	last := layer == a.r.Config.Layers-1
	ablate := a.outputs.Means.ablate(layer, head)
	err := a.losses(everySequence(count), func(int) run.Edit { return ablate }, func(_, i int, losses []float64) {
		for position, loss := range losses {
			rise := loss - a.plain[i][position]
			rises[i] += rise
			// In the last layer z of a token has an effect on the prediction from this token alone.
			h.costs[i][position] = math.NaN()
			if last {
				h.costs[i][position] = rise
			}
		}
	})
	if err != nil {
		return h, err
	}
	h.mean = perToken(rises, tokens)
	clear(rises)
	var again []int // each sequence for each draw
	for range resampleDraws {
		again = append(again, everySequence(count)...)
	}
	err = a.losses(again, func(n int) run.Edit { return a.outputs.resample(layer, head, n) }, func(_, i int, losses []float64) {
		for position, loss := range losses {
			rises[i] += (loss - a.plain[i][position]) / resampleDraws
		}
	})
	if err != nil {
		return h, err
	}
	h.resample = perToken(rises, tokens)
	if last {
		return h, nil
	}
	var at []int
	for _, t := range a.sampled {
		at = append(at, t.sequence)
	}
	err = a.losses(at, func(n int) run.Edit { return a.outputs.Means.ablateAt(layer, head, a.sampled[n].position) },
		func(n, i int, losses []float64) {
			cost := 0.0
			position := a.sampled[n].position
			for p := position; p < len(losses); p++ {
				cost += losses[p] - a.plain[i][p]
			}
			h.costs[i][position] = cost
		})
	return h, err
}

// perToken returns the sum of d over the sum of n, and its standard error over the groups (a ratio of means, Cochran 1977,
// chapter 6): with e_i = d_i - n_i mean, sqrt(g/(g-1) sum e_i^2) / sum n. It is not known of a single group.
func perToken(d, n []float64) (s spread) {
	total := 0.0
	for i := range d {
		s.mean += d[i]
		total += n[i]
	}
	s.mean /= total
	groups := float64(len(d))
	if groups < 2 {
		return s
	}
	squares := 0.0
	for i := range d {
		e := d[i] - n[i]*s.mean
		squares += e * e
	}
	s.standardError = new(math.Sqrt(groups/(groups-1)*squares) / total)
	return s
}

// everySequence returns the indices below n.
func everySequence(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
