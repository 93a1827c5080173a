package file

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Writer writes the content of a file.
type Writer func(io.Writer) error

// Bytes returns the Writer of content that is in memory.
func Bytes(content []byte) Writer {
	return func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	}
}

// Replace puts content in place of the file at path in one step: readers, and a machine that loses power, see the
// old file or the new one, never a part. The new file has the permissions of the old one, or those that the system gives a
// file of this user. It writes a temporary file in the same folder, and first removes those that killed processes have left there
// for the same path.
func Replace(path string, write Writer) error {
	folder, name := filepath.Dir(path), filepath.Base(path)
	if err := Sweep(folder, name); err != nil {
		return err
	}
	temporary, unlock, err := create(folder, name)
	if err != nil {
		return err
	}
	defer unlock()
	err = fill(temporary, path, write)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return SyncFolder(folder)
}

// Create makes a small file with its content in one step. The error is fs.ErrExist if something is at path. The file need
// not outlast a loss of power.
func Create(path string, content []byte) error {
	temporary, unlock, err := create(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return err
	}
	defer unlock()
	if err = os.WriteFile(temporary, content, 0); err == nil {
		err = os.Link(temporary, path)
	}
	if err := removeIfThere(temporary); err != nil {
		return err
	}
	if err == nil || errors.Is(err, os.ErrExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666) // a file system without links
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// fill writes the content of a file that is there and empty, with the permissions of the one that it is going to replace.
func fill(path, old string, write Writer) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if info, missing := os.Stat(old); missing == nil {
		err = f.Chmod(info.Mode().Perm()) // before anything that others may not read is in it
	}
	if err == nil {
		err = write(f)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// create makes a temporary file for a name and holds its lock, by which [Sweep] knows that it is in use. Windows
// refuses to remove a file that is open and to write one that is locked: there it is not locked.
func create(folder, name string) (path string, unlock func(), err error) {
	for {
		path = filepath.Join(folder, TemporaryName(name))
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err == nil {
			err = f.Close()
		}
		if err != nil || runtime.GOOS == "windows" {
			return path, func() {}, err
		}
		lock := NewFileLock(path)
		held, err := lock.TryLock()
		if held && Same(lock, path) {
			return path, func() { lock.Close() }, nil
		}
		lock.Close()
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", nil, errors.Join(err, removeIfThere(path))
		}
		// Another process has swept it away just before it was locked.
	}
}

// Same reports whether the file that is locked is still the one at path.
func Same(lock interface{ Stat() (fs.FileInfo, error) }, path string) bool {
	locked, err := lock.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(locked, there)
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Sweep removes from a folder the temporary files that killed processes have left for a name. A file that
// a living process writes stays, and so does everything that [Replace] did not name.
func Sweep(folder, name string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !IsTemporary(e.Name(), name) {
			continue
		}
		path := filepath.Join(folder, e.Name())
		if runtime.GOOS == "windows" {
			_ = os.Remove(path) // refused while a process has it open
			continue
		}
		lock := NewFileLock(path)
		if held, err := lock.TryLock(); err == nil && held {
			err = removeIfThere(path)
			lock.Close()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// SyncFolder makes a rename in the folder last. Windows has no such call and needs none.
func SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
