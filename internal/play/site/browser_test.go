package site

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"attend/internal/attention"
	"attend/internal/render/rendertest"
	"attend/internal/run"
	"attend/internal/run/runtest"
)

// browserModules is the folder whose modules the checks share.
const browserModules = "../../render/page/browser"

// In a real browser the live page does what it promises: browser/check.mjs trains, cuts, drops files and looks. It wants what
// [rendertest.Browser] names, and the Go that runs the test, to build the engine.
func TestLivePageInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes minutes: left out under -short")
	}
	browser, node := rendertest.Browser(t, browserModules)
	engine := engineOf(t)
	folder := t.TempDir()
	save := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	save("play.html", fileOf(t, Page{Engine: engine, Version: "test"}))
	runFolder, _ := trained(t, runtest.Text())
	of, _, err := ReadRun(runFolder)
	if err != nil {
		t.Fatal(err)
	}
	save("run.html", fileOf(t, Page{Engine: engine, Version: "test", Run: of}))
	save("run.json", truthOf(t, runFolder))
	rendertest.Checks(t, exec.Command(node, "browser/check.mjs", browser, folder), leastChecks)
}

// engineOf builds the engine of this source.
func engineOf(t *testing.T) Engine {
	t.Helper()
	source, err := FindSource()
	if err != nil {
		t.Fatal(err)
	}
	engine, err := Builder{Source: source, Cache: t.TempDir()}.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// leastChecks is how many checks the browser makes: a script that stops early must not pass.
const leastChecks = 68

// truthOf returns what a page must show of a run: the map of its sample sentence.
func truthOf(t *testing.T, folder string) []byte {
	t.Helper()
	r, err := run.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	session, err := r.NewSession(1)
	if err != nil {
		t.Fatal(err)
	}
	m, err := session.Map(r.Settings.Sample, 5)
	if err == nil {
		err = session.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	truth, err := json.Marshal(map[string]any{"step": r.Trained, "mean": m.Mean(attention.All, attention.All), "next": m.Next})
	if err != nil {
		t.Fatal(err)
	}
	return truth
}

// From a file the page works in Firefox too.
func TestLivePageInFirefox(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the engine: left out under -short")
	}
	firefox, node := rendertest.Firefox(t, browserModules)
	folder := t.TempDir()
	write(t, filepath.Join(folder, "play.html"), string(fileOf(t, Page{Engine: engineOf(t), Version: "test"})))
	rendertest.Checks(t, exec.Command(node, "browser/firefox.mjs", firefox, folder), 1)
}
