package data

import (
	"fmt"
	"io"
	"math"

	"attend/internal/printable"
)

// Options decide how [Load] reads a text.
type Options struct {
	Unit     Unit
	HoldOut  float64 // the fraction of the text to hold out, between 0 and 1
	MinCount int     // tokens seen fewer times in the training text become <unk>; 1 or more
	Seed     uint64  // decides which sentences are held out
}

func (o Options) validate() error {
	if !(o.HoldOut > 0 && o.HoldOut < 1) {
		return fmt.Errorf("the held-out fraction is %g, want more than 0 and less than 1, for example 0.1", o.HoldOut)
	}
	if o.MinCount < 1 {
		return fmt.Errorf("the minimum count is %d, want 1 or more", o.MinCount)
	}
	return nil
}

// heldOut returns how many of n parts are held out: the nearest whole number to the
// fraction, but at least least on either side.
func (o Options) heldOut(n, least int) int {
	return min(max(int(math.Round(o.HoldOut*float64(n))), least), n-least)
}

// Corpus is a text split into what a model learns from and what it is judged by.
type Corpus struct {
	Name       string
	Vocabulary *Vocabulary
	Train      Set
	HeldOut    Set
	// TrainText and HeldOutText are the texts as written, one for each sequence of the
	// set.
	TrainText   []string
	HeldOutText []string
	SHA256      string   // of the bytes read, in hexadecimal
	Notes       []string // what a user should know of the text, one line each
	Grammar     *Grammar // the grammar the text was drawn from; nil unless the savanna
	LongestLine int      // the line that holds the longest sentence, from 1; 0 in a text of one sequence
}

// Load reads a text in UTF-8 and splits it. The vocabulary is that of the training
// side.
//
// A layout of sentences: one a line, blank lines skipped. The distinct sentences
// (those whose keys differ) are shuffled by the seed and the last HoldOut of them held
// out with all their copies, so that no sentence is on both sides; each side keeps
// the order of the text.
//
// A layout of one stream: one long text, whose last HoldOut is held out.
//
// A byte-order mark and lines that end in a carriage return are accepted. It is an
// error when an option is out of its range, when the text is blank, is not UTF-8 or
// is too short to split, or when MinCount leaves no token. name is how errors call
// the text.
func Load(name string, r io.Reader, o Options) (*Corpus, error) {
	unit, err := o.Unit.entry()
	if err != nil {
		return nil, err
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	name = printable.Path(name) // from here on it is only shown
	text, sum, err := readText(name, r)
	if err != nil {
		return nil, err
	}
	c, err := unit.layout.split(name, text, unit.tokenizer, o)
	if err != nil {
		return nil, err
	}
	c.Name, c.SHA256 = name, sum
	return c, nil
}

// noteRare tells of tokens that are not in the vocabulary, given how often the training
// text has each key and how many tokens of the held-out text are unknown.
func (c *Corpus) noteRare(o Options, seen []int, inHeldOut int) {
	kinds, inTrain := 0, 0
	for _, n := range seen {
		if n > 0 && n < o.MinCount {
			kinds++
			inTrain += n
		}
	}
	if kinds > 0 {
		c.note("%s seen fewer than %d times in the training text became %s: %s there.",
			printable.Count(kinds, c.Vocabulary.Tokenizer().Noun()), o.MinCount, UnknownToken, printable.Count(inTrain, "token"))
	}
	if inHeldOut > 0 {
		c.note("%s of the held-out text not seen in the training text or too rare there: %s.",
			printable.Count(inHeldOut, "token"), UnknownToken)
	}
}

func (c *Corpus) note(format string, a ...any) {
	c.Notes = append(c.Notes, fmt.Sprintf(format, a...))
}
