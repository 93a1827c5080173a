package webassembly

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"attend/internal/render/rendertest"
)

// The modules are made of the sources as they are. .ci/run compiles these again, which needs clang.
func TestModulesAreCurrent(t *testing.T) {
	record, err := os.ReadFile("source/made.sha256")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for lines := bufio.NewScanner(bytes.NewReader(record)); lines.Scan(); files++ {
		sum, name, _ := strings.Cut(lines.Text(), "  ")
		content, err := os.ReadFile(filepath.Join("source", name))
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(content)); got != sum {
			t.Errorf("%s has changed since the modules were made: run internal/kernel/webassembly/source/make", name)
		}
	}
	if files != 6 {
		t.Errorf("%d files in made.sha256, want 6", files)
	}
}

// The tests of the kernels pass in Node.js, with SIMD and without it.
func TestKernelsInNode(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles to WebAssembly")
	}
	if _, err := exec.LookPath("node"); err != nil {
		if os.Getenv("ATTEND_TOOLS") == "required" {
			t.Fatal("no Node.js on the path: install nodejs")
		}
		t.Skip("no Node.js on the path: install nodejs")
	}
	program := compileTests(t)
	run := func(set string, more ...string) (string, error) {
		script, err := filepath.Abs("node")
		if err != nil {
			t.Fatal(err)
		}
		c := exec.Command(script, program, "-test.short", "-test.v")
		c.Dir = ".."
		c.Env = append(append(os.Environ(), "ATTEND_KERNELS="+set), more...)
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if out, err := run("wasm-simd"); err != nil || !strings.Contains(out, "--- PASS: TestSetsAgreeWithPortable/wasm-simd") {
		t.Errorf("with SIMD: %v\n%s", err, failures(out))
	}

	// No engine without SIMD is at hand, so one is told that the module is not valid.
	none := filepath.Join(t.TempDir(), "none.js")
	if err := os.WriteFile(none, []byte("WebAssembly.validate = () => false;\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	withoutSIMD := "NODE_OPTIONS=--require=" + none
	if out, err := run("portable", withoutSIMD); err != nil || strings.Contains(out, "/wasm-simd") {
		t.Errorf("without SIMD: %v\n%s", err, failures(out))
	}
	refusal := `asks for "wasm-simd", but this processor has portable`
	if out, err := run("wasm-simd", withoutSIMD); err == nil || !strings.Contains(out, refusal) {
		t.Errorf("SIMD asked for where there is none: %v\n%s", err, failures(out))
	}
}

// They pass in Chromium and in Firefox too, where they compute the bits that are recorded.
func TestKernelsInBrowsers(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles to WebAssembly")
	}
	const modules = "../../render/page/browser"
	goRoot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, find := range map[string]func(t *testing.T, modules string) (browser, node string){
		"chrome": rendertest.Browser, "firefox": rendertest.Firefox,
	} {
		t.Run(name, func(t *testing.T) {
			browser, node := find(t, modules)
			// A page has no files.
			c := exec.Command(node, "browser.mjs", name, browser, strings.TrimSpace(string(goRoot)), compileTests(t),
				"-test.short", "-test.v", "-test.run=^Test", "-test.skip=TestAssemblyMixesNoSSE")
			c.Env = append(os.Environ(), "ATTEND_KERNELS=wasm-simd")
			if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestTheSameBits/wasm-simd") {
				t.Errorf("%v\n%s", err, failures(string(out)))
			}
		})
	}
}

// compileTests compiles the tests of the kernels to WebAssembly.
func compileTests(t *testing.T) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "kernel.wasm")
	c := exec.Command("go", "test", "-c", "-vet=off", "-o", program, "..")
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// failures returns the output of tests without what passed.
func failures(out string) string {
	var kept []string
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "=== ") && !strings.Contains(line, "--- PASS: ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
