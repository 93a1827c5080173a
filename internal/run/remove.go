package run

import (
	"fmt"
	"os"
	"path/filepath"

	"attend/internal/file"
	"attend/internal/printable"
)

// CheckRemove returns the error with which [Remove] would fail now. The notes are about runs that were restored.
func CheckRemove(path string) (notes []string, err error) {
	c := newCreator()
	s, err := c.lockRun(path)
	if err == nil {
		err = checkNothingElse(path, s.real)
		s.release()
	}
	if err != nil {
		return nil, c.withNotes(err)
	}
	return c.notes, nil
}

// Remove removes a run folder that holds nothing but files of the run. Under the lock of its name it is first renamed to a
// temporary name, in one step: a process that is killed leaves the whole run, or a folder that the next command which locks a run
// there removes. A run that is being trained and a symbolic link are errors, as of [Rename]. The notes are about other runs in the
// folder.
func Remove(path string) (notes []string, err error) {
	c := newCreator()
	if err := c.remove(path); err != nil {
		return nil, c.withNotes(err)
	}
	return c.notes, nil
}

func (c *creator) remove(path string) error {
	s, err := c.lockRun(path)
	if err != nil {
		return err
	}
	defer s.release()
	if err := checkNothingElse(path, s.real); err != nil {
		return err
	}
	parent, base := filepath.Split(s.real)
	gone := filepath.Join(parent, file.TemporaryName(base))
	if err := os.Rename(s.real, gone); err != nil {
		return fmt.Errorf("cannot remove %s: %w", printable.Path(path), file.Explain(err, "name another run"))
	}
	if err := checkNothingElse(path, gone); err != nil { // another program has just created a file there
		if back := os.Rename(gone, s.real); back != nil {
			return fmt.Errorf("%w; it is at %s now", err, printable.Path(gone))
		}
		return err
	}
	if err := file.SyncFolder(parent); err != nil {
		return err
	}
	if err := removeRun(gone); err != nil {
		return fmt.Errorf("%s is removed, but its files at %s cannot be deleted: %w",
			printable.Path(path), printable.Path(gone), file.Explain(err, "delete that folder"))
	}
	return nil
}

// checkNothingElse returns an error if the folder at real has files that are not of a run.
func checkNothingElse(path, real string) error {
	entries, err := os.ReadDir(real)
	if err != nil {
		return fmt.Errorf("cannot remove %s: %w", printable.Path(path), file.Explain(err, "name another run"))
	}
	if name := foreign(entries); name != "" {
		return fmt.Errorf("%s holds %s, which is not of the run: move it elsewhere first", printable.Path(path), printable.Quote(name))
	}
	return nil
}
