package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// sample are files of an archive.
func sample() []entry {
	return []entry{{name: "a/attend", content: []byte("program"), executable: true}, {name: "a/README.md", content: []byte("text")}}
}

var committed = time.Date(2026, 1, 2, 3, 4, 6, 0, time.UTC)

func TestTarball(t *testing.T) {
	b, err := tarball(sample(), committed)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := tarball(sample(), committed.In(time.FixedZone("elsewhere", 3600))); err != nil || !bytes.Equal(b, again) {
		t.Errorf("the time zone changes the archive, %v", err)
	}
	packed, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if packed.Name != "" || !packed.ModTime.IsZero() {
		t.Errorf("header %+v", packed.Header)
	}
	r := tar.NewReader(packed)
	for _, want := range sample() {
		h, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil || h.Name != want.name || h.Mode != want.mode() || !h.ModTime.Equal(committed) || h.Uid != 0 || h.Uname != "" || string(content) != string(want.content) {
			t.Errorf("%+v %q, %v", h, content, err)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("more files: %v", err)
	}
}

func TestZipped(t *testing.T) {
	b, err := zipped(sample(), committed)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := zipped(sample(), committed.In(time.FixedZone("elsewhere", 3600))); err != nil || !bytes.Equal(b, again) {
		t.Errorf("the time zone changes the archive, %v", err)
	}
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(r.File) != 2 {
		t.Fatal(err)
	}
	for i, want := range sample() {
		f := r.File[i]
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil || f.Name != want.name || int64(f.Mode()) != want.mode() || !f.Modified.Equal(committed) || string(content) != string(want.content) {
			t.Errorf("%+v %q, %v", f.FileHeader, content, err)
		}
	}
}

func TestVersion(t *testing.T) {
	const commit = "0123456789abcdef0123456789abcdef01234567"
	for want, v := range map[string]version{
		"v1.2.0":                             newVersion("v1.2.0", commit, committed, false),
		"v1.2.0+dirty":                       newVersion("v1.2.0", commit, committed, true),
		"v0.0.0-20260102030406-0123456789ab": newVersion("", commit, committed, false),
		"v0.0.0-20260102030406-0123456789ab+dirty": newVersion("", commit, committed, true),
	} {
		if v.name != want || v.commit != commit || !v.time.Equal(committed) {
			t.Errorf("%+v, want %s", v, want)
		}
	}
	if _, err := readVersion(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "clone the repository") {
		t.Errorf("outside of a repository: %v", err)
	}
}

// The archives hold the manual pages.
func TestManualPages(t *testing.T) {
	files, err := manualPages("../..")
	if err != nil || len(files) < 20 || !slices.ContainsFunc(files, func(e entry) bool {
		return e.name == "man/man1/attend-train.1" && bytes.HasPrefix(e.content, []byte(".nh\n.TH \"ATTEND-TRAIN\" \"1\""))
	}) {
		t.Errorf("%d pages, %v", len(files), err)
	}
	if _, err := manualPages(t.TempDir()); err == nil {
		t.Error("no pages: no error")
	}
}

func TestUnknownTarget(t *testing.T) {
	if err := build(t.Context(), t.TempDir(), []string{"linux/amd64", "plan9/mips"}); err == nil || !strings.Contains(err.Error(), `there is no target "plan9/mips": want linux/amd64, `) {
		t.Error(err)
	}
}

func TestLicences(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{"LICENSE": "one\r\n", "NOTICE.txt": "two", "license_test.go": "no", "README.md": "no"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := licencesIn(folder); err != nil || string(b) != "LICENSE:\n\none\nNOTICE.txt:\n\ntwo\n" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := licencesIn(t.TempDir()); err == nil {
		t.Error("a module without a licence is no error")
	}
	// All that the program is made of has one.
	b, err := licences(t.Context(), filepath.Join("..", ".."), "linux/amd64")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"\nGo\n\nLICENSE:\n", "\ngorgonia.org/gorgonia v", "\ngithub.com/spf13/cobra v", "Apache License", "Permission is hereby granted"} {
		if !strings.Contains(string(b), part) {
			t.Errorf("the licences have no %q", part)
		}
	}
}
