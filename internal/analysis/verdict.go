package analysis

import (
	"fmt"
	"math"
	"slices"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/train"
)

// The kinds of a [Verdict], in the order in which they are tried: the first that applies is the verdict.
const (
	Diverged       = "diverged"              // the training loss is above uniform or its start, or far above its minimum
	Unknown        = "no held-out text"      // nothing is held out, so nothing else can be known
	Overfitted     = "overfitted"            // the held-out loss was lower before, and the training loss is not higher
	NotBetter      = "no better than bigram" // than counting pairs of tokens
	StillImproving = "still improving"       // the held-out loss fell noticeably in the last fifth of the steps
	Learned        = "learned"               // near the known minimum, or no longer falling
)

// Verdict says in words how a training went, and what to do next. Losses are in nats per predicted token.
type Verdict struct {
	Kind      string     `json:"kind"`
	Text      string     `json:"text"`
	Next      string     `json:"next"`                // the next command, which the caller composes from Resume and Flags
	Memorised *Memorised `json:"memorised"`           // nil if the training did not lead to memorising
	Best      *Point     `json:"best"`                // the evaluation with the lowest held-out loss; nil if there is none
	Last      *Point     `json:"last"`                // the last evaluation; nil if there is none
	Gain      *float64   `json:"gain"`                // decrease of the held-out loss in the last fifth of the steps; nil if nothing is held out
	GainError *float64   `json:"gain_standard_error"` // nil likewise

	Resume bool     `json:"-"` // the next command resumes the run; otherwise it trains anew
	Flags  []string `json:"-"` // flags of the next command, such as "--lr 0.001". Without Resume and Flags it is none of `attend train`
}

// Memorised says in words how much of its training text a model reproduces. The numbers are those of [Memorisation].
type Memorised struct {
	Text string `json:"text"`
}

// Point is an evaluation during a training.
type Point struct {
	Step        int     `json:"step"`
	HeldOutLoss float64 `json:"heldout_loss"` // on the sample of held-out text
}

// Evidence is what a verdict is made from.
type Evidence struct {
	Metrics      []run.Metrics // the evaluations of the training, in the order of their steps
	Settings     run.Settings  // resolved
	Trained      int           // steps of the training as it is saved; the evaluations may go further, and are lost when it is resumed
	Step         int           // of the model that is shown
	Report       Report        // of that model
	Memorisation *Memorisation // of the weights of the last step; nil if not measured
	SampleTokens int           // predicted tokens of the held-out sample of an evaluation; 0: nothing is held out
	BatchTokens  int           // mean number of predicted tokens of a batch
	Noun         string        // of a token: word or character
	Stopped      bool          // before the training had ended by itself
}

// Thresholds, in nats per token unless stated. A loss that is d nats higher is a perplexity that is e^d times as high: 0.02 nats are
// 2 % of it, 0.3 nats 35 %.
const (
	// Where the mean losses of two checkpoints differ by d, the differences of single tokens have a variance of some 2 d: that of the
	// logarithm of the ratio of two distributions that are near each other. Measured on eleven pairs of models: 0.7 d to 3.5 d.
	differenceVariance = 2
	// Standard deviation, over tokens, of their losses in one checkpoint.
	tokenDeviation = 1.5

	clearly = 2.0 // standard errors of what is beyond noise: 1 case in 40 by chance
	surely  = 3.0 // the same for the largest of many values

	leastRise = 0.02 // of the held-out loss since its minimum: overfitted
	leastLead = 0.02 // of the held-out loss below that of the bigram
	nearFloor = 0.02 // of the held-out loss above that of the grammar, or above 0: learned, whatever it still gains

	// The decrease of the held-out loss in the last fifth of the steps: improving. It is small even early in learning, since with cosine
	// decay the learning rates of that fifth sum to about 1 % of the sum of all. It is not 0 when all is learned, since a lower rate
	// also ends the noise of large updates: 0.01 is usual. Half of it is enough where the last two fifths together gained much.
	leastGain    = 0.012
	leastTwoGain = 0.03

	worseThanStart = 0.1 // of the training loss above its start: diverged. The start is measured on other text
	leastJump      = 0.3 // of the training loss above its minimum at the end: diverged
	leastPeak      = 1.0 // of the highest training loss above its start and uniform, if it has not recovered: diverged
	lostShare      = 0.2 // of the decrease of the training loss, as the least that was lost again

	memorisedGap = 0.1 // of the training loss below the held-out one: without it, equal sentences are chance

	unusual = 5.0 // times the automatic learning rate, or one over it: such a rate is the first suspect
)

// Judge returns the verdict on a training.
func Judge(e Evidence) Verdict {
	j := newJudgement(e)
	v := Verdict{}
	if n := slices.IndexFunc(e.Metrics, func(m run.Metrics) bool { return m.Step > e.Trained }); n > 0 && !j.diverged(&v) {
		e.Metrics = e.Metrics[:n] // it was killed: judge what is saved
		j = newJudgement(e)
	}
	v = Verdict{Best: j.best, Last: j.last}
	if j.last != nil {
		v.Gain, v.GainError = &j.gain, &j.gainError
	}
	for _, kind := range []struct {
		name  string
		judge func(*Verdict) bool
	}{
		{Diverged, j.diverged}, {Unknown, j.unknown}, {Overfitted, j.overfitted}, {NotBetter, j.notBetter},
		{StillImproving, j.improving}, {Learned, j.learned},
	} {
		if kind.judge(&v) {
			v.Kind = kind.name
			break
		}
	}
	if r := e.Memorisation; r != nil && j.last != nil && j.heldOutLast-j.trainLast > memorisedGap && r.Memorised() {
		v.Memorised = &Memorised{r.Text(true)}
		if e.Step < r.Step {
			v.Memorised.Text += fmt.Sprintf(" That is so with the weights of step %s; the model has those of step %s.",
				printable.Thousands(r.Step), printable.Thousands(e.Step))
		}
	}
	return v
}

// judgement is the evidence with the numbers that are computed from it.
type judgement struct {
	Evidence
	points      []Point // the evaluations of held-out text
	best, last  *Point
	heldOutLast float64   // of the model of the last evaluation, on all held-out text
	gainError   float64   // standard error of gain
	gain        float64   // decrease of the held-out loss in the last fifth of the steps
	twoGain     float64   // in the last two fifths
	start       float64   // loss before training
	train       []float64 // training loss at each evaluation, a moving mean
	trainLast   float64   // of the model of the last evaluation
	trainNoise  float64   // standard error of the difference of two losses of train
	lastNoise   float64   // of trainLast; 0 where many sentences were measured
}

func newJudgement(e Evidence) *judgement {
	j := &judgement{Evidence: e, start: e.Report.Uniform, trainLast: e.Report.TrainLoss}
	n := len(e.Metrics)
	if n == 0 {
		return j
	}
	window := min(max(n/8, 1), 5) // evaluations in the moving mean
	for i := range e.Metrics {
		part := e.Metrics[max(min(i, 1), i-window+1) : i+1] // without step 0
		sum := 0.0
		for _, m := range part {
			sum += m.Loss
		}
		j.train = append(j.train, sum/float64(len(part)))
	}
	j.start = j.train[0]
	j.trainNoise = math.Sqrt2 * tokenDeviation / math.Sqrt(float64(max(1, e.BatchTokens*window)))
	last := e.Metrics[n-1]
	if e.Step < last.Step { // the report is of an earlier model
		j.trainLast, j.lastNoise = j.train[n-1], j.trainNoise
	}
	for _, m := range e.Metrics {
		if m.HeldOutLoss != nil {
			j.points = append(j.points, Point{m.Step, *m.HeldOutLoss})
		}
	}
	points := j.points
	if e.SampleTokens == 0 || e.Report.HeldOutReport == nil || len(points) == 0 {
		return j
	}
	j.heldOutLast = e.Report.HeldOutLoss
	j.last = &points[len(points)-1]
	j.best = j.last
	for i, p := range slices.Backward(points) {
		if p.HeldOutLoss < j.best.HeldOutLoss {
			j.best = &points[i]
		}
		if p.Step == e.Step { // the difference of the sample and all held-out text is that of the model that is shown
			j.heldOutLast = e.Report.HeldOutLoss + j.last.HeldOutLoss - p.HeldOutLoss
		}
	}
	j.gain = heldOutAt(points, 0.8*float64(j.last.Step)) - j.last.HeldOutLoss
	j.twoGain = heldOutAt(points, 0.6*float64(j.last.Step)) - j.last.HeldOutLoss
	j.gainError = j.standardError(j.gain)
	return j
}

// standardError returns that of a difference of two held-out losses.
func (j *judgement) standardError(difference float64) float64 {
	return math.Sqrt(differenceVariance * math.Abs(difference) / float64(j.SampleTokens))
}

// heldOutAt returns the held-out loss at a step between two evaluations, by linear interpolation in the logarithm of the step: losses
// fall fast at first and slowly later.
func heldOutAt(points []Point, step float64) float64 {
	i := max(1, slices.IndexFunc(points, func(p Point) bool { return float64(p.Step) >= step }))
	if i >= len(points) {
		return points[0].HeldOutLoss
	}
	a, b := points[i-1], points[i]
	part := math.Log((step+1)/float64(a.Step+1)) / math.Log(float64(b.Step+1)/float64(a.Step+1))
	return a.HeldOutLoss + part*(b.HeldOutLoss-a.HeldOutLoss)
}

// largestChange returns the largest change of the held-out loss from one evaluation to the next in the last two fifths of the steps, in
// the direction of sign; 0 if there is none. A trend is beyond the scatter of the evaluations if it exceeds the changes against it.
func (j *judgement) largestChange(sign float64) float64 {
	largest := 0.0
	for i := 1; i < len(j.points); i++ {
		if float64(j.points[i-1].Step) >= 0.6*float64(j.last.Step) {
			largest = max(largest, sign*(j.points[i].HeldOutLoss-j.points[i-1].HeldOutLoss))
		}
	}
	return largest
}

// diverged reports whether the training loss ended above uniform or its start, above its minimum by a good part of what it had fallen, or
// rose far above its start and ended no better than counting. The held-out loss alone is no sign: overfitting raises it without limit.
func (j *judgement) diverged(v *Verdict) bool {
	if len(j.train) < 2 {
		return false
	}
	uniform := j.Report.Uniform
	top := max(uniform, j.start) // which a model that hardly learns stays below
	if j.highRate() {
		top = uniform
	}
	jump := leastJump + surely*j.trainNoise
	low, peak := 0, 1
	for i, loss := range j.train {
		if loss <= j.train[low] {
			low = i
		}
		if i > 0 && loss > j.train[peak] {
			peak = i
		}
	}
	lost := max(jump, lostShare*(j.start-j.train[low]))
	recovered := uniform / 2
	if r := j.Report; j.last != nil {
		recovered = (r.Baselines.Unigram + r.Baselines.Bigram) / 2 // halfway to the bigram, of the training loss
	}
	cause := ""
	switch {
	case j.trainLast > top+worseThanStart+clearly*j.lastNoise:
		cause = fmt.Sprintf("at the end the loss on its training text is %s, "+
			"worse than %.2f, which it would be if every %s were equally likely",
			j.nats(j.trainLast), uniform, j.Noun)
	case j.train[peak] > max(uniform, j.start)+leastPeak+surely*j.trainNoise && j.trainLast > recovered:
		cause = fmt.Sprintf("at step %s the loss on its training text was %.2f nats, and it would be %.2f if every %s were equally likely. "+
			"It has not recovered: the loss at the end is %s",
			printable.Thousands(j.Metrics[peak].Step), j.train[peak], uniform, j.Noun, j.nats(j.trainLast))
	case j.trainLast > j.train[low]+lost && (j.last == nil || j.last.HeldOutLoss > j.best.HeldOutLoss+lost/2):
		cause = fmt.Sprintf("the loss on its training text was down to %.2f nats at step %s and rose to %s",
			j.train[low], printable.Thousands(j.Metrics[low].Step), j.nats(j.trainLast))
	default:
		return false
	}
	v.Flags = j.Settings.Training().StablerFlags()
	v.Text = fmt.Sprintf("It diverged: %s.%s Its updates were too large: a lower learning rate makes them smaller.", cause, j.kept())
	return true
}

// unknown reports whether nothing is held out.
func (j *judgement) unknown(v *Verdict) bool {
	if j.last != nil {
		return false
	}
	v.Flags = []string{"--holdout 0.1", "--keep " + run.KeepBest} // without held-out text the run keeps the last
	v.Text = fmt.Sprintf("No text was held out, so it cannot be known what the model does with sentences it never saw, "+
		"nor whether it overfitted. On its training text the loss is %s.", j.nats(j.Report.TrainLoss))
	return true
}

// overfitted reports whether the held-out loss rose after its minimum although the training loss stayed below it.
func (j *judgement) overfitted(v *Verdict) bool {
	rise := j.last.HeldOutLoss - j.best.HeldOutLoss
	least := max(leastRise, clearly*j.standardError(rise), j.largestChange(-1))
	if rise < least || j.trainLast > j.last.HeldOutLoss-rise/2 {
		return false
	}
	worse := ""
	if bigram := j.Report.Baselines.Bigram; j.heldOutLast > bigram {
		worse = fmt.Sprintf(", worse than the %.2f of counting pairs of %ss (bigram)", bigram, j.Noun)
	}
	v.Text = fmt.Sprintf("It overfitted: on text it never saw the loss was lowest at step %s (%s) and has risen to %.2f since%s.%s "+
		"More text helps most; otherwise fewer steps, --dropout or a smaller --dim.",
		printable.Thousands(j.best.Step), j.nats(j.heldOutLast-rise), j.heldOutLast, worse, j.kept())
	// With cosine decay the mean learning rate is half of the maximum, so that the same decrease of the loss takes twice the steps.
	if steps := 2 * max(j.best.Step, 1); steps < j.Settings.Steps {
		v.Flags = append(v.Flags, fmt.Sprintf("--steps %d", steps))
	}
	if dropout := 0.2; j.Settings.Dropout < dropout {
		v.Flags = append(v.Flags, fmt.Sprintf("--dropout %g", dropout))
	}
	if v.Flags == nil {
		v.Flags = []string{fmt.Sprintf("--steps %d", max(j.best.Step, 1))}
	}
	if j.Settings.Keep != run.KeepBest {
		v.Flags = append(v.Flags, "--keep "+run.KeepBest)
	}
	return true
}

// kept says which weights are the model where they are not the last; "" where they are.
func (j *judgement) kept() string {
	if j.last == nil || j.Settings.Keep != run.KeepBest {
		return ""
	}
	kept := j.points[0]
	for _, p := range j.points {
		if p.Step <= j.Trained && p.HeldOutLoss <= kept.HeldOutLoss {
			kept = p
		}
	}
	switch kept.Step {
	case j.last.Step:
		return ""
	case 0:
		return " The weights of step 0 are kept: the model is untrained."
	}
	return fmt.Sprintf(" The weights of step %s are kept.", printable.Thousands(kept.Step))
}

// notBetter reports whether the model predicts held-out text no better than counted pairs do, or than equal probabilities, which are
// better than these in a text of a few sentences.
func (j *judgement) notBetter(v *Verdict) bool {
	b, than, of := j.Report.Baselines.Bigram, "counting pairs of "+j.Noun+"s", "the bigram"
	if uniform := j.Report.Baselines.Uniform; uniform < b {
		b, than, of = uniform, "taking every "+j.Noun+" for equally likely", "uniform"
	}
	if j.Report.HeldOutLoss < b-leastLead || j.Report.HeldOutLoss < nearFloor { // no loss is below 0
		return false
	}
	s := j.Settings
	usual := s.AutomaticRate()
	var rate []string // of a model of another size
	if s.LR == usual {
		rate = []string{"--lr 0"}
	}
	advice := ""
	switch {
	case j.Stopped:
		v.Resume, advice = true, "It was stopped before its last step."
	case s.LR < usual/unusual && (j.start-j.heldOutLast < (j.start-b)/2 || !j.gains()):
		v.Flags, advice = []string{fmt.Sprintf("--lr %.3g", 10*s.LR)}, "It learns slowly: a higher learning rate makes its updates larger."
	case j.highRate():
		v.Flags, advice = s.Training().StablerFlags(), "Its learning rate may be too high."
	case j.gains():
		v.Resume, v.Flags = true, j.moreSteps()
		advice = fmt.Sprintf("It is still improving (%.3f nats in the last fifth of the steps): more steps help.", j.gain)
	case s.Dim < 32:
		v.Flags, advice = []string{fmt.Sprintf("--dim %d --hidden 0", 4*s.Dim)}, "It may be too small."
		v.Flags = append(v.Flags, rate...)
	default:
		v.Flags = append([]string{fmt.Sprintf("--layers %d --steps %d", s.Layers+1, 2*s.Steps)}, rate...)
		advice = fmt.Sprintf("More text, more layers or more steps may help. "+
			"Where a %s depends only on the one before it, no model is better.", j.Noun)
	}
	v.Text = fmt.Sprintf("It is no better than %s: on text it never saw its loss is %s, that of %s %.2f.%s %s",
		than, j.nats(j.Report.HeldOutLoss), of, b, j.kept(), advice)
	return true
}

// highRate reports whether the learning rate is much higher than the automatic one.
func (j *judgement) highRate() bool {
	return j.Settings.Optimizer == train.AdamW && j.Settings.LR > unusual*j.Settings.AutomaticRate()
}

// gains reports whether the held-out loss fell in the last fifth of the steps.
func (j *judgement) gains() bool {
	enough := j.gain > leastGain || j.gain > leastGain/2 && j.twoGain > leastTwoGain
	return enough && j.gain > max(clearly*j.gainError, j.largestChange(1))
}

// moreSteps returns the flags of a run that is resumed for as many steps as it has made.
func (j *judgement) moreSteps() []string {
	if j.Stopped {
		return nil
	}
	return []string{fmt.Sprintf("--steps %d", 2*j.Settings.Steps)}
}

// improving reports whether the held-out loss still falls and is not near its known minimum.
func (j *judgement) improving(v *Verdict) bool {
	near := j.Report.Excess != nil && *j.Report.Excess < nearFloor || j.Report.HeldOutLoss < nearFloor
	if near || !j.gains() {
		return false
	}
	v.Resume, v.Flags = true, j.moreSteps()
	v.Text = fmt.Sprintf("It is still improving: in the last fifth of the steps the loss on text it never saw fell by %.3f to %s. "+
		"More steps will lower it further.", j.gain, j.nats(j.heldOutLast))
	return true
}

// learned is what is left.
func (j *judgement) learned(v *Verdict) bool {
	r := j.Report
	v.Text = fmt.Sprintf("It learned: on text it never saw the loss is %s, ", j.nats(r.HeldOutLoss))
	switch {
	case r.Excess == nil:
		v.Text += fmt.Sprintf("%s Counting pairs of %ss (bigram) has %.2f, counting triples (trigram) %.2f.",
			j.flat(), j.Noun, r.Baselines.Bigram, r.Baselines.Trigram)
	case *r.Excess < nearFloor:
		side := "above"
		if *r.Excess < 0 { // as it can be on a sample
			side = "below"
		}
		v.Text += fmt.Sprintf("%.3f %s that of the grammar that drew the text, the least that can be expected.", math.Abs(*r.Excess), side)
	default:
		advice := "another model may come nearer"
		if j.Settings.Positions == "none" && j.Settings.Layers == 1 {
			advice = "without positions one layer knows which words came before and not in which order; " +
				"--positions learned or --layers 2 comes nearer"
		}
		v.Text += fmt.Sprintf("%s It is %.2f above that of the grammar that drew the text, the least that can be "+
			"expected: %s.", j.flat(), *r.Excess, advice)
	}
	return true
}

// flat says that the held-out loss no longer falls, or that what it fell by is no more than chance.
func (j *judgement) flat() string {
	if j.gain > leastGain {
		return fmt.Sprintf("and it hardly falls: by %.3f in the last fifth of the steps, which can be chance on %s.",
			j.gain, printable.Count(j.SampleTokens, "held-out "+j.Noun))
	}
	return "and it no longer falls."
}

// nats writes a loss with its perplexity in words.
func (j *judgement) nats(loss float64) string {
	p := math.Exp(loss)
	switch {
	case p < 1.095:
		return fmt.Sprintf("%.2f nats, nearly sure of each %s", loss, j.Noun)
	case p < 9.95:
		return fmt.Sprintf("%.2f nats, as unsure as between %.1f %ss", loss, p, j.Noun)
	case p < 1e9:
		return fmt.Sprintf("%.2f nats, as unsure as between %s %ss", loss, printable.Thousands(p), j.Noun)
	}
	return fmt.Sprintf("%.4g nats", loss)
}

// NewEvidence collects the evidence on a run: its evaluations, and what was measured of the model that is shown.
func NewEvidence(r *run.Run, corpus *data.Corpus, report Report, memorisation Memorisation, metrics []run.Metrics) Evidence {
	_, mean := corpus.Train.RowLengths(r.Config.Context)
	batch := int(mean * float64(r.Settings.Batch))
	return Evidence{
		Metrics: metrics, Settings: r.Settings, Trained: r.Trained, Step: r.Step, Report: report, Memorisation: &memorisation,
		SampleTokens: corpus.FirstHeldOut(r.EvaluationRows(corpus.HeldOut), r.Config.Context).HeldOut.Predictions(), BatchTokens: batch,
		Noun: corpus.Vocabulary.Tokenizer().Noun(), Stopped: !r.Finished(),
	}
}
