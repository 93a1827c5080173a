package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

func newComplete(p *program) *cobra.Command {
	var samples int
	var s run.Sampling
	cmd := &cobra.Command{
		Use:   "complete [PROMPT]",
		Short: "continue a prompt with words drawn from the model",
		Long: `Continue a prompt token by token. Each token is drawn from the distribution that
the model predicts. Without a prompt the model begins a new sentence. A token is
a word or a character, as the run was trained.

White space and capitals are those that the training text has most often in such
a place. ` + data.UnknownToken + ` is not drawn unless --unknown is given: its probability is 0, and
those of the other tokens are divided by their sum.

Where the training text can be read, a line says in how many of its sentences the
prompt is the beginning, and whether the completed sentence is one of them; in a
run on characters, how often the text holds the prompt, and whether it holds what
follows.`,
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
	f.BoolVar(&s.Unknown, "unknown", false, "also draw "+data.UnknownToken+", which stands for every token that is not in the vocabulary")
	return p.runCommand(cmd, runCommand{find: func(q *request) (finding, error) {
		reader, err := q.run.NewSession(1)
		if err != nil {
			return finding{}, err
		}
		prompt := strings.Join(q.args, " ")
		p.noteShortened(q.run, prompt)
		q.namesUnknown(prompt)
		copies := p.copiesOf(q.run, prompt)
		complete := func(each func(c run.Completion) error) error {
			defer reader.Close()
			for i := range samples {
				c, err := reader.Complete(prompt, s, i)
				if err == nil {
					err = each(c)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}
		return finding{
			bare: true,
			text: func(w io.Writer, _ text.Options) error {
				err := complete(func(c run.Completion) error {
					for line := range strings.SplitSeq(c.Text, "\n") {
						// A display orders each line as a whole.
						if _, err := fmt.Fprintln(term.Raw(w), printable.Line(line)); err != nil {
							return err
						}
					}
					if boundary, ok := q.run.Vocabulary.Boundary(); ok && slices.Equal(c.Added, []int{boundary}) {
						p.say("nothing is added: the model ends the sentence there")
					}
					if copies != nil { // apart from the texts, which other programs read, as what follows
						p.say("%s", copies.Text(c.Added))
					}
					return nil
				})
				if err == nil {
					p.say("%s", stepNote(q.run))
				}
				return err
			},
			result: func() (any, error) {
				result := completions{Prompt: prompt}
				if read, err := q.run.Encode(prompt); err == nil { // else complete says what is wrong with it
					result.Omitted = read.Omitted
				}
				if copies != nil {
					result.Beginnings = copies.Beginnings
				}
				err := complete(func(c run.Completion) error {
					result.add(c, q.run.Vocabulary, copies)
					return nil
				})
				return result, err
			},
		}, nil
	}})
}

// completions is the result of `attend complete` in JSON. Its lists have one element for each sample.
type completions struct {
	Prompt     string     `json:"prompt"`
	Omitted    int        `json:"omitted,omitempty"` // see [attention.Encoded]
	Texts      []string   `json:"texts"`             // with the prompt
	Tokens     [][]string `json:"tokens"`            // that were added, as the vocabulary spells them
	IDs        [][]int    `json:"ids"`
	Beginnings *int       `json:"beginnings"` // see [analysis.Copies]; nil where the training text cannot be read
	Copied     []bool     `json:"copied"`
}

// add adds a sample.
func (c *completions) add(sample run.Completion, v *data.Vocabulary, copies *analysis.Copies) {
	tokens := make([]string, len(sample.Added))
	for i, id := range sample.Added {
		tokens[i] = v.Key(id)
	}
	c.Texts, c.Tokens, c.IDs = append(c.Texts, sample.Text), append(c.Tokens, tokens), append(c.IDs, sample.Added)
	if copies != nil {
		c.Copied = append(c.Copied, copies.Copied(sample.Added))
	}
}

// mostSearched is the largest training text that a prompt is looked up in, in bytes.
const mostSearched = 100e6

// copiesOf looks a prompt up in the training text of a run; nil if the text cannot be read again, or not in a short time.
func (p *program) copiesOf(r *run.Run, prompt string) *analysis.Copies {
	if r.Settings.Data == "-" {
		return nil
	}
	if info, err := os.Stat(r.Settings.Data); err == nil && info.Size() > mostSearched {
		return nil
	}
	corpus, err := p.textOf(r)
	if err != nil {
		return nil
	}
	copies, err := analysis.NewCopies(corpus, prompt)
	if err != nil { // it is said when the prompt is completed
		return nil
	}
	return copies
}
