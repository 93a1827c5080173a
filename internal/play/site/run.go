package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"

	"attend/data"
	"attend/internal/file"
	"attend/internal/play"
	"attend/internal/printable"
	"attend/internal/run"
)

// Run is a run folder in the page, which opens it at its start. With its text the training can go on there.
type Run struct {
	Name     string            `json:"name"`     // shown
	Files    map[string][]byte `json:"files"`    // of the folder, by name; JSON has them in base64
	Text     string            `json:"text"`     // that it was trained on; "" if that is built in or not at hand
	TextName string            `json:"textName"` // of the file
}

// mostRun is the largest size of a run folder in a page, in bytes.
const mostRun = 64e6

// ReadRun reads a run folder with its text. It returns an error if the page could not open it: what the folder lacks, or what is too
// large for a page. A text that is not at hand is none: then a note says that the page cannot train the run further.
func ReadRun(path string, o ...run.Option) (of *Run, notes []string, err error) {
	r, err := run.Open(path, o...)
	if err != nil {
		return nil, nil, err
	}
	of = &Run{Name: printable.Path(path)}
	if of.Files, err = run.Files(path, mostRun); err != nil {
		return nil, nil, err
	}
	builtIn, err := r.Settings.BuiltIn()
	if err != nil {
		return nil, nil, err
	}
	notes = r.Notes
	if builtIn == nil {
		of.TextName = filepath.Base(r.Settings.Data)
		var missing missingError
		of.Text, err = readText(r)
		switch {
		case errors.As(err, &missing):
			notes = append(notes, fmt.Sprintf("the page shows %s and cannot train it further, since its text is missing: %v",
				printable.Path(path), missing))
		case err != nil:
			return nil, nil, fmt.Errorf("%s: %w", printable.Path(path), err)
		}
	}
	if err := of.check(); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", printable.Path(path), err)
	}
	return of, notes, nil
}

// missingError says why the text of a run is not at hand.
type missingError struct{ error }

// readText returns the text that a run was trained on. The error is a [missingError] if there is none that the page could read.
func readText(r *run.Run) (string, error) {
	if r.Settings.Data == "-" {
		return "", missingError{errors.New("it came from standard input, which is not kept")}
	}
	f, path, err := r.OpenText(play.MostText)
	var size *file.SizeError
	var other *run.OtherTextError
	switch {
	case errors.As(err, &other):
		return "", missingError{err}
	case errors.As(err, &size):
		return "", fmt.Errorf("its text %s is larger than %s, the most that a page takes: train on a shorter text",
			printable.Path(path), printable.Size(play.MostText))
	case errors.Is(err, fs.ErrNotExist):
		return "", missingError{fmt.Errorf("there is no file %s", printable.Path(path))}
	case err != nil:
		return "", missingError{fmt.Errorf("%s cannot be read: %w", printable.Path(path), file.Cause(err))}
	}
	defer f.Close()
	in, err := data.Decoded(f, r.Settings.Encoding)
	if err != nil {
		return "", missingError{err}
	}
	b, err := io.ReadAll(in) // as it is: a page checks its SHA-256
	switch {
	case err != nil:
		return "", missingError{fmt.Errorf("%s cannot be read: %w", printable.Path(path), file.Cause(err))}
	case !utf8.Valid(b):
		return "", missingError{fmt.Errorf("%s is not UTF-8", printable.Path(path))}
	}
	return string(b), nil
}

// check opens the run as the page will, and returns the error of that.
func (r *Run) check() error {
	folder, err := os.MkdirTemp("", "attend-play-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	session, err := play.New(folder)
	if err != nil {
		return err
	}
	message, err := json.Marshal(map[string]any{"do": "open", "files": r.Files, "text": r.Text, "textName": r.TextName})
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	var reply struct {
		Error string `json:"error"`
	}
	err = json.Unmarshal(session.Handle(message), &reply)
	if err == nil && reply.Error != "" {
		err = errors.New(reply.Error)
	}
	return errors.Join(err, session.Close())
}
