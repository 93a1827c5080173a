package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

// How much the result of a training run shows.
const (
	shownLinks       = 3
	shownPredictions = 5
)

// announce says what is going to be trained on what.
func (p *program) announce(t *run.Training) {
	s, c := t.Settings, t.Corpus
	p.say("%s: %s, %s, vocabulary of %s", c.Name, printable.Count(c.Train.Predictions(), "training token"),
		printable.Count(c.HeldOut.Predictions(), "held-out token"), printable.Thousands(c.Vocabulary.Len()))
	for _, note := range c.Notes {
		p.say("note: %s", note)
	}
	const few = 100 // tokens
	switch n := c.HeldOut.Predictions(); {
	case n == 0:
		p.say("note: nothing is held out, so it cannot be known how well the model predicts other text, nor whether it overfits; " +
			"the weights of the last step are kept")
	case n < few:
		p.say("note: the held-out text is so short (%s) that another choice of it would give another loss: try --split-seed or --holdout.",
			printable.Count(n, "token"))
	}
	p.say("model: %s, %s, dim %d, context %d: %s", printable.Count(s.Layers, "layer"), printable.Count(s.Heads, "head"),
		s.Dim, s.Context, printable.Count(t.Parameters.Count(), "parameter"))
}

// say writes one line about the work at hand; a terminal gets it folded.
func (p *program) say(format string, a ...any) {
	line := printable.Message(fmt.Sprintf(format, a...), mostLine)
	if term.IsTerminal(p.stderr) {
		line = term.Wrap(line, term.Width(p.stderr))
	}
	fmt.Fprintln(p.stderr, line)
}

// result evaluates the model of a training run on held-out text, and reads the attention of its sample sentence.
func (p *program) result(t *run.Training) (finding, *analysis.Verdict, error) {
	live := term.IsTerminal(p.stderr)
	if live { // a long text takes a while
		fmt.Fprint(p.stderr, "evaluating on held-out text ...")
	}
	r := t.Model()
	report, err := p.conclude(r, t.Run, t.Corpus)
	if live {
		fmt.Fprint(p.stderr, "\r\x1b[K")
	}
	if err != nil {
		return finding{}, nil, err
	}
	maps, err := analysis.Maps(r, shownPredictions, t.Settings.Sample)
	if err != nil {
		return finding{}, nil, err
	}
	m := maps[0]
	verdict, result := report.Verdict, analysis.NewTrainingResult(r, report, m)
	if err = analysis.MeasureEffects(r, &m); err == nil {
		err = checkFinite(r.Path, result)
	}
	if err == nil {
		if unsaved := t.SaveResult(result.Kept()); unsaved != nil { // it is shown nevertheless
			p.note(message(unsaved))
		}
	}
	return finding{
		shown:  []any{report, m},
		result: func() (any, error) { return result, nil },
		text: func(w io.Writer, view text.Options) error {
			if r.Step < r.Trained {
				fmt.Fprintf(w, "%s\n\n", term.Wrap(stepNote(r), view.Width))
			}
			if err := writeLosses(w, report.Report, view.Width); err != nil {
				return err
			}
			if rules := rulesInShort(report.Report); rules != "" {
				fmt.Fprint(w, indented("rule accuracy: "+rules, view.Width, 2))
			}
			if err := writeVerdict(w, report, false, view.Width); err != nil {
				return err
			}
			fmt.Fprintf(w, "\n%s\n\n", term.Wrap(`Attention in "`+term.Isolated(printable.Sentence(t.Settings.Sample))+`"`, view.Width))
			if err := text.TopLinks(w, m, view, shownLinks); err != nil {
				return err
			}
			fmt.Fprintln(w)
			if err := text.Predictions(w, m.Next, view); err != nil {
				return err
			}
			fmt.Fprintf(w, "\n%s\n", term.Wrap(headNote(m), view.Width))
			return nil
		},
	}, verdict, err
}

// showNext says where the run is saved and what to try with it: first what the verdict advises, if there is one.
func (p *program) showNext(t *run.Training, verdict *analysis.Verdict) error {
	text := ""
	if t.Settings.Data == "-" {
		text = " < TEXT"
	}
	if !t.Finished() {
		_, err := fmt.Fprintf(p.stdout, "\nstopped at step %d of %d and saved. Next: attend train --resume %s%s\n",
			t.Step, t.Settings.Steps, commandWord(t.Path, "FOLDER", printable.MaxPath), text)
		return err
	}
	try := []string{"attend eval" + runFlag(t.Run) + text}
	if sentence, begin := trySentence(t.Run, t.Corpus); sentence != "" {
		try = append(try, "attend inspect"+runFlag(t.Run)+" "+printable.ShellWord(sentence), "attend complete"+runFlag(t.Run)+" "+printable.ShellWord(begin))
	}
	if verdict != nil {
		try = slices.DeleteFunc(try, func(command string) bool { return command == verdict.Next })
		try = slices.Insert(try, 0, verdict.Next)
	}
	_, err := fmt.Fprintf(p.stdout, "\nsaved in %s. Next:\n\n  %s\n", printable.Path(t.Path), strings.Join(try, "\n  "))
	return err
}

// trySentence is a sentence for the last lines to suggest, and the beginning of one. Where the sample sentence
// cannot be typed there is none.
func trySentence(r *run.Run, corpus *data.Corpus) (sentence, begin string) {
	sentence = r.Settings.Sample
	if corpus.Grammar != nil {
		sentence = corpus.HeldOutText.At(0)
	}
	if !corpus.Vocabulary.Layout().Sentences() {
		sentence, _, _ = strings.Cut(sentence, "\n")
		begin = sentence
	} else {
		words := strings.Fields(sentence)
		begin = strings.Join(words[:min(3, len(words))], " ")
	}
	if strings.TrimSpace(sentence) == "" || printable.Sentence(sentence) != sentence || strings.HasPrefix(sentence, "-") {
		return "", ""
	}
	return sentence, begin
}
