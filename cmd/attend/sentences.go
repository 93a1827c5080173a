package main

import (
	"fmt"
	"strings"

	"attend/data"
	"attend/internal/file"
	"attend/internal/printable"
	"attend/run"
)

// The most that a file of sentences holds, and one line of it, in bytes.
const (
	mostSentences = 64e6
	longestLine   = 1e6
)

// sentences returns what to inspect. In a run on characters a file is one text.
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
	if r.Vocabulary.Unit() == data.Char {
		return []string{strings.TrimRight(text, "\r\n")}, nil
	}
	var sentences []string
	number := 0
	for line := range strings.Lines(text) {
		number++
		if len(line) > longestLine {
			return nil, fmt.Errorf("--file %s: line %d is longer than %s: put one sentence on a line", printable.Path(o.file), number, file.Size(longestLine))
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
