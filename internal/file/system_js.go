package file

import (
	"io/fs"
	"os"
)

// nonBlocking is the flag of opening a file without waiting. WebAssembly has none, and no FIFO whose other end to wait for.
const nonBlocking = 0

// FileLock is a lock on a file. WebAssembly has no locks of files, and a page has a file system of its own, which no other process
// uses: nobody else can hold the lock.
type FileLock struct {
	path string
	held bool
}

// NewFileLock returns the lock of the file at path, which must exist when it is locked.
func NewFileLock(path string) *FileLock { return &FileLock{path: path} }

// TryLock takes the lock.
func (l *FileLock) TryLock() (bool, error) {
	_, err := os.Stat(l.path)
	l.held = err == nil
	return l.held, err
}

// Path returns the path of the file.
func (l *FileLock) Path() string { return l.path }

// Locked reports whether the lock is held.
func (l *FileLock) Locked() bool { return l.held }

// Stat describes the file.
func (l *FileLock) Stat() (fs.FileInfo, error) { return os.Stat(l.path) }

// Close releases the lock.
func (l *FileLock) Close() error {
	l.held = false
	return nil
}
