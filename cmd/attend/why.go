package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/layers"
)

func newWhy(p *program) *cobra.Command {
	var asked analysis.Question
	var marked causesFile
	cmd := &cobra.Command{
		Use:   "why SENTENCE",
		Short: "why a word is predicted: attention weights and ablation effects",
		Long: `Show, for one prediction, the attention to each word and the effect of the word.
An effect is the decrease of the log-probability of the predicted word, in nats:

  attention removed   the predicting token's weights to it are set to 0, renormalised
  word replaced       by its substitutes in the savanna, or else by words that the
                      training text has between the same two words (or after or
                      before the same word): at most 12 of them, the mean
  head ablated        its output is replaced by its mean over held-out text, or by
                      its outputs at random tokens of it (resample ablation)

0.69 nats halve a probability, 2.3 nats divide it by 10. A word is judged by the
effect that nine in ten of its replacements have at least: the mean is large, too,
where a few of them would decide the prediction themselves. Effects below the noise
floor are ties: it is 10 times the median effect of random words in held-out text,
from 0.1 to 0.69 nats. If removing the attention to a word has no effect, tests say
why: removed together with another word, by all later tokens, or a prediction that
is certain already. Of a sentence of more than 128 tokens some words are replaced.

By default the most likely next word is explained. --word explains another word,
--position a word of the sentence. --against compares it with a word, or with the
` + analysis.RunnerUp + `: effects on the difference of the two logits.

--causes names a file of sentences whose cause words are known: those of the
sentence that begins with the words before the predicted one are marked.` + causesHelp + namingHelp + indexBase,
		Example: `  attend why "The lion saw the zebra near the"
  attend why "The lion saw the zebra near the" --word cave
  attend why "The lion saw the zebra near the" --against cave
  attend why "The lions from the valley are hungry" --position 6
  attend why "The lion saw the zebra near the" --causes rules.txt
  attend why "The lion saw the zebra near the" --format json`,
	}
	f := cmd.Flags()
	wordFlag(f, &asked.Word, "word", "explain the probability of this word (default: the most likely, or the one at --position)")
	f.Var((*position)(&asked.Position), "position", "explain the prediction of the word at this position, from 1 (0: the one after the last)")
	wordFlag(f, &asked.Against, "against", "show the effects on the logit difference to this word too, or to the "+analysis.RunnerUp)
	renamed(f, "place", "position")
	causesFlag(f, &marked, "sentences whose cause words are marked")
	return p.runCommand(cmd, runCommand{check: oneSentence, find: func(q *request) (finding, error) {
		asked.Text = q.args[0]
		return p.why(q, asked, marked)
	}})
}

// why answers a question, with the cause words that the file of marked sentences names, or the grammar of the text. Without the
// training text it does so with what needs no text, and says so.
func (p *program) why(q *request, asked analysis.Question, marked causesFile) (finding, error) {
	c, err := p.causesOf(marked, q.run)
	if err != nil {
		return finding{}, err
	}
	rule, ok, err := analysis.RuleAt(q.run, asked, c.marked)
	if err != nil {
		return finding{}, fmt.Errorf("%s: %w", printable.Quote(asked.Text), err)
	}
	if c.marked != nil && !ok {
		return finding{}, c.in(fmt.Errorf("no sentence of it has %s before its decided word: mark one, or leave the flag out",
			printable.Quote(asked.Text)))
	}
	q.unknown = slices.Concat(q.unknown, unknownUpTo(q.run, asked.Text, asked.Position), c.unknown)
	if ok {
		asked.Causes = &rule
	}
	var reference *analysis.Reference
	corpus, missing := p.textOf(q.run)
	if missing == nil {
		p.noteMeasured(corpus)
		reference, missing = analysis.NewReference(q.run, corpus)
	}
	if diverged := new(layers.NotFiniteError); errors.As(missing, &diverged) {
		return finding{}, missing
	}
	y, err := analysis.Why(q.run, asked, reference)
	if err != nil {
		return finding{}, fmt.Errorf("%s: %w", printable.Quote(asked.Text), err)
	}
	p.noteShortened(q.run, asked.Text)
	note := readingNote(q.run)
	if missing != nil {
		note = "heads are not ablated, and only words of the savanna are replaced, since both need the training text: " + message(missing) + "\n" + note
	}
	return drawn(y, text.Why, note), nil
}
