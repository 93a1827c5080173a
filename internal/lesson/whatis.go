package lesson

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
	"attend/layers"
)

// whatIs is chapter 1: the river sentence, which words decide, and a model that does not know yet.
func (c *Course) whatIs(_ context.Context, show Show) error {
	if err := show(
		Paragraph(`Read this beginning of a sentence: "The lion saw the zebra near the ...". Which word comes next? In the small world of this course, the savanna, it is always "river".`),
		Paragraph("To say so you did not need every word alike. Some decided, others you read and let go. Attention is how a language model does the same. Each word has one look, counted as 1, to share out over itself and the words before it: much for those that matter, next to nothing for the rest. Then it takes from each word what that word has to say, in these shares, and mixes it. The mix is what the word now knows of its sentence. From what the last word knows, the next one is predicted."),
		Paragraph("A model is a long calculation with numbers in it that nobody wrote: it learns them. It has no letters and no animals; to it each word is a list of numbers, called a vector. So sharing out and mixing is arithmetic, and all of it can be watched. Its one task is to predict the next word, and all that it learns, it learns from how badly it did."),
	); err != nil {
		return err
	}
	if err := show(
		Question{
			Ask:     `Which words decide that "river" comes next?`,
			Choices: []string{"lion and saw: who acts, and what it does", "zebra and near: who is seen, and where", "all seven alike", `only the last word, "the"`},
			Right:   1,
			Because: "In the savanna each animal, when seen, has a place of its own for each of near, under, behind and beside. Who saw it makes no difference. The table shows it.",
		},
	); err != nil {
		return err
	}
	places, err := nextPlaces("the lion saw the zebra near the", "the hyena saw the zebra near the", "the lion chased the zebra near the",
		"the lion saw the hyena near the", "the lion saw the zebra under the")
	if err != nil {
		return err
	}
	if err := show(
		Paragraph("One word changed at a time, and what the rules of the savanna then say for certain:"),
		places,
		Paragraph("The actor and the verb may change as they like. Change the animal seen, or \"near\", and the place changes. These two words are the cause. Whether a model finds them out, from nothing but sentences, is what the rest of the course is about."),
	); err != nil {
		return err
	}
	sentence := river
	if c.Sentence != "" {
		sentence = c.Sentence
	}
	picture, err := c.untrainedMap(sentence)
	if err != nil {
		return err
	}
	return show(
		Paragraph("Here is the look of a model that has learned nothing yet, drawn as a map. A row is a word that looks, a column a word that is looked at, and a number a share: .12 is twelve in a hundred. A row adds up to 1. `<s>` marks the beginning of the sentence. (The model has four heads, each with a look of its own; this is their mean, and chapter 7 tells more.)"),
		picture,
		Paragraph("It looks everywhere alike, for it does not know what matters: over eight words a look of 1 is about .12 for each. Keep your answer to the question: in chapter 8 you train this model, and the last row of its map gives an answer of its own."),
		Try{
			{"attend lesson 1 --sentence \"The hyenas chased the antelope under the\"", "the same map for another sentence of the savanna"},
			{"attend lesson 2", "the next chapter"},
		},
	)
}

// nextPlaces lists beginnings of sentences and the one word that the grammar lets follow.
func nextPlaces(beginnings ...string) (Table, error) {
	t := Table{Head: []string{"beginning", "next"}, Words: 2}
	for _, beginning := range beginnings {
		next, ok := data.SavannaGrammar().NextWord(strings.Fields(beginning))
		if !ok || len(next) != 1 {
			return t, fmt.Errorf("the grammar does not decide what follows %q", beginning)
		}
		t.Rows = append(t.Rows, []string{beginning, slices.Collect(maps.Keys(next))[0]})
	}
	return t, nil
}

// untrained is the lesson's model as it is before training.
func (c *Course) untrained() (*run.Run, error) {
	settings, err := c.settings()
	if err != nil {
		return nil, err
	}
	config := settings.Model(c.corpus.Vocabulary.Len())
	weights, err := layers.NewWeights(config, settings.Seed)
	return &run.Run{Path: "untrained model", Settings: settings, Vocabulary: c.corpus.Vocabulary, Config: config, Weights: weights}, err
}

// untrainedMap is the map of a sentence in that model.
func (c *Course) untrainedMap(sentence string) (Picture, error) {
	r, err := c.untrained()
	if err != nil {
		return Picture{}, err
	}
	m, err := mapWith(r, sentence, 1)
	if err != nil {
		return Picture{}, err
	}
	return mapOf(m, attention.Source{Run: r.Path}, mean())
}

// mapWith returns the map of a sentence in a run.
func mapWith(r *run.Run, sentence string, predictions int) (attention.Map, error) {
	reader, err := r.NewSession(1)
	if err != nil {
		return attention.Map{}, err
	}
	defer reader.Close()
	return reader.Map(sentence, predictions)
}
