package analysis

import (
	"fmt"
	"slices"
	"strings"

	"attend/data"
	"attend/internal/printable"
)

// Copies finds a prompt and its continuations in a training text. Sentences are the same where their keys are.
type Copies struct {
	// Beginnings is how many training sentences begin with the prompt or, in a text of one sequence, how often the text holds it; nil
	// without a prompt.
	Beginnings *int

	corpus *data.Corpus
	prompt []int // its ids, with the boundary
	rows   []int // the training sentences that begin with it
	text   string
}

// NewCopies looks a prompt up in the training text. It takes time in proportion to the text.
func NewCopies(corpus *data.Corpus, prompt string) (*Copies, error) {
	v := corpus.Vocabulary
	tokens, err := v.Tokenize(prompt)
	if err != nil {
		return nil, err
	}
	c := &Copies{corpus: corpus}
	count := 0
	if v.Layout().Sentences() {
		ids, unknown := v.Encode(tokens)
		boundary, _ := v.Boundary()
		c.prompt = append([]int{boundary}, ids...)
		c.rows = corpus.Train.BeginningWith(c.prompt)
		if unknown > 0 { // a rare word of the text is <unk> too
			c.rows = slices.DeleteFunc(c.rows, func(row int) bool { return !beginsWith(v, corpus.TrainText.At(row), tokens) })
		}
		count = len(c.rows)
	} else {
		c.text = keysOf(v, corpus.TrainText.At(0)) // the only one
		count = occurrences(c.text, keysOf(v, prompt))
	}
	if len(tokens) > 0 {
		c.Beginnings = &count
	}
	return c, nil
}

// beginsWith reports whether the keys of a sentence begin with those of tokens.
func beginsWith(v *data.Vocabulary, sentence string, tokens []data.Token) bool {
	of, err := v.Tokenize(sentence)
	if err != nil || len(of) < len(tokens) {
		return false
	}
	for i, t := range tokens {
		if of[i].Key != t.Key {
			return false
		}
	}
	return true
}

// keysOf returns a valid text as a vocabulary of characters reads it: with a line feed at the end of each line and, if it folds case, in
// lower case.
func keysOf(v *data.Vocabulary, text string) string {
	if !v.Tokenizer().FoldsCase() {
		return strings.ReplaceAll(text, "\r\n", "\n")
	}
	var b strings.Builder
	for line := range strings.Lines(text) { // the tokens of all lines together would take much memory
		tokens, _ := v.Tokenize(line)
		for _, t := range tokens {
			b.WriteString(t.Key)
		}
	}
	return b.String()
}

// occurrences returns how often a text holds another, which may overlap.
func occurrences(text, part string) (count int) {
	for part != "" {
		at := strings.Index(text, part)
		if at < 0 {
			break
		}
		text = text[at+1:]
		count++
	}
	return count
}

// Copied reports whether the prompt and what was added, ids with the boundary at the end, are a training sentence word for word or,
// without the boundary, the beginning of one. In a text of one sequence it reports whether the text holds what was added.
func (c *Copies) Copied(added []int) bool {
	v := c.corpus.Vocabulary
	unknown, ok := v.Unknown()
	if ok && slices.Contains(added, unknown) {
		return false // it is no word
	}
	if !v.Layout().Sentences() {
		keys := make([]string, len(added))
		for i, id := range added {
			keys[i] = v.Key(id)
		}
		return strings.Contains(c.text, v.Tokenizer().Continue("", keys))
	}
	boundary, _ := v.Boundary()
	whole := len(added) > 0 && added[len(added)-1] == boundary
	return slices.ContainsFunc(c.rows, func(row int) bool {
		rest := c.corpus.Train.Sequence(row)
		rest = rest.Slice(len(c.prompt), rest.Len())
		return slices.Equal(rest.Ints()[:min(rest.Len(), len(added))], added) && (!whole || rest.Len() == len(added))
	})
}

// Text says the same of one continuation in words.
func (c *Copies) Text(added []int) string {
	noun, copied := c.corpus.Vocabulary.Tokenizer().Noun(), c.Copied(added)
	if !c.corpus.Vocabulary.Layout().Sentences() {
		text, of := "", "it"
		switch {
		case c.Beginnings == nil:
			of = "the training text"
		case *c.Beginnings == 0:
			text = "the prompt does not occur in the training text; "
		default:
			text = fmt.Sprintf("the prompt occurs %s in the training text; ", printable.Count(*c.Beginnings, "time"))
		}
		follows, is := "follow", "are"
		if len(added) == 1 {
			follows, is = "follows", "is"
		}
		if copied {
			is += " copied from " + of
		} else {
			is += " not in " + of
		}
		return fmt.Sprintf("%sthe %s that %s %s", text, printable.Count(len(added), noun), follows, is)
	}
	text := ""
	switch {
	case c.Beginnings == nil:
	case *c.Beginnings == 0:
		return "this beginning occurs in no training sentence"
	default:
		text = fmt.Sprintf("this beginning occurs in %s; ", printable.Count(*c.Beginnings, "training sentence"))
	}
	if copied {
		return text + "copied " + noun + " for " + noun
	}
	return text + "not a copy of a training sentence"
}
