package data

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"attend/internal/file"
	"attend/internal/random"
)

// A text comes back as it was, whatever its size, the size it was said to have, and the pieces it comes in.
func TestReadAll(t *testing.T) {
	dice := random.New(1, "text", 0)
	for _, n := range []int{0, 1, 1<<16 - 1, 1 << 16, 1<<16 + 1, 300_000, 5_000_000} {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(1 + dice.IntN(255))
		}
		for _, size := range []int64{0, int64(n) / 2, int64(n), 2 * int64(n)} {
			for name, r := range map[string]io.Reader{"whole": bytes.NewReader(b), "halves": iotest.HalfReader(bytes.NewReader(b)), "end with data": iotest.DataErrReader(bytes.NewReader(b))} {
				got, err := readAll(r, size, int64(n))
				if err != nil || got != string(b) {
					t.Errorf("%d bytes, %d said, %s: %d came, %v", n, size, name, len(got), err)
				}
			}
			var large *file.SizeError
			if _, err := readAll(bytes.NewReader(b), size, int64(n)-1); n > 0 && (!errors.As(err, &large) || large.Most != int64(n)-1) {
				t.Errorf("%d bytes of at most one less: error %v", n, err)
			}
		}
	}
	if _, err := readAll(iotest.ErrReader(io.ErrUnexpectedEOF), 0, 10); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a text that breaks off: error %v", err)
	}
}

// A text of known size is kept once; nothing is read behind a NUL byte, nor much behind the largest size.
func TestReadAllTakesNoMoreThanItNeeds(t *testing.T) {
	const n = 10_000_000
	text := strings.Repeat("the lion\n", n/9)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := readAll(strings.NewReader(text), int64(len(text)), n)
	runtime.ReadMemStats(&after)
	if size := after.TotalAlloc - before.TotalAlloc; err != nil || size > n+1<<18 {
		t.Errorf("%d bytes of memory for a text of %d, error %v", size, len(text), err)
	}
	for what, c := range map[string]struct {
		byte byte
		most int
	}{"NUL": {0, 1 << 16}, "text": {'a', n + 1<<16}} {
		r := &repeated{byte: c.byte}
		if _, err := readAll(r, 0, n); (err == nil) != (c.byte == 0) || r.read > c.most {
			t.Errorf("endless %s: %d bytes were read, error %v", what, r.read, err)
		}
	}
}

// repeated is one byte again and again.
type repeated struct {
	byte byte
	read int
}

func (r *repeated) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = r.byte
	}
	r.read += len(b)
	return len(b), nil
}
