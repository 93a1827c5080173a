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

// aside ends the name of a run that is moved aside while another takes its place.
const aside = "-old"

// leftover returns the name of the run to which an entry of a folder belongs, if a process of ours made that entry and
// did not end its work: a run in the making, or a run that was moved aside.
func leftover(e os.DirEntry, own string) (name string, wasAside, ok bool) {
	entry, wasAside := strings.CutSuffix(e.Name(), aside)
	if file.IsTemporary(entry, own) { // also of a name that is too long to stand in it
		return own, wasAside, e.IsDir()
	}
	name, ok = file.TemporaryOf(entry)
	return name, wasAside, ok && e.IsDir()
}

// removeLeftovers removes from the folder of a run what killed processes have left there of runs in the making, and puts runs
// back that they had moved aside, with a note for each of these. What a living process holds stays, and what is
// not of ours. The caller holds the lock of the run at real.
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
			if err != nil { // a process is at work there, or the lock cannot be had: it stays
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

// clearLeftover removes a leftover of the run at real. A run that was moved aside from there, and not replaced, is put back; if
// something else is there now, it stays where it is, and a note says so.
func clearLeftover(path, real string) (note string, err error) {
	building, wasAside := strings.CutSuffix(path, aside)
	if wasAside {
		restored, err := restore(path, real)
		switch {
		case restored:
			removeRun(building)
			return restoredNote(real), err
		case err != nil:
			return "", err
		case exists(building): // the new run is not at its place yet
			return fmt.Sprintf("the run %s was moved to %s by a process that was killed, and something else is at its name now: "+
				"rename one of them", printable.Path(real), printable.Path(path)), nil
		}
	}
	if wasAside || !exists(path+aside) { // else both are dealt with at once
		removeRun(path)
	}
	return "", nil
}

// restore puts a run that was moved aside back to its name, unless something other than an empty folder is there.
func restore(old, real string) (bool, error) {
	if err := syscall.Rmdir(real); err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err := os.Rename(old, real); err != nil {
		return false, fmt.Errorf("cannot put the run back that a killed process moved aside to %s: %w: rename it to %s",
			printable.Path(old), file.Cause(err), printable.Path(real))
	}
	return true, file.SyncFolder(filepath.Dir(real))
}

func restoredNote(name string) string {
	return fmt.Sprintf("the run %s was put back: a process that was replacing it had been killed", printable.Path(name))
}

// removeRun removes a folder of ours that is not, or no longer, in place. What cannot be removed now is removed by
// the next command that makes a run there: it is no fault of this one.
func removeRun(path string) {
	entries, err := os.ReadDir(path)
	if err != nil || !onlyRunFiles(entries) {
		return
	}
	for _, e := range entries {
		_ = os.Remove(filepath.Join(path, e.Name()))
	}
	_ = os.Remove(path)
}

// findAside returns the run that a killed process moved aside from a name, or "".
func findAside(real string) string {
	entries, _ := os.ReadDir(filepath.Dir(real)) // none that can be read is none
	for _, e := range entries {
		path, own := filepath.Join(filepath.Dir(real), e.Name()), filepath.Base(real)
		if name, wasAside, ok := leftover(e, own); ok && wasAside && name == own && isRun(path) {
			return path
		}
	}
	return ""
}
