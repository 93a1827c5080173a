package run

import (
	"fmt"
	"math"
	"sync"

	"attend/data"
	"attend/embed"
	"attend/internal/memory"
	"attend/internal/printable"
	"attend/layers"
	"attend/train"
)

// Option is an option of opening or training a run.
type Option func(*options)

type options struct {
	bound    func() memory.Bound
	last     bool // open the weights of the last step
	building func(Building) error
	film     filmSize
}

func newOptions(list []Option) options {
	o := options{bound: sync.OnceValue(memory.Find), film: filmSize{frames: 1000, bytes: 1e9}}
	for _, set := range list {
		set(&o)
	}
	return o
}

// MaxMemory sets the largest memory of the process in bytes. 0 means the available memory.
func MaxMemory(bytes float64) Option {
	return func(o *options) {
		if bytes > 0 {
			o.bound = func() memory.Bound { return memory.Bound{Bytes: bytes, Source: "set by --max-memory"} }
		}
	}
}

// MemoryOf sets the same limit of memory as for an open run.
func MemoryOf(r *Run) Option { return func(o *options) { o.bound = r.options.bound } }

// AtLast opens the weights of the last step, whichever the run keeps as its model.
func AtLast() Option { return func(o *options) { o.last = true } }

// Building is reported before each graph of a training is built.
type Building struct {
	Graph, Graphs int     // index of this graph, from 1, and number of graphs
	Seconds       float64 // estimate for all graphs
}

// OnBuild sets a function that is called before each graph of a training is built. If it returns an error, the training is not
// started.
func OnBuild(report func(Building) error) Option {
	return func(o *options) { o.building = report }
}

// footprint is an amount of memory in bytes.
type footprint struct {
	touched  float64 // that is read or written
	reserved float64 // that is allocated
}

// only returns the footprint of memory that is touched completely.
func only(n float64) footprint { return footprint{n, n} }

// collectorShare is the garbage at the end of a training as a fraction of the reserved memory. It is collected at a tenth, which
// only long trainings reach.
const collectorShare = 0.05

// arenaBytes is the unit in which Go's allocator requests memory from the system. Reserved memory that was in use before is
// touched too, since it is set to zero: part of one unit.
const arenaBytes = 64 << 20

// peak returns the largest memory of the process after it has allocated the footprint; now is its present memory.
func (b footprint) peak(now float64) float64 {
	return now + b.touched + collectorShare*b.reserved + min(b.reserved-b.touched, arenaBytes)/4
}

// checkNeed returns an error if the process with that additional memory exceeds the limit. what says what needs the memory, and
// advice what the user can do.
func (r *Run) checkNeed(what string, more footprint, advice string) error {
	if r.options.bound == nil { // a run that was not opened with options
		r.options = newOptions(nil)
	}
	bound := r.options.bound()
	peak := more.peak(memory.Taken())
	if peak > bound.Bytes {
		peak = max(memory.Taken(), more.peak(memory.Kept()))
	}
	if peak <= bound.Bytes {
		// Reserved memory that is not touched takes no space, but a system with less memory does not provide it.
		peak = more.reserved
	}
	if peak <= bound.Bytes {
		return nil
	}
	return fmt.Errorf("%s needs about %s of memory and the limit is %s, %s: %s",
		what, printable.Size(peak), printable.Size(bound.Bytes), bound.Source, advice)
}

// advice returns what to do if an existing run needs more memory than is available.
func (r *Run) advice() string {
	c := r.Config
	return fmt.Sprintf("it has %d layers, dim %d and context %d; end other programs, raise --max-memory, or train a smaller run",
		c.Layers, c.Dim, c.Context)
}

// CheckSession returns an error if a session for batches of that shape needs more memory than is available.
func (r *Run) CheckSession(batch, seq int) error {
	return r.CheckSessionWith(SessionOptions{Batch: batch, Seq: seq})
}

// CheckSessionWith is [Run.CheckSession] for a session with options.
func (r *Run) CheckSessionWith(o SessionOptions) error {
	longest := o.Seq
	if o.Base != nil {
		longest = o.Base.seq
	}
	n := r.Config.GraphBytes(o.of(), false, layers.Full(o.Seq)) + r.Config.ScratchBytes(longest)
	return r.checkNeed("reading with this run", only(n), r.advice())
}

// checkOpening returns an error if opening a run needs more memory than is available, or if building its graph takes too long.
// count is the number of float32 values in its file.
func (r *Run) checkOpening(count float64) error {
	if err := checkBuilding(r.Config.BuildSeconds(false), r.advice()); err != nil {
		return err
	}
	const fileAndDecoded = 2 // copies of the values during reading
	return r.checkNeed("opening this run", only(fileAndDecoded*4*count+r.Config.ParameterBytes()), r.advice())
}

// mostBuilding is the largest estimated time in seconds to build the graphs of a command.
const mostBuilding = 60

// checkBuilding returns an error if building takes longer than mostBuilding.
func checkBuilding(seconds float64, advice string) error {
	if seconds <= mostBuilding {
		return nil
	}
	duration := fmt.Sprintf("%.0f seconds", seconds)
	if seconds >= 120 {
		duration = fmt.Sprintf("%.0f minutes", seconds/60)
	}
	return fmt.Errorf("building the graphs would take about %s and the limit is %d seconds: %s", duration, mostBuilding, advice)
}

// checkTraining returns an error if the training needs more memory than is available, or too much time before its first step.
// Only the weights of a resumed run are allocated before.
func (r *Run) checkTraining(corpus *data.Corpus) error {
	advice := "lower --layers"
	if r.Parameters != nil {
		advice = r.advice()
	}
	if err := checkBuilding(r.buildSeconds(), advice); err != nil {
		return err
	}
	seq := r.Config.Context
	all := layers.Full(seq)
	text := all
	text.Longest, text.Mean = corpus.Train.RowLengths(seq)
	heldOut, _ := corpus.HeldOut.RowLengths(seq)
	text.Longest = max(text.Longest, heldOut)
	// The mean length of a batch varies, more so for small batches: this is the largest.
	text.Mean += (text.Longest - text.Mean) / math.Sqrt(float64(r.Settings.Batch))
	sample, err := r.Encode(r.Settings.Sample)
	switch {
	case err != nil:
		return fmt.Errorf("the sample sentence: %w", err)
	case sample.Omitted > 0:
		return fmt.Errorf("the sample sentence has %s more than a context of %d takes: shorten it, or raise --context",
			printable.Count(sample.Omitted, r.Vocabulary.Tokenizer().Noun()), seq)
	}
	need := footprint{r.trainingBytes(corpus, text, layers.Full(len(sample.IDs))), r.trainingBytes(corpus, all, all)}
	if r.Parameters == nil {
		advice = "lower --dim, --hidden or --layers"
		if fixed := r.trainingBytes(corpus, layers.Full(0), layers.Full(0)); need.touched > 2*fixed || need.reserved > 10*fixed {
			advice = "lower --batch, --context, --dim or --layers"
		}
		advice += ", or raise --max-memory"
	}
	return r.checkNeed("this training", need, advice)
}

// trainingBytes returns the additional memory in bytes of a training on sentences of these lengths, with its sample sentence and
// the evaluation at its end.
func (r *Run) trainingBytes(corpus *data.Corpus, l, sample layers.Lengths) float64 {
	c, seq := r.Config, r.Config.Context
	longest := layers.Lengths{Mean: l.Longest, Longest: l.Longest}
	reader := func(batch int, l layers.Lengths) float64 {
		return c.GraphBytes(layers.Options{Batch: batch, Seq: seq}, false, l)
	}

	n := r.Settings.Training().Bytes(c, l)
	n += train.EvaluatorBytes(c, r.trainingEvaluationBatch(), seq, longest) + reader(1, sample)
	if r.Parameters == nil {
		n += c.ParameterBytes()
	}
	if r.Settings.Keep == KeepBest {
		n += c.ParameterBytes()
	}
	// While the model is written: query, key and value in one tensor, a table of positions, one tensor as bytes.
	dim := float64(c.Dim)
	n += 4 * (3*float64(c.Layers)*(dim*dim+dim) + max(float64(c.Vocab)*dim, dim*float64(c.Hidden), 3*dim*dim))
	if c.Positions != embed.Learned {
		n += 4 * dim * float64(seq)
	}
	// At the end: the evaluation, with the rules of the untrained model, and the map.
	n += train.EvaluatorBytes(c, r.EvaluationBatch(), seq, longest) + reader(1, sample)
	if corpus.Grammar != nil {
		n += c.ParameterBytes() + reader(r.EvaluationBatch(), longest)
	}
	return n
}

// buildSeconds estimates the seconds to build the graphs of a training.
func (r *Run) buildSeconds() float64 {
	return float64(r.Settings.Training().Replicas())*r.Config.BuildSeconds(true) + 2*r.Config.BuildSeconds(false)
}

// reportingBuilder returns [Run.build] with a report before each graph of a training.
func (r *Run) reportingBuilder() train.Builder {
	b := Building{Graphs: r.Settings.Training().Replicas() + 1, Seconds: r.buildSeconds()}
	return func(o layers.Options) (*layers.Graph, error) {
		b.Graph++
		if r.options.building != nil {
			if err := r.options.building(b); err != nil {
				return nil, err
			}
		}
		return r.build(o)
	}
}

// Bounds of a batch of an evaluation of more than one sentence.
const (
	evaluationTokens = 256     // enough for efficient matrix products, and few, since a graph keeps all its results in memory
	evaluationLogits = 1 << 21 // 8 MB: with a large vocabulary they are most of the memory
)

// EvaluationBatch returns the number of sentences in a batch of an evaluation.
func (r *Run) EvaluationBatch() int {
	return r.withFewLogits(max(1, evaluationTokens/r.Config.Context))
}

// trainingEvaluationBatch returns the number of sentences in a batch of an evaluation during training, at most that of a step.
func (r *Run) trainingEvaluationBatch() int { return r.withFewLogits(r.sampleUnit()) }

// sampleUnit returns what the number of sentences in a sample of the held-out text is a multiple of.
func (r *Run) sampleUnit() int {
	return min(r.Settings.Batch, max(1, evaluationTokens/r.Config.Context))
}

// withFewLogits returns the largest number of sentences that divides a batch and whose logits are at most evaluationLogits; at
// least 1.
func (r *Run) withFewLogits(batch int) int {
	n := min(batch, max(1, evaluationLogits/(r.Config.Context*r.Config.Vocab)))
	for batch%n != 0 {
		n--
	}
	return n
}

// NewEvaluator builds the graph to evaluate the run, for batches of EvaluationBatch sentences.
func (r *Run) NewEvaluator() (*train.Evaluator, error) {
	batch := r.EvaluationBatch()
	need := train.EvaluatorBytes(r.Config, batch, r.Config.Context, layers.Full(r.Config.Context))
	if err := r.checkNeed("evaluating this run", only(need), r.advice()); err != nil {
		return nil, err
	}
	return train.NewEvaluator(r.build, batch, r.Config.Context)
}
