package train

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"attend/internal/kernel"
	"attend/internal/param"
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
	update    func(Config, Update)
	moments   []*param.Set // of the optimizer
	gradients [][]float32  // of the whole batch, one for each parameter
	chunks    []chunk
	step      int // updates made so far

	ids, targets []int // the whole batch [batch*seq]

	next     Step // the next update, of which loss and gradients are there
	prepared bool // next and the gradients are those of the present weights
}

// New prepares a training that starts at step 0. Builder's graphs must read the given weights.
func New(c Config, build Builder, weights *param.Set, source Source) (*Trainer, error) {
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

// DivergedError says that a number of the training is no longer finite.
type DivergedError struct {
	Step     int    // the updates made before it was found
	Found    string // what is not finite, such as "the loss is NaN"
	Clipping bool   // gradients are clipped already
}

// Error says what was found, at which step, and what to try.
func (e *DivergedError) Error() string {
	advice := "train again with a lower --lr or with --clip 1"
	if e.Clipping {
		advice = "train again with a lower --lr or a longer --warmup"
	}
	return fmt.Sprintf("the training diverged, at step %d %s: %s", e.Step, e.Found, advice)
}

// Diverged returns the error of a training that has come to the present step and in which something,
// such as "a weight is +Inf", is no longer finite.
func (t *Trainer) Diverged(found string) *DivergedError {
	return &DivergedError{Step: t.step, Found: found, Clipping: t.config.Clip > 0}
}

// Step makes one update. After an error nothing has changed; it is a [DivergedError] where the loss or the
// gradient is not finite.
func (t *Trainer) Step() (Step, error) {
	if err := t.ComputeGradients(); err != nil {
		return t.next, err
	}
	scale := float32(1)
	if clip := t.config.Clip; clip > 0 {
		// PyTorch's clip_grad_norm_, with its guard against a norm of 0.
		scale = float32(min(1, clip/(t.next.GradientNorm+1e-6)))
	}
	t.updateWeights(scale)
	t.step++
	t.prepared = false
	return t.next, nil
}

// ComputeGradients returns a [DivergedError] unless the next update has a finite loss and a finite gradient with the
// present weights. It computes both; the next Step uses them, so that a check in the middle of a training costs
// nothing. Weights that were changed from outside since the last check or step are not seen: see [Trainer.SetStep].
func (t *Trainer) ComputeGradients() error {
	if !t.prepared {
		if err := t.prepare(); err != nil {
			return err
		}
	}
	if n := t.next; !isFinite(n.Loss) || !isFinite(n.GradientNorm) {
		return t.Diverged(fmt.Sprintf("the loss is %g and the gradient norm %g on the next batch", n.Loss, n.GradientNorm))
	}
	return nil
}

// prepare computes loss and gradients of the next update.
func (t *Trainer) prepare() error {
	t.source.Fill(t.step, t.ids, t.targets)
	count := 0
	for _, target := range t.targets {
		if target >= 0 {
			count++
		}
	}
	if count == 0 {
		return fmt.Errorf("the batch of step %d predicts nothing", t.step+1)
	}
	if err := t.runReplicas(1 / float32(count)); err != nil {
		return err
	}
	t.next = Step{Step: t.step + 1, LearningRate: t.config.Rate(t.step), Tokens: count}
	for _, r := range t.replicas {
		t.next.Loss += r.lossValue()
	}
	t.next.GradientNorm = t.sumGradients()
	t.prepared = true
	return nil
}

// isFinite reports whether x is neither NaN nor infinite.
func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// runReplicas runs every replica on its part of the batch.
func (t *Trainer) runReplicas(weight float32) error {
	errs := make([]error, len(t.replicas))
	for _, r := range t.replicas {
		r.load(t.ids, t.targets, t.step, weight)
	}
	inParallel(len(t.replicas), func(i int) { errs[i] = t.replicas[i].run() })
	return cmp.Or(errs...)
}

// sumGradients adds up the replicas' gradients in their order and returns the global norm.
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

// updateWeights changes all weights by their gradients times scale. Only matrices decay.
func (t *Trainer) updateWeights(scale float32) {
	rate := float32(t.config.Rate(t.step))
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

// Callbacks are called by Run between updates, in this order. Nil ones are skipped.
type Callbacks struct {
	Stepped  func(Step)       // after every update
	Evaluate func(Step) error // every EvaluateEvery updates and after the last
	Save     func(Step) error // every SaveEvery updates and after the last

	EvaluateEvery, SaveEvery int
}

// Run makes updates until Steps is reached or the context ends. It then finishes the
// update, saves, and returns the context's error; the trainer can go on from there.
func (t *Trainer) Run(ctx context.Context, c Callbacks) error {
	for t.step < t.config.Steps {
		s, err := t.Step()
		if err != nil {
			return err
		}
		if c.Stepped != nil {
			c.Stepped(s)
		}
		last := t.step == t.config.Steps
		stopped := ctx.Err() != nil
		if c.Evaluate != nil && (last || due(t.step, c.EvaluateEvery)) {
			if err := c.Evaluate(s); err != nil {
				return err
			}
		}
		if c.Save != nil && (last || stopped || due(t.step, c.SaveEvery)) {
			if err := c.Save(s); err != nil {
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

// Moments returns the moments of the optimizer by name: what a training needs to go on besides the weights and the updates
// made. The sets are the trainer's own, not copies.
func (t *Trainer) Moments() map[string]*param.Set {
	moments := map[string]*param.Set{}
	for i, name := range t.config.MomentNames() {
		moments[name] = t.moments[i]
	}
	return moments
}

// SetStep makes the trainer go on after the given number of updates, with the weights as they are now. The caller
// has filled them and the sets of [Trainer.Moments].
func (t *Trainer) SetStep(step int) { t.step, t.prepared = step, false }

// Close frees what the machines hold.
func (t *Trainer) Close() error {
	errs := make([]error, len(t.replicas))
	for i, r := range t.replicas {
		errs[i] = r.machine.Close()
	}
	return errors.Join(errs...)
}
