package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/term"
)

func newEval(p *program) *cobra.Command {
	var path, format string
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "judge a run on held-out text",
		Long: `Judge a run on the text that was kept from training: loss, perplexity and accuracy beside
simple baselines. On the built-in savanna, whose next-word probabilities and causes are
known, also how far the loss lies above the entropy, and for each planted rule whether the
model obeys it, how much it attends to the words that decide, and what cutting those edges
costs.

Losses are in nats per predicted token (words and sentence ends).`,
		Example: `  attend eval
  attend eval --run runs/savanna --format json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkOneOf("format", format, "text", "json"); err != nil {
				return err
			}
			r, corpus, err := p.openWithText(path)
			if err != nil {
				return err
			}
			report, err := analysis.Evaluate(r, corpus)
			if err != nil {
				return err
			}
			if len(report.Rules) > 0 {
				effects, err := analysis.AblateRules(r, corpus)
				if err != nil {
					return err
				}
				for i := range report.Rules {
					effect := effects[report.Rules[i].Name]
					report.Rules[i].Cut = &effect
				}
			}
			if err := checkFinite(r.Path, report); err != nil {
				return err
			}
			if format == "json" {
				return p.printJSON(report)
			}
			columns := term.Width(p.stdout)
			part := printable.Count(report.Sentences, "held-out sentence")
			if !corpus.Vocabulary.Layout().Sentences() {
				part = "held-out text"
			}
			heading := fmt.Sprintf("%s, step %s, on %s (%s)", printable.Path(r.Path), printable.Thousands(r.Step), part, printable.Count(report.Tokens, "prediction"))
			if _, err := fmt.Fprintf(p.stdout, "%s\n\n", term.Wrap(heading, columns)); err != nil {
				return err
			}
			if err := writeLosses(p.stdout, report, columns); err != nil {
				return err
			}
			return writeRules(p.stdout, report, columns)
		},
	}
	p.runFlag(cmd, &path)
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
