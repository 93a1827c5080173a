package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/layers"
)

func newWhy(p *program) *cobra.Command {
	var asked analysis.Question
	cmd := &cobra.Command{
		Use:   "why SENTENCE",
		Short: "attended to and mattered, side by side",
		Long: `Show for one prediction what each word was attended to beside what it did: what the probability
of the predicted word loses when the edge to a word is cut (its weight set to 0, the row shared out
anew), when the word is replaced by each other of its kind (in the built-in savanna) or by <unk>,
and when a head is switched off (its output replaced by its mean over held-out text).

By default the likeliest next word is explained; --word asks for another, --place for a word of the
sentence itself. Effects are in nats of log-probability: 0.69 halves it, 2.3 leaves a tenth.` + indexBase,
		Example: `  attend why "The lion saw the zebra near the"
  attend why "The lion saw the zebra near the" --word cave
  attend why "The lions from the valley are hungry" --place 6
  attend why "The lion saw the zebra near the" --format json`,
	}
	f := cmd.Flags()
	f.StringVar(&asked.Word, "word", "", "explain the probability of this word (default: the likeliest, or the one at --place)")
	numberFlag(f, &asked.Position, "place", 0, between(0, 1e6),
		"explain the prediction of this word of the sentence, from 1 (0: the one after the last)")
	return p.runCommand(cmd, runCommand{check: oneSentence, find: func(q *request) (finding, error) {
		asked.Text = q.args[0]
		return p.why(q, asked)
	}})
}

// why answers a question. Without the training text it does so without the heads, and says so.
func (p *program) why(q *request, asked analysis.Question) (finding, error) {
	var means analysis.HeadMeans
	corpus, missing := p.textOf(q.run)
	if missing == nil {
		means, missing = analysis.NewHeadMeans(q.run, corpus)
	}
	if diverged := new(layers.NotFiniteError); errors.As(missing, &diverged) {
		return finding{}, missing
	}
	y, err := analysis.Why(q.run, asked, means)
	if err != nil {
		return finding{}, fmt.Errorf("%s: %w", printable.Quote(asked.Text), err)
	}
	note := readingNote(q.run)
	if missing != nil {
		note = "heads are not switched off, since that takes the training text: " + message(missing) + "\n" + note
	}
	return drawn(y, text.Why, note), nil
}
