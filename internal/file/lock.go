package file

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// ErrLocked reports a lock that another process holds.
var ErrLocked = errors.New("another process is writing it: wait until it ends, and try again")

// Lock locks the file at path, which it makes, and waits for at most so long while another process holds it. Release
// gives the lock up and removes the file.
func Lock(path string, wait time.Duration) (release func(), err error) {
	ctx, stop := context.WithTimeout(context.Background(), wait)
	defer stop()
	for {
		lock := flock.New(path)
		held, err := lock.TryLockContext(ctx, 5*time.Millisecond)
		switch {
		case errors.Is(err, context.DeadlineExceeded) || err == nil && !held:
			lock.Close()
			return nil, ErrLocked
		case err != nil:
			lock.Close()
			return nil, err
		case Same(lock, path):
			return func() {
				_ = os.Remove(path) // one that stays does no harm
				lock.Close()
			}, nil
		}
		lock.Close() // the file was removed just before it was locked
	}
}
