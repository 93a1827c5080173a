package main

import (
	"fmt"
	"slices"
	"strings"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/run"
)

// wordID finds a word of the command line in the vocabulary, as typed or as the vocabulary spells it.
func wordID(r *run.Run, word string) (int, error) {
	if id, known := r.Vocabulary.ID(word); known || word == data.UnknownToken {
		return id, nil
	}
	tokens, err := r.Vocabulary.Tokenize(word)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", printable.Quote(word), err)
	}
	noun := r.Vocabulary.Tokenizer().Noun()
	switch {
	case len(tokens) == 0:
		return 0, fmt.Errorf("%s is blank: name a %s of %s", printable.Quote(word), noun, printable.Path(r.Path))
	case len(tokens) > 1:
		return 0, fmt.Errorf("%s is %s: name one at a time, as in attend words %s %s", printable.Quote(word), printable.Count(len(tokens), noun),
			commandWord(tokens[0].Key, "WORD", printable.MaxQuote), commandWord(tokens[1].Key, "WORD", printable.MaxQuote))
	}
	if id, known := r.Vocabulary.ID(tokens[0].Key); known {
		return id, nil
	}
	keys := make([]string, r.Vocabulary.Len())
	for id := range keys {
		keys[id] = r.Vocabulary.Key(id)
	}
	advice := fmt.Sprintf("`attend words` shows its %s", printable.Count(len(keys), noun))
	if near := nearestFew(tokens[0].Key, keys, 3); len(near) > 0 {
		for i := range near {
			near[i] = printable.Text(near[i])
		}
		advice = fmt.Sprintf("did you mean %s?", printable.Or(near))
	}
	return 0, fmt.Errorf("%s is not in the vocabulary of %s: %s", printable.Quote(word), printable.Path(r.Path), advice)
}

// nearestFew are the names most like a mistyped word, the most like first: at most so many.
func nearestFew(word string, names []string, most int) []string {
	if len(word) > longestTypo {
		return nil
	}
	least := max(1, len([]rune(word))/3) + 1
	if len([]rune(word)) < 2 {
		return nil
	}
	byDistance := make([][]string, least+1)
	for _, name := range names {
		if len(name) > longestTypo || strings.HasPrefix(name, "<") {
			continue
		}
		if d := distance(word, name); d <= least {
			byDistance[d] = append(byDistance[d], name)
		}
	}
	near := slices.Concat(byDistance...)
	return near[:min(most, len(near))]
}
