// Package file opens files that a path from outside names, and replaces files in one step.
//
//	f, err := file.Open("config.json", 1<<20) // refuses a folder, a FIFO, a device, and more than 1 MiB
//	b, err := file.Read("config.json", 1<<20)
//	err = file.Replace("map.svg", file.Bytes(content))
package file

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"syscall"
	"time"

	"attend/internal/printable"
)

// KindError reports a path that names something other than a regular file.
type KindError struct{ Mode fs.FileMode }

func (e *KindError) Error() string { return "it is " + Kind(e.Mode) + ", not a regular file" }

// Kind names what a path can be.
func Kind(mode fs.FileMode) string {
	kind := map[fs.FileMode]string{
		0: "a file", fs.ModeDir: "a folder", fs.ModeNamedPipe: "a FIFO (named pipe)", fs.ModeSocket: "a socket",
		fs.ModeDevice: "a device", fs.ModeDevice | fs.ModeCharDevice: "a device",
	}[mode.Type()]
	return cmp.Or(kind, "something that is not a file")
}

// SizeError reports a file with more bytes than its kind may have.
type SizeError struct{ Most int64 }

func (e *SizeError) Error() string {
	return fmt.Sprintf("it is larger than %s, the most that such a file may have", printable.Size(float64(e.Most)))
}

// Open opens a regular file of at most so many bytes for reading. The error is a *[KindError], a *[SizeError]
// or that of package os. It never waits: a FIFO is refused before anybody writes to it.
func Open(path string, most int64) (*os.File, error) { return OpenIn(nil, path, most) }

// OpenIn is [Open] of a name in a folder; nil is the working directory.
func OpenIn(folder *os.Root, name string, most int64) (*os.File, error) {
	return open(folder, name, os.O_RDONLY, most)
}

// Append opens a regular file that is there for writing at its end. It never waits either.
func Append(path string) (*os.File, error) {
	return open(nil, path, os.O_WRONLY|os.O_APPEND, math.MaxInt64)
}

func open(folder *os.Root, name string, flag int, most int64) (*os.File, error) {
	stat, openFile := os.Stat, os.OpenFile
	if folder != nil {
		stat, openFile = folder.Stat, folder.OpenFile
	}
	info, err := stat(name) // before it is opened, since opening a device may do something
	if err == nil {
		err = check(info, most)
	}
	if err != nil {
		return nil, err
	}
	// Between Stat and here a FIFO may have replaced it: O_NONBLOCK opens that without waiting.
	f, err := openFile(name, flag|nonBlocking, 0)
	if err != nil {
		return nil, err
	}
	if info, err = f.Stat(); err == nil {
		err = check(info, most)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func check(info fs.FileInfo, most int64) error {
	if !info.Mode().IsRegular() {
		return &KindError{info.Mode()}
	}
	if info.Size() > most {
		return &SizeError{most}
	}
	return nil
}

// Read returns the content of a file that [Open] opens.
func Read(path string, most int64) ([]byte, error) { return ReadIn(nil, path, most) }

// ReadIn is [Read] of a name in a folder.
func ReadIn(folder *os.Root, name string, most int64) ([]byte, error) {
	f, err := OpenIn(folder, name, most)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadAll(f, most)
}

// ReadAll reads a stream to its end. One with more bytes than most is a *[SizeError].
func ReadAll(r io.Reader, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(b)) > most {
		return nil, &SizeError{most}
	}
	return b, err
}

// waitForReader is how long [OpenSpecial] waits for a process that reads a FIFO: a shell may just be starting it.
const waitForReader = time.Second

// ErrNoReader reports a FIFO that no process reads.
var ErrNoReader = errors.New("no process reads that FIFO")

// OpenSpecial opens a FIFO or a device for writing. It does not wait for ever: a FIFO that nobody reads is an
// [ErrNoReader], a socket is a *[KindError].
func OpenSpecial(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode()&fs.ModeSocket != 0 {
		return nil, &KindError{info.Mode()}
	}
	for deadline := time.Now().Add(waitForReader); ; time.Sleep(10 * time.Millisecond) {
		f, err := os.OpenFile(path, os.O_WRONLY|nonBlocking, 0)
		if err == nil || info.Mode()&fs.ModeNamedPipe == 0 || !errors.Is(err, syscall.ENXIO) {
			return f, err
		}
		if time.Now().After(deadline) {
			return nil, ErrNoReader
		}
	}
}

// SameFolder reports whether two paths name one folder.
func SameFolder(a, b string) (bool, error) {
	first, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second), err
}
