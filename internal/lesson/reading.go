package lesson

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
)

// reading is chapter 9: a sentence of the reader's, what is attended to and what mattered.
func (c *Course) reading(ctx context.Context, show Show) error {
	if err := show(
		Paragraph("A map is easily over-read. A weight says how much of a word's value is mixed in. It does not say what the value holds, nor what the rest of the model makes of it. To find out whether a word mattered, take it away and see what the prediction loses."),
		Paragraph("That can be done: set one weight of the last row to 0, let the other words share its look, and compute the prediction again, in the same model. This is called cutting the edge. What the logarithm of the probability loses is the effect: 0 means it did not matter, 0.69 means the probability was halved, below 0 means the word spoke for something else."),
	); err != nil {
		return err
	}
	r, err := c.known()
	if err != nil {
		return err
	}
	if r == nil {
		if err := show(Paragraph("The model of chapter 8 is not here yet. It is trained first, which takes some seconds.")); err != nil {
			return err
		}
		if r, _, err = c.train(ctx); err != nil {
			return err
		}
	}
	sentence, err := c.ownSentence(r)
	if err != nil {
		return err
	}
	m, err := mapWith(r, sentence, 3)
	if err != nil {
		return err
	}
	y, err := analysis.Why(r, analysis.Question{Text: sentence}, nil)
	if err != nil {
		return err
	}
	picture, err := mapOf(m, attention.Source{Run: shownPath(r), Step: r.Step}, mean())
	if err != nil {
		return err
	}
	if err := show(picture, Printout{func(w io.Writer, o text.Options) error { return text.Predictions(w, m.Next, o) }}); err != nil {
		return err
	}
	if q, ok := mattered(y); ok {
		if err := show(q); err != nil {
			return err
		}
	}
	if err := show(
		Printout{func(w io.Writer, o text.Options) error { return text.Why(w, y, o) }},
		Paragraph("Replaced is another way to ask: the word itself is exchanged for each other word of its kind, or, where it has no kind, for the unknown word. The last word matters much in this way, for without it the model does not know that a place is wanted. (Of a word that stands there twice, a small number tells which is meant.)"),
		Paragraph("The two ways need not agree, for they ask different things. A cut takes away one look and leaves the rest of the sentence as it is. A replacement puts something else in the word's place, for every look and every head, and that may speak loudly for another answer. The one tells by which looks the prediction came about, the other what in the sentence it depends on. The rank correlation compares attention with the first: 1 if the words come in the same order by both, 0 if the one order tells nothing of the other."),
	); err != nil {
		return err
	}
	path := shownPath(r)
	return show(
		Paragraph("What a map does not tell:"),
		Paragraph("1. Attention is not importance. Compare the two columns above, word by word: equal looks may have effects that differ by much, and a word may be looked at and change nothing. Cut, or replace, and see."),
		Paragraph("2. `<s>` is often a resting place. A head must spend its whole look somewhere; with nothing to do in a sentence it tends to look at the first token, the mark of the beginning. Look down its column in the map of chapter 8: several rows rest there. That means little."),
		Paragraph("3. The mean hides. Two heads that look at two words average to a half each. Look at them one by one."),
		Paragraph("4. With more than one layer a column is no longer just its word: the layers before have mixed others into it."),
		Paragraph("5. It is the map of this model. Trained from other random numbers, it may solve the same sentence by other looks."),
		Try{
			{"attend lesson 9 --sentence \"The elephants near the bridge\"", "a sentence of your own; the model knows the words of the savanna"},
			{"attend why --run " + path + " \"The lions from the valley are hungry\" --place 6", "why \"are\", and not \"is\"?"},
			{"attend explain --run " + path + " \"" + river + "\" --head 2", "the arithmetic of one cell of the map, number by number"},
			{"attend heads --run " + path, "what each head does, over many sentences"},
			{"attend inspect --run " + path + " --all \"" + river + "\"", "the map of each head"},
			{"attend lesson 10", "the last chapter"},
		},
	)
}

// ownSentence is the reader's, from the command line or the keyboard, or else one that training did not show.
func (c *Course) ownSentence(r *run.Run) (string, error) {
	const fallback = "The hyenas chased the old antelope under the"
	if c.Sentence != "" {
		return c.Sentence, nil
	}
	if c.Ask == nil {
		return fallback, nil
	}
	return c.Ask("Type the beginning of a sentence in the words of the savanna (animals: lion zebra hyena antelope giraffe elephant leopard rhino; saw chased heard; near under behind beside; ...). The model says what comes next.",
		fallback, func(s string) error {
			_, err := mapWith(r, s, 1)
			return err
		})
}

// mattered asks for the word whose edge has the largest effect. ok is false where there are too few words to choose from.
func mattered(y attention.Why) (q Question, ok bool) {
	ranked := y.Ranked()
	if len(ranked) < 3 || ranked[0].Cut == nil || ranked[1].Cut == nil || *ranked[0].Cut <= *ranked[1].Cut {
		return q, false
	}
	most := ranked[0]
	for _, w := range y.Words {
		if w.Attention > most.Attention {
			most = w
		}
	}
	offered := []attention.Cause{ranked[0], ranked[1], ranked[2], ranked[len(ranked)-1]}
	offered = append(offered, most)
	slices.SortFunc(offered, func(a, b attention.Cause) int { return a.Place - b.Place })
	offered = slices.CompactFunc(offered, func(a, b attention.Cause) bool { return a.Place == b.Place })
	q.Ask = fmt.Sprintf("The model says %s. Which word does the last one need most: whose edge, cut, costs that prediction most?", printable.Quote(y.Target))
	for i, w := range offered {
		q.Choices = append(q.Choices, placed(y, w))
		if w.Place == ranked[0].Place {
			q.Right = i
		}
	}
	q.Because = fmt.Sprintf("Without it the logarithm of the probability loses %.2f; the next word costs %.2f.", *ranked[0].Cut, *ranked[1].Cut)
	if most.Place == ranked[0].Place {
		q.Because += fmt.Sprintf(" Here it is also the word looked at most, with %.2f of the look; that need not be so.", most.Attention)
	} else {
		q.Because += fmt.Sprintf(" Looked at most is another: %s, with %.2f, and cutting it costs %s.", placed(y, most), most.Attention, cost(most.Cut))
	}
	return q, true
}

// placed is a word, with its place where the sentence has it twice.
func placed(y attention.Why, w attention.Cause) string {
	name, count := printable.Short(w.Word, printable.MaxQuote), 0
	for _, other := range y.Words {
		if strings.EqualFold(other.Word, w.Word) {
			count++
		}
	}
	if count > 1 {
		name += fmt.Sprintf(" (word %d)", w.Place)
	}
	return name
}

// cost is an effect in words.
func cost(effect *float64) string {
	if effect == nil {
		return "nothing that could be measured"
	}
	return fmt.Sprintf("%.2f", *effect)
}
