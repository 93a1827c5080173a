package sweep

import (
	"cmp"
	"math"
	"runtime"
	"slices"

	"attend/data"
	"attend/internal/memory"
	"attend/internal/run"
)

// Estimate is what a sweep will take, from a few updates of a few of its trainings.
type Estimate struct {
	Jobs    int     // trainings at the same time
	Seconds float64 // of all trials that have no outcome yet
	Disk    float64 // bytes, of what is kept
	Problem error   // of a training that was measured and cannot be done, such as one that needs too much memory; nil if there is none

	measured []measured // in the order of their work
	sample   string
	corpus   *data.Corpus
}

// measured is a training that was measured.
type measured struct{ work, seconds float64 }

// mostMeasured is the number of different trainings that are measured.
const mostMeasured = 4

// Estimate measures a few trainings of the sweep. jobs is the number of trainings at the same time; 0 chooses one for each core, as
// far as the trials and the memory allow, and no more than memory bytes, if that is not 0.
func (s *Sweep) Estimate(corpus *data.Corpus, jobs int, limit float64, o ...run.Option) Estimate {
	cores := runtime.GOMAXPROCS(0)
	e := Estimate{Jobs: cmp.Or(jobs, cores), corpus: corpus}
	left := s.Plan.TrialCount() - s.Done()
	e.Jobs = max(1, min(e.Jobs, left))
	if resolved, err := s.Plan.Base.Resolve(corpus); err == nil {
		e.sample = resolved.Sample // choosing it reads the whole text
	}
	type candidate struct {
		settings run.Settings
		work     float64
	}
	var candidates []candidate
	for i := range s.Plan.PointCount() {
		values := s.valuesAt(i)
		trials, err := s.Plan.trials(i, values, s.Text, s.table)
		if err != nil {
			continue
		}
		if settings, err := e.resolve(trials[0].Settings); err == nil {
			candidates = append(candidates, candidate{settings, work(settings, corpus)})
		} else if e.Problem == nil {
			e.Problem = &ValueError{s.Plan.Name(values), err}
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(a.work, b.work) })
	candidates = slices.CompactFunc(candidates, func(a, b candidate) bool { return a.work == b.work })
	largest := run.Cost{}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(1, cores/e.Jobs)))
	for k := range min(mostMeasured, len(candidates)) {
		c := candidates[0]
		if n := min(mostMeasured, len(candidates)); n > 1 {
			c = candidates[k*(len(candidates)-1)/(n-1)]
		}
		cost, err := run.Measure(c.settings, corpus, o...)
		if err != nil {
			e.Problem = cmp.Or(e.Problem, err)
			continue
		}
		e.measured = append(e.measured, measured{c.work, cost.Seconds})
		largest.Memory, largest.Disk = max(largest.Memory, cost.Memory), max(largest.Disk, cost.Disk)
	}
	if jobs == 0 && largest.Memory > 0 {
		bound := memory.Find().Bytes
		if limit > 0 {
			bound = limit
		}
		e.Jobs = max(1, int(min(float64(e.Jobs), bound/largest.Memory)))
	}
	e.Seconds = e.left(s) / float64(e.Jobs)
	const small = 20 << 10 // bytes of a trial without weights
	e.Disk = small * float64(left)
	switch s.Plan.Keep {
	case KeepAll:
		e.Disk = largest.Disk * float64(left)
	case KeepBest:
		e.Disk += largest.Disk * float64(1+e.Jobs)
	case KeepNone:
		e.Disk += largest.Disk * float64(e.Jobs)
	}
	return e
}

// resolve is [run.Settings.Resolve] with the sample sentence that was chosen already.
func (e Estimate) resolve(s run.Settings) (run.Settings, error) {
	s.Sample = cmp.Or(s.Sample, e.sample)
	return s.Resolve(e.corpus)
}

// valuesAt returns the values of a point, or for one that is not known yet those that a random search would draw.
func (s *Sweep) valuesAt(i int) []string {
	switch {
	case i < len(s.points):
		return s.points[i]
	case s.Plan.Search == Grid:
		return s.Plan.gridPoint(i)
	}
	return randomPoint(s.Plan.Axes, s.Plan.SearchSeed, i)
}

// work is a measure of what a training computes: multiplications of its matrix products, up to a factor.
func work(s run.Settings, corpus *data.Corpus) float64 {
	c := s.Model(corpus.Vocabulary.Len())
	_, mean := corpus.Train.RowLengths(c.Context)
	tokens := float64(s.Batch) * mean
	return float64(s.Steps) * tokens * (c.ParameterCount() + float64(c.Layers*c.Dim)*mean)
}

// seconds estimates the seconds of a training by interpolation between those that were measured.
func (e Estimate) seconds(s run.Settings) float64 {
	settings, err := e.resolve(s)
	if err != nil || len(e.measured) == 0 {
		return 0
	}
	w := work(settings, e.corpus)
	i, _ := slices.BinarySearchFunc(e.measured, w, func(m measured, w float64) int { return cmp.Compare(m.work, w) })
	if i == 0 || len(e.measured) == 1 {
		return e.measured[0].seconds * math.Sqrt(w/e.measured[0].work)
	}
	i = min(i, len(e.measured)-1)
	a, b := e.measured[i-1], e.measured[i]
	return a.seconds + (b.seconds-a.seconds)*(w-a.work)/(b.work-a.work)
}

// left returns the seconds of one core that the trials without an outcome will take.
func (e Estimate) left(s *Sweep) float64 {
	total := 0.0
	for i := range s.Plan.PointCount() {
		trials, err := s.Plan.trials(i, s.valuesAt(i), s.Text, s.table)
		if err != nil {
			continue
		}
		one := e.seconds(trials[0].Settings) // the seed changes nothing
		for _, t := range trials {
			if _, ended := s.outcomes[t.Hash]; !ended {
				total += one
			}
		}
	}
	return total
}

// SecondsOf estimates the seconds of a trial.
func (e Estimate) SecondsOf(t Trial) float64 { return e.seconds(t.Settings) }
