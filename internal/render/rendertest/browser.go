package rendertest

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Browser returns the paths of Chromium, which ATTEND_BROWSER names where it is not on the path, and of Node.js. The modules of
// the browser tests lie in `modules` (npm ci there). Where one is missing, the test is skipped, and with ATTEND_TOOLS=required it
// fails.
func Browser(t *testing.T, modules string) (chromium, node string) {
	t.Helper()
	return browser(t, modules, os.Getenv("ATTEND_BROWSER"), "no browser: install chromium, or name one in ATTEND_BROWSER",
		"chromium", "chromium-browser", "google-chrome")
}

// Firefox is [Browser] of Firefox, which ATTEND_FIREFOX names where it is not on the path.
func Firefox(t *testing.T, modules string) (firefox, node string) {
	t.Helper()
	return browser(t, modules, os.Getenv("ATTEND_FIREFOX"), "no Firefox: install firefox-esr, or name one in ATTEND_FIREFOX",
		"firefox-esr", "firefox")
}

// browser finds a browser by its names, unless a path is given.
func browser(t *testing.T, modules, path, none string, names ...string) (browser, node string) {
	t.Helper()
	missing := t.Skip
	if os.Getenv("ATTEND_TOOLS") == "required" {
		missing = t.Fatal
	}
	for _, name := range names {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		missing(none)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		missing("no Node.js on the path: install nodejs and npm")
	}
	for _, module := range []string{"playwright-core", "puppeteer-core"} {
		if _, err := os.Stat(filepath.Join(modules, "node_modules", module)); err != nil {
			missing("the modules of the browser tests are missing: run `npm ci` in internal/render/page/browser")
		}
	}
	return path, node
}

// Checks runs a script that checks pages in a browser, and reports each of its checks as a test. The script writes a line for each,
// "ok NAME" or "not ok NAME: why"; "# ..." is a figure. If it reports fewer checks than least, it has stopped early and fails.
func Checks(t *testing.T, script *exec.Cmd, least int) {
	t.Helper()
	var complaints bytes.Buffer
	script.Stderr = &complaints
	out, err := script.Output()
	if err != nil {
		t.Errorf("%v\n%s", err, &complaints)
	}
	checks := 0
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, failed := strings.CutPrefix(lines.Text(), "not ok ")
		if !failed {
			name, _ = strings.CutPrefix(name, "ok ")
		}
		if figure, ok := strings.CutPrefix(name, "# "); ok {
			t.Log(figure)
			continue
		}
		checks++
		name, why, _ := strings.Cut(name, ": ")
		t.Run(name, func(t *testing.T) {
			if failed {
				t.Error(why)
			}
		})
	}
	if checks < least {
		t.Errorf("%d checks reported, want %d", checks, least)
	}
}
