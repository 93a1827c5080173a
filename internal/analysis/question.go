package analysis

import (
	"fmt"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
)

// Question asks why a word is predicted.
type Question struct {
	Text     string
	Position int    // of the word to predict in the sentence, from 1; 0: the word after the last
	Word     string // whose probability is explained; "": the word at the position or, after the last, the most likely
	Against  string // a word that it is compared with, or [RunnerUp]; "": none
	Causes   *Rule  // the rule that decides the word, see [RuleAt]; nil if it is not known
}

// RunnerUp, as the word to compare with, is the most likely word other than the one that is explained.
const RunnerUp = "runner-up"

// asked is a question in ids.
type asked struct {
	attention.Encoded     // the tokens before the word to predict
	target            int // -1: the most likely
	against           int // -1: the runner-up
}

// encodeQuestion returns a question in ids.
func encodeQuestion(r *run.Run, q Question) (a asked, err error) {
	a.target, a.against = -1, -1
	if a.Encoded, err = r.Encode(q.Text); err != nil {
		return a, err
	}
	words := typedWords(r, a.Tokens, a.Omitted)
	if q.Position != 0 {
		position := q.Position - 1 + words.before
		if position < 1 || position >= len(a.IDs) {
			return a, words.notPredicted(q.Position)
		}
		a.target = a.IDs[position]
		a.Tokens, a.IDs, a.Unknown = a.Tokens[:position], a.IDs[:position], a.Unknown[:position]
	}
	if q.Word != "" {
		if a.target, err = words.id(r, q.Word); err != nil {
			return a, err
		}
	}
	if q.Against == "" {
		return a, nil
	}
	if a.against, err = words.id(r, q.Against); err != nil && q.Against == RunnerUp {
		a.against, err = -1, nil
	}
	if err == nil && a.against >= 0 && a.against == a.target {
		err = notAgainstItself(r, q.Against)
	}
	return a, err
}

// notAgainstItself is the error of a word that is compared with itself.
func notAgainstItself(r *run.Run, word string) error {
	return fmt.Errorf("%s is the %s that is explained: compare it with another, or with the %s",
		printable.Quote(word), r.Vocabulary.Tokenizer().Noun(), RunnerUp)
}

// notPredicted is the error of a position, counted from 1, at which no token of the sentence is predicted from those before it.
func (s sentenceWords) notPredicted(position int) error {
	first, last := 2-s.before, len(s.tokens)-s.before
	choose := fmt.Sprintf("choose %d to %d, or 0 for the one after the last", first, last)
	switch {
	case last == first:
		choose = fmt.Sprintf("choose %d, or 0 for the one after the last", first)
	case last < first:
		choose = "none comes after another in it, so choose 0, the one after the last"
	}
	of := s.sentence()
	if s.left > 0 {
		of += ","
	}
	return fmt.Errorf("%s has no %s %d to predict: %s", of, s.noun, position, choose)
}
