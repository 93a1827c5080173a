package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"attend/data"
	"attend/run"
)

// sentences returns what to inspect. In a run on characters a file is one text.
func (p *program) sentences(o inspectOptions, args []string, r *run.Run) ([]string, error) {
	if o.file == "" {
		return args, nil
	}
	in := p.stdin
	if o.file != "-" {
		f, err := os.Open(o.file)
		if err != nil {
			return nil, fileError("file", o.file, err)
		}
		defer f.Close()
		in = f
	}
	if r.Vocabulary.Unit() == data.Char {
		b, err := io.ReadAll(in)
		if err != nil {
			return nil, fileError("file", o.file, err)
		}
		return []string{strings.TrimPrefix(strings.TrimRight(string(b), "\r\n"), "\ufeff")}, nil
	}
	var sentences []string
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if line := strings.TrimPrefix(strings.TrimSpace(lines.Text()), "\ufeff"); line != "" {
			sentences = append(sentences, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fileError("file", o.file, err)
	}
	if len(sentences) == 0 {
		return nil, fmt.Errorf("%s holds no sentence: write one a line", o.file)
	}
	return sentences, nil
}
