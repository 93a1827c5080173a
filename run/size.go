package run

import (
	"fmt"
	"math"
	"sync"

	"attend/data"
	"attend/embed"
	"attend/internal/memory"
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

// Building is what is reported before each graph of a training is built.
type Building struct {
	Graph, Graphs int     // this one, from 1, and all
	Seconds       float64 // that all of them take, about
}

// OnBuild sets what is called before each graph of a training is built. An error ends the building.
func OnBuild(report func(Building) error) Option {
	return func(o *options) { o.building = report }
}

// need returns the memory that the process will have taken at its peak, once it allocates so many bytes more.
func need(more float64) float64 {
	return max(memory.Taken(), memory.Kept()+collectorShare*more)
}

// collectorShare is what the garbage collector lets the memory grow to before it runs, as a factor of what is kept.
const collectorShare = 1.1

// checkNeed returns an error if so many bytes more are beyond the bound. What says what takes them, and advice what to
// do then.
func (r *Run) checkNeed(what string, more float64, advice string) error {
	if r.options.bound == nil { // a run that was not opened
		r.options = newOptions(nil)
	}
	bound := r.options.bound()
	if memory.Taken()+collectorShare*more <= bound.Bytes {
		return nil
	}
	if n := need(more); n > bound.Bytes {
		return fmt.Errorf("%s needs about %s of memory and the limit is %s, %s: %s",
			what, memory.Format(n), memory.Format(bound.Bytes), bound.Source, advice)
	}
	return nil
}

// advice is for a run that exists, and needs more memory than there is.
func (r *Run) advice() string {
	c := r.Config
	return fmt.Sprintf("it has %d layers, dim %d and context %d; end other programs, raise --max-memory, or train a smaller run", c.Layers, c.Dim, c.Context)
}

// checkReading returns an error if a graph for reading so many sentences at once needs more memory than there is.
func (r *Run) checkReading(batch, seq int) error {
	bytes := r.Config.GraphBytes(layers.Options{Batch: batch, Seq: seq}, false, float64(seq)) + r.Config.ScratchBytes(seq)
	return r.checkNeed("reading with this run", bytes, r.advice())
}

// checkOpening returns an error if a run with so many numbers in its file is too large to be read: its memory, or the
// time that building its graph takes.
func (r *Run) checkOpening(numbers float64) error {
	if err := checkBuilding(r.Config.BuildSeconds(false), r.advice()); err != nil {
		return err
	}
	const fileAndDecoded = 2 // copies of the numbers while they are read
	return r.checkNeed("opening this run", fileAndDecoded*4*numbers+r.Config.WeightBytes(), r.advice())
}

// mostBuilding is how many seconds the graphs of a command may take to be built, about.
const mostBuilding = 60

func checkBuilding(seconds float64, advice string) error {
	if seconds <= mostBuilding {
		return nil
	}
	return fmt.Errorf("building the graphs would take about %s and the most is %d seconds: %s", duration(seconds), mostBuilding, advice)
}

func duration(seconds float64) string {
	if seconds < 120 {
		return fmt.Sprintf("%.0f seconds", seconds)
	}
	return fmt.Sprintf("%.0f minutes", seconds/60)
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
	longest, mean := seq, float64(seq)
	if corpus.Unit == data.Word {
		longest = max(corpus.Train.LongestInput(), corpus.HeldOut.LongestInput())
		mean = float64(corpus.Train.Predictions()) / float64(len(corpus.Train.Sequences))
	}
	// Some batch is longer than the mean of all, the more so the fewer sentences it has.
	typical := mean + (float64(longest)-mean)/math.Sqrt(float64(r.Settings.Batch))
	perToken := r.trainingBytes(typical, float64(longest)) - r.trainingBytes(0, 0)
	if r.Weights == nil {
		advice = "lower --dim, --hidden or --layers"
		if perToken > r.trainingBytes(0, 0) {
			advice = "lower --batch, --context, --dim or --layers"
		}
		advice += ", or raise --max-memory"
	}
	if err := r.checkNeed("this training", r.trainingBytes(typical, float64(longest)), advice); err != nil {
		return err
	}
	// What is reserved for the whole context costs nothing until it is used, but a system that has not as much
	// does not give it.
	return r.checkNeed("a training on sentences as long as its context", r.trainingBytes(float64(seq), float64(seq)), advice)
}

// trainingBytes returns what a training takes beside what is there already. Typical is the mean length of the
// sentences of a batch, longest that of an evaluation's.
func (r *Run) trainingBytes(typical, longest float64) float64 {
	c, batch, seq := r.Config, r.trainingEvaluationBatch(), r.Config.Context
	bytes := r.Settings.Training().Bytes(c, typical)
	bytes += train.EvaluatorBytes(c, batch, seq, longest)
	bytes += c.GraphBytes(layers.Options{Batch: 1, Seq: seq}, false, longest)
	if r.Weights == nil {
		bytes += c.WeightBytes()
	}
	// While the model is written: query, key and value side by side, a table of positions, one tensor as bytes.
	dim := float64(c.Dim)
	bytes += 4 * (3*float64(c.Layers)*(dim*dim+dim) + max(float64(c.Vocab)*dim, dim*float64(c.Hidden), 3*dim*dim))
	if c.Positions != embed.Learned {
		bytes += 4 * dim * float64(seq)
	}
	return bytes
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
