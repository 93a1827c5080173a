package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
)

func newComplete(p *program) *cobra.Command {
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
	}
	f := cmd.Flags()
	f.Float64Var(&s.Temperature, "temperature", s.Temperature, "below 1 bolder, above 1 wilder, 0 always the likeliest")
	intFlag(f, &s.TopK, "top-k", s.TopK, "draw among the k likeliest (0: all)")
	f.Float64Var(&s.TopP, "top-p", s.TopP, "draw among the likeliest that together reach p, of what top-k has left")
	intFlag(f, &s.Tokens, "tokens", s.Tokens, "most words (or characters) to add")
	intFlag(f, &samples, "samples", samples, "how many continuations")
	uint64Flag(f, &s.Seed, "seed", s.Seed, "equal seeds give equal texts")
	within(f, run.Range{Low: 0, High: 1000}, "temperature")
	within(f, run.Range{Low: 0, High: 1e9}, "top-k")
	within(f, run.Range{Low: 0, High: 1, OpenLow: true}, "top-p")
	within(f, run.Range{Low: 1, High: 1e6}, "tokens")
	within(f, run.Range{Low: 1, High: 1e6}, "samples")
	return p.runCommand(cmd, runCommand{find: func(q *request) (finding, error) {
		reader, err := q.run.NewSession(1)
		if err != nil {
			return finding{}, err
		}
		prompt := strings.Join(q.args, " ")
		complete := func(each func(text string) error) error {
			defer reader.Close()
			for i := range samples {
				text, err := reader.Complete(prompt, s, i)
				if err == nil {
					err = each(text)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}
		return finding{
			text: func(w io.Writer, _ text.Options) error {
				return complete(func(text string) error {
					_, err := fmt.Fprintln(w, printableLines(text))
					return err
				})
			},
			result: func() (any, error) {
				var c struct {
					Prompt string   `json:"prompt"`
					Texts  []string `json:"texts"` // with the prompt
				}
				c.Prompt = prompt
				err := complete(func(text string) error {
					c.Texts = append(c.Texts, text)
					return nil
				})
				return c, err
			},
		}, nil
	}})
}

// printableLines makes a text of several lines safe for a terminal.
func printableLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = printable.Text(line)
	}
	return strings.Join(lines, "\n")
}
