package rendertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Browser returns the paths of Chromium, which ATTEND_BROWSER names where it is not on the path, and of Node.js. The modules of the
// browser tests lie in `modules` (npm ci there). Where one is missing, the test is skipped, and with ATTEND_TOOLS=required it fails.
func Browser(t *testing.T, modules string) (chromium, node string) {
	t.Helper()
	missing := t.Skip
	if os.Getenv("ATTEND_TOOLS") == "required" {
		missing = t.Fatal
	}
	chromium = os.Getenv("ATTEND_BROWSER")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if chromium == "" {
			chromium, _ = exec.LookPath(name)
		}
	}
	if chromium == "" {
		missing("no browser: install chromium, or name one in ATTEND_BROWSER")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		missing("no Node.js on the path: install nodejs and npm")
	}
	if _, err := os.Stat(filepath.Join(modules, "node_modules", "playwright-core")); err != nil {
		missing("the modules of the browser tests are missing: run `npm ci` in internal/render/page/browser")
	}
	return chromium, node
}
