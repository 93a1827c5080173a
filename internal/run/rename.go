package run

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"attend/internal/file"
	"attend/internal/printable"
)

// Rename renames a run folder in one step, under the locks of both names: a process that is killed leaves the run at one of them.
// A run that is being trained and a name that is taken are errors. Nothing in a run depends on the name of its folder, and where it lies only the path of its text does. A symbolic
// link is refused, since either the link or the run may be meant. The notes are about other runs in these folders.
func Rename(from, to string) (notes []string, err error) {
	c := newCreator()
	if err := c.move(from, to); err != nil {
		return nil, c.withNotes(err)
	}
	return c.notes, nil
}

// move renames a run folder.
func (c *creator) move(from, to string) error {
	old, err := c.lockRun(from)
	if err != nil {
		return err
	}
	defer old.release()
	name, err := c.lockNewName(to)
	if err != nil {
		return err
	}
	defer name.release()
	moved := movedSettings(old.real, name.real)
	if err := os.Rename(old.real, name.real); err != nil { // which never replaces a folder with content
		switch {
		case exists(name.real):
			return takenError(to)
		case errors.Is(err, syscall.EXDEV):
			return fmt.Errorf("%s is on another disk than %s: copy the folder, and remove the run then",
				printable.Path(to), printable.Path(from))
		}
		return fmt.Errorf("cannot rename %s to %s: %w",
			printable.Path(from), printable.Path(to), file.Explain(err, "choose another name"))
	}
	if moved != nil { // if this fails, or is not reached, the text is found where it was when the run was trained
		if err := file.Replace(filepath.Join(name.real, settingsFile), file.Bytes(moved)); err != nil {
			c.notes = append(c.notes, fmt.Sprintf("%s could not be written, so the path of the text in it is the former one: %v",
				printable.Path(filepath.Join(to, settingsFile)), file.Cause(err)))
		}
	}
	if err := file.SyncFolder(filepath.Dir(name.real)); err != nil {
		return err
	}
	return file.SyncFolder(filepath.Dir(old.real))
}

// movedSettings returns the training.yaml of a run that moves to another folder, from which the path of its text is another; nil if it is
// the same there, or is not known.
func movedSettings(from, to string) []byte {
	if filepath.Dir(from) == filepath.Dir(to) {
		return nil
	}
	b, err := file.Read(filepath.Join(from, settingsFile), runFiles[settingsFile])
	if err != nil {
		return nil
	}
	s, read, err := unsealSettings(b)
	if err != nil || read.Text == (TextPath{}) {
		return nil
	}
	path, _ := read.Text.From(from)
	if !there(path) {
		return nil
	}
	return sealSettings(s, read.Format, TextPathFrom(to, path, read.Text.SHA256))
}

// lockNewName locks a name at which there is nothing.
func (c *creator) lockNewName(path string) (*lockedName, error) {
	if exists(filepath.Clean(path)) {
		return nil, takenError(path)
	}
	real, err := realPath(path)
	if err != nil {
		return nil, err
	}
	parent, shown := filepath.Dir(real), printable.Path(filepath.Dir(filepath.Clean(path)))
	info, err := os.Stat(parent)
	switch {
	case strings.HasPrefix(filepath.Base(real), "."):
		return nil, fmt.Errorf("the name of %s begins with a dot, and hidden folders are not listed: choose another name",
			printable.Path(path))
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no folder %s: create it first, or choose another name", shown)
	case err != nil || !info.IsDir():
		return nil, fmt.Errorf("%s is no folder that can hold a run: choose another name", shown)
	case isRun(parent):
		return nil, fmt.Errorf("%s would lie in the run %s: choose a name in another folder", printable.Path(path), shown)
	}
	s, err := c.acquire(path)
	if err != nil {
		return nil, withoutOut(err)
	}
	if exists(s.real) { // again: with the lock no training can change it
		s.release()
		return nil, takenError(path)
	}
	return s, nil
}

// takenError reports a name at which there is something.
func takenError(path string) error {
	return fmt.Errorf("there is something at %s already: choose another name", printable.Path(path))
}

// lockRun locks a run folder that is to be renamed or removed.
func (c *creator) lockRun(path string) (*lockedName, error) {
	real, err := findRun(path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Lstat(real); err == nil { // otherwise it was moved aside, and is restored with the lock
		if err := checkRun(path, real); err != nil {
			return nil, err
		}
	}
	s, err := c.acquire(path)
	if err != nil {
		return nil, withoutOut(err)
	}
	if err := checkRun(path, s.real); err != nil { // again, with the lock
		s.release()
		return nil, err
	}
	return s, nil
}

// withoutOut returns the error of acquire for a command that has no --out.
func withoutOut(err error) error {
	if e, ok := errors.AsType[*heldError](err); ok {
		e.instead = ""
	}
	return err
}

// findRun returns the real path of a run folder. A symbolic link is an error.
func findRun(path string) (real string, err error) {
	path = filepath.Clean(path) // a slash at the end would follow a link
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		target, _ := os.Readlink(path)
		return "", fmt.Errorf("%s is a symbolic link to %s, and a run is not changed through a link: name the run itself",
			printable.Path(path), printable.Path(target))
	}
	switch {
	case err == nil:
		return realPath(path)
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		if real, err = realPath(path); err == nil && findAside(real) != "" {
			return real, nil
		}
		return "", noRunError(path)
	}
	return "", fmt.Errorf("cannot find the run folder %s: %w", printable.Path(path), file.Explain(err, "name another"))
}

// noRunError reports that there is nothing at a path.
func noRunError(path string) error {
	return fmt.Errorf("there is no run folder %s: `attend runs` lists those there are", printable.Path(path))
}

// checkRun returns an error unless the folder at real is a run of ours, and not the current folder. It may hold other files too.
func checkRun(path, real string) error {
	info, err := os.Stat(real)
	if errors.Is(err, fs.ErrNotExist) {
		return noRunError(path)
	}
	if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is %s, not a run folder: `attend runs` lists those there are",
			printable.Path(path), file.Kind(info.Mode()))
	}
	var settings []byte
	if err == nil {
		settings, err = file.Read(filepath.Join(real, settingsFile), runFiles[settingsFile])
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%s cannot be read: %w", printable.Path(path), file.Explain(err, "change its permissions"))
	}
	if err != nil || !bytes.Contains(settings, []byte(sealMark)) {
		return fmt.Errorf("%s has no %s that attend wrote, so it is no run: `attend runs` lists those there are",
			printable.Path(path), settingsFile)
	}
	if here, err := os.Stat("."); err == nil && os.SameFile(here, info) {
		return fmt.Errorf("%s is the current folder: change to another one first, with cd", printable.Path(path))
	}
	return nil
}
