//go:build !js

package file

import (
	"os"
	"syscall"

	"github.com/gofrs/flock"
)

// nonBlocking is the flag of opening a file without waiting.
const nonBlocking = syscall.O_NONBLOCK

// FileLock is a lock on a file, which the system releases when the process ends.
type FileLock = flock.Flock

// NewFileLock returns the lock of the file at path, which must exist when it is locked.
func NewFileLock(path string) *FileLock { return flock.New(path, flock.SetFlag(os.O_RDWR)) }
