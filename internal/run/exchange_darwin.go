package run

import (
	"errors"

	"golang.org/x/sys/unix"
)

// exchange swaps what two paths name, in one step. The error is errors.ErrUnsupported where the file system has no
// such step; APFS has.
func exchange(a, b string) error {
	err := unix.RenamexNp(a, b, unix.RENAME_SWAP)
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EINVAL) {
		return errors.ErrUnsupported
	}
	return err
}
