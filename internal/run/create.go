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

// namedFile is a file of a run folder that is to be written.
type namedFile struct {
	name  string
	write file.Writer
}

// writeFiles writes or replaces files in a folder, each in one step.
func writeFiles(folder string, files []namedFile) error {
	for _, f := range files {
		if err := file.Replace(filepath.Join(folder, f.name), f.write); err != nil {
			return err
		}
	}
	return nil
}

// creator makes run folders.
type creator struct {
	exchange func(a, b string) error // swaps two folders in one step, or errors.ErrUnsupported
	options  options
	window   func()   // is called while a run that is being replaced is not at its name; nil but in tests
	notes    []string // what a user should know of what was found beside the run
}

func newCreator(o ...Option) *creator { return &creator{exchange: exchange, options: newOptions(o)} }

// errTaken reports a name that something else took after it was found free.
var errTaken = errors.New("it was taken by something else just now: choose another folder with --out")

// reserve locks the name of a run that is to be made at path. A run that is there is an error unless overwrite is
// set; anything else that is there is one in any case.
func (c *creator) reserve(path string, overwrite bool) (*slot, error) {
	if err := checkFree(path, path, overwrite); err != nil {
		return nil, err
	}
	s, err := c.take(path)
	if err != nil {
		return nil, err
	}
	if err := checkFree(path, s.real, overwrite); err != nil { // again, now that no other training can change it
		s.release()
		return nil, err
	}
	return s, nil
}

// noted adds the notes to an error, which is all that a user sees of a command that fails.
func (c *creator) noted(err error) error {
	for _, note := range c.notes {
		err = fmt.Errorf("%w; %s", err, note)
	}
	return err
}

// reserveUnder locks the first name of root/name, root/name-2, root/name-3... from number `first` on that is free.
func (c *creator) reserveUnder(root, name string, first int) (*slot, error) {
	for i := first; ; i++ {
		path := filepath.Join(root, name)
		if i > 1 {
			path = fmt.Sprintf("%s-%d", path, i)
		}
		if exists(path) {
			continue
		}
		s, err := c.reserve(path, false)
		if err == nil || !errors.Is(err, errHeld) && !errors.Is(err, errForeignLock) && !exists(path) { // it may have come just now
			return s, err
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// take locks a name, puts a run back that a killed process had moved aside, and removes what killed
// processes left beside it.
func (c *creator) take(path string) (*slot, error) {
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

func cannotMake(path string, err error) error {
	if !errors.Is(err, errTaken) {
		err = file.Explain(err, "choose another with --out")
	}
	return fmt.Errorf("cannot make the folder %s: %w", printable.Path(path), err)
}

// put makes the run folder of a slot with these files, in one step. A run that is there is replaced if overwrite is
// set; else nothing is ever moved, and the error is errTaken if something is there.
func (c *creator) put(s *slot, files []namedFile, overwrite bool) error {
	parent, base := filepath.Split(s.real)
	building := filepath.Join(parent, file.TemporaryName(base))
	err := os.Mkdir(building, 0o755)
	if err == nil {
		defer removeRun(building) // nothing is there any more, or the old run
		err = writeFiles(building, files)
	}
	if err == nil {
		err = c.place(s, building, overwrite)
	}
	if err != nil {
		return cannotMake(s.path, err)
	}
	return file.SyncFolder(parent)
}

// place moves a folder to the name of a slot.
func (c *creator) place(s *slot, building string, overwrite bool) error {
	// A folder that is empty may stand in the way. It is gone only if it is empty at that moment.
	err := syscall.Rmdir(s.real)
	switch {
	case err == nil || errors.Is(err, os.ErrNotExist):
		err = os.Rename(building, s.real) // it replaces no folder that holds anything
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

// replace puts a folder in place of the run of a slot. Afterwards the old run is where the new one was.
func (c *creator) replace(s *slot, building string) error {
	err := c.exchange(building, s.real)
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) { // by the kernel, or by the file system
		err = c.replaceInTwoSteps(s, building)
	}
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(building)
	if err == nil && !onlyRunFiles(entries) { // somebody put a file of their own there just now
		return errors.Join(errTaken, c.replace(s, building))
	}
	return nil
}

// replaceInTwoSteps is replace where the system has no step that exchanges two folders. Between the two
// the run is under a name that [restore] knows.
func (c *creator) replaceInTwoSteps(s *slot, building string) error {
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

// checkFree returns an error unless a run may be made at real, which the user wrote as path.
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
		return fmt.Errorf("%s is the folder that you are in: choose one inside it, such as --out run", printable.Path(path))
	case len(entries) == 0:
		return nil
	case !isRun(real) || !onlyRunFiles(entries):
		return fmt.Errorf("%s holds files that are not a run: choose another folder with --out", printable.Path(path))
	case !overwrite:
		return fmt.Errorf("%s holds a run already: "+
			"go on with --resume, replace it with --overwrite, or choose another folder with --out", printable.Path(path))
	}
	return nil
}
