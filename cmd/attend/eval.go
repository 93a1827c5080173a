package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

func newEval(p *program) *cobra.Command {
	var marked causesFile
	cmd := &cobra.Command{
		Use:   "eval",
		Short: "measure loss, perplexity and accuracy on held-out text",
		Long: `Measure a run on held-out text: loss, perplexity and accuracy, compared with
models that only count words (unigram, bigram, trigram). A verdict says in words
whether the training diverged, overfitted, memorised, still improves or learned,
and what to do next.

On the built-in savanna the probability of every next word and its cause words
are known. There it also shows the loss of the grammar's own probabilities on
the same text: the minimum that can be expected, though a sample can lie below.
For each rule of the grammar it shows whether the model follows it, how much it
attends to the cause words, and the effect of removing that attention. --causes
does so for rules of your own, whatever the text.

Losses are in nats per predicted token (words and sentence ends). Where the
held-out text is long, evaluations during training measure a sample of it: the
loss there is shown with those of the grammar and the bigram on that sample.` + causesHelp,
		Example: `  attend eval
  attend eval --causes rules.txt
  attend eval --run runs/savanna --format json`,
		Args: noArguments,
	}
	causesFlag(cmd.Flags(), &marked, "the rules of sentences whose cause words are marked")
	return p.runCommand(cmd, runCommand{find: func(q *request) (finding, error) { return p.eval(q, marked) }})
}

// eval evaluates a run, with the effects of the attention to the cause words of its rules: those of the file of marked sentences
// or, without one, of the grammar of the text.
func (p *program) eval(q *request, marked causesFile) (finding, error) {
	corpus, err := p.textOf(q.run)
	if err != nil {
		return finding{}, err
	}
	c, err := p.causesOf(marked, q.run)
	if err != nil {
		return finding{}, err
	}
	rules, err := p.rulesOf(c, q, corpus)
	if err != nil {
		return finding{}, err
	}
	report, err := p.conclude(q.run, p.lastOf(q.run), corpus)
	if err != nil {
		return finding{}, err
	}
	if c.marked != nil {
		if report.Rules, err = analysis.EvaluateRules(q.run, rules); err != nil {
			return finding{}, err
		}
	}
	if len(report.Rules) > 0 {
		effects, err := analysis.AblateRules(q.run, rules)
		if err != nil {
			return finding{}, err
		}
		for i := range report.Rules {
			effect := effects[report.Rules[i].Name]
			report.Rules[i].AttentionRemoved = &effect
		}
	}
	heading := stepNote(q.run)
	if report.HeldOutReport != nil {
		part := printable.Count(report.Sentences, "held-out sentence")
		if !corpus.Vocabulary.Layout().Sentences() {
			part = "held-out text"
		}
		heading += fmt.Sprintf(", on %s (%s)", part, printable.Count(report.Tokens, "token"))
	}
	return finding{shown: []any{report}, text: func(w io.Writer, view text.Options) error {
		if _, err := fmt.Fprintf(w, "%s\n\n", term.Wrap(heading, view.Width)); err != nil {
			return err
		}
		if err := writeLosses(w, report.Report, view.Width); err != nil {
			return err
		}
		if err := writeVerdict(w, report, true, view.Width); err != nil {
			return err
		}
		of := "the rules of the grammar"
		if c.marked != nil {
			of = fmt.Sprintf("the rules of %s in %s", printable.Count(rules.Sentences(), "sentence"), c.name())
		}
		return writeRules(w, report.Rules, of, view.Width)
	}}, nil
}

// writeLosses prints the losses as numbers, perplexities and bars, and under them what the held-out loss means. All bars have one
// scale, from 0 to the largest loss or uniform.
func writeLosses(w io.Writer, r analysis.Report, columns int) error {
	const longest = 16 // columns of the longest bar
	type lossLine struct {
		name string
		loss float64
		note string
	}
	lines := []lossLine{ // from the lowest that can be expected
		{"training", r.TrainLoss, "this model, training text"},
		{"uniform", r.Uniform, "every token equally likely"},
	}
	if r.HeldOutReport != nil {
		lines = []lossLine{
			{"held-out", r.HeldOutLoss, "this model, text it never saw"},
			lines[0],
			{"trigram", r.Baselines.Trigram, "counts what follows two tokens"},
			{"bigram", r.Baselines.Bigram, "counts what follows one token"},
			{"unigram", r.Baselines.Unigram, "counts single tokens"},
			lines[1],
		}
		if r.GrammarLoss != nil {
			lines = slices.Insert(lines, 0, lossLine{"grammar", *r.GrammarLoss, "the grammar that drew this text"})
		}
	}
	number, power, largest := len("0.0000")+1, 0, 0.0
	for _, l := range lines {
		number, power, largest = max(number, len(decimals(l.loss, 4))), max(power, len(perplexity(l.loss))), max(largest, l.loss)
	}
	text := func(l lossLine) string {
		return fmt.Sprintf("  %-9s %*s  %*s  ", l.name, number, decimals(l.loss, 4), power, perplexity(l.loss))
	}
	beside := 0 // columns that a line with its note takes
	for _, l := range lines {
		beside = max(beside, len(text(l))+longest+2+len(l.note))
	}
	var b bytes.Buffer
	b.WriteString(term.Wrap("loss in nats per predicted token, and perplexity", columns) + "\n")
	for _, l := range lines {
		text := text(l)
		if full := min(longest, columns-len(text)); full >= 4 {
			text += lossBar(l.loss, largest, full)
		}
		text = strings.TrimRight(text, " ")
		if beside <= columns {
			b.WriteString(text + "  " + l.note + "\n")
		} else { // the note goes below
			b.WriteString(text + "\n" + indented(l.note, columns, 4))
		}
	}
	if r.HeldOutReport == nil {
		return render.Write(w, &b)
	}
	meaning := fmt.Sprintf("accuracy %.1f%%", 100*r.Accuracy)
	if r.Excess != nil {
		side := "above"
		if *r.Excess < 0 { // as it can be on a sample
			side = "below"
		}
		meaning = fmt.Sprintf("%s %s the grammar, %s", decimals(math.Abs(*r.Excess), 4), side, meaning)
	}
	b.WriteString("\n" + indented("held-out: "+meaning, columns, 2))
	if s := r.Sample; s != nil {
		b.WriteString(indented(sampleLosses(*s), columns, 2))
	}
	return render.Write(w, &b)
}

// sampleLosses says what the losses that a training logs are compared with: the sample that they are measured on may be easier
// or harder than all held-out text.
func sampleLosses(s analysis.SampleReport) string {
	losses := "held-out " + decimals(s.HeldOutLoss, 4)
	if s.GrammarLoss != nil {
		losses = "grammar " + decimals(*s.GrammarLoss, 4) + ", " + losses
	}
	return fmt.Sprintf("held-out sample (the first %s, in the progress and film of the training): %s, bigram %s",
		printable.Count(s.Sentences, s.Noun), losses, decimals(s.Baselines.Bigram, 4))
}

// lossBar draws a loss as a part of the largest, full columns wide.
func lossBar(loss, largest float64, full int) string {
	filled := 0
	if part := loss / largest; part > 0 { // not for NaN
		filled = int(math.Round(float64(full) * min(1, part)))
	}
	return strings.Repeat("█", filled) + strings.Repeat("·", full-filled)
}

// conclude evaluates a run and makes the verdict on its training. last is the same run with the weights of the last step. If the
// log of the training is missing, there is no verdict, and a note says so.
func (p *program) conclude(r, last *run.Run, corpus *data.Corpus) (analysis.Result, error) {
	result, err := analysis.Conclude(r, last, corpus)
	if result.NoVerdict != nil {
		p.note("there is no verdict on the training: " + message(result.NoVerdict))
	}
	if result.Verdict != nil {
		result.Verdict.Next = nextCommand(r, corpus, *result.Verdict)
	}
	return result, err
}

// lastOf returns the run with the weights of its last step. Where these cannot be read it returns the run as it is: a
// model can be copied without them.
func (p *program) lastOf(r *run.Run) *run.Run {
	if r.Step == r.Trained {
		return r
	}
	last, err := run.Open(r.Path, append(p.options(), run.AtLast())...)
	if err != nil || !last.SameFolder(r) {
		return r
	}
	return last
}

// nextCommand returns the command that a verdict advises: a training, or a map of a sentence.
func nextCommand(r *run.Run, corpus *data.Corpus, v analysis.Verdict) string {
	folder, text := commandWord(r.Path, "FOLDER", printable.MaxPath), ""
	if r.Settings.Data == "-" {
		text = " < TEXT"
	}
	flags := strings.Join(append([]string{""}, v.Flags...), " ")
	switch {
	case v.Resume:
		return "attend train --resume " + folder + flags + text
	case v.Flags != nil:
		settings := commandWord(filepath.Join(r.Path, "training.yaml"), "FOLDER/training.yaml", printable.MaxPath)
		return "attend train --config " + settings + flags + text
	}
	if sentence, _ := trySentence(r, corpus); sentence != "" {
		return "attend inspect" + runFlag(r) + " " + printable.ShellWord(sentence)
	}
	return "attend heads" + runFlag(r) + text
}

// runFlag returns the flag that names a run, with a blank before it. It returns "" for the run that is found without a name.
func runFlag(r *run.Run) string {
	if latest, err := latestRun(); err == nil && latest == filepath.Clean(r.Path) {
		return ""
	}
	return " --run " + commandWord(r.Path, "FOLDER", printable.MaxPath)
}

// writeVerdict prints the verdict, with its numbers if numbers is set.
func writeVerdict(w io.Writer, r analysis.Result, numbers bool, columns int) error {
	var b bytes.Buffer
	if v := r.Verdict; v != nil {
		b.WriteString("\n" + term.Wrap(v.Text, columns) + "\n")
		if numbers && v.Last != nil {
			change, by := "fell", *v.Gain
			if by < 0 {
				change, by = "rose", -by
			}
			b.WriteString("\n" + indented(fmt.Sprintf("evaluations: lowest held-out loss %s at step %s, last %s at step %s; it %s by %s in the last "+
				"fifth of the steps (standard error %s)", decimals(v.Best.HeldOutLoss, 4), printable.Thousands(v.Best.Step),
				decimals(v.Last.HeldOutLoss, 4), printable.Thousands(v.Last.Step), change, decimals(by, 4),
				decimals(*v.GainError, 4)), columns, 2))
		}
	}
	all := numbers
	memorised := r.Memorisation.Text(r.Verdict == nil && r.Memorisation.Memorised())
	if r.Verdict != nil && r.Verdict.Memorised != nil {
		memorised, all = r.Verdict.Memorised.Text, true
	}
	if all {
		b.WriteString("\n" + term.Wrap(memorised, columns) + "\n")
	}
	if numbers && r.Verdict != nil {
		b.WriteString("\nNext: " + r.Verdict.Next + "\n")
	}
	return render.Write(w, &b)
}

// decimals writes a number with count decimals, or from 1e6 on with four significant digits.
func decimals(x float64, count int) string {
	if math.Abs(x) < 1e6 {
		return strconv.FormatFloat(x, 'f', count, 64)
	}
	return strconv.FormatFloat(x, 'g', 4, 64)
}

// perplexity writes e^loss. Above 1.8e308 there is no number for it, and it is left as a power.
func perplexity(loss float64) string {
	p := math.Exp(loss)
	if math.IsInf(p, 1) {
		return "e^" + decimals(loss, 2)
	}
	return decimals(p, 2)
}

// indented wraps a text to the columns and begins each line with the given number of blanks.
func indented(text string, columns, blanks int) string {
	margin := strings.Repeat(" ", blanks)
	return margin + strings.ReplaceAll(term.Wrap(text, max(1, columns-blanks)), "\n", "\n"+margin) + "\n"
}

// writeRules prints how each rule was learned; of says which rules they are. On a narrow terminal the table has the columns that
// fit.
func writeRules(w io.Writer, rules []analysis.RuleReport, of string, columns int) error {
	if len(rules) == 0 {
		return nil
	}
	var b bytes.Buffer
	const asked = "is the most likely word right, do heads attend to the cause words, and what does that attention do?"
	b.WriteString("\n" + term.Wrap(of+": "+asked, columns) + "\n\n")
	table := term.Table{Columns: []term.Column{
		{Title: "rule", Left: true}, {Title: "cases", Spare: 7}, {Title: "accuracy"}, {Title: "best head", Spare: 1},
		{Title: "mean", Spare: 6}, {Title: "untrained", Spare: 4}, {Title: "uniform", Spare: 5},
		{Title: "removed", Spare: 2}, {Title: "control", Spare: 3},
	}}
	for _, rule := range rules {
		cells := []string{rule.Name, printable.Thousands(rule.Count)}
		weight := rule.Attention
		for _, share := range []float64{rule.Accuracy, weight.BestHead, weight.Mean, weight.Untrained, weight.Uniform} {
			cells = append(cells, fmt.Sprintf("%.3f", share))
		}
		for _, effect := range []float64{rule.AttentionRemoved.Causes, rule.AttentionRemoved.Others} {
			cells = append(cells, fmt.Sprintf("%5s", decimals(effect, 2)))
		}
		table.Add(cells...)
	}
	for line := range strings.Lines(table.Text(columns - term.Gap)) {
		b.WriteString("  " + line)
	}
	shown, _ := table.Shown(columns - term.Gap)
	b.WriteByte('\n')
	for _, note := range []struct{ column, text string }{
		{"accuracy", "share of cases in which the most likely word follows the rule"},
		{"best head", "attention weight from the predicting word to all cause words together, in the head with most"},
		{"mean", "the same, mean over all heads"},
		{"untrained", "the same, best head before training"},
		{"uniform", "the same, if attention were uniform"},
		{"removed", "decrease of the log-probability of the right word, in nats, when the attention to the cause words is removed"},
		{"control", "the same, when the attention to as many other words is removed: the mean over at most 12 choices of them"},
	} {
		if slices.ContainsFunc(shown, func(i int) bool { return table.Columns[i].Title == note.column }) {
			b.WriteString(term.Hanging(term.PadRight("  "+note.column, 13), note.text, columns))
		}
	}
	return render.Write(w, &b)
}

// rulesInShort is one line on the rules of the grammar.
func rulesInShort(r analysis.Report) string {
	var parts []string
	for _, rule := range r.Rules {
		parts = append(parts, fmt.Sprintf("%s %.1f%%", rule.Name, 100*rule.Accuracy))
	}
	return strings.Join(parts, ", ")
}
