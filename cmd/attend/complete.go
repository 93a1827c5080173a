package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"attend/internal/printable"
	"attend/internal/run"
)

func newComplete(p *program) *cobra.Command {
	var path, format string
	samples := 1
	s := run.Sampling{Temperature: 1, TopP: 1, Seed: 1, Tokens: 200}
	cmd := &cobra.Command{
		Use:   "complete [PROMPT]",
		Short: "let a run continue a prompt",
		Long: `Continue a prompt word by word (or character by character), each drawn from what the model
predicts. Without a prompt it begins a sentence of its own.`,
		Example: `  attend complete "The lion saw"
  attend complete "The lion saw" --samples 5 --temperature 0.7
  attend complete "ROMEO:" --run runs/shakespeare --tokens 500 --top-k 20`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOneOf("format", format, "text", "json"); err != nil {
				return err
			}
			if err := checkLimits(cmd.Flags(), completeLimits); err != nil {
				return err
			}
			r, err := p.openRun(path)
			if err != nil {
				return err
			}
			reader, err := r.NewSession(1)
			if err != nil {
				return err
			}
			defer reader.Close()
			prompt := strings.Join(args, " ")
			texts := make([]string, samples)
			for i := range texts {
				if texts[i], err = reader.Complete(prompt, s, i); err != nil {
					return err
				}
				if format == "json" {
					continue
				}
				if _, err := fmt.Fprintln(p.stdout, printableLines(texts[i])); err != nil {
					return err
				}
			}
			if format == "json" {
				return p.writeJSON(r, completions{prompt, texts})
			}
			return nil
		},
	}
	p.runFlag(cmd, &path)
	f := cmd.Flags()
	f.Float64Var(&s.Temperature, "temperature", s.Temperature, "below 1 bolder, above 1 wilder, 0 always the likeliest")
	intFlag(f, &s.TopK, "top-k", s.TopK, "draw among the k likeliest (0: all)")
	f.Float64Var(&s.TopP, "top-p", s.TopP, "draw among the likeliest that together reach p, of what top-k has left")
	intFlag(f, &s.Tokens, "tokens", s.Tokens, "most words (or characters) to add")
	intFlag(f, &samples, "samples", samples, "how many continuations")
	uint64Flag(f, &s.Seed, "seed", s.Seed, "equal seeds give equal texts")
	textOrJSON(cmd, &format)
	return cmd
}

// completions is what `attend complete` found, for other programs.
type completions struct {
	Prompt string   `json:"prompt"`
	Texts  []string `json:"texts"` // with the prompt
}

// printableLines makes a text of several lines safe for a terminal.
func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = printable.Text(line)
	}
	return strings.Join(lines, "\n")
}
