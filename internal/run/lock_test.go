package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	first, err := acquire("run", path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = acquire("run", path)
	if !errors.Is(err, ErrHeld) {
		t.Errorf("a second lock: %v", err)
	}
	wantError(t, err, fmt.Sprintf("run is being trained by process %d: wait until it ends, stop it (kill %d)", os.Getpid(), os.Getpid()))
	first.release()
	second, err := acquire("run", path)
	if err != nil {
		t.Fatal(err)
	}
	// Somebody removes the lock file: the lock is taken anew, unless another process has it by then.
	if err := os.Remove(lockPath(path)); err != nil {
		t.Fatal(err)
	}
	if err := second.confirm(); err != nil {
		t.Error(err)
	}
	if _, err := acquire("run", path); !errors.Is(err, ErrHeld) {
		t.Errorf("after confirm: %v", err)
	}
	if err := os.Remove(lockPath(path)); err != nil {
		t.Fatal(err)
	}
	third, err := acquire("run", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.confirm(); !errors.Is(err, ErrHeld) {
		t.Errorf("confirm beside another: %v", err)
	}
	second.release()
	if err := third.confirm(); err != nil {
		t.Errorf("the release of one lock disturbed another: %v", err)
	}
	third.release()
	if _, err := os.Stat(lockPath(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock file stays: %v", err)
	}
}

// A file of a user with the name of a lock file is not written to.
func TestLockForeignFile(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "run")
	for _, content := range []string{"", "1", "xatt", "my notes", "attend", "\nattend: trained by nobody", "x attend"} {
		write(t, root, ".run.lock", []byte(content))
		_, err := acquire("run", path)
		wantError(t, err, ".run.lock is no lock file of attend")
		if got := string(contents(t, root, ".run.lock")); got != content {
			t.Errorf("%q became %q", content, got)
		}
	}
	if err := errors.Join(os.Remove(lockPath(path)), os.Mkdir(lockPath(path), 0o755)); err != nil {
		t.Fatal(err)
	}
	_, err := acquire("run", path)
	wantError(t, err, ".run.lock is no lock file of attend")
}

// FuzzParseHolder: whatever a lock file holds, it names a process or none.
func FuzzParseHolder(f *testing.F) {
	for _, s := range []string{"", lockMark + "12 on host\n", lockMark + "-1 on host\n", lockMark + "1 on a on b\n", lockMark + "99999999999999999999 on x\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		pid, host := parseHolder(b)
		if pid < 0 || pid == 0 && host != "" {
			t.Errorf("%q: process %d on %q", b, pid, host)
		}
	})
}
