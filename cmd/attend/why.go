package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
	"attend/layers"
)

func newWhy(p *program) *cobra.Command {
	var path, format string
	var q analysis.Question
	cmd := &cobra.Command{
		Use:   "why SENTENCE",
		Short: "attended to and mattered, side by side",
		Long: `Show for one prediction what each word was attended to beside what it did: what the probability
of the predicted word loses when the edge to a word is cut (its weight set to 0, the row shared out
anew), when the word is replaced by each other of its kind (in the built-in savanna) or by <unk>,
and when a head is switched off (its output replaced by its mean over held-out text).

By default the likeliest next word is explained; --word asks for another, --place for a word of the
sentence itself. Effects are in nats of log-probability: 0.69 halves it, 2.3 leaves a tenth.`,
		Example: `  attend why "The lion saw the zebra near the"
  attend why "The lion saw the zebra near the" --word cave
  attend why "The lions from the valley are hungry" --place 6
  attend why "The lion saw the zebra near the" --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOneOf("format", format, "text", "json"); err != nil {
				return err
			}
			if err := checkLimits(cmd.Flags(), []limit{{"place", run.Range{Low: 0, High: 1e6}}}); err != nil {
				return err
			}
			if len(args) != 1 {
				return errors.New(wantOneSentence(cmd.Name(), len(args)))
			}
			q.Text = args[0]
			return p.why(path, format, q)
		},
	}
	p.runFlag(cmd, &path)
	f := cmd.Flags()
	f.StringVar(&q.Word, "word", "", "explain the probability of this word (default: the likeliest, or the one at --place)")
	intFlag(f, &q.Place, "place", 0, "explain the prediction of this word of the sentence, from 1 (0: the one after the last)")
	textOrJSON(cmd, &format)
	return cmd
}

// wantOneSentence tells that a command takes one sentence and got another number of them.
func wantOneSentence(command string, got int) string {
	if got == 0 {
		return fmt.Sprintf("%s wants a sentence and got none: attend %s \"The lion saw the zebra near the\"", command, command)
	}
	return fmt.Sprintf("%s wants one sentence and got %d: put it in quotes", command, got)
}

// textOrJSON adds --format to a command that writes the one or the other.
func textOrJSON(cmd *cobra.Command, format *string) {
	cmd.Flags().StringVar(format, "format", "text", "text or json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
}

// why prints the answer to a question.
func (p *program) why(path, format string, q analysis.Question) error {
	r, err := p.openRun(path)
	if err != nil {
		return err
	}
	var means analysis.HeadMeans
	corpus, missing := p.textOf(r)
	if missing == nil {
		means, missing = analysis.NewHeadMeans(r, corpus)
	}
	if diverged := new(layers.NotFiniteError); errors.As(missing, &diverged) {
		return missing
	}
	y, err := analysis.Why(r, q, means)
	if err != nil {
		return fmt.Errorf("%s: %w", printable.Quote(q.Text), err)
	}
	if err := checkFinite(r.Path, y); err != nil {
		return err
	}
	if format == "json" {
		return p.writeJSON(r, y)
	}
	o := textOptions(p.stdout)
	if err := text.Why(p.stdout, y, o); err != nil {
		return err
	}
	note := ""
	if missing != nil {
		note = "heads are not switched off, since that takes the training text: " + message(missing) + "\n"
	}
	_, err = fmt.Fprintf(p.stdout, "\n%s\n", term.Wrap(note+readingNote(r), o.Width))
	return err
}

// writeJSON prints a result under the run and the step that it comes from, on one line.
func (p *program) writeJSON(r *run.Run, result any) error {
	return p.printJSON(struct {
		Run    string `json:"run"`
		Step   int    `json:"step"`
		Result any    `json:"result"`
	}{r.Path, r.Step, result})
}

// printJSON prints a value as JSON on one line.
func (p *program) printJSON(value any) error {
	b, err := printable.JSON(value)
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(b)
	return err
}
