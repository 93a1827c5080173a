package run

import "golang.org/x/sys/unix"

// exchange swaps what two paths name, in one step, where the file system can; APFS can.
func exchange(a, b string) error { return unix.RenamexNp(a, b, unix.RENAME_SWAP) }
