package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"attend/internal/kernel"
	"attend/internal/param"
)

// BatchSource provides the batch of each step. The batch must depend on the step alone, so that a resumed training has the same
// batches as one that was not interrupted.
type BatchSource interface {
	// Fill writes ids and targets [batch*seq]. A negative target means that nothing is predicted there.
	Fill(step int, ids, targets []int)
}

// Trainer updates the weights of a model step by step.
type Trainer struct {
	config    Config
	weights   *param.Set
	source    BatchSource
	replicas  []*replica
	update    func(Config, Update)
	moments   []*param.Set // of the optimizer
	gradients [][]float32  // of the whole batch, by parameter
	chunks    []chunk
	step      int     // number of updates so far
	factor    float64 // of the learning rate, see SetRateFactor; 0: 1

	ids, targets []int // the whole batch [batch*seq]

	next     Step // of the next update
	computed bool // next and gradients are those of the present weights
}

// New returns a trainer at step 0. The graphs of build must read the given weights. Call [Trainer.Close] at the end.
func New(c Config, build Builder, weights *param.Set, source BatchSource) (*Trainer, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	t := &Trainer{
		config: c, weights: weights, source: source, update: c.optimizer().Update, moments: newMoments(c, weights),
		ids: make([]int, c.Batch*c.Seq), targets: make([]int, c.Batch*c.Seq),
	}
	for _, o := range c.graphs() {
		r, err := newReplica(build, o, true)
		if err != nil {
			return nil, errors.Join(err, t.Close())
		}
		t.replicas = append(t.replicas, r)
	}
	t.gradients = t.replicas[0].gradients
	if len(t.replicas) > 1 {
		t.gradients = nil
		for _, p := range weights.All() {
			t.gradients = append(t.gradients, make([]float32, len(p.Data)))
		}
	}
	t.chunks = chunksOf(weights)
	return t, nil
}

// A batch of firstSplit tokens or more is split in two, and further while every part has at least replicaTokens tokens. More parts
// need more time to add their gradients.
const (
	firstSplit    = 256
	replicaTokens = 256
	maxReplicas   = 8
)

// split returns the number of sentences of each replica. The number of replicas is a power of two, so that 2, 4 or 8 cores are
// used evenly. It depends only on the shape of the batch, so that sums of gradients have the same rounding on any number of
// cores.
func split(batch, seq int) []int {
	parts := 1
	for 2*parts <= min(batch, maxReplicas) {
		tokens := batch * seq / (2 * parts)
		if tokens < replicaTokens && (parts > 1 || batch*seq < firstSplit) {
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

// Step describes one update.
type Step struct {
	Step         int     // number of updates so far, this one included
	Loss         float64 // of the batch before the update, nats per token
	GradientNorm float64 // global, before clipping
	LearningRate float64
	Tokens       int // predicted tokens in the batch
}

// DivergedError reports a number of the training that is not finite.
type DivergedError struct {
	Step  int      // number of updates before it was found
	Found string   // what is not finite, such as "the loss is NaN"
	Flags []string // of a training that is less likely to diverge
}

// Error returns what was found, at which step, and what to try.
func (e *DivergedError) Error() string {
	return fmt.Sprintf("training diverged at step %d: %s: train again with a lower --lr: %s",
		e.Step, e.Found, strings.Join(e.Flags, " "))
}

// Diverged returns the error for a number that is not finite at the present step. found describes it, such as "a weight is +Inf".
func (t *Trainer) Diverged(found string) *DivergedError {
	return &DivergedError{Step: t.step, Found: found, Flags: t.config.StablerFlags()}
}

// Step makes one update. It returns a [DivergedError] if the loss or the gradient is not finite. After an error the weights are
// unchanged.
func (t *Trainer) Step() (Step, error) {
	if err := t.ComputeGradients(); err != nil {
		return t.next, err
	}
	scale := float32(1)
	if clip := t.config.Clip; clip > 0 {
		// PyTorch's clip_grad_norm_, with its guard against a norm of 0.
		scale = float32(min(1, clip/(t.next.GradientNorm+1e-6)))
	}
	t.next.LearningRate = t.rate() // which may have changed since the gradients were computed
	t.updateWeights(scale)
	t.step++
	t.computed = false
	return t.next, nil
}

// ComputeGradients computes the loss and the gradients of the next update. It returns a [DivergedError] if the loss or the global
// gradient norm is not finite. The next [Trainer.Step] uses the result, and a second call does not compute it again. If other
// code has changed the weights since, call [Trainer.SetStep] first.
func (t *Trainer) ComputeGradients() error {
	if !t.computed {
		if err := t.forwardBackward(); err != nil {
			return err
		}
	}
	if n := t.next; !isFinite(n.Loss) || !isFinite(n.GradientNorm) {
		return t.Diverged(fmt.Sprintf("the loss is %g and the gradient norm %g on the next batch", n.Loss, n.GradientNorm))
	}
	return nil
}

// forwardBackward computes loss and gradients of the next update.
func (t *Trainer) forwardBackward() error {
	t.source.Fill(t.step, t.ids, t.targets)
	count := 0
	for _, target := range t.targets {
		if target >= 0 {
			count++
		}
	}
	if count == 0 {
		return fmt.Errorf("the batch of step %d predicts nothing: it has no targets", t.step+1)
	}
	if err := t.runReplicas(1 / float32(count)); err != nil {
		return err
	}
	t.next = Step{Step: t.step + 1, LearningRate: t.rate(), Tokens: count}
	for _, r := range t.replicas {
		t.next.Loss += r.lossValue()
	}
	t.next.GradientNorm = t.sumGradients()
	t.computed = true
	return nil
}

// isFinite reports whether x is neither NaN nor infinite.
func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// runReplicas runs every replica on its part of the batch.
func (t *Trainer) runReplicas(scale float32) error {
	errs := make([]error, len(t.replicas))
	for _, r := range t.replicas {
		r.load(t.ids, t.targets, t.step, scale)
	}
	inParallel(len(t.replicas), func(i int) { errs[i] = t.replicas[i].run() })
	return cmp.Or(errs...)
}

// sumGradients adds the gradients of the replicas, in order, and returns the global norm.
func (t *Trainer) sumGradients() float64 {
	inParallel(len(t.chunks), func(i int) {
		t.chunks[i].squares = 0
		for _, r := range t.chunks[i].ranges {
			sum := t.replicas[0].gradients[r.param][r.from:r.to]
			for _, other := range t.replicas[1:] {
				kernel.Add(t.gradients[r.param][r.from:r.to], sum, other.gradients[r.param][r.from:r.to])
				sum = t.gradients[r.param][r.from:r.to]
			}
			t.chunks[i].squares += kernel.SumSquares(sum)
		}
	})
	var squares float64
	for _, c := range t.chunks {
		squares += c.squares
	}
	return math.Sqrt(squares)
}

// rate returns the learning rate of the next update.
func (t *Trainer) rate() float64 { return cmp.Or(t.factor, 1) * t.config.Rate(t.step) }

// SetRateFactor multiplies the learning rate of all later updates, that of [Config.Rate], by a factor, at first 1. The factor is not
// part of the settings: a training with another factor than 1 is not repeated by its settings.
func (t *Trainer) SetRateFactor(factor float64) error {
	if !(factor > 0) || math.IsInf(factor, 0) {
		return fmt.Errorf("the factor of the learning rate must be above 0, not %g", factor)
	}
	t.factor = factor
	return nil
}

// SetSteps changes the number of updates of the whole training, which the learning rate of later updates follows. It returns an
// error if the other settings do not allow that number, or if more updates have been made.
func (t *Trainer) SetSteps(steps int) error {
	c := t.config
	c.Steps = steps
	if err := c.Validate(); err != nil {
		return err
	}
	if steps < t.step {
		return fmt.Errorf("%d steps have been made already: %d is too few", t.step, steps)
	}
	t.config = c
	return nil
}

// updateWeights updates all weights with their gradients times scale. Weight decay acts on matrices only.
func (t *Trainer) updateWeights(scale float32) {
	rate := float32(t.rate())
	inParallel(len(t.chunks), func(i int) {
		moments := make([][]float32, len(t.moments))
		for _, r := range t.chunks[i].ranges {
			p := t.weights.All()[r.param]
			for k, set := range t.moments {
				moments[k] = set.All()[r.param].Data[r.from:r.to]
			}
			u := Update{p.Data[r.from:r.to], t.gradients[r.param][r.from:r.to], moments, t.step + 1, rate, 0, scale}
			if p.IsMatrix() {
				u.WeightDecay = float32(t.config.WeightDecay)
			}
			t.update(t.config, u)
		}
	})
}

// Callbacks are called by [Trainer.Run] after an update, in this order. Nil ones are skipped.
type Callbacks struct {
	Stepped  func(Step)       // after every update
	Evaluate func(Step) error // after the updates of EvaluateAt and after the last
	Done     func() bool      // reports whether the training ends before Config.Steps
	Pause    func() bool      // reports whether Run returns before the training has ended, without an error and without saving
	Save     func(Step) error // every SaveEvery updates, after the last, and when the training or the context ends

	EvaluateAt func(step int) bool
	SaveEvery  int
}

// Run makes updates until Config.Steps is reached, until Done or Pause, or until the context ends. If the context ends, Run finishes
// the update, saves, and returns [context.Cause]. The trainer can continue from there.
func (t *Trainer) Run(ctx context.Context, c Callbacks) error {
	done := func() bool { return t.step == t.config.Steps || c.Done != nil && c.Done() }
	for !done() {
		s, err := t.Step()
		if err != nil {
			return err
		}
		if c.Stepped != nil {
			c.Stepped(s)
		}
		if c.Evaluate != nil && (t.step == t.config.Steps || c.EvaluateAt != nil && c.EvaluateAt(t.step)) {
			if err := c.Evaluate(s); err != nil {
				return err
			}
		}
		ended, stopped := done(), ctx.Err() != nil
		if c.Save != nil && (ended || stopped || c.SaveEvery > 0 && t.step%c.SaveEvery == 0) {
			if err := c.Save(s); err != nil {
				return err
			}
		}
		if stopped && !ended {
			return context.Cause(ctx)
		}
		if !ended && c.Pause != nil && c.Pause() {
			return nil
		}
	}
	return nil
}

// Moments returns the moments of the optimizer by name. With the weights and the number of updates they are the whole state of a
// training. The sets are not copies.
func (t *Trainer) Moments() map[string]*param.Set {
	moments := map[string]*param.Set{}
	for i, name := range t.config.MomentNames() {
		moments[name] = t.moments[i]
	}
	return moments
}

// SetStep sets the number of updates so far. To resume a training, the caller first fills the weights and the sets of
// [Trainer.Moments].
func (t *Trainer) SetStep(step int) { t.step, t.computed = step, false }

// Close frees the memory of the graphs.
func (t *Trainer) Close() error {
	errs := make([]error, len(t.replicas))
	for i, r := range t.replicas {
		errs[i] = r.machine.Close()
	}
	return errors.Join(errs...)
}
