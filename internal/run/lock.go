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

// slot is the name of a run folder with its lock. Who trains there holds it from the start to the end, and may make, replace
// and train the run of that name. The system releases the lock when the process
// ends, however it ends. The file .NAME.lock beside the folder carries it, since Windows renames no folder in which a
// file is open. Who locks a file checks that it is still at its place, so that it can be removed by who holds it.
// Readers need no lock.
type slot struct {
	path string // as the user wrote it
	real string // absolute, without symbolic links
	lock *flock.Flock
}

// lockPath is where the lock file of a run folder lies.
func lockPath(folder string) string {
	return filepath.Join(filepath.Dir(folder), lockPrefix+file.Shortened(filepath.Base(folder), mostLockName)+lockSuffix)
}

// A lock file's name is that of the folder, of which the names of temporary files for it leave so many bytes, between these.
const (
	lockPrefix   = "."
	lockSuffix   = ".lock"
	mostLockName = 190
)

// acquire locks the run folder at real, which need not be there. The error is errHeld if another training
// has locked it, in this process or another.
func acquire(path, real string) (*slot, error) {
	at := lockPath(real)
	s := &slot{path, real, flock.New(at, flock.SetFlag(os.O_RDWR))}
	for {
		held := false
		err := makeLockFile(at)
		if err == nil {
			held, err = s.lock.TryLock()
			if errors.Is(err, os.ErrNotExist) { // it was removed just now
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
		s.release() // the file was removed just before it was locked
	}
}

// lockMark begins the content of a lock file after its first byte.
const lockMark = "attend: trained by process "

// mostLockFile is how many bytes of a lock file are read: a line with a number and a host name.
const mostLockFile = 1 << 10

// sign writes who holds the lock into its file, for the message of whom it refuses. The first byte is left alone:
// it is the range that is locked on Windows, where nobody else can read it. A full disk costs the message only.
func (s *slot) sign() {
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

// errHeld reports a run folder in which another process trains.
var errHeld = errors.New("wait until it ends")

// mostHost is how many characters an error shows of the name of a machine, which another program may have written.
const mostHost = 64

// heldError returns the errHeld that names who holds a lock, if its file says so.
func heldError(path, at string) error {
	who, stop := "another process", "stop it"
	if f, err := file.Open(at, mostLockFile); err == nil {
		defer f.Close()
		b, _ := io.ReadAll(io.NewSectionReader(f, 1, mostLockFile)) // half of a line names nobody
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
		printable.Path(path), who, errHeld, stop)
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
// process. A removed one is made anew.
func (s *slot) confirm() error {
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

// release gives the lock up and removes its file; one that cannot be removed does no harm.
func (s *slot) release() {
	if s.lock.Locked() && file.Same(s.lock, s.lock.Path()) {
		_ = os.Remove(s.lock.Path())
	}
	_ = s.lock.Close()
}
