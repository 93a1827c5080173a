package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// output is where a command writes: the standard output, or a file, which appears once all is written.
type output struct {
	stdout io.Writer
	path   string
	buffer bytes.Buffer // of the file
}

// output opens what -o names, "" and "-" being the standard output.
func (p *program) output(path string) (*output, error) {
	if path == "-" {
		path = ""
	}
	if info, err := os.Stat(path); path != "" && err == nil && info.IsDir() {
		return nil, fmt.Errorf("-o %s: that is a folder: name a file", path)
	}
	return &output{stdout: p.stdout, path: path}, nil
}

// Write takes a part of the output.
func (o *output) Write(b []byte) (int, error) {
	if o.path == "" {
		return o.stdout.Write(b)
	}
	return o.buffer.Write(b)
}

// to is the stream that decides on width and colours.
func (o *output) to() io.Writer {
	if o.path == "" {
		return o.stdout
	}
	return &o.buffer
}

// done writes the file, unless an error came before.
func (o *output) done(err error) error {
	if err != nil || o.path == "" {
		return err
	}
	if err := os.WriteFile(o.path, o.buffer.Bytes(), 0o644); err != nil {
		return fmt.Errorf("-o %s: %w: name a file that can be written", o.path, err)
	}
	return nil
}
