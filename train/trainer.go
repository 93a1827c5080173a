package train

import (
	"context"
	"fmt"
	"math"

	"attend/internal/kernel"
	"attend/internal/param"
	"attend/layers"
)

// Source yields the batch of a step: ids and targets [batch*seq], a negative target
// where nothing is to be predicted. It must be a function of the step alone, so that
// a resumed training sees what an uninterrupted one would have seen.
type Source interface {
	Fill(step int, ids, targets []int)
}

// Trainer changes weights step by step.
type Trainer struct {
	config    Config
	weights   *param.Set
	source    Source
	replicas  []*replica
	optimizer *optimizer
	gradients [][]float32 // of the whole batch, one for each parameter
	shares    []shareOfNumbers
	step      int // updates made so far

	ids, targets []int // the whole batch [batch*seq]
}

// New prepares a training that starts at step 0. Builder's graphs must read the given weights.
func New(c Config, build Builder, weights *param.Set, source Source) (*Trainer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	t := &Trainer{
		config: c, weights: weights, source: source, optimizer: newOptimizer(c, weights),
		ids: make([]int, c.Batch*c.Seq), targets: make([]int, c.Batch*c.Seq),
	}
	first := 0
	for _, size := range split(c.Batch, c.Seq) {
		r, err := newReplica(build, layers.Options{Batch: size, Seq: c.Seq, Training: true, Seed: c.Seed, FirstSentence: first}, true)
		if err != nil {
			return nil, err
		}
		t.replicas = append(t.replicas, r)
		first += size
	}
	t.gradients = t.replicas[0].gradients
	if len(t.replicas) > 1 {
		t.gradients = nil
		for _, p := range weights.All() {
			t.gradients = append(t.gradients, make([]float32, len(p.Data)))
		}
	}
	t.shares = share(weights)
	return t, nil
}

// A batch is split in two from firstSplit rows on, and further as long as every part keeps
// replicaRows: each part more is a set of gradients more to be added.
const (
	firstSplit  = 256
	replicaRows = 256
	maxReplicas = 8
)

// split divides a batch over replicas: as many as a power of two, so that two, four
// or eight cores share them evenly. It depends on the shape alone, never on the
// machine, so that sums of gradients round alike on any number of cores.
func split(batch, seq int) []int {
	parts := 1
	for 2*parts <= min(batch, maxReplicas) {
		rows := batch * seq / (2 * parts)
		if rows < replicaRows && (parts > 1 || batch*seq < firstSplit) {
			break
		}
		parts *= 2
	}
	sizes := make([]int, parts)
	for i := range sizes {
		sizes[i] = (i+1)*batch/parts - i*batch/parts
	}
	return sizes
}

// Step is what one update reports.
type Step struct {
	Step         int     // updates made so far, this one included
	Loss         float64 // of the batch before the update, nats per token
	GradientNorm float64 // of all gradients together, before clipping
	LearningRate float64
	Tokens       int // predicted tokens in the batch
}

// DivergedError says that the loss or the gradient stopped being finite. The weights are
// those of the step before.
type DivergedError struct {
	Step         int // the update that was not made, counted from 1
	Loss         float64
	GradientNorm float64
}

// Error names the step and what to try.
func (e *DivergedError) Error() string {
	return fmt.Sprintf("at step %d the loss is %g and the gradient's norm %g, no longer finite: try a lower learning rate, a longer warm-up or a smaller clip",
		e.Step, e.Loss, e.GradientNorm)
}

// Step makes one update. After a [DivergedError] nothing has changed.
func (t *Trainer) Step() (Step, error) {
	t.source.Fill(t.step, t.ids, t.targets)
	count := 0
	for _, target := range t.targets {
		if target >= 0 {
			count++
		}
	}
	if count == 0 {
		return Step{}, fmt.Errorf("the batch of step %d predicts nothing", t.step+1)
	}
	if err := t.runReplicas(1 / float32(count)); err != nil {
		return Step{}, err
	}
	s := Step{Step: t.step + 1, LearningRate: t.config.Rate(t.step), Tokens: count}
	for _, r := range t.replicas {
		s.Loss += r.lossValue()
	}
	s.GradientNorm = t.sumGradients()
	if math.IsNaN(s.Loss+s.GradientNorm) || math.IsInf(s.Loss+s.GradientNorm, 0) {
		return s, &DivergedError{Step: s.Step, Loss: s.Loss, GradientNorm: s.GradientNorm}
	}
	scale := float32(1)
	if clip := t.config.Clip; clip > 0 {
		// PyTorch's clip_grad_norm_, with its guard against a norm of 0.
		scale = float32(min(1, clip/(s.GradientNorm+1e-6)))
	}
	t.updateWeights(scale)
	t.step++
	return s, nil
}

// runReplicas runs every replica on its part of the batch.
func (t *Trainer) runReplicas(weight float32) error {
	errs := make([]error, len(t.replicas))
	for _, r := range t.replicas {
		r.load(t.ids, t.targets, t.step, weight)
	}
	inParallel(len(t.replicas), func(i int) { errs[i] = t.replicas[i].run() })
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// sumGradients adds up the replicas' gradients in their order and returns the global norm.
func (t *Trainer) sumGradients() float64 {
	inParallel(len(t.shares), func(i int) {
		t.shares[i].squares = 0
		for _, r := range t.shares[i].ranges {
			sum := t.replicas[0].gradients[r.param][r.from:r.to]
			for _, other := range t.replicas[1:] {
				kernel.Add(t.gradients[r.param][r.from:r.to], sum, other.gradients[r.param][r.from:r.to])
				sum = t.gradients[r.param][r.from:r.to]
			}
			t.shares[i].squares += kernel.SumSquares(sum)
		}
	})
	var squares float64
	for _, s := range t.shares {
		squares += s.squares
	}
	return math.Sqrt(squares)
}

// updateWeights changes all weights by their gradients times scale.
func (t *Trainer) updateWeights(scale float32) {
	inParallel(len(t.shares), func(i int) {
		for _, r := range t.shares[i].ranges {
			t.optimizer.update(r.param, r.from, r.to, t.gradients[r.param], t.step, scale)
		}
	})
}

// Hooks are called by Run between updates, in this order. Nil ones are skipped.
type Hooks struct {
	Stepped  func(Step)       // after every update
	Evaluate func(Step) error // every EvaluateEvery updates and after the last
	Save     func(Step) error // every SaveEvery updates and after the last

	EvaluateEvery, SaveEvery int
}

// Run makes updates until Steps is reached or the context ends. It then finishes the
// update, saves, and returns the context's error; the trainer can go on from there.
func (t *Trainer) Run(ctx context.Context, h Hooks) error {
	for t.step < t.config.Steps {
		s, err := t.Step()
		if err != nil {
			return err
		}
		if h.Stepped != nil {
			h.Stepped(s)
		}
		last := t.step == t.config.Steps
		stopped := ctx.Err() != nil
		if h.Evaluate != nil && (last || due(t.step, h.EvaluateEvery)) {
			if err := h.Evaluate(s); err != nil {
				return err
			}
		}
		if h.Save != nil && (last || stopped || due(t.step, h.SaveEvery)) {
			if err := h.Save(s); err != nil {
				return err
			}
		}
		if stopped && !last {
			return context.Cause(ctx)
		}
	}
	return nil
}

func due(step, every int) bool { return every > 0 && step%every == 0 }

// State is what a training needs to go on besides the weights: the updates made and the
// optimizer's moments, by name. The sets are the trainer's own, not copies.
type State struct {
	Step    int
	Moments map[string]*param.Set
}

// State returns the present state, to be saved.
func (t *Trainer) State() State {
	s := State{Step: t.step, Moments: map[string]*param.Set{}}
	for i, name := range t.config.MomentNames() {
		s.Moments[name] = t.optimizer.moments[i]
	}
	return s
}

// SetStep makes the trainer go on after the given number of updates. The caller has
// filled the weights and the sets of [Trainer.State].
func (t *Trainer) SetStep(step int) { t.step = step }

// Close frees what the machines hold.
func (t *Trainer) Close() error {
	for _, r := range t.replicas {
		if err := r.machine.Close(); err != nil {
			return err
		}
	}
	return nil
}
