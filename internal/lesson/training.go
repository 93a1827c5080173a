package lesson

import (
	"context"
	"fmt"
	"io"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/text"
	"attend/internal/run"
)

// training is chapter 8: the reader's own model, and its answer to the question of chapter 1.
func (c *Course) training(ctx context.Context, show Show) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	floor, err := c.floor()
	if err != nil {
		return err
	}
	count := int(settings.Model(c.corpus.Vocabulary.Len()).ParameterCount())
	if err := show(
		Paragraph(fmt.Sprintf("Now a whole model, from random numbers to \"river\": %s sentences of the savanna, one layer of four heads, with a small network behind it that works on each word by itself (the feed-forward network), vectors of 32 numbers, %s numbers to learn in all. It predicts each next word as a probability for every word it knows; the loss is minus the logarithm of what it gave to the word that came. Given for certain it costs 0, given one half it costs 0.69, given one hundredth it costs 4.6.", counted(len(c.corpus.TrainText)), counted(count))),
		Paragraph("Training is one small correction after the other, 1,500 of them: take 32 sentences, measure the loss, ask by the gradient in which direction each number makes it smaller, and move it a little that way. Nobody tells the model about animals, places, or where to look."),
		Paragraph(fmt.Sprintf("How far down can the loss go? Much of a sentence is chance: who acts, which verb, whether it is dawn. The savanna's grammar is known, so this chance can be computed: %.3f nats a word (a nat is the unit of a loss). This is the entropy of the text, and it is a floor.", floor)),
		Question{
			Ask:     "Which loss on sentences it has never seen is the best an honest model can hope for?",
			Choices: []string{"0, if it trains for long enough", fmt.Sprintf("about %.2f", floor), "none: sentences it has not seen cannot be predicted"},
			Right:   1,
			Because: "Chance cannot be learned. But what is not chance, the grammar and its rules, carries over to new sentences. Below the floor something is wrong, as in chapter 6.",
		},
	); err != nil {
		return err
	}
	r, evaluations, err := c.train(ctx)
	if err != nil {
		return err
	}
	report, err := analysis.Evaluate(r, c.corpus)
	if err != nil {
		return err
	}
	progress := Table{Head: []string{"step", "loss on new sentences", "above the floor"}}
	for i := range min(shownEvaluations, len(evaluations)) {
		e := evaluations[i*(len(evaluations)-1)/max(1, min(shownEvaluations, len(evaluations))-1)]
		progress.Rows = append(progress.Rows, []string{counted(e.step), fmt.Sprintf("%.3f", e.loss), fmt.Sprintf("%.3f", e.loss-floor)})
	}
	if err := show(progress, bars(losses(report)),
		Paragraph(fmt.Sprintf("Your model is %.3f above the floor, on %s sentences that were kept from training: nearly all that can be known of a next word it knows. A model that looks at the last word alone stays far above.", report.HeldOutLoss-floor, counted(report.Sentences))),
	); err != nil {
		return err
	}
	m, err := mapWith(r, river, 3)
	if err != nil {
		return err
	}
	return c.answer(r, m, show)
}

// shownEvaluations is how many of the evaluations of the training are listed, the first and the last among them.
const shownEvaluations = 7

// answer ends chapter 8: what the trained model says of the river sentence.
func (c *Course) answer(r *run.Run, m attention.Map, show Show) error {
	picture, err := mapOf(m, attention.Source{Run: shownPath(r), Step: r.Step}, mean())
	if err != nil {
		return err
	}
	last := len(m.Tokens) - 1
	heads := Table{Caption: "The last row head by head: what each looks at most.", Head: []string{"head", "looks at", "weight", "then at", "weight"}, Words: 2}
	for head := range m.Attention[0] {
		row := make([]float64, last+1)
		for key, w := range m.Attention[0][head][last] {
			row[key] = float64(w)
		}
		links := attention.Links(row, 2)
		heads.Rows = append(heads.Rows, []string{fmt.Sprint(head + 1), m.Tokens[links[0].Key], fmt.Sprintf("%.2f", links[0].Weight), m.Tokens[links[1].Key], fmt.Sprintf("%.2f", links[1].Weight)})
	}
	row := m.Mean(attention.All, attention.All)[last]
	top := attention.Links(row, 2)
	if err := show(
		Paragraph("And this is its answer to the question of chapter 1, the map that was all alike there:"),
		picture,
		Printout{func(w io.Writer, o text.Options) error { return text.Predictions(w, m.Next, o) }},
	); err != nil {
		return err
	}
	return show(heads,
		Paragraph(fmt.Sprintf("In the mean of the heads the last row looks most at %s and %s. Nobody told it what to look at: it found out because looking there made the loss smaller. Not every head has a task in every sentence; one without looks here and there.", printable.Quote(m.Tokens[top[0].Key]), printable.Quote(m.Tokens[top[1].Key]))),
		Paragraph("Your model is kept in "+shownPath(r)+". Everything about it can be asked:"),
		Try{
			{"attend inspect --run " + shownPath(r) + " \"The lions from the valley are\"", "the map of any sentence: here the number of the subject decides"},
			{"attend eval --run " + shownPath(r), "its losses, and how well it keeps the rules of the savanna"},
			{"attend complete --run " + shownPath(r) + " \"The lion\" --samples 5", "let it write"},
			{"attend lesson 9", "the next chapter"},
		},
	)
}

// losses are those of a model beside those of models that know less, and the floor.
func losses(r analysis.Report) render.Bars {
	b := render.Bars{Title: "Loss on new sentences, in nats a word"}
	add := func(name string, loss float64) {
		b.Bars = append(b.Bars, render.Bar{Name: name, Value: loss, Text: fmt.Sprintf("%.3f", loss)})
	}
	if r.Entropy != nil {
		add("the floor", *r.Entropy)
	}
	add("your model", r.HeldOutLoss)
	add("knows the last word", r.Baselines.Bigram)
	add("knows common words", r.Baselines.Unigram)
	add("knows nothing", r.Baselines.Uniform)
	return b
}

// counted writes a whole number with a comma every three digits.
func counted(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
