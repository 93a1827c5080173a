package analysis

import (
	"fmt"
	"math"

	"attend/data"
	"attend/internal/kernel"
	"attend/internal/random"
	"attend/internal/run"
)

// Memorisation is how much of its training text a model reproduces, compared with text that it never saw. Shares are from 0 to 1. A
// sentence counts as reproduced if, given its first half, every further token and its end are the model's most likely tokens. In a
// run on characters the sentences are windows of the text, without an end.
//
// A sentence of a language with choices can hardly be reproduced by a model that learned only the language. Where a language
// leaves no choice, held-out sentences are reproduced as well.
type Memorisation struct {
	Step               int      `json:"step"`                 // updates of the weights that were measured
	Sentences          int      `json:"sentences"`            // training sentences that were tried
	Reproduced         float64  `json:"reproduced"`           // share of them that the model reproduces
	HeldOutSentences   int      `json:"heldout_sentences"`    // held-out sentences that were tried
	ReproducedHeldOut  *float64 `json:"reproduced_heldout"`   // share of them; nil where nothing is held out
	Samples            int      `json:"samples"`              // sentences drawn from the model
	SampledFromText    float64  `json:"sampled_from_text"`    // share of them that are training sentences
	SampledFromHeldOut float64  `json:"sampled_from_heldout"` // share of them that are held-out sentences
	Chance             *float64 `json:"chance"`               // SampledFromText of a model that memorised nothing; nil if not known

	chanceError float64 // standard error of Chance
	windows     bool    // of characters, in place of sentences
}

// How much is tried, so that measuring takes a small part of the time of a training, whatever its text and its model.
const (
	triedSentences = 100
	triedSamples   = 300
	triedTokens    = 20_000 // of the sentences that are tried on one side
	sampledTokens  = 30_000 // that the model reads to draw its samples
	windowLength   = 64     // characters
	fewestTried    = 20
)

// MeasureMemorisation measures how much of its training text a run reproduces. Sentences are drawn at temperature 1, with a fixed
// seed.
//
// In a run on words, sentences are drawn from the beginning. All copies of a sentence are on one side of the split, which is
// random. So a model that memorised nothing draws sentences of both sides in proportion to their tokens, and Chance is
//
//	SampledFromHeldOut (training tokens) / (held-out tokens)
//
// Where the grammar of the text is known, Chance is the share of sentences drawn from it that are training sentences.
//
// In a run on characters, the second halves of held-out windows are drawn given the first, Chance is the share of the true second
// halves that occur in the training text, and SampledFromHeldOut is not measured.
func MeasureMemorisation(r *run.Run, corpus *data.Corpus) (Memorisation, error) {
	words := corpus.Vocabulary.Layout().Sentences()
	seq := r.Config.Context
	if !words {
		seq = min(seq, windowLength-1)
	}
	_, mean := corpus.Train.RowLengths(seq)
	most := max(fewestTried, min(triedSentences, int(triedTokens/mean)))
	training, heldOut := corpus.Train.SpreadRows(seq, most), corpus.HeldOut.SpreadRows(seq, most)
	m := Memorisation{Step: r.Step, windows: !words}
	var err error
	if m.Sentences, m.Reproduced, err = reproduced(r, training); err != nil {
		return Memorisation{}, err
	}
	share := 0.0
	if m.HeldOutSentences, share, err = reproduced(r, heldOut); err != nil {
		return Memorisation{}, err
	}
	if m.HeldOutSentences > 0 {
		m.ReproducedHeldOut = &share
	}
	m.Samples = max(fewestTried, min(triedSamples, int(2*sampledTokens/(mean*mean))))
	if words {
		err = m.sampleSentences(r, corpus)
	} else {
		err = m.sampleWindows(r, corpus, heldOut)
	}
	return m, err
}

// reproduced returns how many rows have two halves, and the share of these whose second half is reproduced.
func reproduced(r *run.Run, rows [][]int) (count int, share float64, err error) {
	var halves [][]int
	for _, row := range rows {
		if len(row) >= 4 { // with a choice besides the end
			halves = append(halves, row)
		}
	}
	if len(halves) == 0 {
		return 0, 0, nil
	}
	err = forward(r, each(inputs(halves), nil, func(i int, out run.ForwardResult) {
		row := halves[i]
		for position := len(row)/2 - 1; position < len(row)-1; position++ {
			if kernel.Argmax(out.Logits(position)) != row[position+1] {
				return
			}
		}
		share++
	}))
	return len(halves), share / float64(len(halves)), err
}

// sampleSentences draws sentences from the beginning.
func (m *Memorisation) sampleSentences(r *run.Run, corpus *data.Corpus) error {
	boundary, _ := corpus.Vocabulary.Boundary()
	prompts := make([][]int, m.Samples)
	for i := range prompts {
		prompts[i] = []int{boundary}
	}
	drawn, err := continued(r, prompts, r.Config.Context)
	if err != nil {
		return err
	}
	for i := range drawn {
		drawn[i] = append(prompts[i], drawn[i]...)
	}
	m.SampledFromText, m.SampledFromHeldOut = shareOf(corpus.Train, drawn), shareOf(corpus.HeldOut, drawn)
	if corpus.Grammar != nil {
		chance := shareOf(corpus.Train, drawnBy(corpus))
		m.Chance, m.chanceError = &chance, standardError(chance, grammarSamples)
	} else if n := corpus.HeldOut.Predictions(); n > 0 {
		ratio := float64(corpus.Train.Predictions()) / float64(n)
		chance := min(1, m.SampledFromHeldOut*ratio)
		m.Chance, m.chanceError = &chance, ratio*standardError(m.SampledFromHeldOut, m.Samples)
	}
	return nil
}

// grammarSamples is how many sentences the grammar draws to measure how often a training sentence recurs.
const grammarSamples = 2000

// drawnBy returns sentences drawn from the grammar of a text. The word "recall" is part of the generator's key: with another word the
// sentences would be others.
func drawnBy(corpus *data.Corpus) [][]int {
	boundary, _ := corpus.Vocabulary.Boundary()
	drawn := make([][]int, grammarSamples)
	for i := range drawn {
		drawn[i] = []int{boundary}
		for _, word := range corpus.Grammar.Sample(random.New(1, "recall", uint64(i))).Words {
			id, _ := corpus.Vocabulary.ID(word)
			drawn[i] = append(drawn[i], id)
		}
		drawn[i] = append(drawn[i], boundary)
	}
	return drawn
}

// sampleWindows draws the second halves of held-out windows given their first halves.
func (m *Memorisation) sampleWindows(r *run.Run, corpus *data.Corpus, windows [][]int) error {
	var first, second [][]int
	for _, w := range windows {
		if half := len(w) / 2; len(w) == len(windows[0]) && half >= 2 && len(first) < m.Samples {
			first, second = append(first, w[:half]), append(second, w[half:])
		}
	}
	if m.Samples = len(first); m.Samples == 0 {
		return nil
	}
	drawn, err := continued(r, first, len(second[0]))
	if err != nil {
		return err
	}
	chance := shareOf(corpus.Train, second)
	m.SampledFromText, m.Chance, m.chanceError = shareOf(corpus.Train, drawn), &chance, standardError(chance, m.Samples)
	return nil
}

// continued draws at most `most` tokens after each prompt.
func continued(r *run.Run, prompts [][]int, most int) ([][]int, error) {
	longest := r.Config.Context
	if _, words := r.Vocabulary.Boundary(); !words {
		longest = min(longest, len(prompts[0])+most)
	}
	batch := batchOf(len(prompts), longest, func(batch int) bool { return r.CheckSession(batch, longest) == nil })
	session, err := r.NewSessionOf(batch, longest)
	if err != nil {
		return nil, err
	}
	defer session.Close()
	return session.Continue(prompts, run.Sampling{Temperature: 1, TopP: 1, Seed: 1, MaxTokens: most, Unknown: true}, 0)
}

// shareOf returns the share of the lists that a set holds.
func shareOf(s data.Set, lists [][]int) float64 {
	count := 0.0
	for _, found := range s.Contains(lists) {
		if found {
			count++
		}
	}
	return count / float64(max(1, len(lists)))
}

// Text says in words how much is reproduced, and what a model does that memorised nothing.
func (m Memorisation) Text(memorised bool) string {
	percent := func(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) }
	sentence, word := "sentence", "word"
	if m.windows {
		sentence, word = "window", "character"
	}
	text := "It did not memorise its training text: "
	switch {
	case m.ReproducedHeldOut == nil:
		text = "Whether it memorised its training text cannot be known without held-out text: "
	case memorised:
		text = "It memorised training text: "
	}
	text += fmt.Sprintf("given the first half of a training %s, it continues %s of them %[3]s for %[3]s",
		sentence, percent(m.Reproduced), word)
	if m.ReproducedHeldOut != nil {
		text += fmt.Sprintf(" (of %ss it never saw, %s)", sentence, percent(*m.ReproducedHeldOut))
	}
	if m.Samples > 0 {
		text += fmt.Sprintf("; of the %ss that it draws, %s are in the training text", sentence, percent(m.SampledFromText))
	}
	if m.Samples > 0 && m.Chance != nil {
		text += " (by chance, " + percent(*m.Chance) + ")"
	}
	return text + "."
}

// memorisedShare is the least difference, to what a model does that memorised nothing, that counts as memorising: a tenth of the
// sentences. Less is not noticed in what the model writes.
const memorisedShare = 0.1

// Memorised reports whether the model reproduces training sentences, or draws them, more often than one that memorised nothing, by
// at least memorisedShare and by two standard errors. It is false where nothing is held out, since then nothing is known of such a
// model.
func (m Memorisation) Memorised() bool {
	more := func(share float64, n int, other, otherError float64) bool {
		return share-other >= memorisedShare && share-other > 2*math.Hypot(standardError(share, n), otherError)
	}
	if m.ReproducedHeldOut != nil &&
		more(m.Reproduced, m.Sentences, *m.ReproducedHeldOut, standardError(*m.ReproducedHeldOut, m.HeldOutSentences)) {
		return true
	}
	return m.Chance != nil && m.Samples > 0 && more(m.SampledFromText, m.Samples, *m.Chance, m.chanceError)
}

// standardError returns the standard error of a share of n cases. One success and one failure are added, as in Laplace's rule of
// succession, so that it is not 0 where every case is a success, or none is.
func standardError(share float64, n int) float64 {
	p := (share*float64(n) + 1) / float64(n+2)
	return math.Sqrt(p * (1 - p) / float64(n+2))
}
