package site

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"attend/internal/file"
	"attend/internal/render/rendertest"
)

// read returns the content of a file.
func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWriteFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "public", "attend")
	page := Page{Engine: made()}
	for range 2 { // the second time it is there already
		if err := page.WriteFolder(folder); err != nil {
			t.Fatal(err)
		}
	}
	first := strings.Fields(names(t, folder))
	if len(first) != 3 || !hashedFile.MatchString(first[0]) || first[1] != indexFile || !hashedFile.MatchString(first[2]) {
		t.Fatalf("the folder has %s", first)
	}
	p := parse(t, []byte(read(t, filepath.Join(folder, indexFile))))
	var engine engineData
	if err := json.Unmarshal([]byte(p.elements["engine"]), &engine); err != nil || engine.Script != "" || engine.From != first[0] || engine.Address != first[2] {
		t.Errorf("%+v, %v", engine, err)
	}
	if _, inside := p.elements["program"]; inside || !strings.HasSuffix(p.policy, "; worker-src 'self'") {
		t.Errorf("the index has the program, or another policy: %s", p.policy)
	}
	if got := read(t, filepath.Join(folder, engine.From)); got != string(made().Program) {
		t.Errorf("program %q", got)
	}
	script, err := page.workerScript()
	if got := read(t, filepath.Join(folder, engine.Address)); err != nil || got != script {
		t.Errorf("script %q, %v", got, err)
	}

	// Another page replaces it, and the files of others stay.
	write(t, filepath.Join(folder, "robots.txt"), "")
	write(t, filepath.Join(folder, "engine-of-mine.bin"), "")
	page.Engine.Program = append([]byte{0x1f}, page.Engine.Program...)
	if err := page.WriteFolder(folder); err != nil {
		t.Fatal(err)
	}
	for _, e := range strings.Fields(names(t, folder)) {
		if e == engine.From {
			t.Errorf("%s stays", e)
		}
	}
	if got := strings.Fields(names(t, folder)); len(got) != 5 {
		t.Errorf("the folder has %s", got)
	}
}

func TestOtherFolders(t *testing.T) {
	for name, make := range map[string]func(folder string){
		"a text":       func(f string) { write(t, filepath.Join(f, "notes.txt"), "mine") },
		"another page": func(f string) { write(t, filepath.Join(f, indexFile), "<!DOCTYPE html><p>mine") },
		"a page of attend": func(f string) {
			write(t, filepath.Join(f, indexFile), `<meta name="generator" content="attend"><p>a map`)
		},
		"a folder": func(f string) { write(t, filepath.Join(f, "engine-0123456789abcdef.bin", "a"), "") },
	} {
		folder := t.TempDir()
		make(folder)
		before := names(t, folder)
		if err := (Page{Engine: made()}).WriteFolder(folder); !errors.Is(err, ErrOtherFolder) {
			t.Errorf("%s: %v", name, err)
		}
		if got := names(t, folder); got != before {
			t.Errorf("%s: %s became %s", name, before, got)
		}
	}
	// What a process left that was killed before it wrote the index is no hindrance.
	folder := t.TempDir()
	write(t, filepath.Join(folder, "engine-0123456789abcdef.bin"), "")
	write(t, filepath.Join(folder, file.TemporaryName(indexFile)), "a part")
	if err := (Page{Engine: made()}).WriteFolder(folder); err != nil {
		t.Error(err)
	}
	if got := names(t, folder); strings.Count(got, " ") != 2 || strings.Contains(got, "0123456789abcdef") || strings.Contains(got, ".tmp-") {
		t.Errorf("the folder has %s", got)
	}
	if err := CheckFolder(filepath.Join(folder, indexFile, "below")); err == nil || errors.Is(err, ErrOtherFolder) {
		t.Errorf("below a file: %v", err)
	}
}

// On servers of several kinds the folder works, and where it cannot the page says why: browser/folder.mjs opens it.
func TestFolderInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the engine: left out under -short")
	}
	browser, node := rendertest.Browser(t, browserModules)
	page := Page{Engine: engineOf(t), Version: "test"}
	folder := t.TempDir()
	at := filepath.Join(folder, "site")
	if err := page.WriteFolder(at); err != nil {
		t.Fatal(err)
	}
	whole := fileOf(t, page)
	write(t, filepath.Join(folder, "half.html"), string(whole[:len(whole)/2]))
	files := http.FileServer(http.Dir(at))
	var mux http.ServeMux
	for path, serve := range map[string]http.HandlerFunc{
		"/plain/": files.ServeHTTP,
		"/encoded/": func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, ".bin") {
				w.Header().Set("Content-Encoding", "gzip")
			}
			files.ServeHTTP(w, r)
		},
		"/missing/": func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, ".bin") {
				http.NotFound(w, r)
				return
			}
			files.ServeHTTP(w, r)
		},
	} {
		mux.Handle(path, http.StripPrefix(strings.TrimSuffix(path, "/"), serve))
	}
	server := httptest.NewServer(&mux)
	defer server.Close()
	rendertest.Checks(t, exec.Command(node, "browser/folder.mjs", browser, folder, server.URL), 5)
}
