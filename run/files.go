package run

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// temporary marks a file or folder that is not yet, or no longer, in place.
const temporary = ".tmp-"

// ReplaceFile puts content in place of the file in one step: readers and a machine that
// loses power see the old file or the new one, never a part.
func ReplaceFile(path string, content []byte) error { return replaceFile(path, content) }

func replaceFile(path string, content []byte) error {
	return replaceFileBy(path, whole(content))
}

// writer writes the content of a file.
type writer func(io.Writer) error

// whole returns the writer of content that is in memory.
func whole(content []byte) writer {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}

// replaceFileBy is replaceFile for content that is written piece by piece.
func replaceFileBy(path string, write writer) (err error) {
	// Dir, not Split: of a bare name Split gives "", and CreateTemp would go elsewhere.
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+temporary)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	err = write(f)
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename in the folder last. Windows has no such call and needs none.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// sweep removes the temporary files that a killed process has left in the folder.
func sweep(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), ".") && strings.Contains(e.Name(), temporary) {
			if err := os.Remove(filepath.Join(path, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// digest returns the SHA-256 of the parts in hexadecimal.
func digest(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// readFile reads a file of a run folder, with a line for one that is missing.
func readFile(folder, name string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(folder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s lacks %s: it is not a whole run folder; restore the file or train again", folder, name)
	}
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return b, nil
}
