package sweep

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"attend/internal/printable"
	"attend/internal/run"
)

// Plan is what a sweep trains: points, each of them one value for every axis, and each point with every seed.
type Plan struct {
	Base  run.Settings    // of all trials, before they are resolved
	Given map[string]bool // names of the settings that are given; those that are not may follow others, see [run.Setting.Follow]
	Axes  []Axis

	Search     string // a name in [Searches]
	Points     int    // of a search that draws them; a grid has one for each combination of values
	SearchSeed uint64 // of the drawing of points
	Ahead      int    // points that a tree-structured Parzen estimator draws before it uses the result of the first of them
	Seeds      int    // trials of each point, with the seeds Base.Seed, Base.Seed+1, ...

	Objective string // a name in [Objectives] or a rule of the grammar
	Keep      string // whose weights are kept: a name in [Keeps]
}

// The searches: how points are chosen.
const (
	Grid   = "grid"   // all combinations of the values
	Random = "random" // drawn independently
	TPE    = "tpe"    // drawn where the results so far were good: tree-structured Parzen estimator
)

// Searches are the values of --search.
var Searches = []string{Grid, Random, TPE}

// The values of --keep-models.
const (
	KeepBest = "best" // of the trial with the best objective
	KeepAll  = "all"
	KeepNone = "none"
)

// Keeps are the values of --keep-models.
var Keeps = []string{KeepBest, KeepAll, KeepNone}

// Trial is one training of a sweep.
type Trial struct {
	Hash     string       // of its settings and text: the name of its folder
	Point    int          // index of its point
	Values   []string     // of the axes
	Settings run.Settings // before they are resolved
}

// Validate returns an error for a plan that cannot be carried out.
func (p Plan) Validate() error {
	switch {
	case len(p.Axes) == 0 && p.Seeds == 1:
		return errors.New("a sweep varies settings: give one a list or a range, as in --lr 0.003,0.01 or --heads 1..4, or --seeds 5")
	case p.Search == Grid && p.Points != 0:
		return errors.New("a grid has a trial for each combination of values: leave out --trials, or add --search random or tpe")
	case p.Search != Grid && p.Points < 1:
		return fmt.Errorf("--search %s draws settings: say how many with --trials, such as --trials 40", p.Search)
	case p.Search != Grid && len(p.Axes) == 0:
		return fmt.Errorf("--search %s draws settings: give one a list or a range, as in --lr 1e-4..1e-1", p.Search)
	case p.Search == Grid:
		for _, a := range p.Axes {
			if _, err := a.Listed(); err != nil {
				return &ValueError{a.Setting.Name, err}
			}
		}
	}
	return nil
}

// PointCount returns the number of points.
func (p Plan) PointCount() int {
	if p.Search != Grid {
		return p.Points
	}
	n := 1.0
	for _, a := range p.Axes {
		n *= float64(a.count())
	}
	return int(min(n, mostPoints))
}

// mostPoints is more than any sweep has.
const mostPoints = 1e9

// TrialCount returns the number of trials.
func (p Plan) TrialCount() int { return p.PointCount() * p.Seeds }

// gridPoint returns point i of the grid. The last axis varies fastest.
func (p Plan) gridPoint(i int) []string {
	values := make([]string, len(p.Axes))
	for k := len(p.Axes) - 1; k >= 0; k-- {
		n := p.Axes[k].count()
		values[k] = p.Axes[k].value(i % n)
		i /= n
	}
	return values
}

// trials returns the trials of a point, one for each seed.
func (p Plan) trials(point int, values []string, text string, table []run.Setting) ([]Trial, error) {
	s := p.Base
	swept := map[string]bool{}
	for i, a := range p.Axes {
		if err := a.Setting.Parse(&s, values[i]); err != nil {
			return nil, &ValueError{a.Setting.Name, err}
		}
		swept[a.Setting.Name] = true
	}
	for _, setting := range table {
		if setting.Follow != nil && !p.Given[setting.Name] && !swept[setting.Name] {
			setting.Follow(&s)
		}
	}
	trials := make([]Trial, p.Seeds)
	for i := range trials {
		t := Trial{Point: point, Values: values, Settings: s}
		t.Settings.Seed += uint64(i)
		t.Hash = hashOf(t.Settings, text, table)
		trials[i] = t
	}
	return trials, nil
}

// hashLength is the number of hexadecimal digits that name a trial: 64 bits, of which 10,000 trials share one with a probability of
// 3e-12.
const hashLength = 16

// hashOf returns the hash of the settings of a trial and of its text. The path of the text, and how often a checkpoint is written,
// change nothing in the result.
func hashOf(s run.Settings, text string, table []run.Setting) string {
	s.Data, s.SaveInterval = "", 0
	h := sha256.New()
	fmt.Fprintf(h, "text %s\n", text)
	for _, setting := range table {
		fmt.Fprintf(h, "%s %s\n", setting.Name, setting.Text(&s))
	}
	return hex.EncodeToString(h.Sum(nil))[:hashLength]
}

// Name says which settings a point has, such as "lr 0.01, layers 2".
func (p Plan) Name(values []string) string {
	if len(values) == 0 {
		return "the settings"
	}
	var parts []string
	for i, a := range p.Axes {
		parts = append(parts, a.Setting.Name+" "+printable.Short(values[i], printable.MaxQuote))
	}
	return strings.Join(parts, ", ")
}

// Objective is what trials are compared by.
type Objective struct {
	Name   string
	Higher bool   // is better
	Noun   string // of a value, in tables
}

// Objectives are those that every text has.
var Objectives = []Objective{
	{"heldout", false, "held-out loss"},
	{"excess", false, "held-out loss above that of the grammar"},
	{"accuracy", true, "accuracy on held-out text"},
	{"seconds", false, "seconds of training"},
}

// FindObjective returns the objective of a name, for a text whose grammar has these rules.
func FindObjective(name string, rules []string) (Objective, error) {
	known := make([]string, 0, len(Objectives)+len(rules))
	for _, o := range Objectives {
		if o.Name != "excess" || rules != nil {
			known = append(known, o.Name)
		}
	}
	known = append(known, rules...)
	if slices.Contains(known, name) {
		return objectiveNamed(name), nil
	}
	why := ""
	if name == "excess" {
		why = ", which needs a text whose grammar is known"
	}
	return Objective{}, fmt.Errorf("--objective takes %s, not %s%s", printable.Or(known), printable.Quote(name), why)
}

// Of returns the value of an outcome; ok is false if it has none.
func (o Objective) Of(r Outcome) (value float64, ok bool) {
	if r.Failed != "" {
		return 0, false
	}
	var p *float64
	switch o.Name {
	case "heldout":
		p = r.HeldOutLoss
	case "excess":
		p = r.Excess
	case "accuracy":
		p = r.Accuracy
	case "seconds":
		p = &r.Seconds
	default:
		for _, rule := range r.Rules {
			if rule.Name == o.Name {
				p = &rule.Accuracy
			}
		}
	}
	if p == nil {
		return 0, false
	}
	return *p, true
}

// objectiveNamed returns the objective of a name that was checked before.
func objectiveNamed(name string) Objective {
	for _, o := range Objectives {
		if o.Name == name {
			return o
		}
	}
	return Objective{name, true, "accuracy of the rule " + name}
}

// loss returns the value of an outcome such that lower is better; it is infinite if there is none.
func (o Objective) loss(r Outcome) float64 {
	value, ok := o.Of(r)
	switch {
	case !ok:
		return math.Inf(1)
	case o.Higher:
		return -value
	}
	return value
}

// Compare returns a negative number if a is better than b.
func (o Objective) Compare(a, b float64) int {
	if o.Higher {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}
