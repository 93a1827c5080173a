package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"attend/internal/file"
	"attend/internal/printable"
)

// RemoveWeights removes the weights of a run, its state and its film. What is left says how it was trained, with its result, and
// cannot be opened as a run any more.
func RemoveWeights(path string) error {
	there := func(name string) bool { _, err := os.Lstat(filepath.Join(path, name)); return err == nil }
	if !slices.ContainsFunc([]string{modelFile, stateFile, filmFile}, there) {
		return nil
	}
	real, err := realPath(path)
	if err != nil {
		return err
	}
	s, err := acquire(path, real)
	if err != nil {
		return err
	}
	defer s.release()
	for _, name := range []string{modelFile, stateFile, filmFile} {
		if err := os.Remove(filepath.Join(real, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot remove %s: %w", printable.Path(filepath.Join(path, name)), file.Cause(err))
		}
	}
	return nil
}

// HasWeights reports whether a run has weights.
func HasWeights(path string) bool {
	_, err := os.Lstat(filepath.Join(path, modelFile))
	return err == nil
}

// Tidy removes what killed processes have left next to the runs in a folder: temporary folders and lock files. What running
// processes use stays.
func Tidy(parent string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	c := newCreator()
	names := []string{"tidy"} // locking any name removes the temporary folders of all
	for _, e := range entries {
		name := strings.TrimSuffix(strings.TrimPrefix(e.Name(), lockPrefix), lockSuffix)
		if e.Name() == filepath.Base(lockPath(name)) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		s, err := c.acquire(filepath.Join(parent, name))
		if errors.Is(err, ErrHeld) || errors.Is(err, errForeignLock) {
			continue
		}
		if err != nil {
			return err
		}
		s.release()
	}
	return nil
}
