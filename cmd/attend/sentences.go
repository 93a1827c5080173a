package main

import (
	"fmt"
	"strings"

	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/run"
)

// The most that a file of sentences holds, and one line of it, in bytes.
const (
	mostSentences = 64e6
	longestLine   = 1e6
)

// sentences returns what to inspect. Where a run reads no sentences, a file is one text.
func (p *program) sentences(o inspectOptions, args []string, r *run.Run) ([]string, error) {
	if o.file == "" {
		return args, nil
	}
	in := p.stdin
	if o.file != "-" {
		f, err := openText("file", o.file, mostSentences, true)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	b, err := file.ReadAll(in, mostSentences)
	if err != nil {
		return nil, fileError("file", o.file, err)
	}
	text := strings.TrimPrefix(string(b), "\ufeff")
	if !r.Vocabulary.Layout().Sentences() {
		return []string{strings.TrimRight(text, "\r\n")}, nil
	}
	var sentences []string
	number := 0
	for line := range strings.Lines(text) {
		number++
		if len(line) > longestLine {
			return nil, fmt.Errorf("--file %s: line %d is longer than %s: put one sentence on a line", printable.Path(o.file), number, printable.Size(longestLine))
		}
		if line = strings.TrimSpace(line); line != "" {
			sentences = append(sentences, line)
		}
	}
	if len(sentences) == 0 {
		return nil, fmt.Errorf("--file %s: it holds no sentence: write one a line", printable.Path(o.file))
	}
	return sentences, nil
}

// mostMaps is the most bytes of the maps of more than one sentence. What is written of them takes up to six times as much.
const mostMaps = 100e6

// checkMaps refuses so many sentences that their maps, with or without the vectors, would not fit.
func checkMaps(sentences []string, r *run.Run, vectors bool) error {
	const sliceHeader, rest = 24, 1000 // bytes of a row beside its weights, and of a map beside its rows
	bytes := 0
	for i, s := range sentences {
		tokens, _ := r.Vocabulary.Tokenize(s) // what is wrong with it is said when it is read
		n := min(1+len(tokens), r.Config.Context)
		bytes += rest + r.Config.Layers*r.Config.Heads*n*(4*n+sliceHeader)
		if vectors { // query, key and value
			bytes += 3 * r.Config.Layers * n * (4*r.Config.Dim + r.Config.Heads*sliceHeader)
		}
		if i > 0 && bytes > mostMaps {
			return fmt.Errorf("the maps of %s would take more than %s: inspect fewer at once, here at most the first %s",
				printable.Count(len(sentences), "sentence"), printable.Size(mostMaps), printable.Thousands(i))
		}
	}
	return nil
}
