package main

import (
	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/render/text"
)

func newHeads(p *program) *cobra.Command {
	return p.runCommand(&cobra.Command{
		Use:   "heads",
		Short: "what each head does, in plain words and with evidence",
		Long: `Say of each head what it looks at over held-out text: the token before, the token itself, an earlier
mention of the same word, the first word, the boundary <s> (a resting place), the words that decide
by a planted rule, or none of these; with the share of its attention that goes there, three
sentences where it shows most, and what its absence costs (its output replaced by its mean).

A head is named by what stands out. The name is not all that it does: the other numbers are shown too.` + indexBase,
		Example: `  attend heads
  attend heads --run runs/savanna --format json`,
		Args: noArguments,
	}, runCommand{find: func(q *request) (finding, error) {
		corpus, err := p.textOf(q.run)
		if err != nil {
			return finding{}, err
		}
		heads, err := analysis.Heads(q.run, corpus)
		return drawn(heads, text.Heads, readingNote(q.run)), err
	}})
}
