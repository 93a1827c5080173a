package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"attend/internal/file"
	"attend/internal/printable"
)

// lockedName is the locked name of a run folder. A training holds it from start to end, and may create, replace and train the run
// of that name. The system releases the lock when the process ends for any reason. The lock is on the file .NAME.lock next to the
// folder, since Windows does not rename a folder that has an open file. After locking, a process checks that the file still
// exists, so that the holder may remove it. Readers need no lock.
type lockedName struct {
	path string // as the user wrote it
	real string // absolute, without symbolic links
	lock *flock.Flock
}

// lockPath returns the path of the lock file of a run folder.
func lockPath(folder string) string {
	return filepath.Join(filepath.Dir(folder), lockPrefix+file.Shortened(filepath.Base(folder), mostLockName)+lockSuffix)
}

// The name of a lock file is the name of the folder between a prefix and a suffix, shortened so that names of temporary files
// fit.
const (
	lockPrefix   = "."
	lockSuffix   = ".lock"
	mostLockName = 190
)

// acquire locks the run folder at real, which need not exist. The error is ErrHeld if another training, in this process or
// another, has locked it.
func acquire(path, real string) (*lockedName, error) {
	at := lockPath(real)
	s := &lockedName{path, real, flock.New(at, flock.SetFlag(os.O_RDWR))}
	for {
		held := false
		err := makeLockFile(at)
		if err == nil {
			held, err = s.lock.TryLock()
			if errors.Is(err, os.ErrNotExist) { // it has just been removed
				continue
			}
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("cannot lock %s: %w", printable.Path(path), file.Explain(err, "choose another folder with --out"))
		case !held:
			return nil, heldError(path, at)
		case file.Same(s.lock, at):
			s.sign()
			return s, nil
		}
		s.release() // the file was removed before it was locked
	}
}

// lockMark is the beginning of a lock file, after its first byte.
const lockMark = "attend: trained by process "

// mostLockFile is the largest number of bytes that are read of a lock file: a line with a process id and a host name.
const mostLockFile = 1 << 10

// sign writes the process id and host to the lock file, for the error of other processes. It does not use the first byte, which
// is the locked range on Windows and cannot be read by others. Errors are ignored: the error of other processes is less precise
// then.
func (s *lockedName) sign() {
	host, _ := os.Hostname()
	f, err := os.OpenFile(s.lock.Path(), os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer f.Close()
	text := fmt.Sprintf("%s%d on %s\n", lockMark, os.Getpid(), host)
	if _, err := f.WriteAt([]byte(text), 1); err == nil {
		_ = f.Truncate(int64(1 + len(text)))
	}
}

// ErrHeld reports that another process trains in a run folder.
var ErrHeld = errors.New("wait until it ends")

// mostHost is the largest number of characters of a host name in an error; another program may have written the file.
const mostHost = 64

// heldError returns an ErrHeld that names the process that holds the lock, if the lock file has it.
func heldError(path, at string) error {
	who, stop := "another process", "stop it"
	if f, err := file.Open(at, mostLockFile); err == nil {
		defer f.Close()
		b, _ := io.ReadAll(io.NewSectionReader(f, 1, mostLockFile)) // an incomplete line is ignored
		pid, host := parseHolder(b)
		here, err := os.Hostname()
		switch {
		case pid > 0 && err == nil && host == here:
			who, stop = fmt.Sprintf("process %d", pid), fmt.Sprintf("stop it (kill %d)", pid)
		case pid > 0:
			who = fmt.Sprintf("process %d on %s", pid, printable.Short(host, mostHost))
		}
	}
	return fmt.Errorf("%s is being trained by %s: %w, %s, or train in another folder with --out",
		printable.Path(path), who, ErrHeld, stop)
}

// parseHolder reads the process and its host from a lock file without its first byte: 0 if it does not say.
func parseHolder(b []byte) (pid int, host string) {
	if _, err := fmt.Sscanf(string(b), lockMark+"%d on %s\n", &pid, &host); err != nil || pid < 1 {
		return 0, ""
	}
	return pid, host
}

// errForeignLock reports a file that has the name of a lock file, and that no process of ours made.
var errForeignLock = errors.New("no lock file of attend")

// makeLockFile makes a lock file, with the mark by which it is known, in one step, unless one is there. It is an error if
// something else is there.
func makeLockFile(at string) error {
	info, err := os.Lstat(at)
	var f *os.File
	if err == nil && info.Mode().IsRegular() {
		f, err = file.Open(at, mostLockFile)
	}
	if errors.Is(err, os.ErrNotExist) {
		if err = file.Create(at, []byte(" "+lockMark+"\n")); errors.Is(err, os.ErrExist) { // another process made it just now
			return nil
		}
		return err
	}
	if large := new(file.SizeError); err != nil && !errors.As(err, &large) {
		return err
	}
	mark := make([]byte, len(lockMark))
	if f != nil {
		defer f.Close()
		_, _ = f.ReadAt(mark, 1) // of a shorter file the rest stays 0
	}
	if string(mark) != lockMark {
		return fmt.Errorf("%s is %w: move it elsewhere", printable.Path(at), errForeignLock)
	}
	return nil
}

// confirm makes sure that the lock is still in force: its file may have been removed, or replaced by that of another
// process. A removed file is created again.
func (s *lockedName) confirm() error {
	if file.Same(s.lock, s.lock.Path()) {
		return nil
	}
	again, err := acquire(s.path, s.real)
	if err != nil {
		return err
	}
	s.release()
	s.lock = again.lock
	return nil
}

// release unlocks the name and removes the lock file. A file that cannot be removed is locked again by the next training.
func (s *lockedName) release() {
	if s.lock.Locked() && file.Same(s.lock, s.lock.Path()) {
		_ = os.Remove(s.lock.Path())
	}
	_ = s.lock.Close()
}
