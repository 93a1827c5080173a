package lesson

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"attend/internal/attention"
	"attend/internal/render"
	"attend/layers"
)

// twoHeads looks for late animals in the first head, for prepositions in the second.
func twoHeads() byHand {
	return byHand{
		heads: 2,
		query: []float32{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 8, 0},
		key:   []float32{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0},
		value: []float32{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0},
	}
}

// headsAndPositions is chapter 7: several heads, and what a model without positions cannot tell.
func (c *Course) headsAndPositions(_ context.Context, show Show) error {
	s := riverByHand()
	last := len(s.words) - 1
	one, _, err := projected(s, oneHead(), layers.AttentionOptions{})
	if err != nil {
		return err
	}
	two, p, err := projected(s, twoHeads(), layers.AttentionOptions{})
	if err != nil {
		return err
	}
	if err := show(
		Paragraph(fmt.Sprintf("In chapter 5 the last word had to find two things, an animal and a preposition, with one look. The look had to be divided: %.2f for \"zebra\", %.2f for \"near\". To look at one more is to look less at the other.", one.Row(0, 0, last)[4], one.Row(0, 0, last)[5])),
		Paragraph("So a layer has several heads. Each is an attention of its own, with its own query, key and value matrices and a whole look of 1 to share out. Their outputs are put side by side. A head's vectors are shorter in return, so that several cost no more than one: 4 heads of 8 numbers instead of one of 32."),
		Question{
			Ask:     "Two heads, one made to find animals, the other prepositions. What can both reach at once?",
			Choices: []string{"nearly 1 for zebra and nearly 1 for near", "at most a half each: a row adds up to 1", "the same as one head"},
			Right:   0,
			Because: "The row of each head adds up to 1 by itself. The heads do not share one look between them.",
		},
	); err != nil {
		return err
	}
	picture, err := byHandMap(p, each(), "matrices written by hand")
	if err != nil {
		return err
	}
	both := append(slices.Clone(two.Output(0, 0, last)), two.Output(0, 1, last)...)
	if err := show(
		picture,
		Paragraph(fmt.Sprintf("In the last row the first head has %.2f on \"zebra\", the second %.2f on \"near\". Side by side they hand over %s (striped and preposition from the first head, then from the second), where the single head had %s of both.", two.Row(0, 0, last)[4], two.Row(0, 1, last)[5], roundedTo2(both), roundedTo2(one.Output(0, 0, last)))),
	); err != nil {
		return err
	}
	if err := show(
		Paragraph("Now the order of words. Look back at chapter 2: a dot product compares two vectors. Where in the sentence they stand does not come into it. What comes out is a sum, and a sum does not care for order either. So to attention by itself a sentence is a bag of words."),
		Formula("A  "+whoSees[0]+"\nB  "+whoSees[1]),
		Question{
			Ask:     "Without a mask and without positions: can any word tell A from B?",
			Choices: []string{`yes, the verb "saw": it stands between the two`, "yes, the last word: it sees all others", "no, not one"},
			Right:   2,
			Because: "Both hold the same words, so every word finds the same keys and the same values, in another order, and adds up the same sum.",
		},
	); err != nil {
		return err
	}
	t, err := orders()
	if err != nil {
		return err
	}
	return show(t,
		Paragraph("An output is [how much lion, how much zebra] a word has taken in. Without mask and positions it is the same in A and B: who saw whom is lost. The mask alone tells something: at \"saw\" only one animal has been, so its outputs differ, and a second layer could read that from them. But the last word sees the whole bag, and with one layer the two are still the same to it."),
		Paragraph("With positions all is told apart. The model adds to each word's vector a second vector for its place, the first, the second and so on. (The feature \"late\" of chapter 5 was one such number.) A matrix can then ask for what the word is, for where it stands, or for both, as the query of chapter 5 did. The model learns these vectors like everything else. In the savanna it needs them, to know the animal seen from the one that acts."),
		Try{
			{"attend train --positions none", "a model without positions: compare its loss with that of chapter 8"},
			{"attend lesson 7 -o heads.svg", "the two heads as a picture"},
			{"attend lesson 8", "the next chapter"},
		},
	)
}

// whoSees are two sentences of the same words.
var whoSees = [2]string{"the lion saw the zebra near the", "the zebra saw the lion near the"}

// orders compares what two words take in from the two sentences, by what the model is given.
func orders() (Table, error) {
	t := Table{Head: []string{"the model has", "saw in A", "saw in B", "last in A", "last in B"}, Words: 1}
	m := byHand{ // all look for animals, late ones more
		heads: 1,
		query: []float32{2, 0, 0, 0, 0, 0, 0, 0},
		key:   []float32{0, 0, 1, 0, 1, 0, 1, 0},
		value: []float32{0, 0, 1, 0, 0, 1, 0, 0},
	}
	for _, variant := range []struct {
		name      string
		positions bool
		options   layers.AttentionOptions
	}{
		{"no mask, no positions", false, layers.AttentionOptions{NoMask: true}},
		{"the mask alone", false, layers.AttentionOptions{}},
		{"mask and positions", true, layers.AttentionOptions{}},
	} {
		var verb, last [2]string
		for i, text := range whoSees {
			s := described{words: strings.Fields(text), features: []string{"word", "lion", "zebra", "late"}}
			for place, word := range s.words {
				v := []float32{1, 0, 0, 0}
				if at := slices.Index(s.features, word); at > 0 {
					v[at] = 1
				}
				if variant.positions {
					v[3] = float32(place) / 6
				}
				s.vectors = append(s.vectors, v...)
			}
			heads, _, err := projected(s, m, variant.options)
			if err != nil {
				return t, err
			}
			verb[i], last[i] = roundedTo2(heads.Output(0, 0, 2)), roundedTo2(heads.Output(0, 0, 6))
		}
		t.Rows = append(t.Rows, []string{variant.name, verb[0], verb[1], last[0], last[1]})
	}
	return t, nil
}

// byHandMap is the picture of a map whose matrices were written down in a chapter.
func byHandMap(m attention.Map, selection render.Selection, origin string) (Picture, error) {
	return mapOf(m, attention.Source{Run: origin, Step: render.Made}, selection)
}

// lower is a word as the savanna's vocabulary spells it.
func lower(word string) string { return strings.ToLower(word) }
