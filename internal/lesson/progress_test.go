package lesson

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestProgressIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings", "attend", "lesson.json")
	open := func() *Progress {
		t.Helper()
		p, err := OpenProgress(path)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := open()
	if p.Next() != 1 {
		t.Errorf("a new reader is at %d", p.Next())
	}
	if err := errors.Join(p.Begin(1), p.Answer(1, true), p.Answer(1, false), p.Finish(1), p.Begin(2), p.Answer(2, true)); err != nil {
		t.Fatal(err)
	}
	p = open()
	if p.Next() != 2 || p.Chapters[1] != (Mark{true, true, 2, 1}) || p.Chapters[2] != (Mark{true, false, 1, 1}) {
		t.Errorf("%d, %+v", p.Next(), p.Chapters)
	}
	// Read again, a chapter stays finished and its answers count anew.
	if err := errors.Join(p.Begin(1), p.Answer(1, true)); err != nil {
		t.Fatal(err)
	}
	if got := open().Chapters[1]; got != (Mark{true, true, 1, 1}) {
		t.Errorf("%+v", got)
	}
	for _, c := range Chapters() {
		if err := p.Finish(c.Number); err != nil {
			t.Fatal(err)
		}
	}
	if p = open(); p.Next() != 0 {
		t.Errorf("after the last chapter comes %d", p.Next())
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%v in the folder: %v", entries, err)
	}
	if err := errors.Join(ResetProgress(path), ResetProgress(path)); err != nil {
		t.Fatal(err)
	}
	if p = open(); len(p.Chapters) != 0 {
		t.Errorf("after the reset: %+v", p.Chapters)
	}
}

// Readers of several chapters at once, each in a process of its own, lose nothing of each other.
func TestProgressOfSeveralAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "attend", "lesson.json")
	var all sync.WaitGroup
	for _, c := range Chapters() {
		p, err := OpenProgress(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			if err := errors.Join(p.Begin(c.Number), p.Answer(c.Number, true), p.Finish(c.Number)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	p, err := OpenProgress(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range Chapters() {
		if p.Chapters[c.Number] != (Mark{true, true, 1, 1}) {
			t.Errorf("chapter %d: %+v", c.Number, p.Chapters[c.Number])
		}
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("%v in the folder: %v", entries, err)
	}
}

// What another process has reset or finished meanwhile is not undone.
func TestProgressIsReadAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lesson.json")
	first, err := OpenProgress(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(first.Finish(1), first.Begin(2)); err != nil {
		t.Fatal(err)
	}
	second, err := OpenProgress(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(second.Finish(2), first.Begin(2)); err != nil || !first.Chapters[2].Finished {
		t.Errorf("%+v, %v", first.Chapters, err)
	}
	if err := errors.Join(ResetProgress(path), second.Begin(3)); err != nil || len(second.Chapters) != 1 {
		t.Errorf("%+v, %v", second.Chapters, err)
	}
}

func TestDamagedProgressIsReportedInOneLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lesson.json")
	for _, content := range []string{"", "{", "[]", "null", "{}", `{"chapters":null}`, `{"chapters":{"x":{}}}`, `{"chapters":{"11":{}}}`, `{"chapters":{"1":{"asked":1,"right":2}}}`, "\x00"} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := OpenProgress(path)
		if content == "{}" || content == "null" { // an empty list is nothing read yet
			if err != nil {
				t.Errorf("%q: %v", content, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), "is damaged: `attend lesson --reset` begins anew") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: error %v", content, err)
		}
	}
	if err := os.Truncate(path, 1e12); err != nil { // a sparse file
		t.Fatal(err)
	}
	if _, err := OpenProgress(path); err == nil || !strings.Contains(err.Error(), "it is larger than 1 MB") {
		t.Errorf("1 TB: error %v", err)
	}
	if err := ResetProgress(path); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenProgress(path); err != nil {
		t.Error(err)
	}
}

func TestWithoutAFolderNothingIsRemembered(t *testing.T) {
	p := &Progress{}
	if err := errors.Join(p.Begin(1), p.Answer(1, true), p.Finish(1)); err != nil || p.Next() != 1 {
		t.Errorf("%v, next %d", err, p.Next())
	}
}

// Whatever stands in the file of progress is an error of one line, or marks that exist and add up.
func FuzzOpenProgress(f *testing.F) {
	for _, s := range []string{`{"chapters":{"1":{"begun":true,"asked":2,"right":1}}}`, `{"chapters":null}`, `{}`, "", "null", "[]", `{"chapters":{"0":{}}}`,
		`{"chapters":{"1":{"asked":1,"right":2}}}`, `{"chapters":{"99999999999999999999":{}}}`, `{"chapters":{"1":{"right":-1}}}`} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "lesson.json")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := OpenProgress(path)
		if err != nil {
			if p != nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, error %q", p, err)
			}
			return
		}
		for n, m := range p.Chapters {
			if n < 1 || n > len(Chapters()) || m.Right < 0 || m.Right > m.Asked {
				t.Errorf("chapter %d: %+v", n, m)
			}
		}
	})
}
