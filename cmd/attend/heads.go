package main

import (
	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/render/text"
)

func newHeads(p *program) *cobra.Command {
	var marked string
	cmd := &cobra.Command{
		Use:   "heads",
		Short: "what each head attends to, with examples and its ablation effect",
		Long: `Describe what each head attends to over held-out text: the previous token, the
token itself, an earlier occurrence of the same token, the first word, the
boundary <s> (an attention sink), the cause words of a rule of the savanna, or
none of these. For each head it shows the mean attention weight on these tokens,
three sentences in which the weight is largest, and by how much the loss rises
without the head (mean ablation). The normalized entropy says how widely a head
spreads its attention: 0 if all is on one token, 1 if it is uniform.

A head is named for what stands out. It may do more than its name says: all
numbers are shown.

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
		rules, err := p.rulesOf(c, q.run, corpus)
		if err != nil {
			return finding{}, err
		}
		heads, err := analysis.Heads(q.run, corpus, rules)
		return drawn(heads, text.Heads, readingNote(q.run)), err
	}})
}
