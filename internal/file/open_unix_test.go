//go:build unix

package file

import (
	"errors"
	"net"
	"os"
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

// A FIFO is written to if somebody reads it, and is not waited for without limit.
func TestOpenSpecialForWriting(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skipf("no FIFO here: %v", err)
	}
	if _, err := OpenSpecial(fifo); !errors.Is(err, ErrNoReader) {
		t.Errorf("nobody reads: %v", err)
	}
	received := make(chan string)
	go func() {
		b, _ := os.ReadFile(fifo)
		received <- string(b)
	}()
	f, err := OpenSpecial(fifo)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Repeat("lions ", 100_000) // more than a pipe holds
	_, err = f.WriteString(want)
	if err = errors.Join(err, f.Close()); err != nil || <-received != want {
		t.Errorf("not what was written came through: %v", err)
	}
	if f, err = OpenSpecial(os.DevNull); err != nil {
		t.Fatal(err)
	}
	f.Close()
	socket, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Skip(err)
	}
	defer socket.Close()
	if _, err := OpenSpecial(socket.Addr().String()); err == nil || err.Error() != "it is a socket, not a regular file" {
		t.Errorf("a socket: %v", err)
	}
}

// A new file has the permissions that the umask leaves, a replaced one keeps its own.
func TestReplaceKeepsPermissions(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	path := filepath.Join(t.TempDir(), "map.svg")
	for _, mode := range []os.FileMode{0o640, 0o600, 0o444, 0o664} {
		if mode != 0o640 {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
		if err := Replace(path, Bytes([]byte("two"))); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != mode {
			t.Errorf("%v, %v, want %v", info.Mode(), err, mode)
		}
	}
}

// A name as long as a file system takes is replaced as any other, and what a killed process left for it is removed.
func TestReplaceLongNames(t *testing.T) {
	folder := t.TempDir()
	for _, n := range []int{mostName, mostName + 1, 255} {
		name := strings.Repeat("ä", (n-4)/2) + strings.Repeat("b", n-(n-4)/2*2)
		left := filepath.Join(folder, TemporaryName(name))
		if err := os.WriteFile(left, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Replace(filepath.Join(folder, name), Bytes(nil)); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		if _, err := os.Stat(left); err == nil {
			t.Errorf("%d bytes: %s stays", n, left)
		}
	}
}
