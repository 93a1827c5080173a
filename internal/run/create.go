package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"attend/internal/file"
	"attend/internal/printable"
)

// namedFile is a file of a run folder, with the function that writes it.
type namedFile struct {
	name  string
	write file.Writer
}

// writeFiles writes or replaces files in a folder, each atomically.
func writeFiles(folder string, files []namedFile) error {
	for _, f := range files {
		if err := file.Replace(filepath.Join(folder, f.name), f.write); err != nil {
			return err
		}
	}
	return nil
}

// creator creates run folders.
type creator struct {
	exchange func(a, b string) error // swaps two folders atomically, or returns errors.ErrUnsupported
	options  options
	window   func()   // for tests: called while a run that is being replaced has another name
	notes    []string // messages for the user about other folders next to the run
}

func newCreator(o ...Option) *creator { return &creator{exchange: exchange, options: newOptions(o)} }

// errTaken reports that another process created something at a name after it was found free.
var errTaken = errors.New("another program has just created something of that name: choose another folder with --out")

// reserve locks the name of a new run at path. It returns an error if there is a run at path and overwrite is not set, or if
// there is anything else.
func (c *creator) reserve(path string, overwrite bool) (*lockedName, error) {
	if err := checkFree(path, path, overwrite); err != nil {
		return nil, err
	}
	s, err := c.acquire(path)
	if err != nil {
		return nil, err
	}
	if err := checkFree(path, s.real, overwrite); err != nil { // again: with the lock no other training can change it
		s.release()
		return nil, err
	}
	return s, nil
}

// withNotes adds the notes to an error, since a command that fails shows the error only.
func (c *creator) withNotes(err error) error {
	for _, note := range c.notes {
		err = fmt.Errorf("%w; %s", err, note)
	}
	return err
}

// reserveUnder locks the first free name of root/name, root/name-2, root/name-3..., starting with number first.
func (c *creator) reserveUnder(root, name string, first int) (*lockedName, error) {
	for i := first; ; i++ {
		path := filepath.Join(root, name)
		if i > 1 {
			path = fmt.Sprintf("%s-%d", path, i)
		}
		if exists(path) {
			continue
		}
		s, err := c.reserve(path, false)
		if err == nil || !errors.Is(err, ErrHeld) && !errors.Is(err, errForeignLock) && !exists(path) { // the folder may be new
			return s, err
		}
	}
}

// exists reports whether there is anything at a path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// acquire locks a name, restores a run that a killed process has moved aside, and removes temporary folders of killed processes.
func (c *creator) acquire(path string) (*lockedName, error) {
	real, err := realPath(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(real), 0o755); err != nil {
		return nil, cannotMake(path, err)
	}
	s, err := acquire(path, real)
	if err != nil {
		return nil, err
	}
	if err := c.removeLeftovers(real); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// cannotMake returns the error for a run folder that cannot be created.
func cannotMake(path string, err error) error {
	if !errors.Is(err, errTaken) {
		err = file.Explain(err, "choose another with --out")
	}
	return fmt.Errorf("cannot create the folder %s: %w", printable.Path(path), err)
}

// create creates the run folder of a locked name with these files, atomically. If overwrite is set it replaces a run of that name;
// otherwise the error is errTaken if there is anything at that name.
func (c *creator) create(s *lockedName, files []namedFile, overwrite bool) error {
	parent, base := filepath.Split(s.real)
	building := filepath.Join(parent, file.TemporaryName(base))
	err := os.Mkdir(building, 0o755)
	if err == nil {
		defer removeRun(building) // nothing, or the run that was replaced
		err = writeFiles(building, files)
	}
	if err == nil {
		err = c.rename(s, building, overwrite)
	}
	if err != nil {
		return cannotMake(s.path, err)
	}
	return file.SyncFolder(parent)
}

// rename renames a folder to the locked name.
func (c *creator) rename(s *lockedName, building string, overwrite bool) error {
	// Rmdir removes an empty folder of that name and fails for any other.
	err := syscall.Rmdir(s.real)
	switch {
	case err == nil || errors.Is(err, os.ErrNotExist):
		err = os.Rename(building, s.real) // which never replaces a folder with content
		if err != nil && exists(s.real) {
			return errTaken
		}
	case overwrite:
		return c.replace(s, building)
	default:
		if entries, unread := os.ReadDir(s.real); unread != nil || len(entries) > 0 {
			return errTaken
		}
	}
	return err
}

// replace exchanges a folder with the run of a locked name. The old run then has the name of the new one.
func (c *creator) replace(s *lockedName, building string) error {
	err := c.exchange(building, s.real)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) { // of the kernel or of the file system
		err = c.replaceInTwoSteps(s, building)
	}
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(building)
	if err == nil && !onlyRunFiles(entries) { // another program has just created a file there
		return errors.Join(errTaken, c.replace(s, building))
	}
	return nil
}

// replaceInTwoSteps is replace for systems that cannot exchange two folders atomically. Between the two steps the run has a name
// from which [restore] can restore it.
func (c *creator) replaceInTwoSteps(s *lockedName, building string) error {
	old := building + aside
	if err := os.Rename(s.real, old); err != nil {
		return err
	}
	if c.window != nil {
		c.window()
	}
	if err := os.Rename(building, s.real); err != nil {
		return errors.Join(err, os.Rename(old, s.real))
	}
	return os.Rename(old, building)
}

// checkFree returns an error unless a run may be created at real, which the user wrote as path.
func checkFree(path, real string, overwrite bool) error {
	info, err := os.Stat(real)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is %s: choose another folder with --out", printable.Path(path), file.Kind(info.Mode()))
	}
	var entries []os.DirEntry
	if err == nil {
		entries, err = os.ReadDir(real)
	}
	if err != nil {
		return cannotMake(path, err)
	}
	here, err := os.Stat(".")
	switch {
	case err == nil && os.SameFile(here, info):
		return fmt.Errorf("%s is the current folder: choose a folder inside it, such as --out run", printable.Path(path))
	case len(entries) == 0:
		return nil
	case !isRun(real) || !onlyRunFiles(entries):
		return fmt.Errorf("%s has files that are not of a run: choose another folder with --out", printable.Path(path))
	case !overwrite:
		return fmt.Errorf("%s holds a run already: "+
			"resume it with --resume, replace it with --overwrite, or choose another folder with --out", printable.Path(path))
	}
	return nil
}
