package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"attend/embed"
	"attend/internal/param"
	"attend/layers"
)

// chain is a source of sentences in which each token follows from the one before, with some
// targets masked.
type chain struct{ vocab, seq int }

func (c chain) Fill(step int, ids, targets []int) {
	r := rand.New(rand.NewPCG(uint64(step), 7))
	for i := range ids {
		if i%c.seq == 0 {
			ids[i] = r.IntN(c.vocab)
		} else {
			ids[i] = (3*ids[i-1] + 1) % c.vocab
		}
		targets[i] = (3*ids[i] + 1) % c.vocab
		if r.IntN(5) == 0 {
			targets[i] = -1
		}
	}
}

func toyModel(t testing.TB, c layers.Config) (*param.Set, Builder) {
	t.Helper()
	weights, err := layers.NewParameters(c, 11)
	if err != nil {
		t.Fatal(err)
	}
	return weights, func(o layers.Options) (*layers.Graph, error) { return layers.New(c, weights, o) }
}

var toyConfig = layers.Config{Vocab: 13, Context: 11, Layers: 2, Heads: 3, Dim: 15, Hidden: 17,
	Positions: embed.Learned, Norm: layers.LayerNormName, Activation: layers.GELU, Init: layers.GPT2Init, Tied: true}

// toyTraining is big enough for several replicas.
var toyTraining = Config{Batch: 37, Seq: 11, Steps: 9, Seed: 5, Optimizer: AdamW, LearningRate: 1e-2, MinRate: 1e-3,
	Warmup: 2, WeightDecay: 0.1, Beta1: 0.9, Beta2: 0.99, Clip: 1}

func toyTrainer(t testing.TB, model layers.Config, c Config) (*Trainer, *param.Set) {
	t.Helper()
	weights, build := toyModel(t, model)
	trainer, err := New(c, build, weights, chain{model.Vocab, c.Seq})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { trainer.Close() })
	return trainer, weights
}

func steps(t testing.TB, trainer *Trainer, n int) (losses []float64) {
	t.Helper()
	for range n {
		s, err := trainer.Step()
		if err != nil {
			t.Fatal(err)
		}
		losses = append(losses, s.Loss)
	}
	return losses
}

func flat(s *param.Set) (x []float32) {
	for _, p := range s.All() {
		x = append(x, p.Data...)
	}
	return x
}

func equalBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

func TestSplitDependsOnTheShapeAlone(t *testing.T) {
	for batch := 1; batch <= 40; batch++ {
		for _, seq := range []int{1, 8, 11, 64, 300} {
			sizes := split(batch, seq)
			sum := 0
			for _, n := range sizes {
				sum += n
				if n < 1 {
					t.Errorf("split(%d, %d) = %v", batch, seq, sizes)
				}
			}
			old := runtime.GOMAXPROCS(1)
			alone := split(batch, seq)
			runtime.GOMAXPROCS(old)
			if sum != batch || len(sizes) > maxReplicas || !slices.Equal(alone, sizes) {
				t.Errorf("split(%d, %d) = %v, on one processor %v", batch, seq, sizes, alone)
			}
		}
	}
	for shape, want := range map[[2]int]int{{37, 11}: 2, {16, 8}: 1, {32, 8}: 2, {64, 64}: 8, {500, 500}: 8, {3, 1000}: 2, {1, 1000}: 1} {
		if n := len(split(shape[0], shape[1])); n != want {
			t.Errorf("%d sentences of %d are split in %d, want %d", shape[0], shape[1], n, want)
		}
	}
}

// How the numbers of all parameters are divided decides how sums round, and must not depend on the processors.
func TestChunksDependOnTheShapeAlone(t *testing.T) {
	var weights param.Set
	weights.Add("large", 3, chunkSize)
	weights.Add("small", 7)
	weights.Add("middle", chunkSize/2)
	chunks := chunksOf(&weights)
	if want := 3 + 1; len(chunks) != want { // the last two fit in one
		t.Errorf("%d chunks, want %d", len(chunks), want)
	}
	next := make([]int, 3)
	for _, s := range chunks {
		for _, r := range s.ranges {
			if r.from != next[r.param] || r.to <= r.from {
				t.Errorf("range %+v follows number %d", r, next[r.param])
			}
			next[r.param] = r.to
		}
	}
	if want := []int{3 * chunkSize, 7, chunkSize / 2}; !slices.Equal(next, want) {
		t.Errorf("%v numbers are in chunks, want %v", next, want)
	}
	for _, processors := range []int{1, 3} {
		old := runtime.GOMAXPROCS(processors)
		again := chunksOf(&weights)
		runtime.GOMAXPROCS(old)
		if !reflect.DeepEqual(again, chunks) {
			t.Errorf("on %d processors %v, want %v", processors, again, chunks)
		}
	}
}

func TestReplicasAddUpToOne(t *testing.T) {
	model := toyConfig
	model.Dropout = 0.1
	trainer, weights := toyTrainer(t, model, toyTraining)
	if len(trainer.replicas) < 2 {
		t.Fatal("one replica")
	}
	_, build := weights, func(o layers.Options) (*layers.Graph, error) { return layers.New(model, weights, o) }
	one, err := newReplica(build, layers.Options{Batch: toyTraining.Batch, Seq: toyTraining.Seq, Training: true, Seed: toyTraining.Seed}, true)
	if err != nil {
		t.Fatal(err)
	}
	defer one.machine.Close()
	chain{model.Vocab, toyTraining.Seq}.Fill(0, trainer.ids, trainer.targets)
	count := countTargets(trainer.targets)
	one.load(trainer.ids, trainer.targets, 0, 1/float32(count))
	if err := one.run(); err != nil {
		t.Fatal(err)
	}
	s, err := trainer.Step()
	if err != nil {
		t.Fatal(err)
	}
	if s.Tokens != count || math.Abs(s.Loss-one.lossValue()) > 1e-5 {
		t.Errorf("loss %g of %d tokens, one replica says %g of %d", s.Loss, s.Tokens, one.lossValue(), count)
	}
	for i, p := range weights.All() {
		within(t, "gradient of "+p.Name, trainer.gradients[i], one.gradients[i], 1e-7, 1e-5)
	}
}

func TestSameSeedSameBitsOnAnyNumberOfProcessors(t *testing.T) {
	model := toyConfig
	model.Dropout = 0.1
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var losses []float64
	var weights []float32
	for run, processors := range []int{1, 2, 2} {
		runtime.GOMAXPROCS(processors)
		trainer, w := toyTrainer(t, model, toyTraining)
		l := steps(t, trainer, 4)
		if run == 0 {
			losses, weights = l, flat(w)
		} else if !slices.Equal(l, losses) || !equalBits(flat(w), weights) {
			t.Errorf("run %d on %d processors: losses %v, first %v", run, processors, l, losses)
		}
	}
	other := toyTraining
	other.Seed++
	trainer, _ := toyTrainer(t, model, other)
	if slices.Equal(steps(t, trainer, 4), losses) {
		t.Error("another seed gives the same dropout")
	}
}

func TestResumingEqualsNeverStopping(t *testing.T) {
	for _, optimizer := range Optimizers.Names() {
		t.Run(string(optimizer), func(t *testing.T) {
			model, c := toyConfig, toyTraining
			model.Dropout, c.Optimizer, c.Momentum = 0.1, optimizer, 0.9
			whole, want := toyTrainer(t, model, c)
			first, half := toyTrainer(t, model, c)
			wantLosses := steps(t, whole, 7)
			gotLosses := steps(t, first, 3)
			second, got := toyTrainer(t, model, c)
			for i, p := range got.All() {
				copy(p.Data, half.All()[i].Data)
			}
			moments := first.Moments()
			for name, set := range second.Moments() {
				for i, p := range set.All() {
					copy(p.Data, moments[name].All()[i].Data)
				}
			}
			second.SetStep(first.step)
			gotLosses = append(gotLosses, steps(t, second, 4)...)
			if first.step != 3 || second.step != 7 || !slices.Equal(gotLosses, wantLosses) || !equalBits(flat(got), flat(want)) {
				t.Errorf("resumed at %d: losses %v, never stopped %v", first.step, gotLosses, wantLosses)
			}
		})
	}
}

func TestDivergenceNamesTheStepAndChangesNothing(t *testing.T) {
	trainer, weights := toyTrainer(t, toyConfig, toyTraining)
	steps(t, trainer, 2)
	weights.All()[3].Data[1] = float32(math.NaN())
	before := flat(weights)
	moment := flat(trainer.Moments()["first"])
	_, err := trainer.Step()
	var diverged *DivergedError
	if !errors.As(err, &diverged) || diverged.Step != 2 {
		t.Fatalf("error %v, want a divergence at step 2", err)
	}
	if !equalBits(flat(weights), before) || !equalBits(flat(trainer.Moments()["first"]), moment) || trainer.step != 2 {
		t.Error("the update that diverged changed something")
	}

	c := toyTraining
	c.Optimizer, c.LearningRate, c.Warmup, c.Clip, c.Steps = SGD, 1e20, 0, 0, 50
	trainer, weights = toyTrainer(t, toyConfig, c)
	for {
		before = flat(weights)
		if _, err = trainer.Step(); err != nil {
			break
		}
		if trainer.step == 50 {
			t.Fatal("a learning rate of 1e20 does not diverge")
		}
	}
	if !errors.As(err, &diverged) || diverged.Step != trainer.step || !equalBits(flat(weights), before) {
		t.Errorf("error %v after %d steps", err, trainer.step)
	}
}

// A check computes what the next step needs, and the step uses it: the weights are those of a training without checks.
func TestComputeGradientsChangesNothing(t *testing.T) {
	model := toyConfig
	model.Dropout = 0.1
	plain, weights := toyTrainer(t, model, toyTraining)
	checked, same := toyTrainer(t, model, toyTraining)
	for range toyTraining.Steps {
		for range 3 {
			if err := checked.ComputeGradients(); err != nil {
				t.Fatal(err)
			}
		}
		want, got := steps(t, plain, 1), steps(t, checked, 1)
		if want[0] != got[0] || !equalBits(flat(weights), flat(same)) {
			t.Fatalf("step %d: loss %g with checks, %g without, or other weights", plain.step, got[0], want[0])
		}
	}
}

// What was prepared is forgotten when the weights are set anew.
func TestSetStepForgetsWhatWasPrepared(t *testing.T) {
	trainer, weights := toyTrainer(t, toyConfig, toyTraining)
	first := flat(weights)
	want := steps(t, trainer, 1)[0]
	if err := trainer.ComputeGradients(); err != nil {
		t.Fatal(err)
	}
	for _, p := range weights.All() {
		copy(p.Data, first)
		first = first[len(p.Data):]
	}
	trainer.SetStep(0)
	if got := steps(t, trainer, 1)[0]; got != want {
		t.Errorf("loss %g after the weights were set back, want %g", got, want)
	}
	weights.All()[0].Data[0] = float32(math.Inf(1))
	trainer.SetStep(1)
	var diverged *DivergedError
	if err := trainer.ComputeGradients(); !errors.As(err, &diverged) || diverged.Step != 1 {
		t.Errorf("error %v with an infinite weight", err)
	}
}

// The advice after a divergence changes only what can be changed: it names no clipping where there is some, and no warm-up where it is
// long.
func TestAdviceFitsTheSettings(t *testing.T) {
	for _, c := range []struct {
		optimizer string
		lr, clip  float64
		warmup    int
		want      string
	}{
		{AdamW, 0.01, 1, 100, "--lr 0.001"}, {AdamW, 3, 0, 100, "--lr 0.006 --clip 1"}, {AdamW, 0.025, 1, 0, "--lr 0.003 --warmup 50"},
		{SGD, 3, 0, 10, "--lr 0.3 --clip 1 --warmup 50"},
	} {
		training := toyTraining
		training.Steps, training.Optimizer, training.LearningRate, training.Clip, training.Warmup = 1000, c.optimizer, c.lr, c.clip, c.warmup
		training.MinRate = 0
		trainer, _ := toyTrainer(t, toyConfig, training)
		text := trainer.Diverged("a weight is NaN").Error()
		if !strings.HasSuffix(text, "a weight is NaN: train again with a lower --lr: "+c.want) {
			t.Errorf("%+v: %q", c, text)
		}
	}
}

// A constructor that fails half-way returns nothing, so that nobody uses or must close it.
func TestFailedConstructorsReturnNothing(t *testing.T) {
	weights, build := toyModel(t, toyConfig)
	failing := errors.New("no more graphs")
	for after := range len(split(toyTraining.Batch, toyTraining.Seq)) {
		made := 0
		broken := func(o layers.Options) (*layers.Graph, error) {
			if made++; made > after {
				return nil, failing
			}
			return build(o)
		}
		if trainer, err := New(toyTraining, broken, weights, chain{13, 11}); trainer != nil || !errors.Is(err, failing) {
			t.Errorf("after %d replicas: %v, %v", after, trainer, err)
		}
	}
	broken := func(layers.Options) (*layers.Graph, error) { return nil, failing }
	if evaluator, err := NewEvaluator(broken, 2, 3); evaluator != nil || !errors.Is(err, failing) {
		t.Errorf("%v, %v", evaluator, err)
	}
}

// A loss that is not finite is an error, never a number.
func TestEvaluatorReportsWhatIsNotFinite(t *testing.T) {
	for _, x := range []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 1e38, math.MaxFloat32} {
		weights, build := toyModel(t, toyConfig)
		for _, p := range weights.All() {
			for i := range p.Data {
				p.Data[i] = x
			}
		}
		e, err := NewEvaluator(build, toyTraining.Batch, toyTraining.Seq)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Evaluate(blocks{chain{13, 11}, 2}, 0)
		var notFinite *layers.NotFiniteError
		if !errors.As(err, &notFinite) || got != (Evaluation{}) {
			t.Errorf("weights of %g: %+v, %v", x, got, err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNothingPredictedIsAnError(t *testing.T) {
	_, build := toyModel(t, toyConfig)
	e, err := NewEvaluator(build, toyTraining.Batch, toyTraining.Seq)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if got, err := e.Evaluate(blocks{chain{13, 11}, 0}, 0); err == nil {
		t.Errorf("%+v of no text", got)
	}
}

func TestOptimizersLearn(t *testing.T) {
	for _, optimizer := range Optimizers.Names() {
		c := toyTraining
		c.Optimizer, c.Steps, c.Momentum = optimizer, 40, 0.9
		if optimizer == SGD {
			c.LearningRate = 0.5
		}
		trainer, _ := toyTrainer(t, toyConfig, c)
		losses := steps(t, trainer, c.Steps)
		if first, last := losses[0], losses[c.Steps-1]; !(last < first-0.5) {
			t.Errorf("%s: loss from %g to %g", optimizer, first, last)
		}
	}
}

func TestOnlyMatricesDecay(t *testing.T) {
	for _, optimizer := range Optimizers.Names() {
		c := toyTraining
		c.Optimizer = optimizer
		var set param.Set
		for _, p := range []*param.Param{set.Add("weight", 3, 5), set.Add("bias", 7)} {
			for i := range p.Data {
				p.Data[i] = float32(i) - 2
			}
		}
		before := flat(&set)
		trainer := &Trainer{config: c, weights: &set, update: c.optimizer().Update, moments: newMoments(c, &set), chunks: chunksOf(&set)}
		for _, p := range set.All() {
			trainer.gradients = append(trainer.gradients, make([]float32, len(p.Data)))
		}
		trainer.updateWeights(1)
		for i, v := range flat(&set) {
			want := float64(before[i])
			if i < 15 {
				want *= 1 - c.Rate(0)*c.WeightDecay
			}
			if math.Abs(float64(v)-want) > 1e-6 {
				t.Errorf("%s: number %d is %g, want %g", optimizer, i, v, want)
			}
		}
	}
}

func TestRunCallsHooksInOrderAndAtIntervals(t *testing.T) {
	c := toyTraining
	c.Steps = 7
	trainer, _ := toyTrainer(t, toyConfig, c)
	var got []string
	note := func(what string) func(Step) error {
		return func(s Step) error { got = append(got, fmt.Sprint(what, s.Step)); return nil }
	}
	err := trainer.Run(context.Background(), Callbacks{
		Stepped: func(s Step) { note("step")(s) }, Evaluate: note("evaluate"), Save: note("save"), EvaluateAt: func(step int) bool { return step%2 == 0 }, SaveEvery: 3})
	want := []string{"step1", "step2", "evaluate2", "step3", "save3", "step4", "evaluate4", "step5", "step6", "evaluate6", "save6", "step7", "evaluate7", "save7"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("error %v, hooks %v, want %v", err, got, want)
	}
	stop := errors.New("full disk")
	trainer, _ = toyTrainer(t, toyConfig, c)
	if err := trainer.Run(context.Background(), Callbacks{Save: func(Step) error { return stop }, SaveEvery: 2}); !errors.Is(err, stop) || trainer.step != 2 {
		t.Errorf("error %v at step %d, want that of Save at 2", err, trainer.step)
	}
}

func TestPausingSavesNothingAndIsNoError(t *testing.T) {
	c := toyTraining
	c.Steps = 5
	trainer, _ := toyTrainer(t, toyConfig, c)
	var saved, paused []int
	run := func() error {
		return trainer.Run(context.Background(), Callbacks{
			Pause: func() bool { paused = append(paused, trainer.step); return trainer.step%2 == 0 },
			Save:  func(s Step) error { saved = append(saved, s.Step); return nil },
		})
	}
	for _, want := range []int{2, 4, 5, 5} {
		if err := run(); err != nil || trainer.step != want {
			t.Errorf("error %v at step %d, want %d", err, trainer.step, want)
		}
	}
	if !slices.Equal(saved, []int{5}) || !slices.Equal(paused, []int{1, 2, 3, 4}) { // the last step is the end, and no pause
		t.Errorf("saved at %v, asked at %v", saved, paused)
	}
}

func TestStepsAndRateChange(t *testing.T) {
	trainer, _ := toyTrainer(t, toyConfig, toyTraining)
	steps(t, trainer, 2)
	for _, n := range []int{1, 0, -1} {
		if err := trainer.SetSteps(n); err == nil || trainer.config.Steps != toyTraining.Steps {
			t.Errorf("%d steps: error %v, and %d are left", n, err, trainer.config.Steps)
		}
	}
	if err := trainer.SetSteps(50); err != nil {
		t.Fatal(err)
	}
	if err := trainer.SetRateFactor(0.5); err != nil {
		t.Fatal(err)
	}
	longer := toyTraining
	longer.Steps = 50
	s, err := trainer.Step()
	if err != nil || s.LearningRate != 0.5*longer.Rate(2) {
		t.Errorf("error %v, rate %g, want %g", err, s.LearningRate, 0.5*longer.Rate(2))
	}
	if err := trainer.SetRateFactor(0); err == nil {
		t.Error("factor 0: no error")
	}
}

func TestCancellingSavesAndReturnsTheContextsError(t *testing.T) {
	trainer, _ := toyTrainer(t, toyConfig, toyTraining)
	ctx, cancel := context.WithCancel(context.Background())
	var saved []int
	err := trainer.Run(ctx, Callbacks{
		Stepped: func(s Step) {
			if s.Step == 2 {
				cancel()
			}
		},
		Save: func(s Step) error { saved = append(saved, s.Step); return nil },
	})
	if !errors.Is(err, context.Canceled) || !slices.Equal(saved, []int{2}) || trainer.step != 2 {
		t.Errorf("error %v, saved at %v, step %d", err, saved, trainer.step)
	}
	if err := trainer.Run(context.Background(), Callbacks{}); err != nil || trainer.step != toyTraining.Steps {
		t.Errorf("going on: error %v at step %d", err, trainer.step)
	}
}

func TestABatchThatPredictsNothingIsAnError(t *testing.T) {
	weights, build := toyModel(t, toyConfig)
	nothing := make([]int, toyTraining.Batch*toyTraining.Seq)
	for i := range nothing {
		nothing[i] = -1
	}
	trainer, err := New(toyTraining, build, weights, repeat{make([]int, len(nothing)), nothing})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.Step(); err == nil || !strings.Contains(err.Error(), "step 1 predicts nothing") || trainer.step != 0 {
		t.Errorf("error %v", err)
	}
}

// blocks hands out the batches of a source.
type blocks struct {
	BatchSource
	n int
}

func (b blocks) Len() int { return b.n }

func TestEvaluatorAgreesWithTheTrainer(t *testing.T) {
	trainer, weights := toyTrainer(t, toyConfig, toyTraining)
	steps(t, trainer, 5)
	dropping := toyConfig
	dropping.Dropout = 0.5 // which an evaluation must not apply
	build := func(o layers.Options) (*layers.Graph, error) { return layers.New(dropping, weights, o) }
	e, err := NewEvaluator(build, toyTraining.Batch, toyTraining.Seq)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	source := chain{toyConfig.Vocab, toyTraining.Seq}
	all := blocks{offset{source, 5}, 3}
	got, err := e.Evaluate(all, 1)
	if err != nil {
		t.Fatal(err)
	}
	// Accuracy by hand, from the logits.
	right := 0
	logits := logitsOf(e.replica)
	for row, target := range e.replica.targets[:e.replica.Sentences.Rows()] {
		best := logits[row*toyConfig.Vocab : (row+1)*toyConfig.Vocab]
		if target >= 0 && best[target] == slices.Max(best) {
			right++
		}
	}
	want := steps(t, trainer, 1)[0]
	tokens := countTargets(trainer.targets)
	if math.Abs(got.Loss-want) > 1e-5 || got.Tokens != tokens || got.Accuracy != float64(right)/float64(tokens) || right == 0 {
		t.Errorf("evaluation %+v, want loss %g, %d of %d right", got, want, right, tokens)
	}
	three, err := e.Evaluate(all, 0)
	if err != nil || three.Tokens <= 2*got.Tokens {
		t.Errorf("all blocks hold %d tokens, one %d, error %v", three.Tokens, got.Tokens, err)
	}
}

// offset is a source that begins later.
type offset struct {
	BatchSource
	first int
}

func (o offset) Fill(step int, ids, targets []int) { o.BatchSource.Fill(step+o.first, ids, targets) }

// A setting has no effect if other optimizers use it and this one does not; a setting that none names is used by all.
func TestUnused(t *testing.T) {
	for _, c := range []struct {
		setting, optimizer string
		want               bool
	}{
		{"momentum", AdamW, true}, {"momentum", SGD, false}, {"beta1", AdamW, false}, {"beta1", SGD, true}, {"beta2", SGD, true},
		{"lr", AdamW, false}, {"lr", SGD, false}, {"beta1", "unknown", false},
	} {
		if got := Unused(c.setting, c.optimizer); got != c.want {
			t.Errorf("%s with %s: %v, want %v", c.setting, c.optimizer, got, c.want)
		}
	}
}
