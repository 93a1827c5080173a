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

// Option says how a run is opened or trained.
type Option func(*options)

type options struct {
	bound    func() memory.Bound
	building func(Building) error
}

func newOptions(list []Option) options {
	o := options{bound: sync.OnceValue(memory.Find)}
	for _, set := range list {
		set(&o)
	}
	return o
}

// MaxMemory sets how many bytes of memory the process may take, in place of what is available. 0 sets nothing.
func MaxMemory(bytes float64) Option {
	return func(o *options) {
		if bytes > 0 {
			o.bound = func() memory.Bound { return memory.Bound{Bytes: bytes, Source: "set by --max-memory"} }
		}
	}
}

// MemoryOf sets the memory that a run which is open may take.
func MemoryOf(r *Run) Option { return func(o *options) { o.bound = r.options.bound } }

// Building is what is reported before each graph of a training is built.
type Building struct {
	Graph, Graphs int     // this one, from 1, and all
	Seconds       float64 // that all of them take, about
}

// OnBuild sets what is called before each graph of a training is built. An error ends the building.
func OnBuild(report func(Building) error) Option {
	return func(o *options) { o.building = report }
}

// footprint is the memory in bytes that something takes.
type footprint struct {
	touched  float64 // what is read or written
	reserved float64 // all
}

// only returns the size of what is touched as a whole.
func only(n float64) footprint { return footprint{n, n} }

// collectorShare is how much garbage there is beside the memory that is reserved when a training ends. It is collected
// at a tenth, which long trainings reach and short ones do not.
const collectorShare = 0.05

// arenaBytes is the unit in which Go's allocator takes memory from the system. What is reserved across memory that was
// in use before is touched all the same, as it is zeroed: in some of one unit.
const arenaBytes = 64 << 20

// peak returns the memory that the process has taken at most, once it allocated so much more.
func (b footprint) peak(now float64) float64 {
	return now + b.touched + collectorShare*b.reserved + min(b.reserved-b.touched, arenaBytes)/4
}

// checkNeed returns an error if so much more memory is beyond the bound. What says what takes it, and advice what to do
// then.
func (r *Run) checkNeed(what string, more footprint, advice string) error {
	if r.options.bound == nil { // a run that was not opened
		r.options = newOptions(nil)
	}
	bound := r.options.bound()
	peak := more.peak(memory.Taken())
	if peak > bound.Bytes {
		peak = max(memory.Taken(), more.peak(memory.Kept()))
	}
	if peak <= bound.Bytes {
		// What is reserved and not touched takes no memory, but a system that has not as much does not give it.
		peak = more.reserved
	}
	if peak <= bound.Bytes {
		return nil
	}
	return fmt.Errorf("%s needs about %s of memory and the limit is %s, %s: %s",
		what, printable.Size(peak), printable.Size(bound.Bytes), bound.Source, advice)
}

// advice is for a run that exists, and needs more memory than there is.
func (r *Run) advice() string {
	c := r.Config
	return fmt.Sprintf("it has %d layers, dim %d and context %d; end other programs, raise --max-memory, or train a smaller run",
		c.Layers, c.Dim, c.Context)
}

// CheckSession returns an error if a graph for reading so many sentences at once needs more memory than there is.
func (r *Run) CheckSession(batch, seq int) error {
	n := r.Config.GraphBytes(layers.Options{Batch: batch, Seq: seq}, false, layers.Full(seq)) + r.Config.ScratchBytes(seq)
	return r.checkNeed("reading with this run", only(n), r.advice())
}

// checkOpening returns an error if a run with so many numbers in its file is too large to be read: its memory, or the
// time that building its graph takes.
func (r *Run) checkOpening(numbers float64) error {
	if err := checkBuilding(r.Config.BuildSeconds(false), r.advice()); err != nil {
		return err
	}
	const fileAndDecoded = 2 // copies of the numbers while they are read
	return r.checkNeed("opening this run", only(fileAndDecoded*4*numbers+r.Config.WeightBytes()), r.advice())
}

// mostBuilding is how many seconds the graphs of a command may take to be built, about.
const mostBuilding = 60

func checkBuilding(seconds float64, advice string) error {
	if seconds <= mostBuilding {
		return nil
	}
	duration := fmt.Sprintf("%.0f seconds", seconds)
	if seconds >= 120 {
		duration = fmt.Sprintf("%.0f minutes", seconds/60)
	}
	return fmt.Errorf("building the graphs would take about %s and the most is %d seconds: %s", duration, mostBuilding, advice)
}

// checkTraining returns an error if the training needs more memory than there is, or too much time before its first
// step. Nothing of that size has been allocated yet, but for the weights of a run that is resumed.
func (r *Run) checkTraining(corpus *data.Corpus) error {
	advice := "lower --layers"
	if r.Weights != nil {
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
	// Some batch is longer than the mean of all, the more so the fewer sentences it has.
	text.Mean += (text.Longest - text.Mean) / math.Sqrt(float64(r.Settings.Batch))
	sample, err := r.Encode(r.Settings.Sample)
	if err != nil {
		return fmt.Errorf("the sample sentence: %w", err)
	}
	need := footprint{r.trainingBytes(corpus, text, layers.Full(len(sample.IDs))), r.trainingBytes(corpus, all, all)}
	if r.Weights == nil {
		advice = "lower --dim, --hidden or --layers"
		if fixed := r.trainingBytes(corpus, layers.Full(0), layers.Full(0)); need.touched > 2*fixed || need.reserved > 10*fixed {
			advice = "lower --batch, --context, --dim or --layers"
		}
		advice += ", or raise --max-memory"
	}
	return r.checkNeed("this training", need, advice)
}

// trainingBytes returns what a training on sentences of some lengths, and its sample sentence, take beside what is there already,
// and what is made to judge the model at its end.
func (r *Run) trainingBytes(corpus *data.Corpus, l, sample layers.Lengths) float64 {
	c, seq := r.Config, r.Config.Context
	longest := layers.Lengths{Mean: l.Longest, Longest: l.Longest}
	reader := func(batch int, l layers.Lengths) float64 {
		return c.GraphBytes(layers.Options{Batch: batch, Seq: seq}, false, l)
	}

	n := r.Settings.Training().Bytes(c, l)
	n += train.EvaluatorBytes(c, r.trainingEvaluationBatch(), seq, longest) + reader(1, sample)
	if r.Weights == nil {
		n += c.WeightBytes()
	}
	// While the model is written: query, key and value side by side, a table of positions, one tensor as bytes.
	dim := float64(c.Dim)
	n += 4 * (3*float64(c.Layers)*(dim*dim+dim) + max(float64(c.Vocab)*dim, dim*float64(c.Hidden), 3*dim*dim))
	if c.Positions != embed.Learned {
		n += 4 * dim * float64(seq)
	}
	// At the end: the evaluation, with rules of the model before training, and the map.
	n += train.EvaluatorBytes(c, r.EvaluationBatch(), seq, longest) + reader(1, sample)
	if corpus.Grammar != nil {
		n += c.WeightBytes() + reader(r.EvaluationBatch(), longest)
	}
	return n
}

// buildSeconds returns about how long the graphs of a training take to be built.
func (r *Run) buildSeconds() float64 {
	return float64(r.Settings.Training().Replicas())*r.Config.BuildSeconds(true) + 2*r.Config.BuildSeconds(false)
}

// reportingBuilder returns [Run.build], which reports each graph of a training before it is built.
func (r *Run) reportingBuilder() train.Builder {
	b := Building{Graphs: r.Settings.Training().Replicas() + 1, Seconds: r.buildSeconds()}
	return func(o layers.Options) (*layers.Transformer, error) {
		b.Graph++
		if r.options.building != nil {
			if err := r.options.building(b); err != nil {
				return nil, err
			}
		}
		return r.build(o)
	}
}

// evaluationRows is how many tokens are judged at once, where several sentences can be: enough for whole
// tiles of a product, and few, since all that a graph computes stays in memory.
const evaluationRows = 256

// EvaluationBatch returns how many sentences of the run's context are judged at once.
func (r *Run) EvaluationBatch() int { return max(1, evaluationRows/r.Config.Context) }

// trainingEvaluationBatch is that of the evaluations during training, which need no more than a step.
func (r *Run) trainingEvaluationBatch() int { return min(r.Settings.Batch, r.EvaluationBatch()) }

// NewEvaluator prepares the graph that judges the run, in batches of EvaluationBatch sentences.
func (r *Run) NewEvaluator() (*train.Evaluator, error) {
	batch := r.EvaluationBatch()
	need := train.EvaluatorBytes(r.Config, batch, r.Config.Context, layers.Full(r.Config.Context))
	if err := r.checkNeed("evaluating this run", only(need), r.advice()); err != nil {
		return nil, err
	}
	return train.NewEvaluator(r.build, batch, r.Config.Context)
}
