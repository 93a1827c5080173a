package main

import (
	"io"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/render/text"
)

func newHeads(p *program) *cobra.Command {
	var marked causesFile
	cmd := &cobra.Command{
		Use:   "heads",
		Short: "what each head attends to, with examples and its ablation effect",
		Long: `Name each head for what it attends to over held-out text:

  previous token    the token before
  current token     the token itself
  fixed offset      the token exactly so many before, 2 or more
  duplicate token   an earlier mention of the same token
  induction         what followed an earlier mention of the same token
  first token       the first of the sentence
  attention sink    <s>, the start of the sentence
  fixed position    the token at one position of every sentence
  some words        a punctuation mark, or a small set of words
  cause words       of a rule of the savanna, or of one of your own (--causes)

or else for spreading its attention broadly, or for having no single pattern.

Each score is a part of the head's attention. It is compared with that of
uniform attention, and with that on random words: each word of a sentence is
replaced by a random one, equal words by equal ones. A pattern that depends on
the position alone, or on what repeats, is there too; one that depends on the
words is not.

Where a head attends to what it is named for is not everywhere. So a score is
weighted by what it costs to ablate the head at each word: words at which it
costs 0.3 nats or more count, by their cost. In earlier layers that cost is
measured at some words only. The next number is the attention over all tokens,
<s> included. A head whose ablation costs nothing is named by the plain scores.

The effect of ablation is the rise of the loss over the whole text, negative
where it falls: if the head's output is replaced by its mean (mean ablation),
and by that of randomly drawn words (resample ablation). Copying says for how
many words the head, attending to a word, raises the logit of that word: the
path from the embedding through the head's value and output projections to the
unembedding, without biases (Elhage et al. 2021). The normalized entropy says
how widely a head spreads its attention: 0 if all is on one token, 1 if it is
uniform.

A large vocabulary or a long context is measured on fewer words: the last line
says on how many. A head may do more than its name says: --format json has all
numbers.

--causes measures on sentences of your own, and on the cause words of their rules.` + causesHelp + indexBase,
		Example: `  attend heads
  attend heads --causes rules.txt
  attend heads --run runs/savanna --format json`,
		Args: noArguments,
	}
	causesFlag(cmd.Flags(), &marked, "measure on sentences whose cause words are marked")
	return p.runCommand(cmd, runCommand{find: func(q *request) (finding, error) {
		corpus, err := p.textOf(q.run)
		if err != nil {
			return finding{}, err
		}
		p.noteMeasured(corpus)
		c, err := p.causesOf(marked, q.run)
		if err != nil {
			return finding{}, err
		}
		rules, err := p.rulesOf(c, q, corpus)
		if err != nil {
			return finding{}, err
		}
		heads, err := analysis.Heads(q.run, corpus, rules)
		tokens := text.Tokens{Noun: q.run.Vocabulary.Tokenizer().Noun(), Sentences: q.run.Vocabulary.Layout().Sentences()}
		draw := func(w io.Writer, heads []attention.Head, view text.Options) error {
			return text.Heads(w, heads, tokens, view)
		}
		return drawn(heads, draw, readingNote(q.run)), err
	}})
}
