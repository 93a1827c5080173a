package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

// writeMaps prints sentences one after the other, and how to read them.
func writeMaps(w io.Writer, o inspectOptions, r *run.Run, maps []attention.Map, beside []attention.Baseline) error {
	view := textOptions(w)
	view.Layer, view.Head, view.All = o.layer-1, o.head-1, o.all
	for i, m := range maps {
		if i > 0 {
			fmt.Fprintln(w)
		}
		grid := text.Grid
		if beside != nil {
			grid = func(w io.Writer, m attention.Map, view text.Options) error {
				return text.GridWithBaseline(w, m, beside[i], view)
			}
		}
		if err := writeMap(w, m, grid, view); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "\n%s\n", term.Wrap(readingNote(r), view.Width))
	return err
}

// writeMap prints one sentence: its grid, as the function draws it, and what comes next.
func writeMap(w io.Writer, m attention.Map, grid func(io.Writer, attention.Map, text.Options) error, o text.Options) error {
	if _, err := fmt.Fprintf(w, "%s\n\n", term.Wrap(printable.Sentence(m.Text), o.Width)); err != nil {
		return err
	}
	if err := grid(w, m, o); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if err := text.Predictions(w, m.Next, o); err != nil {
		return err
	}
	if note := unknownNote(m); note != "" {
		_, err := fmt.Fprintf(w, "\n%s\n", term.Wrap(note, o.Width))
		return err
	}
	return nil
}

// unknownNote names the words of a sentence that the run does not know.
func unknownNote(m attention.Map) string {
	var words []string
	for i, unknown := range m.Unknown {
		if word := printable.Quote(m.Tokens[i]); unknown && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "not in the vocabulary, read as " + data.UnknownToken + ": " + some(words)
}

// some lists the first of many words.
func some(words []string) string {
	const most = 12
	if rest := len(words) - most; rest > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), rest)
	}
	return strings.Join(words, ", ")
}

// readingNote says how the text of the maps is to be taken.
func readingNote(r *run.Run) string {
	note := fmt.Sprintf("%s, step %s", printable.Path(r.Path), printable.Thousands(r.Step))
	var notes []string
	if tokenizer := r.Vocabulary.Tokenizer(); tokenizer.FoldsCase() {
		notes = append(notes, tokenizer.Noun()+"s are shown as typed and read in lower case")
	}
	if _, ok := r.Vocabulary.Boundary(); ok {
		notes = append(notes, data.BoundaryToken+" is where a sentence begins or ends")
	}
	if len(notes) > 0 {
		note += "; " + strings.Join(notes, ", ")
	}
	return note
}
