package main

import (
	"fmt"
	"io"
	"strings"

	"attend/internal/analysis"
	"attend/internal/attention"
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
	p.say("%s: %s to learn, %s held out, %d in the vocabulary",
		c.Name, printable.Count(c.Train.Predictions(), "prediction"), printable.Thousands(c.HeldOut.Predictions()), c.Vocabulary.Len())
	for _, note := range c.Notes {
		p.say("note: %s", note)
	}
	const few = 100 // predictions
	if n := c.HeldOut.Predictions(); n < few {
		p.say("note: the held-out text is so short (%s) that another choice of it would give another loss: try --split-seed or --holdout.",
			printable.Count(n, "prediction"))
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
func (p *program) result(t *run.Training) (finding, error) {
	live := term.IsTerminal(p.stderr)
	if live { // a long text takes a while
		fmt.Fprint(p.stderr, "evaluating on held-out text ...")
	}
	report, err := analysis.Evaluate(t.Run, t.Corpus)
	if live {
		fmt.Fprint(p.stderr, "\r\x1b[K")
	}
	if err != nil {
		return finding{}, err
	}
	m, err := t.SampleMap()
	if err == nil {
		err = analysis.MeasureEffects(t.Run, &m)
	}
	return finding{
		shown:  []any{report, m},
		result: func() (any, error) { return trainResult{report, t.Parameters.Count(), t.Settings.Sample, m.Next}, nil },
		text: func(w io.Writer, view text.Options) error {
			if err := writeLosses(w, report, view.Width); err != nil {
				return err
			}
			if rules := rulesInShort(report); rules != "" {
				fmt.Fprint(w, indented("rule accuracy: "+rules, view.Width, 2))
			}
			fmt.Fprintf(w, "\n%s\n\n", term.Wrap(`Attention in "`+printable.Sentence(t.Settings.Sample)+`"`, view.Width))
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
		note: unknownNote(m),
	}, err
}

// trainResult is the result of a training run in JSON.
type trainResult struct {
	analysis.Report
	Parameters int                    `json:"parameters"`
	Sample     string                 `json:"sample"`
	Next       []attention.Prediction `json:"next"` // after the sample sentence
}

// showNext says where the run is saved and what to try with it.
func (p *program) showNext(t *run.Training) error {
	folder, text, where := commandWord(t.Path, "FOLDER", printable.MaxPath), "", ""
	if t.Settings.Data == "-" {
		text = " < TEXT"
	}
	if t.Step < t.Settings.Steps {
		_, err := fmt.Fprintf(p.stdout, "\nstopped at step %d of %d and saved. Next: attend train --resume %s%s\n",
			t.Step, t.Settings.Steps, folder, text)
		return err
	}
	if !strings.HasPrefix(t.Path, runsFolder+"/") { // there the latest is found without a name
		where = " --run " + folder
	}
	try := []string{"attend eval" + where + text}
	if sentence, begin := tryNext(t); sentence != "" {
		try = append(try, "attend inspect"+where+" "+shellWord(sentence), "attend complete"+where+" "+shellWord(begin))
	}
	_, err := fmt.Fprintf(p.stdout, "\nsaved in %s. Next:\n\n  %s\n", printable.Path(t.Path), strings.Join(try, "\n  "))
	return err
}

// tryNext is a sentence for the last lines to suggest, and the beginning of one. Where the sample sentence
// cannot be typed there is none.
func tryNext(t *run.Training) (sentence, begin string) {
	sentence = t.Settings.Sample
	if t.Corpus.Grammar != nil {
		sentence = t.Corpus.HeldOutText[0]
	}
	if !t.Corpus.Vocabulary.Layout().Sentences() {
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
