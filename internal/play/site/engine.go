package site

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Engine is the program of the page, with the script of the same Go that starts it.
type Engine struct {
	Program []byte // the WebAssembly module, compressed with gzip
	Exec    []byte // wasm_exec.js of the Go that compiled the program
}

// Names of the files in a stored engine.
const (
	programFile = "engine.wasm.gz"
	execFile    = "wasm_exec.js"
)

// Bytes returns the engine as one file, which [ParseEngine] reads. Equal engines give equal bytes.
func (e Engine) Bytes() ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range []struct {
		name    string
		content []byte
	}{{programFile, e.Program}, {execFile, e.Exec}} {
		in, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store}) // it has a checksum
		if err == nil {
			_, err = in.Write(f.content)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// ParseEngine reads what [Engine.Bytes] wrote. It returns an error if it is damaged.
func ParseEngine(b []byte) (e Engine, err error) {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return e, fmt.Errorf("the engine is damaged: %w", err)
	}
	for _, f := range []struct {
		name string
		into *[]byte
	}{{programFile, &e.Program}, {execFile, &e.Exec}} {
		i := slices.IndexFunc(r.File, func(in *zip.File) bool { return in.Name == f.name })
		if i < 0 {
			return Engine{}, fmt.Errorf("the engine is damaged: it has no %s", f.name)
		}
		if *f.into, err = content(r.File[i]); err != nil {
			return Engine{}, fmt.Errorf("the engine is damaged: %s: %w", f.name, err)
		}
	}
	return e, nil
}

// content returns the content of a file, with its checksum checked.
func content(f *zip.File) ([]byte, error) {
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(in)
	return b, errors.Join(err, in.Close())
}

// compressed returns a WebAssembly module as [Engine] holds it: the same module gives the same bytes.
func compressed(module []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(module)
	}
	if err == nil {
		err = w.Close()
	}
	return b.Bytes(), err
}
