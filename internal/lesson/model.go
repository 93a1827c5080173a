package lesson

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/run"
	"attend/layers"
)

// ModelName is the name of the run that the lesson trains.
const ModelName = "lesson"

const runsFolder = "runs" // as the commands of the lesson spell it

// newModel returns the lesson's model as it is before training.
func (c *Course) newModel() (*run.Run, error) {
	config := c.settings.Model(c.corpus.Vocabulary.Len())
	weights, err := layers.NewParameters(config, c.settings.Seed)
	r := &run.Run{Path: "untrained model", Settings: c.settings, Vocabulary: c.corpus.Vocabulary, Config: config, Parameters: weights}
	return r, err
}

// mapOf returns the map of a sentence in a run.
func mapOf(r *run.Run, sentence string, predictions int) (attention.Map, error) {
	session, err := r.NewSession(1)
	if err != nil {
		return attention.Map{}, err
	}
	defer session.Close()
	return session.Map(sentence, predictions)
}

// inspect returns what a run makes of a sentence: its map, also as a picture, and its predictions.
func inspect(r *run.Run, name, sentence string) (attention.Map, values, error) {
	m, err := mapOf(r, sentence, 3)
	if err != nil {
		return m, nil, err
	}
	return m, values{"map": pictured(m, attention.Source{Run: name, Step: r.Step}, attention.All), "next": m.Next, "run": name}, nil
}

// whatIs is chapter 1: the river sentence, which words decide, and a model that does not know yet.
func (c *Course) whatIs(context.Context) (values, error) {
	_, v, err := inspect(c.untrained, c.untrained.Path, cmp.Or(c.Sentence, river))
	if err != nil {
		return nil, err
	}
	var sentences []values
	for _, beginning := range []string{"the lion saw the zebra near the", "the hyena saw the zebra near the",
		"the lion chased the zebra near the", "the lion saw the hyena near the", "the lion saw the zebra under the"} {
		next, ok := data.SavannaGrammar().NextWord(strings.Fields(beginning))
		if !ok || len(next) != 1 {
			return nil, fmt.Errorf("the grammar does not decide what follows %q", beginning)
		}
		for word := range next {
			sentences = append(sentences, values{"beginning": beginning, "next": word})
		}
	}
	v["sentences"] = sentences
	return v, nil
}

// training is chapter 8: the reader's own model, and its answer to the question of chapter 1.
func (c *Course) training(ctx context.Context) (values, error) {
	floor, err := analysis.GrammarLoss(c.corpus)
	var losses []values
	for _, n := range []float64{1, 2, 10, 100} {
		probability := "1"
		if n > 1 {
			probability = fmt.Sprintf("1/%.0f", n)
		}
		losses = append(losses, values{"probability": probability, "loss": math.Log(n)})
	}
	return values{
		"losses": losses, "sentences": c.corpus.TrainText.Len(), "parameters": int(c.untrained.Config.ParameterCount()), "floor": floor,
		"choices": math.Exp(floor), "updates": c.settings.Steps, "batch": c.settings.Batch,
		"epochs":   float64(c.settings.Steps*c.settings.Batch) / float64(c.corpus.TrainText.Len()),
		"training": func() (values, error) { return c.trained(ctx, floor) },
		"answer":   c.answer,
	}, err
}

// shownEvaluations is how many of the evaluations of the training are listed, the first and the last among them.
const shownEvaluations = 7

// trained trains the model and lists its losses.
func (c *Course) trained(ctx context.Context, floor float64) (values, error) {
	evaluations, err := c.train(ctx)
	if err != nil {
		return nil, err
	}
	report, err := analysis.Evaluate(c.model, c.corpus)
	var steps []values
	shown := min(shownEvaluations, len(evaluations))
	for i := range shown {
		e := evaluations[i*(len(evaluations)-1)/max(1, shown-1)]
		steps = append(steps, values{"step": e.step, "loss": e.loss, "above": e.loss - floor})
	}
	var losses render.Series
	for _, e := range evaluations {
		losses.Points = append(losses.Points, render.Point{X: float64(e.step), Y: e.loss})
	}
	chart := render.Chart{Title: "Loss while training", X: render.Axis{Title: "step"},
		Y:      render.Axis{Title: "loss on new sentences, nats per word"},
		Series: []render.Series{losses}, Levels: []render.Level{{Name: "the floor", Y: floor, Style: render.AllStyles}}}
	return values{
		"steps": steps, "curve": curve(chart), "loss": report.HeldOutLoss, "above": report.HeldOutLoss - floor,
		"newSentences": report.Sentences, "lastWord": report.Baselines.Bigram, "nothing": report.Baselines.Uniform,
	}, err
}

// answer is what the trained model says of the river sentence.
func (c *Course) answer() (values, error) {
	m, v, err := inspect(c.model, shownPath(c.model), river)
	if err != nil {
		return nil, err
	}
	_, before, err := inspect(c.untrained, "your model before training", river)
	if err != nil {
		return nil, err
	}
	y, err := analysis.Why(c.model, analysis.Question{Text: river}, nil)
	if err != nil {
		return nil, err
	}
	var removed []values
	for _, w := range y.Words {
		removed = append(removed, values{"word": placed(y, w), "attention": w.Attention,
			"probability": y.Probability * math.Exp(-*w.AttentionRemoved)})
	}
	v["before"], v["target"], v["probability"], v["removed"] = before["map"], printable.Quote(y.Target), y.Probability, removed
	last := len(m.Tokens) - 1
	var heads []values
	for head := range m.Attention[0] {
		links := attention.Links(m.Mean(0, head)[last], 2)
		heads = append(heads, values{"head": head + 1, "most": m.Tokens[links[0].Key], "weight": links[0].Weight,
			"second": m.Tokens[links[1].Key], "secondWeight": links[1].Weight})
	}
	v["heads"] = heads
	return v, nil
}

// home returns the folder of the lesson's model, the first of lesson, lesson-2, lesson-3 that is not there or that
// holds this very training, and the model, if there is one.
func (c *Course) home(s run.Settings) (path string, there *run.Run, err error) {
	path = filepath.Join(c.runs, ModelName)
	for i := 2; ; i++ {
		if _, err := os.Stat(path); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			return path, nil, err
		}
		if r, err := run.Open(path); err == nil && r.Settings == s {
			return path, r, nil
		}
		path = filepath.Join(c.runs, fmt.Sprintf("%s-%d", ModelName, i))
	}
}

// shownPath is how commands name the model's folder.
func shownPath(r *run.Run) string { return runsFolder + "/" + filepath.Base(r.Path) }

// evaluation is the loss on all held-out sentences after some updates.
type evaluation struct {
	step int
	loss float64
}

// train trains the model of the lesson and evaluates it now and then. Equal settings give equal bytes: where the model
// is there and finished, the second training is done aside and kept nowhere, so that an interrupted
// one costs nothing.
func (c *Course) train(ctx context.Context) (evaluations []evaluation, err error) {
	path, there, err := c.home(c.settings)
	if err != nil {
		return nil, err
	}
	finished := there != nil && there.Finished()
	if finished {
		aside, err := os.MkdirTemp("", "attend-lesson-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(aside)
		path = filepath.Join(aside, ModelName)
	}
	t, err := run.Start(path, c.settings, c.corpus, there != nil && !finished)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	build := func(o layers.Options) (*layers.Graph, error) { return layers.New(t.Config, t.Parameters, o) }
	var failed error
	evaluate := func(step int) {
		loss, err := c.heldOutLoss(build)
		evaluations, failed = append(evaluations, evaluation{step, loss}), errors.Join(failed, err)
	}
	evaluate(0)
	report := c.Progress
	if report == nil {
		report = func(*run.Progress) {}
	}
	err = t.Train(ctx, func(p run.Progress) {
		if p.Evaluated = p.Evaluated && p.Step.Step%c.settings.EvalInterval == 0; p.Evaluated {
			evaluate(p.Step.Step)
		}
		p.HeldOutLoss = nil // the training's is of a sample
		if len(evaluations) > 1 {
			p.HeldOutLoss = &evaluations[len(evaluations)-1].loss
		}
		report(&p)
	})
	report(nil)
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	if c.model = t.Model(); finished {
		c.model = there
	}
	return evaluations, nil
}

// known returns the model of the lesson if it was trained to the end, else nil.
func (c *Course) known() (*run.Run, error) {
	if c.model == nil {
		_, there, err := c.home(c.settings)
		if err != nil || there == nil || !there.Finished() {
			return nil, err
		}
		c.model = there
	}
	return c.model, nil
}
