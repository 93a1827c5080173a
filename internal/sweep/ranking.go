package sweep

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"

	"attend/internal/printable"
	"attend/internal/run"
	"attend/internal/statistics"
)

// Ranking is the result of a sweep: its points from the best to the worst, and which settings matter.
type Ranking struct {
	Path      string   `json:"sweep"`
	Objective string   `json:"objective"`
	Search    string   `json:"search"`
	Settings  []string `json:"settings"` // that vary
	Seeds     int      `json:"seeds"`    // of each point
	Trials    int      `json:"trials"`   // planned
	Done      int      `json:"done"`     // that have ended
	Points    []Point  `json:"points"`   // that have an outcome
	Effects   Effects  `json:"effects"`
}

// Point is the results of the trials of one point.
type Point struct {
	Values    []string            `json:"values"`    // of the settings
	Objective *statistics.Summary `json:"objective"` // over the seeds; nil if no trial has a value
	ToFirst   *statistics.Test    `json:"to_first"`  // paired t-test, over the seeds, of the difference to the first point; nil if there is none
	Noise     bool                `json:"within_noise"`
	Step      float64             `json:"step"`     // mean step of the weights that are the models
	Verdicts  []VerdictCount      `json:"verdicts"` // the most frequent first
	Memorised int                 `json:"memorised"`
	Failed    int                 `json:"failed"`  // trials; the objective is that of the others
	Seconds   float64             `json:"seconds"` // of training, mean
	Trials    []TrialOutcome      `json:"trials"`

	order int // among the points of the plan
}

// VerdictCount is how many trials have a verdict.
type VerdictCount struct {
	Kind   string `json:"kind"`
	Trials int    `json:"trials"`
}

// TrialOutcome is the outcome of a trial with its seed.
type TrialOutcome struct {
	Seed uint64 `json:"seed"`
	Outcome
}

// significance is the p below which a difference is not taken for noise: it is that large by chance once in twenty.
const significance = 0.05

// Ranking returns the result of the sweep as far as it is known. A point is within the noise of the first if the paired t-test
// over the seeds that both have gives p >= 0.05. A point of which a trial failed comes after those without: its mean is that of
// the seeds that did not fail, and the search takes it for worse as well.
func (s *Sweep) Ranking() Ranking {
	r := Ranking{Path: s.Path, Objective: s.Plan.Objective, Search: s.Plan.Search, Settings: []string{}, Seeds: s.Plan.Seeds,
		Trials: s.Plan.TrialCount(), Done: s.Done(), Points: []Point{}}
	for _, a := range s.Plan.Axes {
		r.Settings = append(r.Settings, a.Setting.Name)
	}
	var cells []cell
	drawn := map[string]bool{} // a search can draw a point twice
	for i, values := range s.points {
		p := s.point(i)
		if len(p.Trials) == 0 || drawn[pointKey(values)] {
			continue
		}
		drawn[pointKey(values)] = true
		r.Points = append(r.Points, p)
		c := cell{point: values}
		for _, t := range p.Trials {
			if value, ok := s.by.Of(t.Outcome); ok {
				c.values = append(c.values, value)
			}
		}
		cells = append(cells, c)
	}
	slices.SortStableFunc(r.Points, func(a, b Point) int {
		switch {
		case a.Objective == nil || b.Objective == nil:
			return boolCompare(a.Objective == nil, b.Objective == nil)
		default:
			return cmp.Or(boolCompare(a.Failed > 0, b.Failed > 0),
				s.by.Compare(a.Objective.Mean, b.Objective.Mean), cmp.Compare(a.order, b.order))
		}
	})
	for i := range r.Points {
		p := &r.Points[i]
		if p.Objective == nil {
			continue
		}
		a, b := s.pairs(r.Points[0], *p)
		if i > 0 && len(a) > 0 {
			p.ToFirst = statistics.PairedT(a, b)
		}
		p.Noise = i > 0 && (len(a) > 1 && slices.Equal(a, b) || p.ToFirst != nil && p.ToFirst.P >= significance)
	}
	r.Effects = effects(s.Plan.Axes, cells)
	return r
}

// boolCompare orders false before true.
func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// point returns the results of a point.
func (s *Sweep) point(i int) Point {
	p := Point{Values: s.points[i], Verdicts: []VerdictCount{}, Trials: []TrialOutcome{}, order: i}
	verdicts := map[string]int{}
	var values []float64
	results := 0.0
	for _, t := range s.trials[i] {
		o, ended := s.outcomes[t.Hash]
		if !ended {
			continue
		}
		p.Trials = append(p.Trials, TrialOutcome{t.Settings.Seed, o})
		if o.Verdict != "" {
			verdicts[o.Verdict]++
		}
		if o.Memorised {
			p.Memorised++
		}
		if value, ok := s.by.Of(o); ok {
			values = append(values, value)
		}
		if o.Failed != "" {
			p.Failed++
			continue
		}
		results++
		p.Step += float64(o.Step)
		p.Seconds += o.Seconds
	}
	for kind, trials := range verdicts {
		p.Verdicts = append(p.Verdicts, VerdictCount{kind, trials})
	}
	slices.SortFunc(p.Verdicts, func(a, b VerdictCount) int {
		return cmp.Or(cmp.Compare(b.Trials, a.Trials), cmp.Compare(a.Kind, b.Kind))
	})
	if results > 0 {
		p.Step /= results
		p.Seconds /= results
	}
	if len(values) > 0 {
		summary := statistics.Summarise(values)
		p.Objective = &summary
	}
	return p
}

// pairs returns the values of two points for the seeds that both have.
func (s *Sweep) pairs(a, b Point) (x, y []float64) {
	for _, t := range a.Trials {
		for _, u := range b.Trials {
			v, first := s.by.Of(t.Outcome)
			w, second := s.by.Of(u.Outcome)
			if t.Seed == u.Seed && first && second {
				x, y = append(x, v), append(y, w)
			}
		}
	}
	return x, y
}

// Best returns the trial with the best objective.
func (s *Sweep) Best() (Trial, bool) {
	for _, trials := range s.trials {
		for _, t := range trials {
			if s.best != "" && t.Hash == s.best {
				return t, true
			}
		}
	}
	return Trial{}, false
}

// Objective returns what the trials are compared by.
func (s *Sweep) Objective() Objective { return s.by }

// ObjectiveOf returns the value of a trial; ok is false if it has none yet.
func (s *Sweep) ObjectiveOf(t Trial) (value float64, ok bool) {
	o, ended := s.outcomes[t.Hash]
	if !ended {
		return 0, false
	}
	return s.by.Of(o)
}

// HasWeights reports whether the weights of a trial are there.
func (s *Sweep) HasWeights(t Trial) bool { return run.HasWeights(s.TrialPath(t.Hash)) }

// Metrics returns the evaluations of a trial during its training.
func (s *Sweep) Metrics(trial string) ([]run.Metrics, error) {
	_, metrics, err := run.OpenWithoutWeights(s.TrialPath(trial), s.Text)
	return metrics, err
}

// OpenTrial reads the run of a trial that has ended, and its evaluations, which need not have weights any more.
func (s *Sweep) OpenTrial(trial string) (*run.Run, []run.Metrics, error) {
	o, ended := s.outcomes[trial]
	if !ended {
		return nil, nil, fmt.Errorf("the trial %s of %s has not ended: wait until it has", printable.Quote(trial),
			printable.Path(s.Path))
	}
	r, metrics, err := run.OpenWithoutWeights(s.TrialPath(trial), s.Text)
	if err != nil {
		return nil, nil, err
	}
	r.Step, r.Trained = o.Step, o.Trained
	return r, metrics, nil
}

// OfTrial returns the folder of the sweep and the hash of a trial of which path is the folder; "" if it is not named as one.
func OfTrial(path string) (sweep, trial string) {
	trials, trial := filepath.Split(filepath.Clean(path))
	if trials = filepath.Clean(trials); filepath.Base(trials) != trialsName {
		return "", ""
	}
	return filepath.Dir(trials), trial
}

// EndedTrials returns the folders of the trials of a sweep that have ended, in the order of the plan.
func (s *Sweep) EndedTrials() (paths []string) {
	seen := map[string]bool{} // two points can be the same settings
	for _, trials := range s.trials {
		for _, t := range trials {
			if _, ended := s.outcomes[t.Hash]; ended && !seen[t.Hash] {
				seen[t.Hash] = true
				paths = append(paths, s.TrialPath(t.Hash))
			}
		}
	}
	return paths
}
