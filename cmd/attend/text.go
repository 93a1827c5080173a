package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"attend/data"
	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/internal/term"
)

// loadCorpus reads the text that settings name; open opens one that is a path.
func (p *program) loadCorpus(s run.Settings, open func(path string) (*os.File, error)) (*data.Corpus, error) {
	if text, err := data.BuiltIn.Find("text", s.Data); err == nil {
		d := run.Defaults()
		if s.Unit != d.Unit {
			return nil, fmt.Errorf("the built-in %s is made of words: leave out --unit %s, or name a text with --data", s.Data, printable.Short(s.Unit, printable.MaxQuote))
		}
		if s.HoldOut != d.HoldOut || s.MinCount != d.MinCount {
			return nil, fmt.Errorf("the built-in %s has held-out sentences and a vocabulary of its own: leave out --holdout and --min-count, or name a text with --data", s.Data)
		}
		return text.Load()
	}
	name, in := "standard input", p.stdin
	if s.Data != "-" {
		f, err := open(s.Data)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		name, in = filepath.Base(s.Data), f
	} else if term.IsTerminal(p.stdin) {
		p.say("reading the text from the keyboard; end it with Ctrl-D on an empty line")
	}
	corpus, err := data.Load(name, in, s.Options())
	var (
		inPath *fs.PathError
		size   *file.SizeError
	)
	if errors.As(err, &inPath) || errors.As(err, &size) {
		return nil, fileError("data", s.Data, err)
	}
	return corpus, err
}

// openText opens a text of at most so many bytes that a flag names. Where stream is set it may come from a FIFO, as in
// `--data <(command)`, and opening one waits for who writes to it.
func openText(flag, path string, most int64, stream bool) (*os.File, error) {
	if info, err := os.Stat(path); stream && err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		f, err := os.Open(path)
		if err != nil {
			return nil, fileError(flag, path, err)
		}
		return f, nil
	}
	f, err := file.Open(path, most)
	if err != nil {
		return nil, fileError(flag, path, err)
	}
	return f, nil
}

// textOf reads the text that a run was begun with.
func (p *program) textOf(r *run.Run) (*data.Corpus, error) {
	if r.Settings.Data == "-" && term.IsTerminal(p.stdin) {
		return nil, fmt.Errorf("%s was trained on standard input: pipe the same text in again", printable.Path(r.Path))
	}
	return p.loadCorpus(r.Settings, func(text string) (*os.File, error) {
		f, err := file.Open(text, data.MostText)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the text that %s was trained on is not at %s any more: put it back there", printable.Path(r.Path), printable.Path(text))
		}
		if err != nil {
			_, cause := fileCause(err)
			return nil, fmt.Errorf("the text that %s was trained on cannot be read from %s: %w: put it back there", printable.Path(r.Path), printable.Path(text), cause)
		}
		if err := r.CheckTextFile(filepath.Base(text), f); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return f, nil
	})
}

// openWithText opens a run, or the latest, with the text that it was trained on.
func (p *program) openWithText(path string) (*run.Run, *data.Corpus, error) {
	r, err := p.openRun(path)
	if err != nil {
		return nil, nil, err
	}
	corpus, err := p.textOf(r)
	return r, corpus, err
}
