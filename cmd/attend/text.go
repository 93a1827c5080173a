package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"attend/data"
	"attend/run"
)

// loadCorpus reads the text that the settings of a new run name.
func (p *program) loadCorpus(s run.Settings) (*data.Corpus, error) {
	if s.Data == run.Savanna {
		if s.Unit != string(data.Word) {
			return nil, fmt.Errorf("the built-in savanna is made of words: leave out --unit %s, or name a text with --data", s.Unit)
		}
		if d := run.Defaults(); s.HoldOut != d.HoldOut || s.MinCount != d.MinCount {
			return nil, errors.New("the built-in savanna has held-out sentences and a vocabulary of its own: leave out --holdout and --min-count, or name a text with --data")
		}
		return data.Savanna()
	}
	options, err := s.Options()
	if err != nil {
		return nil, err
	}
	if s.Data == "-" {
		if isTerminal(p.stdin) {
			p.say("reading the text from the keyboard; end it with Ctrl-D on an empty line")
		}
		return data.Load("standard input", p.stdin, options)
	}
	f, err := os.Open(s.Data)
	if err != nil {
		return nil, fileError("data", s.Data, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("--data %s: that is a folder: name a text file, or - for standard input", s.Data)
	}
	return data.Load(filepath.Base(s.Data), f, options)
}

// textOf returns a reader of the text that the run at path was begun with.
func (p *program) textOf(path string) func(run.Settings) (*data.Corpus, error) {
	return func(s run.Settings) (*data.Corpus, error) {
		if s.Data == "-" && isTerminal(p.stdin) {
			return nil, fmt.Errorf("%s was trained on standard input: pipe the same text in again", path)
		}
		if s.Data != run.Savanna && s.Data != "-" {
			if _, err := os.Stat(s.Data); errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("the text that %s was trained on is not at %s any more: put it back there", path, s.Data)
			}
		}
		return p.loadCorpus(s)
	}
}

// openWithText opens a run, or the latest, with the text that it was trained on.
func (p *program) openWithText(path string) (*run.Run, *data.Corpus, error) {
	r, err := p.openRun(path)
	if err != nil {
		return nil, nil, err
	}
	corpus, err := p.textOf(r.Path)(r.Settings)
	return r, corpus, err
}
