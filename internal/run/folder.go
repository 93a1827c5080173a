package run

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"attend/data"
	"attend/internal/choice"
	"attend/internal/file"
	"attend/internal/printable"
)

// Names of the files in a run folder.
const (
	configFile          = "config.json"
	modelFile           = "model.safetensors"
	tokenizerFile       = "tokenizer.json"
	tokenizerConfigFile = "tokenizer_config.json"
	spellingFile        = "spelling.json"
	settingsFile        = "training.yaml"
	stateFile           = "state.safetensors"
	metricsFile         = "metrics.jsonl"
	filmFile            = "film.jsonl"
	resultFile          = "result.json"
)

// runFiles are all files of a run, with the largest size of each in bytes. The size of the two tensor files depends on the model.
var runFiles = map[string]int64{
	configFile: 1e6, tokenizerFile: data.MaxTokenizerJSON, tokenizerConfigFile: 1e6, settingsFile: 1e6,
	spellingFile: data.MaxSpellingJSON,
	modelFile:    math.MaxInt64, stateFile: math.MaxInt64, metricsFile: 1e9, filmFile: 4e9, resultFile: 1e7,
}

// StateFile is the file of a run folder from which a training goes on.
const StateFile = stateFile

// IsFile reports whether a name is that of a file of a run folder.
func IsFile(name string) bool { return runFiles[name] > 0 }

// errNoRun reports a path that is not a run folder.
var errNoRun = errors.New("`attend train` creates one, and prints its folder")

// folder is an open run folder. It remains the same folder if another one is renamed to its path.
type folder struct {
	path  string // as the user wrote it
	root  *os.Root
	info  fs.FileInfo
	notes []string
}

// mostAttempts is the largest number of attempts to read a run that is replaced during reading.
const mostAttempts = 10

// withFolder calls read with the run folder at a path, and again if the folder was replaced during reading.
func withFolder(path string, read func(*folder) error) error {
	for attempt := 1; ; attempt++ {
		f, err := openFolder(path)
		if err != nil {
			return err
		}
		err = read(f)
		again := err != nil && attempt < mostAttempts && f.replaced()
		f.root.Close() // only now: a folder that is removed and not open leaves its inode number to the next one
		if !again {
			return err
		}
	}
}

// replaced reports whether the path is another folder now.
func (f *folder) replaced() bool {
	now, err := os.Stat(f.path)
	return err != nil || !os.SameFile(now, f.info)
}

// If the system cannot exchange two folders atomically, a run that is being replaced has another name for some microseconds. A
// reader waits for it this long.
const (
	replacing = 5 * time.Millisecond
	mostWaits = 200

	minAttempts = 3 // before the error that there is no run
)

// holds reports whether a run was read from this folder, and not from one that it has replaced.
func (f *folder) holds(r *Run) bool { return r.folder == nil || os.SameFile(f.info, r.folder) }

// openFolder opens the run folder at a path. It first restores a run that a killed process has moved aside.
func openFolder(path string) (*folder, error) {
	f := &folder{path: path}
	for wait := 1; ; wait++ {
		info, err := os.Stat(path)
		there := err == nil
		if there && !info.IsDir() {
			return nil, fmt.Errorf("%s is %s, not a run folder: %w", printable.Path(path), file.Kind(info.Mode()), errNoRun)
		}
		if there {
			if f.root, err = os.OpenRoot(path); err == nil {
				if f.info, err = f.root.Stat("."); err == nil {
					return f, nil
				}
				f.root.Close()
			}
		}
		missing := errors.Is(err, fs.ErrNotExist)
		switch {
		case there && missing: // it has just been renamed
			continue
		case there || file.Advice(err) != "":
			return nil, fmt.Errorf("cannot open the run folder %s: %w", printable.Path(path), file.Explain(err, "name another with --run"))
		case !missing && !errors.Is(err, fs.ErrInvalid):
			return nil, fmt.Errorf("there is no run folder %s (%w): %w", printable.Path(path), file.Cause(err), errNoRun)
		}
		note, err := restoreRun(path)
		switch {
		case errors.Is(err, ErrHeld) && wait < mostWaits:
			time.Sleep(replacing)
		case err != nil:
			return nil, err
		case note != "":
			f.notes = append(f.notes, note)
		case wait >= minAttempts: // in fewer attempts the run may have been replaced twice
			return nil, fmt.Errorf("there is no run folder %s: %w", printable.Path(path), errNoRun)
		}
	}
}

// restoreRun restores the run at a path if a killed process has moved it aside. It then returns a note.
func restoreRun(path string) (note string, err error) {
	real, err := realPath(path)
	if err != nil || findAside(real) == "" {
		return "", nil // there is nothing to restore
	}
	s, err := acquire(path, real)
	if err != nil {
		return "", err
	}
	defer s.release()
	if old := findAside(real); old != "" {
		if restored, err := restore(old, real); err != nil || restored {
			return restoredNote(path), err
		}
	}
	return fmt.Sprintf("another process has restored the run %s, since a process was killed while replacing it",
		printable.Path(path)), nil
}

// at returns the path of a file for messages.
func (f *folder) at(name string) string { return printable.Path(filepath.Join(f.path, name)) }

// read returns a file of the folder.
func (f *folder) read(name string) ([]byte, error) {
	b, err := file.ReadIn(f.root, name, runFiles[name])
	return b, f.fileError(name, err)
}

// fileError adds the name of a file, and advice, to an error of reading it.
func (f *folder) fileError(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		if name == settingsFile {
			if inside, err := List(f.path); err == nil && len(inside) > 0 && inside[0] != f.path {
				return file.MissingError{Err: fmt.Errorf("%s is no run, it holds %s: choose one, such as %s",
					printable.Path(f.path), printable.Count(len(inside), "run"), printable.Path(inside[0]))}
			}
		}
		return file.MissingError{Err: fmt.Errorf("%s has no %s, so it is not a complete run folder: restore the file, or train again",
			printable.Path(f.path), name)}
	case f.linksOut(name):
		return fmt.Errorf("%s is a symbolic link to a file outside of the run folder, which is not followed: "+
			"replace the link by a copy of the file", f.at(name))
	}
	if unknown := new(choice.UnknownError); errors.As(err, &unknown) {
		return fmt.Errorf("%s: this version of attend has no %s %s: use the version that wrote the file, or a newer one",
			f.at(name), unknown.What, printable.Quote(unknown.Name))
	}
	return fmt.Errorf("%s: %w: %s",
		f.at(name), file.Cause(err), cmp.Or(file.Advice(err), "restore the file from a copy, or train again"))
}

// linksOut reports whether a file of the folder is a symbolic link to a file outside of it, which an [os.Root] does not open.
func (f *folder) linksOut(name string) bool {
	info, err := f.root.Lstat(name)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return false
	}
	_, within := f.root.Stat(name)
	_, outside := os.Stat(filepath.Join(f.path, name))
	return within != nil && outside == nil
}

// Latest returns the path of the run under root whose model was written last. The run named spare is returned only if there is no other.
func Latest(root, spare string) (string, error) {
	entries, err := foldersUnder(root)
	if err != nil && file.Advice(err) != "" { // a missing root has no runs
		return "", fmt.Errorf("cannot look for runs in %s: %w", printable.Path(root), file.Explain(err, ""))
	}
	var latest, kept string
	var newest time.Time
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(e.at, modelFile))
		if err != nil {
			continue
		}
		if filepath.Base(e.at) == spare {
			kept = e.path
		} else if info.ModTime().After(newest) {
			latest, newest = e.path, info.ModTime()
		}
	}
	latest = cmp.Or(latest, kept)
	if latest == "" {
		return "", fmt.Errorf("there is no run under %s yet: create one with `attend train`, or name another with --run",
			printable.Path(root))
	}
	return latest, nil
}

// List returns the paths of the runs in a folder, sorted by name: of its folders that hold files of a run, and of those whose
// files cannot be looked for. If root is a run itself, it is the only one.
func List(root string) ([]string, error) {
	if isRun(root) {
		return []string{root}, nil
	}
	entries, err := foldersUnder(root)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(e.at, settingsFile)); isRun(e.at) || errors.Is(err, fs.ErrPermission) {
			paths = append(paths, e.path)
		}
	}
	return slices.Compact(paths), nil
}

// foundFolder is an entry of a folder that may be a run.
type foundFolder struct {
	path string // of the run
	at   string // the path at present: that of a run which a killed process has moved aside is another, and Open restores it
}

// foldersUnder returns the entries of a folder that may be runs, sorted by name: all but hidden ones.
func foldersUnder(root string) (found []foundFolder, err error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		at := filepath.Join(root, e.Name())
		if !strings.HasPrefix(e.Name(), ".") {
			found = append(found, foundFolder{at, at})
		} else if of, wasAside, ok := leftover(e, ""); ok && wasAside && !exists(filepath.Join(root, of)) {
			found = append(found, foundFolder{filepath.Join(root, of), at})
		}
	}
	slices.SortStableFunc(found, func(a, b foundFolder) int { return strings.Compare(a.path, b.path) })
	return found, nil
}

// Is reports whether there is a run at a path: a folder that has files of one, or one that a killed process has moved aside.
func Is(path string) bool {
	if isRun(path) {
		return true
	}
	real, err := realPath(path)
	return err == nil && findAside(real) != ""
}

// isRun reports whether a folder has files of a run, all or some.
func isRun(path string) bool {
	for _, name := range []string{settingsFile, stateFile, modelFile} {
		if _, err := os.Stat(filepath.Join(path, name)); err == nil {
			return true
		}
	}
	return false
}

// HasFile reports whether a path is that of a file of a run folder, whether or not it exists.
func HasFile(path string) bool {
	real, err := realPath(path)
	if path == "" || err != nil {
		return false
	}
	folder, name := filepath.Split(real)
	return runFiles[name] > 0 && isRun(folder)
}

// onlyRunFiles reports whether a folder has only files of a run and temporary files of them.
func onlyRunFiles(entries []os.DirEntry) bool { return foreign(entries) == "" }

// foreign returns the name of the first entry of a folder that is neither a file of a run nor a temporary file of one, or "".
func foreign(entries []os.DirEntry) string {
	for _, e := range entries {
		if runFiles[e.Name()] == 0 && !isTemporary(e.Name()) || !e.Type().IsRegular() {
			return e.Name()
		}
	}
	return ""
}

// isTemporary reports whether a name is that of a temporary file of a run. Versions with format 1 used other names.
func isTemporary(name string) bool {
	for of := range runFiles {
		number, ok := strings.CutPrefix(name, "."+of+".tmp-")
		if ok && number != "" && strings.Trim(number, "0123456789") == "" || file.IsTemporary(name, of) {
			return true
		}
	}
	return false
}

// realPath returns an absolute path without symbolic links. The last parts of the path need not exist.
func realPath(path string) (string, error) {
	path, err := file.Abs(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	info, missing := os.Lstat(path)
	switch {
	case err == nil:
		return real, nil
	case !errors.Is(err, fs.ErrNotExist):
		if _, system := os.Stat(path); system != nil { // a system error has a better message
			err = system
		}
		return "", fmt.Errorf("cannot find the folder %s: %w", printable.Path(path), file.Explain(err, "choose another"))
	case missing == nil && info.Mode()&fs.ModeSymlink != 0:
		return "", fmt.Errorf("%s is a symbolic link to something that is not there: remove the link, or choose another folder",
			printable.Path(path))
	case missing == nil: // it has just been created
		return realPath(path)
	}
	parent, err := realPath(filepath.Dir(path))
	return filepath.Join(parent, filepath.Base(path)), err
}
