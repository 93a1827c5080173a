package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/render/text"
	"attend/internal/term"
)

func newHeads(p *program) *cobra.Command {
	var path, format string
	cmd := &cobra.Command{
		Use:   "heads",
		Short: "what each head does, in plain words and with evidence",
		Long: `Say of each head what it looks at over held-out text: the token before, the token itself, an earlier
mention of the same word, the first word, the boundary <s> (a resting place), the words that decide
by a planted rule, or none of these; with the share of its attention that goes there, three
sentences where it shows most, and what its absence costs (its output replaced by its mean).

A head is named by what stands out. The name is not all that it does: the other numbers are shown too.`,
		Example: `  attend heads
  attend heads --run runs/savanna --format json`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			if err := checkOneOf("format", format, "text", "json"); err != nil {
				return err
			}
			return p.heads(path, format)
		},
	}
	p.runFlag(cmd, &path)
	textOrJSON(cmd, &format)
	return cmd
}

// heads prints what each head does.
func (p *program) heads(path, format string) error {
	r, corpus, err := p.openWithText(path)
	if err != nil {
		return err
	}
	heads, err := analysis.Heads(r, corpus)
	if err != nil {
		return err
	}
	if err := checkFinite(r.Path, heads); err != nil {
		return err
	}
	if format == "json" {
		return p.writeJSON(r, heads)
	}
	o := textOptions(p.stdout)
	if err := text.Heads(p.stdout, heads, o); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "\n%s\n", term.Wrap(readingNote(r), o.Width))
	return err
}
