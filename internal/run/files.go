package run

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"attend/internal/file"
	"attend/internal/printable"
)

// Files returns the files of the run folder at a path by their names, as they were at one moment: those that a training replaces
// meanwhile are read again. It returns an error if they have more than `most` bytes together. It does not read what is in them: see
// [Open].
func Files(path string, most int64) (files map[string][]byte, err error) {
	err = withFolder(path, func(f *folder) error {
		for attempt := 1; ; attempt++ {
			before, err := f.infos()
			if err != nil {
				return err
			}
			size := int64(0)
			for _, info := range before {
				size += info.Size()
			}
			if size > most {
				return fmt.Errorf("the run folder %s has %s, and at most %s can be read at once: "+
					"train a smaller model, or with a larger --eval-interval, which makes the film shorter",
					printable.Path(path), printable.Size(float64(size)), printable.Size(float64(most)))
			}
			if files, err = f.readAll(slices.Sorted(maps.Keys(before)), most); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			after, changed := f.infos()
			if err == nil && changed == nil && maps.EqualFunc(before, after, sameContent) {
				return nil
			}
			if attempt == mostAttempts {
				return fmt.Errorf("the run %s is being written: wait until its training ends, or interrupt it, and run the command again",
					printable.Path(path))
			}
			time.Sleep(replacing)
		}
	})
	return files, err
}

// infos describes the files of a run that are in the folder.
func (f *folder) infos() (map[string]fs.FileInfo, error) {
	infos := map[string]fs.FileInfo{}
	for name := range runFiles {
		info, err := f.root.Stat(name)
		switch {
		case err == nil:
			infos[name] = info
		case !errors.Is(err, fs.ErrNotExist):
			return nil, f.fileError(name, err)
		}
	}
	return infos, nil
}

// readAll returns files of the folder by their names, of which each may have so many bytes.
func (f *folder) readAll(names []string, most int64) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range names {
		content, err := file.ReadIn(f.root, name, min(runFiles[name], most))
		if err != nil {
			return nil, f.fileError(name, err)
		}
		files[name] = content
	}
	return files, nil
}

// sameContent reports whether a file has not been replaced or written between two moments.
func sameContent(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
