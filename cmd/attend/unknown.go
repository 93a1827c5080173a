package main

import (
	"slices"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/run"
)

// namesUnknown takes down which tokens of texts that were given the run does not know. The output names them, in every format.
func (q *request) namesUnknown(texts ...string) {
	q.unknown = slices.Concat(q.unknown, unknownIn(q.run, texts...))
}

// unknownIn returns the tokens of texts that a run does not know, as typed.
func unknownIn(r *run.Run, texts ...string) (unknown []string) {
	for _, text := range texts {
		unknown = append(unknown, unknownUpTo(r, text, 0)...)
	}
	return unknown
}

// unknownUpTo returns the tokens of a text, up to a position that counts from 1, that a run does not know. Position 0 means all tokens.
func unknownUpTo(r *run.Run, text string, position int) (unknown []string) {
	tokens, _ := r.Vocabulary.Tokenize(text) // what is wrong with it is said when it is read
	e, _ := r.Encode(text)
	tokens = tokens[e.Omitted:] // the others are not read
	if position > 0 {
		tokens = tokens[:min(position, len(tokens))]
	}
	for _, t := range tokens {
		if _, known := r.Vocabulary.ID(t.Key); !known {
			unknown = append(unknown, t.Text)
		}
	}
	return unknown
}

// once returns what a list holds, each once, in the order of the list.
func once(list []string) []string {
	seen, different := map[string]bool{}, []string{}
	for _, s := range list {
		if !seen[s] {
			seen[s], different = true, append(different, s)
		}
	}
	return different
}

// unknownNote names tokens that a run does not know; "" if there are none.
func unknownNote(unknown []string) string {
	if len(unknown) == 0 {
		return ""
	}
	var quoted []string
	for _, token := range once(unknown) {
		quoted = append(quoted, printable.Quote(token))
	}
	return "not in the vocabulary, read as " + data.UnknownToken + ": " + some(quoted)
}
