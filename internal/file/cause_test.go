package file

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

func TestExplain(t *testing.T) {
	plain := errors.New("it is damaged: train again")
	for _, test := range []struct {
		err  error
		want string
	}{
		{plain, "it is damaged: train again"},
		{&fs.PathError{Op: "open", Path: "p", Err: syscall.EMFILE}, syscall.EMFILE.Error() + ": raise the limit of open files (ulimit -n), and run the command again"},
		{&os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EXDEV}, syscall.EXDEV.Error() + ": name another"},
		{os.NewSyscallError("getwd", syscall.EINTR), syscall.EINTR.Error() + ": run the command again"},
		{syscall.ENOSPC, syscall.ENOSPC.Error() + ": free some space, or choose a path on another disk"},
	} {
		got := Explain(test.err, "name another")
		if got.Error() != test.want || !errors.Is(got, Cause(test.err)) {
			t.Errorf("%v: %v, want %s", test.err, got, test.want)
		}
	}
}
