package play

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"attend/internal/printable"
	"attend/internal/run"
)

// What a page takes. Natively the limits of `attend train` are much wider.
const (
	mostMemory      = 1.5e9     // bytes of the process
	mostText        = 2_000_000 // bytes of a text
	longestWord     = 1000      // bytes of one word of a text
	longestSentence = 4000      // bytes of a sentence to show, or of a prompt
	longestFileName = 100       // characters
	mostSteps       = 1_000_000 // of a training
	mostEvaluations = 20_000    // of a training, each of which adds a line to its log
	filmedIntervals = 250       // eval-intervals that have a frame each in the film; later ones are sparser, see [run.FilmSize]
	filmBytes       = 32e6      // of those frames
	mostWork        = 4e9       // multiplications and additions of one update: about half a second
	mostOpenedWork  = 4e10      // likewise of a run that is opened, which was trained elsewhere
	mostBuilding    = 4         // seconds to build the graphs, estimated for a native program
	mostWeights     = 300_000   // attention weights of a map
)

// MostText is the largest size of a text in bytes that a page takes.
const MostText = mostText

const natively = "or train natively with `attend train`"

// checkText returns an error for a text that is too large or has a word that is too long.
func checkText(name, text string, words bool) error {
	if len(text) > mostText {
		return fmt.Errorf("%s has %s and a page takes at most %s: shorten it, %s",
			printable.Path(name), printable.Size(float64(len(text))), printable.Size(mostText), natively)
	}
	if !words {
		return nil
	}
	number := 0
	for l := range strings.Lines(text) {
		number++
		for word := range strings.FieldsFuncSeq(l, unicode.IsSpace) {
			if len(word) > longestWord {
				return fmt.Errorf("line %d of %s has a word of %s: want spaces between words, or characters as tokens",
					number, printable.Path(name), printable.Count(utf8.RuneCountInString(word), "character"))
			}
		}
	}
	return nil
}

// checkSentence returns an error for a sentence that is too long to be shown.
func checkSentence(r *run.Run, sentence string) error {
	if len(sentence) > longestSentence {
		return fmt.Errorf("the sentence has %s and a page takes at most %s: shorten it",
			printable.Size(float64(len(sentence))), printable.Size(longestSentence))
	}
	e, err := r.Encode(sentence)
	if err != nil {
		return err
	}
	return checkWeights(r.Config.Layers, r.Config.Heads, len(e.IDs))
}

// checkWeights returns an error if the map of a sentence of so many tokens has too many weights.
func checkWeights(layers, heads, tokens int) error {
	if n := layers * heads * tokens * tokens; n > mostWeights {
		return fmt.Errorf("a sentence of %d tokens has a map of %s weights in %d layers of %d heads, and a page shows at most %s: shorten it",
			tokens, printable.Thousands(n), layers, heads, printable.Thousands(mostWeights))
	}
	return nil
}

// checkSettings returns an error for resolved settings that take too long or too much memory in a page.
func checkSettings(s run.Settings, vocab int) error {
	switch evaluations := s.Steps / s.EvalInterval; {
	case s.Steps > mostSteps:
		return fmt.Errorf("steps %s: a page makes at most %s: lower steps, %s",
			printable.Thousands(s.Steps), printable.Thousands(mostSteps), natively)
	case evaluations > mostEvaluations:
		return fmt.Errorf("%s evaluations in %s steps: a page makes at most %s: raise eval-interval, or lower steps",
			printable.Thousands(evaluations), printable.Thousands(s.Steps), printable.Thousands(mostEvaluations))
	}
	return checkModel(s, vocab, mostWork)
}

// work estimates the multiplications and additions of one update: six for each parameter and token, and as many for each pair of a
// query and a key.
func work(s run.Settings, vocab int) float64 {
	c := s.Model(vocab)
	tokens := float64(s.Batch) * float64(s.Context)
	return 6 * tokens * (c.ParameterCount() + 2*float64(s.Layers)*float64(s.Dim)*float64(s.Context))
}

// checkModel returns an error for a model that takes too long to build in a page, or of which one update takes more than so many
// operations: a page waits for an update before it pauses.
func checkModel(s run.Settings, vocab int, most float64) error {
	switch of := work(s, vocab); {
	case !(s.Model(vocab).BuildSeconds(true) <= mostBuilding):
		return fmt.Errorf("a model of %d layers takes too long to build in a page: lower layers, %s", s.Layers, natively)
	case !(of <= most):
		return fmt.Errorf("one update of this model would take too long in a page, %.1f times the longest: "+
			"lower batch, context, dim or layers, %s", of/most, natively)
	}
	return nil
}
