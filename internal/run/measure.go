package run

import (
	"errors"
	"math"
	"time"

	"attend/data"
	"attend/internal/memory"
	"attend/layers"
	"attend/train"
)

// Cost is an estimate of the seconds and bytes that a training takes.
type Cost struct {
	Seconds float64
	Memory  float64 // bytes of a process that makes the training and holds the text, as this one does
	Disk    float64 // bytes of its folder
}

// Measure makes a few updates of a training, without a folder, and estimates the cost of all of it on that many cores of this
// machine. The settings must be resolved.
func Measure(s Settings, corpus *data.Corpus, o ...Option) (Cost, error) {
	r := &Run{Settings: s, Vocabulary: corpus.Vocabulary, Config: s.Model(corpus.Vocabulary.Len()), options: newOptions(o)}
	if err := r.checkTraining(corpus); err != nil {
		return Cost{}, err
	}
	full := layers.Full(r.Config.Context)
	cost := Cost{Memory: only(r.trainingBytes(corpus, full, full)).peak(memory.Kept()), Disk: r.diskBytes()}
	begun := time.Now()
	var err error
	if r.Parameters, err = layers.NewParameters(r.Config, s.Seed); err != nil {
		return Cost{}, err
	}
	sampler, err := corpus.Train.Sampler(s.Batch, s.Context, s.Seed)
	if err != nil {
		return Cost{}, err
	}
	set, _ := corpus.Measured()
	batch := r.trainingEvaluationBatch()
	measured, err := set.Batches(batch, s.Context)
	if err != nil {
		return Cost{}, err
	}
	trainer, err := train.New(s.Training(), r.build, r.Parameters, sampler)
	if err != nil {
		return Cost{}, err
	}
	evaluator, err := train.NewEvaluator(r.build, batch, s.Context)
	if err != nil {
		return Cost{}, errors.Join(err, trainer.Close())
	}
	start := time.Since(begun).Seconds()
	// A training that diverges takes as long, so the errors do not matter.
	step := least(func() { _, _ = trainer.Step() })
	evaluation := least(func() { _, _ = evaluator.Evaluate(measured, 1) }) // of one batch
	batches := float64((r.EvaluationRows(set) + batch - 1) / batch)
	// At the end all held-out text is evaluated, and about as much again for the rules and the samples of [analysis.Conclude].
	const end = 4
	all := float64(set.RowCount(s.Context)) / float64(batch)
	cost.Seconds = start + float64(s.Steps)*step + evaluation*(s.evaluations()*batches+end*all)
	return cost, errors.Join(trainer.Close(), evaluator.Close())
}

// measuring is the time for which [least] repeats.
const measuring = 20 * time.Millisecond

// least returns the least seconds of a call, of several.
func least(call func()) float64 {
	seconds := math.Inf(1)
	for begun, n := time.Now(), 0; n < 3 || time.Since(begun) < measuring && n < 50; n++ {
		before := time.Now()
		call()
		seconds = min(seconds, time.Since(before).Seconds())
	}
	return seconds
}

// evaluations estimates the number of evaluations of a training, see [Settings.evaluatedAt]: at every interval, at three steps of each
// power of ten, and at both ends.
func (s Settings) evaluations() float64 {
	return float64(s.Steps)/float64(s.EvalInterval) + 3*math.Log10(float64(s.Steps)) + 2
}

// diskBytes estimates the bytes of the run folder: weights and state, and a film of the sample sentence.
func (r *Run) diskBytes() float64 {
	sets := 1 + float64(len(r.Settings.stateSets()))
	const line, fixed = 300, 8 << 10 // bytes of a line of metrics, and of the other files
	return sets*r.Config.ParameterBytes() + r.frames()*r.frameBytes() + line*r.Settings.evaluations() + fixed
}
