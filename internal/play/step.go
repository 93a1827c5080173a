package play

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/layers"
	"attend/train"
)

// Why updates end by themselves.
const (
	stoppedSteps    = "steps"
	stoppedLoss     = "loss"
	stoppedFlat     = "flat"
	stoppedDiverged = "diverged"
)

// The largest number of updates of a [Step], and its longest time, with or without a limit of its own.
const (
	mostUpdates = 1_000_000
	longestStep = time.Minute
)

// until says when step ends by itself. Each condition ends it once.
type until struct {
	StopAt
	lossReached, flatReached bool
}

// again returns the conditions as if none had ended a step.
func (u until) again() until { return until{StopAt: u.StopAt} }

// stopAt sets when step ends by itself.
func (s *Session) stopAt(in StopAt) (StepsChanged, error) {
	e, err := s.trained()
	if err != nil {
		return StepsChanged{}, err
	}
	switch settings := e.run.Settings; {
	case in.Steps < 0:
		return StepsChanged{}, fmt.Errorf("steps %d: want 0 or more", in.Steps)
	case in.Loss != nil && !(*in.Loss >= 0):
		return StepsChanged{}, fmt.Errorf("loss %g: want 0 or more", *in.Loss)
	case in.Steps > settings.Steps:
		grown := settings
		grown.Steps = in.Steps
		if err := checkSettings(grown, e.run.Config.Vocab); err != nil {
			return StepsChanged{}, err
		}
		if err := e.training.SetSteps(in.Steps); err != nil {
			return StepsChanged{}, err
		}
		if e.training.Step > 0 {
			e.grown = true
		} else {
			e.given["steps"] = fmt.Sprint(in.Steps)
		}
		if e.stopped == stoppedSteps {
			e.stopped, e.reason = "", ""
		}
	}
	e.until = until{StopAt: in}
	return StepsChanged{e.run.Settings.Steps, e.commanded()}, nil
}

// rate changes the maximum learning rate of all later updates.
func (s *Session) rate(in Rate) (RateChanged, error) {
	e, err := s.trained()
	if err != nil {
		return RateChanged{}, err
	}
	settings := e.run.Settings
	rate := cmp.Or(in.LearningRate, settings.LR)
	for _, setting := range run.AllSettings() {
		if setting.Name == "lr" && !setting.Range.Holds(rate) {
			return RateChanged{}, fmt.Errorf("learningRate %g: want a number %s", rate, setting.Range)
		}
	}
	factor := rate / settings.LR
	if err := e.training.SetRateFactor(factor); err != nil {
		return RateChanged{}, err
	}
	e.rate = rate
	return RateChanged{rate, factor * settings.Training().Rate(e.training.Step), e.commanded()}, nil
}

// measurable is the shortest time from which a speed is taken.
const measurable = 20 * time.Millisecond

// step makes updates.
func (s *Session) step(in Step) (Progress, error) {
	e, err := s.trained()
	if err != nil {
		return Progress{}, err
	}
	switch {
	case in.Updates < 1 || in.Updates > mostUpdates:
		return Progress{}, fmt.Errorf("updates %d: want 1 to %d", in.Updates, mostUpdates)
	case !(in.Milliseconds >= 0 && in.Milliseconds <= milliseconds(longestStep)):
		return Progress{}, fmt.Errorf("milliseconds %g: want 0 to %g", in.Milliseconds, milliseconds(longestStep))
	}
	most := s.longest
	if in.Milliseconds > 0 {
		most = min(most, durationOf(in.Milliseconds))
	}
	e.freshPoints, e.freshFrames, e.newborn = len(e.points), len(e.film), []Birth{}
	before, begun := e.training.Step, time.Now()
	if e.stopped == "" {
		err = e.advance(in.Updates, most)
	}
	if err != nil {
		return Progress{}, err
	}
	if took := time.Since(begun); took >= measurable {
		const newest = 0.2 // share of these updates in the mean
		now := work(e.run.Settings, e.run.Config.Vocab) * float64(max(1, e.training.Step-before)) / took.Seconds()
		s.speed += newest * (now - s.speed)
	}
	return e.progress()
}

// milliseconds returns a time as a number of milliseconds, and durationOf is its inverse.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func durationOf(milliseconds float64) time.Duration {
	return time.Duration(milliseconds * float64(time.Millisecond))
}

// advance makes at most so many updates, until the time is over. What ends the training is kept.
func (e *experiment) advance(updates int, most time.Duration) error {
	deadline := time.Now().Add(most)
	made, condition := 0, ""
	e.reason = ""
	pause := func() bool {
		if made > 0 && e.training.Step == e.until.Steps && condition == "" {
			condition, e.reason = stoppedSteps, fmt.Sprintf("Step %s is reached, where it was to stop.", printable.Thousands(e.training.Step))
		}
		return condition != "" || made >= updates || !time.Now().Before(deadline)
	}
	err := e.training.Advance(pause, func(p run.Progress) {
		e.last = p
		if !p.Evaluated {
			made++
			e.altered = e.altered || e.rate != e.run.Settings.LR
			return
		}
		e.points = append(e.points, pointOf(p.Step, p.HeldOutLoss))
		_ = e.watch(p.Filmed) // a model that diverged has no map, and the next update says so
		if condition == "" {
			condition = e.condition()
		}
	})
	e.paused = condition
	if diverged, ok := errors.AsType[*train.DivergedError](err); ok {
		e.stopped, e.diverged = stoppedDiverged, diverged
		e.reason = fmt.Sprintf("It diverged at step %s: %s. A lower learning rate makes its updates smaller.",
			printable.Thousands(diverged.Step), diverged.Found)
		return nil
	}
	if err != nil {
		return err
	}
	switch t := e.training; {
	case t.StoppedEarly():
		e.stopped = stoppedFlat
		e.reason = fmt.Sprintf("No evaluation of %s lowered the held-out loss of step %s.",
			printable.Count(t.Settings.Patience, "eval-interval"), printable.Thousands(t.Best.Step))
	case t.Finished():
		e.stopped, e.reason = stoppedSteps, fmt.Sprintf("All %s are made.", printable.Count(t.Settings.Steps, "step"))
	}
	return nil
}

// Flat is a loss that the evaluations at the last flatIntervals eval-intervals have lowered by no more than flatGain nats.
const (
	flatIntervals = 5
	flatGain      = 0.005
)

// condition returns what the latest evaluation ends, "loss", "flat" or "".
func (e *experiment) condition() string {
	last := e.points[len(e.points)-1]
	u := &e.until
	if u.Loss != nil && !u.lossReached && last.measured() <= *u.Loss {
		u.lossReached = true
		e.reason = fmt.Sprintf("The loss at step %s is %.3f nats, at most %.3f.", printable.Thousands(last.Step), last.measured(), *u.Loss)
		return stoppedLoss
	}
	if !u.Flat || u.flatReached {
		return ""
	}
	earlier, later := math.Inf(1), math.Inf(1) // lowest losses until flatIntervals ago, and since
	from := last.Step - flatIntervals*e.run.Settings.EvalInterval
	for _, p := range e.points {
		if p.Step <= from {
			earlier = min(earlier, p.measured())
		} else {
			later = min(later, p.measured())
		}
	}
	if from <= 0 || later < earlier-flatGain {
		return ""
	}
	u.flatReached = true
	e.reason = fmt.Sprintf("The evaluations of the last %s steps have lowered the loss by no more than %g nats.",
		printable.Thousands(last.Step-from), flatGain)
	return stoppedFlat
}

// measured returns the held-out loss or, if nothing is held out, that of the batch.
func (p Point) measured() float64 {
	if p.HeldOut != nil {
		return *p.HeldOut
	}
	return p.Loss
}

// progress returns the result of updates, with the maps.
func (e *experiment) progress() (Progress, error) {
	p := Progress{Step: e.run.Trained, Steps: e.run.Settings.Steps, Loss: e.last.Loss, GradientNorm: e.last.GradientNorm,
		LearningRate: e.last.LearningRate, TokensPerSecond: e.last.TokensPerSecond, SelectedStep: e.selectedStep(),
		Points: slices.Clone(e.points[e.freshPoints:]), Frames: e.frames(e.freshFrames), Births: e.newborn, Stopped: cmp.Or(e.stopped, e.paused), Reason: e.reason}
	if p.Points == nil {
		p.Points = []Point{}
	}
	if len(e.points) > 0 {
		p.HeldOut = e.points[len(e.points)-1].HeldOut
	}
	m, plain, changes, err := e.maps(false)
	if _, none := errors.AsType[*layers.NotFiniteError](err); none {
		e.stopped, e.diverged = stoppedDiverged, e.training.Diverged(err.Error())
		e.reason = cmp.Or(e.reason, fmt.Sprintf("It diverged at step %s: %s.", printable.Thousands(p.Step), err))
		p.Stopped, p.Reason = e.stopped, e.reason
		return p, nil
	}
	if err != nil {
		return p, err
	}
	r, _, err := e.shown()
	if err != nil {
		return p, err
	}
	shown := mapOf(m)
	p.Map, p.ShownStep = &shown, r.Step
	if changes.effect != nil {
		p.PlainNext, p.AfterNext, p.Effect = plain.Next, changes.next, changes.effect
	}
	return p, nil
}

// bornAt is the weight from which a link counts.
const bornAt = 0.2

// births returns the links of a map without interventions that have not had the weight bornAt before.
func (e *experiment) births(m attention.Map) (list []Birth) {
	for layer, heads := range m.Attention {
		for head, rows := range heads {
			for query, row := range rows {
				for key, weight := range row[:query+1] {
					link := [4]int{layer, head, query, key}
					if weight >= bornAt && !e.born[link] {
						e.born[link] = true
						list = append(list, Birth{layer, head, query, key, e.training.Step})
					}
				}
			}
		}
	}
	return list
}

// follow begins to record the births of links in the sentence that is shown: those that it has now are not new.
func (e *experiment) follow() error {
	_, plain, _, err := e.maps(false)
	if err == nil {
		e.followMap(plain)
	}
	return err
}

// followMap is follow with the map of the sentence without interventions.
func (e *experiment) followMap(plain attention.Map) {
	e.born = map[[4]int]bool{}
	if e.training != nil {
		e.births(plain)
	}
}

// watch notes what an evaluation sees: the links that the sentence shown has now, and, if it is filmed, a frame. Links are looked for
// at evaluations alone, so that they are the same however the updates are spread over messages.
func (e *experiment) watch(filmed bool) error {
	if filmed {
		if err := e.record(); err != nil {
			return err
		}
	}
	plain, err := e.present.MapWith(e.sentence, run.MapOptions{})
	if err == nil {
		e.newborn = append(e.newborn, e.births(plain)...)
	}
	return err
}

// record adds the map of the sample sentence to the film.
func (e *experiment) record() error {
	m, err := e.training.SampleMap()
	if err != nil {
		return err
	}
	e.film = append(e.film, attention.Frame{Step: e.training.Step, HeldOutLoss: e.points[len(e.points)-1].HeldOut, Sentences: []attention.Map{m}})
	return nil
}

// frames returns the steps of the frames of the film from an index on.
func (e *experiment) frames(from int) []int {
	steps := []int{}
	for _, f := range e.film[from:] {
		steps = append(steps, f.Step)
	}
	return steps
}

// frame returns the map of the sample sentence at the latest evaluation up to a step.
func (s *Session) frame(in Frame) (FrameShown, error) {
	e, err := s.experiment()
	if err != nil {
		return FrameShown{}, err
	}
	if len(e.film) == 0 {
		return FrameShown{}, errors.New("the run has no film: train it, each evaluation adds a frame")
	}
	at := 0
	for i, f := range e.film {
		if f.Step <= in.Step {
			at = i
		}
	}
	return FrameShown{Step: e.film[at].Step, Map: mapOf(e.film[at].Sentences[0])}, nil
}
