package file

import (
	"errors"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// ErrLocked reports a lock that another process holds.
var ErrLocked = errors.New("another process is writing it: wait until it ends, and try again")

// Lock locks the file at path, which it makes, and waits for at most so long while another process holds it. Calling
// release unlocks and removes the file.
func Lock(path string, wait time.Duration) (release func(), err error) {
	for deadline := time.Now().Add(wait); ; time.Sleep(5 * time.Millisecond) {
		lock := flock.New(path)
		held, err := lock.TryLock()
		if held && Same(lock, path) {
			return func() {
				_ = os.Remove(path) // one that stays does no harm
				lock.Close()
			}, nil
		}
		lock.Close() // or the file was removed just before it was locked
		switch {
		case err != nil:
			return nil, err
		case !held && time.Now().After(deadline):
			return nil, ErrLocked
		}
	}
}
