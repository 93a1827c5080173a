package run

import (
	"fmt"
	"math"
	"os"
	"strconv"

	"attend/internal/attention"
	"attend/internal/printable"
)

// Values of [Settings.Keep]: which weights of a training are its model.
const (
	KeepBest = "best" // those of the evaluation with the lowest held-out loss
	KeepLast = "last" // those of the last step
)

// selects reports whether the evaluations of a training determine its result: the weights that it keeps, or its last step.
func (s Settings) selects() bool { return s.Keep == KeepBest || s.Patience > 0 }

// MayChange reports whether a setting may change when the run is resumed.
func (s Settings) MayChange(setting Setting) bool {
	return setting.OnResume && !(setting.Selects && s.selects())
}

// Best is the evaluation of a training with the lowest loss on its sample of the held-out text; of equal losses, the latest.
type Best struct {
	Step int
	Loss float64 // nats per token
}

// parseBest reads the evaluation from the metadata of a file. trained is the number of updates of the training.
func parseBest(metadata map[string]string, trained int) (*Best, error) {
	step, err := strconv.Atoi(metadata[metaBest])
	if err != nil || step < 0 || step > trained {
		return nil, fmt.Errorf("its best step %s is not one of %d; %w", printable.Quote(metadata[metaBest]), trained, errDamaged)
	}
	loss, err := strconv.ParseFloat(metadata[metaBestLoss], 64)
	if err != nil || !(loss >= 0 && loss <= math.MaxFloat32) {
		return nil, fmt.Errorf("its lowest loss %s is not a loss; %w", printable.Quote(metadata[metaBestLoss]), errDamaged)
	}
	return &Best{step, loss}, nil
}

// consider makes the present weights the best ones, unless an earlier evaluation had a lower loss.
func (t *Training) consider(b Best) {
	if !t.Settings.selects() || t.Best != nil && b.Loss > t.Best.Loss {
		return
	}
	t.Best = &b
	if t.best != nil {
		for i, p := range t.Parameters.All() {
			copy(t.best.All()[i].Data, p.Data)
		}
	}
}

// StoppedEarly reports whether the training ended before its last step, since no evaluation of the last [Settings.Patience]
// intervals has lowered the held-out loss.
func (r *Run) StoppedEarly() bool {
	s := r.Settings
	return s.Patience > 0 && r.Trained < s.Steps && r.Trained/s.EvalInterval-r.Best.Step/s.EvalInterval >= s.Patience
}

// Finished reports whether the training has ended by itself.
func (r *Run) Finished() bool { return r.Trained >= r.Settings.Steps || r.StoppedEarly() }

// Selected reports whether the weights were selected among those of the training by their held-out loss.
func (r *Run) Selected() bool {
	return r.Settings.Keep == KeepBest && r.Best != nil && r.Step == r.Best.Step
}

// Model returns the run with the weights that are its model. It shares them with the training, which changes them.
func (t *Training) Model() *Run {
	r := *t.Run
	if t.best != nil {
		r.Parameters, r.Step = t.best, t.Best.Step
	}
	return &r
}

// SameFolder reports whether two runs were read from the same folder, which another run may have replaced in between.
func (r *Run) SameFolder(other *Run) bool {
	// Folders that are not open may have the same inode number, one after the other.
	return os.SameFile(r.folder, other.folder) && r.firstHash(metricsFile) == other.firstHash(metricsFile)
}

// Source returns where results of the run come from.
func (r *Run) Source() attention.Source {
	s := attention.Source{Run: r.Path, Step: r.Step, TrainedSteps: r.Trained, Weights: KeepLast}
	if r.Selected() {
		s.Weights = KeepBest
	}
	return s
}

// evaluatedAt reports whether the training is evaluated after a step that is not its last: at every interval, and at steps 1, 2,
// 5, 10, 20, 50 and so on, since attention changes most at the beginning.
func (s Settings) evaluatedAt(step int) bool {
	if step%s.EvalInterval == 0 {
		return true
	}
	for step%10 == 0 {
		step /= 10
	}
	return step == 1 || step == 2 || step == 5
}
