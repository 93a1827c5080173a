package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/printable"
	"attend/internal/run"
)

// mostCauses is the most that a file of marked sentences holds, in bytes.
const mostCauses = 10e6

// causesHelp describes the file of --causes, at the end of the help of a command.
const causesHelp = `

A FILE of --causes has one sentence a line, with the cause words in square
brackets and the word that they decide in braces, after the name of the rule:

  place: the lion saw the [zebra] [near] the {river}
  agreement: the [lions] from the valley {are|were} hungry

The name may be left out; | separates all words that the rule allows, beginning
with that of the sentence. A sentence with several decided words takes several
lines. Lines that begin with # are skipped. A backslash before [ ] { } | : # or \
makes it a part of the sentence, and \n is a line feed.`

// causesFile is a file of marked sentences.
type causesFile struct{ path, encoding string }

// causesFlag adds --causes and its --encoding to a command.
func causesFlag(f *pflag.FlagSet, marked *causesFile, what string) {
	encodingFlag(f, &marked.encoding, "the file of --causes")
	f.StringVar(&marked.path, "causes", "", what+", read from a `FILE` of at most 10 MB (- for standard input)")
}

// causes are the marked sentences of --causes.
type causes struct {
	path    string
	marked  []data.Marked // nil without the flag
	unknown []string      // other words of it that the run does not know
}

// causesOf reads the file of --causes, unless its path is "".
func (p *program) causesOf(marked causesFile, r *run.Run) (c causes, err error) {
	c.path = marked.path
	if c.path == "" {
		return c, p.unusedEncoding("causes")
	}
	if c.path == "-" && r.Settings.Data == "-" {
		return c, errors.New("--causes -: the text of this run is read from standard input as well: put the marked sentences in a file")
	}
	text, err := p.readFile("causes", c.path, marked.encoding, mostCauses)
	if err != nil {
		return c, err
	}
	if c.marked, err = data.ReadMarked(r.Vocabulary, text); err != nil {
		return c, c.in(err)
	}
	for _, m := range c.marked {
		for _, t := range m.Tokens {
			if _, known := r.Vocabulary.ID(t.Key); !known {
				c.unknown = append(c.unknown, t.Text)
			}
		}
	}
	return c, nil
}

// name says where the sentences come from.
func (c causes) name() string {
	if c.path == "-" {
		return "standard input"
	}
	return printable.Path(c.path)
}

// in says that an error is one of the file.
func (c causes) in(err error) error {
	return fmt.Errorf("--causes %s: %w", printable.Path(c.path), err)
}

// fewMarked is how many marked sentences are needed for means that say something.
const fewMarked = 20

// rulesOf returns the rules of --causes or, without it, of the grammar of the text. It notes how many of the sentences of
// --causes are in the training text.
func (p *program) rulesOf(c causes, q *request, corpus *data.Corpus) (*analysis.Rules, error) {
	r := q.run
	rules, err := analysis.NewRules(r, corpus, c.marked)
	if c.marked == nil {
		return rules, err
	}
	if err != nil {
		return nil, c.in(err)
	}
	q.unknown = append(q.unknown, c.unknown...)
	if n := rules.Sentences(); n < fewMarked {
		p.note(fmt.Sprintf("--causes %s: means over %s say little: mark %d or more", printable.Path(c.path),
			printable.Count(n, "sentence"), fewMarked))
	}
	if n := rules.Shortened(); n > 0 {
		p.note(fmt.Sprintf("--causes %s: %s longer than the context of this run, %d: only the last words before the decided one are read",
			printable.Path(c.path), printable.Count(n, "sentence")+either(n == 1, " is", " are"), r.Config.Context))
	}
	if n := analysis.InTraining(r, corpus, c.marked); n > 0 {
		p.note(fmt.Sprintf("--causes %s: %d of %s %s in the training text, which a model may have memorised: other sentences say more",
			printable.Path(c.path), n, printable.Count(rules.Sentences(), "sentence"), either(n == 1, "is", "are")))
	}
	return rules, nil
}

// either returns one of two words.
func either(first bool, one, other string) string {
	if first {
		return one
	}
	return other
}
