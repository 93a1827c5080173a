package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"attend/internal/file"
	"attend/internal/printable"
)

// namedFile is a file of a run folder that is to be written.
type namedFile struct {
	name  string
	write file.Writer
}

// slot is the name of a run folder with its lock. Who holds it may make, replace and train the run of that name.
type slot struct {
	path string // as the user wrote it
	real string // absolute, without symbolic links
	*lock
}

// creator makes run folders.
type creator struct {
	exchange func(a, b string) error // swaps two folders in one step, or errors.ErrUnsupported
	options  options
	window   func()   // is called while a run that is being replaced is not at its name; nil but in tests
	notes    []string // what a user should know of what was found beside the run
}

// errTaken reports a name that something else took after it was found free.
var errTaken = errors.New("it was taken by something else just now: choose another folder with --out")

// reserve locks the name of a run that is to be made at path. A run that is there is an error unless overwrite is
// set; anything else that is there is one in any case.
func (c *creator) reserve(path string, overwrite bool) (*slot, error) {
	real, err := realPath(path)
	if err != nil {
		return nil, err
	}
	if err := checkFree(path, real, overwrite); err != nil {
		return nil, err
	}
	s, err := c.take(path, real)
	if err != nil {
		return nil, err
	}
	if err := checkFree(path, real, overwrite); err != nil { // again, now that no other training can change it
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
		if _, err := os.Lstat(path); err == nil {
			continue
		}
		s, err := c.reserve(path, false)
		var held *HeldError
		if errors.As(err, &held) || errors.Is(err, errForeignLock) {
			continue
		}
		if _, there := os.Lstat(path); err != nil && there == nil { // it came just now
			continue
		}
		return s, err
	}
}

// take locks a name, puts a run back that a killed process had moved aside, and removes what killed
// processes left beside it.
func (c *creator) take(path, real string) (*slot, error) {
	parent := filepath.Dir(real)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, cannotMake(path, err)
	}
	l, err := acquire(path, real)
	if err != nil {
		return nil, err
	}
	s := &slot{path: path, real: real, lock: l}
	notes, err := removeLeftovers(parent, filepath.Base(real))
	c.notes = append(c.notes, notes...)
	if err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

func cannotMake(path string, err error) error {
	if errors.Is(err, errTaken) {
		return fmt.Errorf("cannot make the folder %s: %w", printable.Path(path), err)
	}
	return fmt.Errorf("cannot make the folder %s: %w", printable.Path(path), file.Explain(err, "choose another with --out"))
}

// put makes the run folder of a slot with these files, in one step. A run that is there is replaced if overwrite is
// set; else nothing is ever moved, and the error is errTaken if something is there.
func (c *creator) put(s *slot, files []namedFile, overwrite bool) error {
	parent, base := filepath.Split(s.real)
	building := filepath.Join(parent, file.TemporaryName(base))
	if err := os.Mkdir(building, 0o755); err != nil {
		return cannotMake(s.path, err)
	}
	defer removeRun(building) // nothing is there any more, or the old run
	for _, f := range files {
		if err := file.Replace(filepath.Join(building, f.name), f.write); err != nil {
			return cannotMake(s.path, err)
		}
	}
	// A folder that is empty may stand in the way. It is gone only if it is empty at that moment.
	if err := syscall.Rmdir(s.real); err != nil && !errors.Is(err, os.ErrNotExist) {
		if !overwrite {
			if entries, err := os.ReadDir(s.real); err != nil || len(entries) > 0 {
				return cannotMake(s.path, errTaken)
			}
			return cannotMake(s.path, err)
		}
		if err := c.replace(s, building); err != nil {
			return cannotMake(s.path, err)
		}
		return file.SyncFolder(parent)
	}
	if err := os.Rename(building, s.real); err != nil { // it replaces no folder that holds anything
		if _, there := os.Lstat(s.real); there == nil {
			err = errTaken
		}
		return cannotMake(s.path, err)
	}
	return file.SyncFolder(parent)
}

// replace puts a folder in place of the run of a slot. Afterwards the old run is where the new one was.
func (c *creator) replace(s *slot, building string) error {
	err := c.exchange(building, s.real)
	if errors.Is(err, errors.ErrUnsupported) {
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

// aside ends the name of a run that is moved aside while another takes its place.
const aside = "-old"

// leftover returns the name of the run to which an entry of a folder belongs, if a process of ours made that entry and
// did not end its work: a run in the making, or a run that was moved aside.
func leftover(e os.DirEntry, own string) (name string, wasAside, ok bool) {
	entry, wasAside := strings.CutSuffix(e.Name(), aside)
	if !e.IsDir() {
		return "", false, false
	}
	if file.IsTemporary(entry, own) {
		return own, wasAside, true
	}
	name, ok = file.TemporaryOf(entry)
	return name, wasAside, ok
}

// removeLeftovers removes from a folder what killed processes have left there of runs in the making, and puts runs
// back that they had moved aside; it returns a note for each of these. What a living process holds stays, and what is
// not of ours. The caller holds the lock of the run named own.
func removeLeftovers(parent, own string) (notes []string, err error) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if of, ok := file.TemporaryOf(e.Name()); ok && strings.HasPrefix(of, lockPrefix) && strings.HasSuffix(of, lockSuffix) {
			if err := file.Sweep(parent, of); err != nil {
				return notes, err
			}
		}
		name, wasAside, ok := leftover(e, own)
		if !ok {
			continue
		}
		release := func() {}
		if name != own {
			l, err := acquire(name, filepath.Join(parent, name))
			if err != nil { // a process is at work there, or the lock cannot be had: it stays
				continue
			}
			release = l.release
		}
		note, err := clearLeftover(filepath.Join(parent, e.Name()), filepath.Join(parent, name), wasAside)
		release()
		if note != "" {
			notes = append(notes, note)
		}
		if err != nil {
			return notes, err
		}
	}
	return notes, nil
}

// clearLeftover removes a leftover of the run at real. A run that was moved aside from there, and not replaced, is put back; if
// something else is there now, it stays where it is, and a note says so.
func clearLeftover(path, real string, wasAside bool) (note string, err error) {
	partner := path + aside // the run that was moved aside for this one, or this one for that
	if wasAside {
		partner = strings.TrimSuffix(path, aside)
	}
	_, gone := os.Lstat(partner)
	switch {
	case wasAside && gone == nil: // the new run is not at its place yet
		restored, err := restore(path, real)
		if restored {
			removeRun(partner)
		}
		if restored || err != nil {
			return restoredNote(real), err
		}
		return fmt.Sprintf("the run %s was moved to %s by a process that was killed, and something else is at its name now: rename one of them", printable.Path(real), printable.Path(path)), nil
	case wasAside:
		if restored, err := restore(path, real); restored || err != nil { // whoever made the new run has removed it
			return restoredNote(real), err
		}
	case gone == nil: // the run that was moved aside is dealt with first
		return "", nil
	}
	removeRun(path)
	return "", nil
}

// restore puts a run that was moved aside back to its name, unless something other than an empty folder is there.
func restore(old, real string) (bool, error) {
	if err := syscall.Rmdir(real); err != nil && !errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err := os.Rename(old, real); err != nil {
		return false, fmt.Errorf("cannot put the run back that a killed process moved aside to %s: %w: rename it to %s", printable.Path(old), cause(err), printable.Path(real))
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
		path := filepath.Join(filepath.Dir(real), e.Name())
		if name, wasAside, ok := leftover(e, filepath.Base(real)); ok && wasAside && name == filepath.Base(real) && IsRun(path) {
			return path
		}
	}
	return ""
}

// realPath returns a path as an absolute one without symbolic links; its last parts need not exist.
func realPath(path string) (string, error) {
	path, err := file.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		if _, system := os.Stat(path); system != nil { // which says it as an error of the system
			err = system
		}
		return "", fmt.Errorf("cannot find the folder %s: %w", printable.Path(path), file.Explain(err, "choose another"))
	}
	if err == nil {
		return real, nil
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink == 0 { // it came just now
		return realPath(path)
	} else if err == nil {
		return "", fmt.Errorf("%s is a symbolic link to something that is not there: remove the link, or choose another folder", printable.Path(path))
	}
	parent, err := realPath(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}

// checkFree returns an error unless a run may be made at real, which the user wrote as path.
func checkFree(path, real string, overwrite bool) error {
	info, err := os.Stat(real)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return cannotMake(path, err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is %s: choose another folder with --out", printable.Path(path), file.Kind(info.Mode()))
	}
	if here, err := os.Stat("."); err == nil && os.SameFile(here, info) {
		return fmt.Errorf("%s is the folder that you are in: choose one inside it, such as --out run", printable.Path(path))
	}
	entries, err := os.ReadDir(real)
	if err != nil {
		return cannotMake(path, err)
	}
	switch {
	case len(entries) == 0:
		return nil
	case !IsRun(real) || !onlyRunFiles(entries):
		return fmt.Errorf("%s holds files that are not a run: choose another folder with --out", printable.Path(path))
	case !overwrite:
		return fmt.Errorf("%s holds a run already: go on with --resume, replace it with --overwrite, or choose another folder with --out", printable.Path(path))
	}
	return nil
}

// IsRun reports whether a folder holds a run, whole or in part.
func IsRun(path string) bool {
	for _, name := range []string{settingsFile, stateFile, modelFile} {
		if _, err := os.Stat(filepath.Join(path, name)); err == nil {
			return true
		}
	}
	return false
}

// HasFile reports whether a path is that of a file of a run folder, there or not.
func HasFile(path string) bool {
	real, err := realPath(path)
	if path == "" || err != nil {
		return false
	}
	folder, name := filepath.Split(real)
	return slices.Contains(runFiles, name) && IsRun(folder)
}

// onlyRunFiles reports whether a folder holds nothing but the files of a run and what a killed process left of them.
func onlyRunFiles(entries []os.DirEntry) bool {
	for _, e := range entries {
		if !slices.ContainsFunc(runFiles, func(name string) bool { return e.Name() == name || isTemporaryOf(e.Name(), name) }) || !e.Type().IsRegular() {
			return false
		}
	}
	return true
}

// isTemporaryOf reports whether a name is that of a temporary file for a file of a run. Versions before the
// second format wrote another number.
func isTemporaryOf(name, of string) bool {
	number, ok := strings.CutPrefix(name, "."+of+".tmp-")
	return ok && number != "" && strings.Trim(number, "0123456789") == "" || file.IsTemporary(name, of)
}
