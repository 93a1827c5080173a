package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

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
	lock *file.FileLock
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
	s := &lockedName{path, real, file.NewFileLock(at)}
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
			return nil, newHeldError(path, at)
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

// heldError is an ErrHeld that names the process that holds the lock, if the lock file has it.
type heldError struct {
	path, who, stop string
	instead         string // what else can be done, after a comma; "": nothing
}

// newHeldError returns the error for a run folder whose lock file is at that path.
func newHeldError(path, at string) *heldError {
	e := &heldError{printable.Path(path), "another process", "stop it", ", or train in another folder with --out"}
	here, err := os.Hostname()
	switch pid, host := holder(at); {
	case pid > 0 && err == nil && host == here:
		e.who, e.stop = fmt.Sprintf("process %d", pid), fmt.Sprintf("stop it (kill %d)", pid)
	case pid > 0:
		e.who = fmt.Sprintf("process %d on %s", pid, printable.Short(host, mostHost))
	}
	return e
}

func (e *heldError) Error() string {
	if e.instead == "" {
		return fmt.Sprintf("%s is being trained by %s: %v, or %s", e.path, e.who, ErrHeld, e.stop)
	}
	return fmt.Sprintf("%s is being trained by %s: %v, %s%s", e.path, e.who, ErrHeld, e.stop, e.instead)
}

func (e *heldError) Unwrap() error { return ErrHeld }

// held returns a heldError if a process trains in the run folder at real. It takes no lock, which a training that starts just now
// would find held: the lock file names its process, and is removed when that ends, unless it is killed. Of a process on another
// host it cannot be known whether it was killed: it counts as alive.
func held(path, real string) error {
	at := lockPath(real)
	pid, host := holder(at)
	here, err := os.Hostname()
	if pid == 0 || err == nil && host == here && !alive(pid) {
		return nil
	}
	e := newHeldError(path, at)
	e.instead = ""
	return e
}

// alive reports whether there is a process of that id on this host.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	if runtime.GOOS == "windows" { // where only a process that is there is found, and none is sent a signal
		return true
	}
	err = p.Signal(syscall.Signal(0)) // which only asks whether one could be sent
	return err == nil || errors.Is(err, os.ErrPermission)
}

// holder returns the process that has signed a lock file, and its host: 0 if none has.
func holder(at string) (pid int, host string) {
	f, err := file.Open(at, mostLockFile)
	if err != nil {
		return 0, ""
	}
	defer f.Close()
	b, _ := io.ReadAll(io.NewSectionReader(f, 1, mostLockFile)) // an incomplete line is ignored
	return parseHolder(b)
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
