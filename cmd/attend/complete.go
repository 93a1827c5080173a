package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
)

func newComplete(p *program) *cobra.Command {
	var samples int
	var s run.Sampling
	cmd := &cobra.Command{
		Use:   "complete [PROMPT]",
		Short: "continue a prompt with words drawn from the model",
		Long: `Continue a prompt token by token. Each token is drawn from the distribution that
the model predicts. Without a prompt the model begins a new sentence. A token is
a word or a character, as the run was trained.`,
		Example: `  attend complete "The lion saw"
  attend complete "The lion saw" --samples 5 --temperature 0.7
  attend complete "ROMEO:" --run runs/shakespeare --tokens 500 --top-k 20`,
	}
	f := cmd.Flags()
	numberFlag(f, &s.Temperature, "temperature", 1, between(0, 1000), "softmax temperature: below 1 sharpens, above 1 flattens, 0 is greedy")
	numberFlag(f, &s.TopK, "top-k", 0, between(0, 1e9), "sample from the k most likely tokens (0: all)")
	numberFlag(f, &s.TopP, "top-p", 1, positiveShare, "sample from the most likely tokens whose probabilities sum to p, after top-k")
	numberFlag(f, &s.MaxTokens, "tokens", 200, between(1, 1e6), "maximum number of tokens to add")
	numberFlag(f, &samples, "samples", 1, between(1, 1e6), "number of continuations")
	numberFlag(f, &s.Seed, "seed", 1, run.Range{}, "random seed; the same seed gives the same text")
	return p.runCommand(cmd, runCommand{find: func(q *request) (finding, error) {
		reader, err := q.run.NewSession(1)
		if err != nil {
			return finding{}, err
		}
		prompt := strings.Join(q.args, " ")
		if e, err := q.run.Encode(prompt); err == nil { // what is wrong with it is said when it is completed
			if note := unknownNote(attention.Map{Tokens: e.Tokens, Unknown: e.Unknown}); note != "" {
				p.note(note)
			}
		}
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
				err := complete(func(text string) (err error) {
					for line := range strings.SplitSeq(text, "\n") {
						_, err = fmt.Fprintln(w, printable.Text(line))
					}
					return err
				})
				if err == nil {
					p.say("%s", stepNote(q.run)) // apart from the texts, which other programs read
				}
				return err
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
