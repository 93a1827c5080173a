package lesson

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"attend/internal/file"
	"attend/internal/printable"
)

// Progress is which chapters a reader has begun and finished. The zero value remembers nothing.
type Progress struct {
	path     string
	Chapters map[int]Mark `json:"chapters"`
}

// Mark is what is known of a chapter. The answers are those of the latest reading.
type Mark struct {
	Begun    bool `json:"begun"`
	Finished bool `json:"finished"`
	Asked    int  `json:"asked"` // questions that were answered
	Right    int  `json:"right"`
}

// ProgressPath is where progress is kept: attend/lesson.json in the user's folder of settings.
func ProgressPath() (string, error) {
	folder, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("there is no folder for settings: %w", err)
	}
	return filepath.Join(folder, "attend", "lesson.json"), nil
}

// mostProgress is the most bytes of the file of progress: far more than ten chapters take.
const mostProgress = 1e6

// OpenProgress reads progress; where there is no file nothing was read yet. A file that is damaged is an
// error that says how to begin anew.
func OpenProgress(path string) (*Progress, error) {
	p := &Progress{path: path, Chapters: map[int]Mark{}}
	b, err := file.Read(path, mostProgress)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("your progress in %s cannot be read: %w: %s", printable.Path(path), file.Cause(err),
			cmp.Or(file.Advice(err), "`attend lesson --reset` begins anew"))
	}
	err = json.Unmarshal(b, p)
	for n, m := range p.Chapters {
		if n < 1 || n > len(Chapters()) || m.Asked < 0 || m.Right < 0 || m.Right > m.Asked {
			err = fmt.Errorf("chapter %d has %d right answers of %d", n, m.Right, m.Asked)
		}
	}
	if err != nil || p.Chapters == nil {
		return nil, fmt.Errorf("your progress in %s is damaged: `attend lesson --reset` begins anew", printable.Path(path))
	}
	return p, nil
}

// ResetProgress removes the file.
func ResetProgress(path string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	release, err := lock(path)
	if err == nil {
		defer release()
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("your progress in %s cannot be reset: %w", printable.Path(path), file.Explain(err, "remove that file"))
	}
	return nil
}

// waitForLock is how long a change waits for one of another process, which takes some milliseconds.
const waitForLock = 5 * time.Second

// lock keeps other processes from changing progress. Reading needs none, since the file is replaced in one step.
func lock(path string) (release func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	return file.Lock(path+".lock", waitForLock)
}

// Begin marks a chapter as begun. That it was finished before stays.
func (p *Progress) Begin(chapter int) error {
	return p.change(chapter, func(m *Mark) { *m = Mark{Begun: true, Finished: m.Finished} })
}

// Answer counts an answer.
func (p *Progress) Answer(chapter int, right bool) error {
	return p.change(chapter, func(m *Mark) {
		m.Asked++
		if right {
			m.Right++
		}
	})
}

// Finish marks a chapter as finished.
func (p *Progress) Finish(chapter int) error {
	return p.change(chapter, func(m *Mark) { m.Finished = true })
}

// Next is the first chapter that is not finished, or 0.
func (p Progress) Next() int {
	for _, c := range Chapters() {
		if !p.Chapters[c.Number].Finished {
			return c.Number
		}
	}
	return 0
}

// change changes a mark and writes the file in one step. Other processes may have changed the file meanwhile: all that they noted of
// other chapters stays, and a chapter that one of them finished is finished.
func (p *Progress) change(chapter int, change func(*Mark)) error {
	if p.path == "" {
		return nil
	}
	m := p.Chapters[chapter]
	change(&m)
	p.Chapters[chapter] = m // also if it cannot be written
	release, err := lock(p.path)
	if err == nil {
		defer release()
		now, damaged := OpenProgress(p.path)
		if damaged != nil {
			return damaged
		}
		m.Finished = m.Finished || now.Chapters[chapter].Finished
		now.Chapters[chapter] = m
		b, _ := json.Marshal(now) // numbers and booleans
		if err = file.Replace(p.path, file.Bytes(append(b, '\n'))); err == nil {
			p.Chapters = now.Chapters
		}
	}
	if err != nil {
		return fmt.Errorf("your progress cannot be kept in %s: %w", printable.Path(p.path), file.Explain(err, "make that file writable"))
	}
	return nil
}
