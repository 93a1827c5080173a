package file

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Cause returns what the system said, without the paths, which the message of the caller has already.
func Cause(err error) error {
	var at *fs.PathError
	var link *os.LinkError
	var call *os.SyscallError
	switch {
	case errors.As(err, &at):
		return at.Err
	case errors.As(err, &link):
		return link.Err
	case errors.As(err, &call):
		return call.Err
	}
	return err
}

// Advice returns what to do about an error of the system where that does not depend on what the path is for, or "".
func Advice(err error) string {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return ""
	}
	return map[syscall.Errno]string{
		syscall.EMFILE:       "raise the limit of open files (ulimit -n), and run the command again",
		syscall.ENFILE:       "close other programs, and run the command again",
		syscall.ENOMEM:       "free some memory, and run the command again",
		syscall.EINTR:        "run the command again",
		syscall.ENOSPC:       "free some space, or choose a path on another disk",
		syscall.EDQUOT:       "free some space, or choose a path on another disk",
		syscall.EROFS:        "choose a path that can be written to",
		syscall.ELOOP:        "remove the symbolic link that leads back to itself, or choose another path",
		syscall.ENAMETOOLONG: "choose a shorter name; most systems take 255 bytes",
		syscall.EACCES:       "change its permissions, or choose another path",
		syscall.EPERM:        "change its permissions, or choose another path",
	}[number]
}

// Explain returns the cause of an error of the system with what to do about it: the [Advice], or what is given if there is
// none. Any other error is returned as it is, since it says that itself.
func Explain(err error, otherwise string) error {
	cause := Cause(err)
	if number := syscall.Errno(0); cause == err && !errors.As(err, &number) {
		return err
	}
	return fmt.Errorf("%w: %s", cause, cmp.Or(Advice(err), otherwise))
}

// Abs is filepath.Abs with an error that says what to do.
func Abs(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", errors.New("the working directory is not there any more: change to another folder with cd, and run the command again")
	}
	return absolute, nil
}

// MissingError reports in its own words that something is not there. It is a [fs.ErrNotExist].
type MissingError struct{ Err error }

func (e MissingError) Error() string { return e.Err.Error() }

// Is reports whether the target is [fs.ErrNotExist].
func (MissingError) Is(target error) bool { return target == fs.ErrNotExist }
