package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"attend/inspect"
	"attend/run"
)

func newEval(p *program) *cobra.Command {
	var path, format string
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "judge a run on held-out text",
		Long: `Judge a run on the text that was kept from training: loss, perplexity and accuracy beside
simple baselines. On the built-in savanna, whose next-word probabilities and causes are
known, also how far the loss lies above the entropy, and for each planted rule whether the
model obeys it and how much it attends to the words that decide.

Losses are in nats per predicted token (words and sentence ends).`,
		Example: `  attend eval
  attend eval --run runs/savanna --format json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(format, "text", "json"); err != nil {
				return err
			}
			r, err := openRun(path)
			if err != nil {
				return err
			}
			corpus, err := p.loadCorpus(r.Settings)
			if err != nil {
				return err
			}
			report, err := r.Evaluate(corpus)
			if err != nil {
				return err
			}
			if format == "json" {
				return json.NewEncoder(p.stdout).Encode(report)
			}
			fmt.Fprintf(p.stdout, "%s, step %d, on %d held-out sentences (%s predictions)\n\n", r.Path, r.Step, report.Sentences, thousands(float64(report.Tokens)))
			if err := writeLosses(p.stdout, report, textOptions(p.stdout)); err != nil {
				return err
			}
			return writeRules(p.stdout, report)
		},
	}
	runFlag(cmd, &path)
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// checkFormat reports a --format that is not among the known ones.
func checkFormat(format string, known ...string) error {
	for _, k := range known {
		if k == format {
			return nil
		}
	}
	return fmt.Errorf("--format %q is not known: choose %s", format, strings.Join(known, ", "))
}

// writeLosses prints the losses as bars, from the floor to knowing nothing.
func writeLosses(w io.Writer, r run.Report, o inspect.TextOptions) error {
	type line struct {
		name string
		loss float64
		note string
	}
	var lines []line
	if r.Entropy != nil {
		lines = append(lines, line{"entropy", *r.Entropy, "the grammar itself: no model can do better"})
	}
	held := fmt.Sprintf("perplexity %.3g, likeliest token right %.1f%%", math.Exp(r.HeldOutLoss), 100*r.Accuracy)
	if r.Excess != nil {
		held = fmt.Sprintf("%.4f above the entropy; ", *r.Excess) + held
	}
	lines = append(lines,
		line{"held-out", r.HeldOutLoss, held},
		line{"training", r.TrainLoss, "a sample of the training text"},
		line{"bigram", r.Baselines.Bigram, "knows the word before"},
		line{"unigram", r.Baselines.Unigram, "knows how frequent words are"},
		line{"uniform", r.Baselines.Uniform, "knows nothing"})
	const longest = 20 // columns of the longest bar
	if _, err := fmt.Fprintln(w, "loss, nats per predicted token:"); err != nil {
		return err
	}
	for _, l := range lines {
		filled := int(math.Round(longest * min(1, l.loss/r.Baselines.Uniform)))
		bar := strings.Repeat("█", filled) + strings.Repeat("·", longest-filled)
		text := fmt.Sprintf("  %-9s %7.4f  %s  %s", l.name, l.loss, bar, l.note)
		if _, err := fmt.Fprintln(w, fit(text, o.Width)); err != nil {
			return err
		}
	}
	return nil
}

// writeRules prints how each planted rule was learned.
func writeRules(w io.Writer, r run.Report) error {
	if len(r.Rules) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\nplanted rules: does the likeliest word obey, and how much attention do the deciding words get?\n\n")
	fmt.Fprintf(w, "  %-10s %6s %9s %10s %7s %10s %8s\n", "rule", "cases", "accuracy", "best head", "mean", "untrained", "uniform")
	for _, rule := range r.Rules {
		a := rule.Attention
		fmt.Fprintf(w, "  %-10s %6d %9.4f %10.3f %7.3f %10.3f %8.3f\n", rule.Name, rule.Count, rule.Accuracy, a.BestHead, a.Mean, a.Untrained, a.Uniform)
	}
	_, err := fmt.Fprintf(w, "\nAttention is added over a rule's deciding words; untrained: the best head before training.\n")
	return err
}
