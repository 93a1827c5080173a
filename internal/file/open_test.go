package file

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "text")
	if err := os.WriteFile(path, []byte("lions"), 0o644); err != nil {
		t.Fatal(err)
	}
	if b, err := Read(path, 5); err != nil || string(b) != "lions" {
		t.Errorf("%q, %v", b, err)
	}
	var size *SizeError
	if _, err := Read(path, 4); !errors.As(err, &size) || size.Most != 4 {
		t.Errorf("5 bytes of at most 4: %v", err)
	}
	if _, err := ReadAll(strings.NewReader("lions"), 4); !errors.As(err, &size) {
		t.Errorf("a stream of 5 bytes of at most 4: %v", err)
	}
	var kind *KindError
	if _, err := Open(folder, 5); !errors.As(err, &kind) || !strings.Contains(err.Error(), "a folder") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open(filepath.Join(folder, "none"), 5); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if b, err := ReadIn(root, "text", 5); err != nil || string(b) != "lions" {
		t.Errorf("in a folder: %q, %v", b, err)
	}
}
