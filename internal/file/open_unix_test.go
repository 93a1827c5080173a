//go:build unix

package file

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Neither a FIFO that nobody writes to nor a device without an end is waited for or read.
func TestOpenSpecial(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skipf("no FIFO here: %v", err)
	}
	for path, want := range map[string]string{fifo: "a FIFO", "/dev/zero": "a device"} {
		var kind *KindError
		if _, err := Open(path, 1<<40); !errors.As(err, &kind) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
}
