package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// entry is a file of an archive.
type entry struct {
	name       string // with slashes
	content    []byte
	executable bool
}

// manualPages returns the manual pages of the source, as files for man/man1, where `man -M man attend` finds them.
func manualPages(root string) (files []entry, err error) {
	paths, err := filepath.Glob(filepath.Join(root, "docs", "man", "*.1"))
	if err == nil && paths == nil {
		err = errors.New("there are no manual pages in docs/man: go test ./cmd/attend -run DocsMan -update makes them")
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, entry{name: "man/man1/" + filepath.Base(path), content: content})
	}
	return files, err
}

// mode is the permissions of the file.
func (e entry) mode() int64 {
	if e.executable {
		return 0o755
	}
	return 0o644
}

// tarball returns files as a tar archive, compressed with gzip. All have one time and no owner: equal files give equal bytes.
func tarball(files []entry, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	packed, err := gzip.NewWriterLevel(&b, gzip.BestCompression) // its header has neither name nor time
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(packed)
	for _, f := range files {
		err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: f.name, Size: int64(len(f.content)), Mode: f.mode(), ModTime: at, Format: tar.FormatUSTAR})
		if err == nil {
			_, err = w.Write(f.content)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := packed.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// zipped is [tarball] as a zip archive.
func zipped(files []entry, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestCompression) })
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at.UTC()}
		header.SetMode(0o644)
		if f.executable {
			header.SetMode(0o755)
		}
		in, err := w.CreateHeader(header)
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
