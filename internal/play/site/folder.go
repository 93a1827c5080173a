package site

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"attend/internal/file"
	"attend/internal/printable"
)

// Files of a folder for a server. The two with a hash of their content in the name never change, and may be cached for ever.
const (
	indexFile   = "index.html"
	workerName  = "worker-%x.js"
	programName = "engine-%x.bin" // not .wasm.gz: servers compress the one again, and say of the other that the browser must unpack it
)

// hashedFile matches the names of files with a hash.
var hashedFile = regexp.MustCompile(`^(worker-[0-9a-f]{16}\.js|engine-[0-9a-f]{16}\.bin)$`)

// hashed returns the name of a file with a hash of its content.
func hashed(name string, content []byte) string {
	sum := sha256.Sum256(content)
	return fmt.Sprintf(name, sum[:8])
}

// ErrOtherFolder reports a folder with files that are not of such a page.
var ErrOtherFolder = errors.New("that folder has files and is not one that `attend play` wrote: name another, or one that does not exist yet")

// WriteFolder writes the page as a folder for a server of static files: index.html, the script of the Worker, and the program,
// compressed. The folder is created if it is missing. In one that an earlier version of the page is in, it replaces that: the index
// last, so that it always finds its files. Other files there stay as they are. Any other folder that is not empty is an
// [ErrOtherFolder].
func (p Page) WriteFolder(folder string) error {
	if err := CheckFolder(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	script, err := p.workerScript()
	if err != nil {
		return err
	}
	engine := engineData{Address: hashed(workerName, []byte(script)), From: hashed(programName, p.Engine.Program)}
	var index bytes.Buffer
	if err := p.write(&index, engine, nil, "worker-src 'self'"); err != nil {
		return err
	}
	for _, f := range []struct {
		name    string
		content []byte
	}{{engine.Address, []byte(script)}, {engine.From, p.Engine.Program}, {indexFile, index.Bytes()}} {
		if err := file.Replace(filepath.Join(folder, f.name), file.Bytes(f.content)); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if hashedFile.MatchString(e.Name()) && e.Name() != engine.Address && e.Name() != engine.From {
			if err := os.Remove(filepath.Join(folder, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("the page is written, and a file of an earlier one stays, %s: %w", printable.Path(e.Name()), err)
			}
		}
	}
	return nil
}

// CheckFolder returns the error of [Page.WriteFolder] for a folder that it does not write to.
func CheckFolder(folder string) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0 && !isPage(filepath.Join(folder, indexFile)) && !onlyOurs(entries):
		return ErrOtherFolder
	}
	return nil
}

// isPage reports whether a file is the index of such a folder.
func isPage(path string) bool {
	const mostIndex = 200e6 // with a run in it
	b, err := file.Read(path, mostIndex)
	return err == nil && bytes.Contains(b, []byte(`<meta name="generator" content="attend">`)) &&
		bytes.Contains(b, []byte(`<script type="application/json" id="engine">{"address":"worker-`))
}

// onlyOurs reports whether a folder has only files of such a page, as a killed process leaves it that had not written the index.
func onlyOurs(entries []os.DirEntry) bool {
	for _, e := range entries {
		name := e.Name()
		of, temporary := file.TemporaryOf(name)
		if temporary {
			name = of
		}
		if !hashedFile.MatchString(name) && !(temporary && name == indexFile) || !e.Type().IsRegular() {
			return false
		}
	}
	return true
}
