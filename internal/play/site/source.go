package site

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"attend/internal/printable"
)

// enginePackage is the package of the engine, from the root of the source.
const enginePackage = "internal/play/engine"

// ErrNoSource reports that neither this program has the engine, nor is the source of attend at hand.
var ErrNoSource = errors.New("this program was built without the engine of the page, and the source of attend is not at hand: " +
	"run `go run ./cmd/attend play` in the folder of the source, or take attend from a release, which has the engine inside")

// FindSource returns the root of the source of attend: where this program was compiled, or else the working directory or a folder
// above it. The error is [ErrNoSource] if there is none. A source whose page differs from that of this program is an error too: its
// engine may not understand this page.
func FindSource() (string, error) {
	var starts []string
	if _, path, _, ok := runtime.Caller(0); ok && filepath.IsAbs(path) { // not if it was compiled with -trimpath
		starts = append(starts, filepath.Dir(path))
	}
	if folder, err := os.Getwd(); err == nil {
		starts = append(starts, folder)
	}
	return findSource(starts)
}

// findSource returns the first root of the source at or above the folders.
func findSource(starts []string) (string, error) {
	for _, folder := range starts {
		for {
			if isSource(folder) {
				return folder, checkSource(folder)
			}
			above := filepath.Dir(folder)
			if above == folder {
				break
			}
			folder = above
		}
	}
	return "", ErrNoSource
}

// isSource reports whether a folder is the root of the source of attend.
func isSource(folder string) bool {
	module, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err != nil {
		return false
	}
	names := slices.ContainsFunc(strings.Split(string(module), "\n"), func(line string) bool {
		return slices.Equal(strings.Fields(line), []string{"module", "attend"})
	})
	info, err := os.Stat(filepath.Join(folder, filepath.FromSlash(enginePackage)))
	return names && err == nil && info.IsDir()
}

// checkSource returns an error if the page in a source differs from that of this program.
func checkSource(root string) error {
	return fs.WalkDir(assets, "assets", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		want, err := assets.ReadFile(path)
		if err != nil {
			return err
		}
		got, err := os.ReadFile(filepath.Join(root, "internal", "play", "site", filepath.FromSlash(path)))
		if err != nil || string(got) != string(want) {
			return fmt.Errorf("the source in %s is of another version than this program: build attend anew with `go install ./cmd/attend` there",
				printable.Path(root))
		}
		return nil
	})
}
