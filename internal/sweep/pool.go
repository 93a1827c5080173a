package sweep

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"attend/internal/printable"
	"attend/internal/run"
)

// Event is what a sweep reports while it runs: a trial has ended, or has gone on.
type Event struct {
	Trial   Trial
	Step    int      // of the trial
	Outcome *Outcome // nil until it has ended
	Done    int      // trials that have ended
}

// pool is the workers of a sweep that is running.
type pool struct {
	sweep   *Sweep
	command func() *exec.Cmd
	workers map[*worker]bool
	said    chan said
	next    cursor
	deaths  map[string]deaths
	waiting []Trial // whose worker died
	stop    error   // why no more trials are begun
}

// worker is a process that trains trials.
type worker struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	errors *tail  // the end of what it wrote to standard error
	trial  *Trial // nil if it is idle
	step   int
}

// said is a report of a worker, or its end.
type said struct {
	by     *worker
	report Report
	ended  bool
	err    error // of the process
}

// deaths counts how often the worker of a trial has died since the trial last went on.
type deaths struct {
	count, crashes int
	step           int
}

// How often a trial is tried again. A process that was killed did nothing wrong; one that crashed will do it again.
const (
	mostDeaths  = 10
	mostCrashes = 2
)

// Run trains the trials that have no outcome yet in jobs processes, which command returns: each must call [Worker.Run] on its standard
// input and output. It returns when all trials have ended, or when the context has and the running trials are saved.
func (s *Sweep) Run(ctx context.Context, jobs int, command func() *exec.Cmd, report func(Event)) (err error) {
	p := &pool{sweep: s, command: command, workers: map[*worker]bool{}, said: make(chan said), deaths: map[string]deaths{}}
	defer func() { err = errors.Join(err, p.end()) }()
	if err := s.prune(); err != nil {
		return err
	}
	for {
		if p.stop == nil && ctx.Err() == nil {
			if err := p.fill(jobs); err != nil {
				return err
			}
		}
		if p.busy() == 0 {
			return errors.Join(p.stop, context.Cause(ctx))
		}
		if p.stop != nil {
			return p.stop
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case said := <-p.said:
			if err := p.hear(said, report); err != nil {
				return err
			}
		}
	}
}

// busy returns the number of workers with a trial.
func (p *pool) busy() (n int) {
	for w := range p.workers {
		if w.trial != nil {
			n++
		}
	}
	return n
}

// fill gives trials to idle workers, and starts workers as long as there are trials.
func (p *pool) fill(jobs int) error {
	for p.busy() < jobs {
		t, ok, err := p.take()
		if err != nil || !ok {
			return err
		}
		var idle *worker
		for w := range p.workers {
			if w.trial == nil {
				idle = w
			}
		}
		if idle == nil {
			if idle, err = p.start(); err != nil {
				return err
			}
		}
		task, err := p.sweep.TaskOf(t)
		if err != nil {
			return err
		}
		line, err := json.Marshal(task)
		if err != nil {
			return err
		}
		idle.trial, idle.step = &t, 0
		_, _ = idle.in.Write(append(line, '\n')) // the end of a process that is gone is reported
	}
	return nil
}

// take returns the next trial that has no outcome; ok is false if there is none now.
func (p *pool) take() (t Trial, ok bool, err error) {
	if n := len(p.waiting); n > 0 {
		t, p.waiting = p.waiting[n-1], p.waiting[:n-1]
		return t, true, nil
	}
	if err := p.sweep.addPoints(); err != nil {
		return Trial{}, false, err
	}
	for {
		t, ok := p.next.next(p.sweep.trials)
		if !ok {
			return Trial{}, false, nil
		}
		if _, ended := p.sweep.outcomes[t.Hash]; !ended && !p.atWork(t.Hash) {
			return t, true, nil
		}
	}
}

// cursor is a position in the trials of all points.
type cursor struct{ point, seed int }

// next returns the trial at the cursor and moves it on.
func (c *cursor) next(trials [][]Trial) (Trial, bool) {
	if c.point < len(trials) && c.seed == len(trials[c.point]) {
		c.point, c.seed = c.point+1, 0
	}
	if c.point >= len(trials) {
		return Trial{}, false
	}
	c.seed++
	return trials[c.point][c.seed-1], true
}

// atWork reports whether a worker has a trial: two points can be the same settings.
func (p *pool) atWork(hash string) bool {
	for w := range p.workers {
		if w.trial != nil && w.trial.Hash == hash {
			return true
		}
	}
	return false
}

// start starts a worker.
func (p *pool) start() (*worker, error) {
	w := &worker{cmd: p.command(), errors: &tail{}}
	w.cmd.Stderr = w.errors
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start a process for a trial: %w", err)
	}
	w.in = in
	p.workers[w] = true
	go func() {
		lines := json.NewDecoder(bufio.NewReader(out))
		for {
			var r Report
			if lines.Decode(&r) != nil {
				break
			}
			p.said <- said{by: w, report: r}
		}
		_, _ = io.Copy(io.Discard, out)
		p.said <- said{by: w, ended: true, err: w.cmd.Wait()}
	}()
	return w, nil
}

// hear takes a report of a worker, or its end.
func (p *pool) hear(s said, report func(Event)) error {
	w := s.by
	if s.ended {
		delete(p.workers, w)
		_ = w.in.Close()
		if w.trial == nil {
			return nil
		}
		outcome := p.died(w, s.err)
		if outcome == nil {
			p.waiting = append(p.waiting, *w.trial)
			return nil
		}
		return p.ended(*w.trial, *outcome, report)
	}
	if w.trial == nil || s.report.Trial != w.trial.Hash {
		return nil
	}
	switch trial := *w.trial; {
	case s.report.Stop != "":
		w.trial = nil
		p.stop = fmt.Errorf("%s: give the same command again, which goes on from here", s.report.Stop)
	case s.report.Outcome != nil:
		w.trial = nil
		return p.ended(trial, *s.report.Outcome, report)
	default:
		w.step = s.report.Step
		report(Event{Trial: trial, Step: w.step, Done: p.sweep.Done()})
	}
	return nil
}

// ended records the outcome of a trial.
func (p *pool) ended(t Trial, o Outcome, report func(Event)) error {
	before := p.sweep.best
	if err := p.sweep.record(o); err != nil {
		return err
	}
	for _, hash := range []string{before, t.Hash} {
		if hash != "" && !p.sweep.keeps(hash) {
			if err := run.RemoveWeights(p.sweep.TrialPath(hash)); err != nil {
				return err
			}
		}
	}
	report(Event{Trial: t, Step: o.Trained, Outcome: &o, Done: p.sweep.Done()})
	return nil
}

// died returns the outcome of a trial whose worker ended, or nil if it is to be tried again from its checkpoint.
func (p *pool) died(w *worker, err error) *Outcome {
	d := p.deaths[w.trial.Hash]
	if w.step > d.step {
		d = deaths{step: w.step}
	}
	d.count++
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		d.crashes++
	}
	p.deaths[w.trial.Hash] = d
	why := ""
	switch {
	case d.crashes >= mostCrashes:
		why = "its process crashed"
		if last := w.errors.lastLine(); last != "" {
			why += ": " + last
		}
	case d.count >= mostDeaths:
		why = fmt.Sprintf("its process was killed %d times in a row: is there enough memory?", d.count)
	default:
		return nil
	}
	return &Outcome{Trial: w.trial.Hash, Failed: why, Step: d.step, Trained: d.step}
}

// end lets the workers save and end, and waits for them. Then it removes what killed processes have left.
func (p *pool) end() error {
	for w := range p.workers {
		_ = w.in.Close()
	}
	for len(p.workers) > 0 {
		if s := <-p.said; s.ended {
			delete(p.workers, s.by)
		} else if o := s.report.Outcome; o != nil { // it ended meanwhile
			if err := p.sweep.record(*o); err != nil && p.stop == nil {
				p.stop = err
			}
		}
	}
	return errors.Join(p.sweep.prune(), run.Tidy(p.sweep.trialsPath()))
}

// prune removes the weights of the trials of the plan that have ended and whose weights are not kept. It removes none for a
// best trial that has none itself, since it is the best by another objective than before: these are the only weights of the
// sweep.
func (s *Sweep) prune() error {
	if s.Plan.Keep == KeepBest && s.best != "" && !run.HasWeights(s.TrialPath(s.best)) {
		return nil
	}
	for _, trials := range s.trials {
		for _, t := range trials {
			if _, ended := s.outcomes[t.Hash]; ended && !s.keeps(t.Hash) {
				if err := run.RemoveWeights(s.TrialPath(t.Hash)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// keeps reports whether the weights of a trial are kept, as far as is known now.
func (s *Sweep) keeps(hash string) bool {
	return s.Plan.Keep == KeepAll || s.Plan.Keep == KeepBest && s.best == hash
}

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

// mostTail is the largest number of bytes that a tail keeps.
const mostTail = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.b = append(t.b, b...)
	if extra := len(t.b) - mostTail; extra > 0 {
		t.b = append(t.b[:0], t.b[extra:]...)
	}
	return len(b), nil
}

// lastLine returns the line that says why a process ended: the first of a crash of Go, else the last.
func (t *tail) lastLine() string {
	lines := strings.Split(strings.TrimSpace(string(bytes.ToValidUTF8(t.b, nil))), "\n")
	for _, line := range lines {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return printable.Short(line, 2*printable.MaxQuote)
		}
	}
	return printable.Short(lines[len(lines)-1], 2*printable.MaxQuote)
}
