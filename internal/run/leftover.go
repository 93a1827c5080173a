package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"attend/internal/file"
	"attend/internal/printable"
)

// aside is the suffix of the name of a run that is moved aside while another replaces it.
const aside = "-old"

// leftover returns the name of the run that an entry of a folder belongs to, if the entry is the temporary folder of a new run,
// or a run that was moved aside.
func leftover(e os.DirEntry, own string) (name string, wasAside, ok bool) {
	entry, wasAside := strings.CutSuffix(e.Name(), aside)
	if file.IsTemporary(entry, own) { // long names are shortened in it
		return own, wasAside, e.IsDir()
	}
	name, ok = file.TemporaryOf(entry)
	return name, wasAside, ok && e.IsDir()
}

// removeLeftovers removes the temporary folders that killed processes have left next to a run, and restores the runs that they
// had moved aside, with a note for each of these. It does not touch folders that a running process has locked, or folders of
// other programs. The caller holds the lock of the run at real.
func (c *creator) removeLeftovers(real string) error {
	parent := filepath.Dir(real)
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if of, ok := file.TemporaryOf(e.Name()); ok && strings.HasPrefix(of, lockPrefix) && strings.HasSuffix(of, lockSuffix) {
			if err := file.Sweep(parent, of); err != nil {
				return err
			}
		}
		name, _, ok := leftover(e, filepath.Base(real))
		if !ok {
			continue
		}
		of, release := filepath.Join(parent, name), func() {}
		if of != real {
			s, err := acquire(name, of)
			if err != nil { // it belongs to a running process, or cannot be locked
				continue
			}
			release = s.release
		}
		note, err := clearLeftover(filepath.Join(parent, e.Name()), of)
		release()
		if note != "" {
			c.notes = append(c.notes, note)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// clearLeftover removes a leftover of the run at real. If it is a run that was moved aside and not replaced, it is restored; if
// there is something else at real, it is not moved, and a note says so.
func clearLeftover(path, real string) (note string, err error) {
	building, wasAside := strings.CutSuffix(path, aside)
	if wasAside {
		restored, err := restore(path, real)
		switch {
		case restored:
			_ = removeRun(building)
			return restoredNote(real), err
		case err != nil:
			return "", err
		case exists(building): // the new run was not renamed yet
			return fmt.Sprintf("the run %s was moved to %s by a process that was killed, and something else is at its name now: "+
				"rename one of them", printable.Path(real), printable.Path(path)), nil
		}
	}
	if wasAside || !exists(path+aside) { // otherwise both are handled together
		_ = removeRun(path)
	}
	return "", nil
}

// restore renames a run that was moved aside back to its name, unless there is something else than an empty folder.
func restore(old, real string) (bool, error) {
	if err := syscall.Rmdir(real); err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err := os.Rename(old, real); err != nil {
		return false, fmt.Errorf("cannot restore the run that a killed process renamed to %s: %w: rename it to %s",
			printable.Path(old), file.Cause(err), printable.Path(real))
	}
	return true, file.SyncFolder(filepath.Dir(real))
}

// restoredNote returns the note about a run that was restored.
func restoredNote(name string) string {
	return fmt.Sprintf("the run %s was restored: a process was killed while replacing it", printable.Path(name))
}

// removeRun removes a temporary or replaced run folder, unless it has other files too. Most callers ignore the error: the next
// command that locks a run there removes the folder.
func removeRun(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil || !onlyRunFiles(entries) {
		return err
	}
	for _, e := range entries {
		if gone := os.Remove(filepath.Join(path, e.Name())); err == nil {
			err = gone
		}
	}
	if gone := os.Remove(path); err == nil {
		err = gone
	}
	return err
}

// findAside returns the path of the run that a killed process has moved aside from real, or "".
func findAside(real string) string {
	entries, _ := os.ReadDir(filepath.Dir(real)) // an error means no entries
	for _, e := range entries {
		path, own := filepath.Join(filepath.Dir(real), e.Name()), filepath.Base(real)
		if name, wasAside, ok := leftover(e, own); ok && wasAside && name == own && isRun(path) {
			return path
		}
	}
	return ""
}
