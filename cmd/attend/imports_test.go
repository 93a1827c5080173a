package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// ranks lists the packages of the module from the ones that import none of ours upwards. A package may import those of lower
// rows, and of its own row none.
var ranks = [][]string{
	{"internal/emoji"},
	{"internal/printable", "internal/printable/printabletest", "internal/kernel/webassembly", "internal/random", "internal/param", "internal/statistics", "internal/tensorboard", "internal/term"},
	{"data/datatest", "internal/attention", "internal/choice", "internal/file", "internal/kernel", "internal/memory", "internal/run/runtest"},
	{"data", "internal/node", "internal/prose", "internal/attention/attentiontest"},
	{"embed", "internal/node/nodetest", "internal/analysis/analysistest"},
	{"layers", "data/savanna/generate", "internal/analysis/analysistest/generate"},
	{"train", "internal/hf"},
	{"internal/run"},
	{"internal/analysis", "internal/render"},
	{"internal/render/export", "internal/render/page", "internal/render/picture", "internal/render/text", "internal/render/rendertest"},
	{"internal/lesson", "internal/play", "internal/sweep"},
	{"internal/play/engine", "internal/play/site"},
	{"internal/dist"},
	{"cmd/attend"},
}

// allowed narrows what some packages may import of ours further than their row does.
var allowed = map[string][]string{
	"internal/attention":         {"internal/random", "internal/printable"},
	"data":                       {"internal/choice", "internal/emoji", "internal/file", "internal/printable", "internal/random"},
	"layers":                     {"embed", "internal/choice", "internal/kernel", "internal/node", "internal/param", "internal/random"},
	"internal/hf":                {"embed", "internal/param", "layers"},
	"internal/render":            {"data", "internal/attention", "internal/printable", "internal/term"},
	"internal/render/export":     {"internal/attention", "internal/printable", "internal/render"},
	"internal/render/page":       {"internal/attention", "internal/printable", "internal/render"},
	"internal/render/picture":    {"internal/attention", "internal/choice", "internal/emoji", "internal/printable", "internal/render", "internal/term"},
	"internal/prose":             {"internal/attention", "internal/printable"},
	"internal/render/text":       {"internal/attention", "internal/printable", "internal/prose", "internal/render", "internal/term"},
	"internal/render/rendertest": {"internal/render"},
}

// shown are the beginnings of packages that draw, write pages or know a terminal.
var shown = []string{"image", "html", "golang.org/x/image", "git.sr.ht/~sbinet/gg", "codeberg.org/go-pdf", "github.com/charmbracelet", "golang.org/x/term", "github.com/spf13"}

// listed is a package as go list describes it.
type listed struct {
	ImportPath    string
	Imports, Deps []string
}

func TestImportsRunOneWay(t *testing.T) {
	packages := goList(t, "attend/...")
	for _, fault := range importFaults(packages) {
		t.Error(fault)
	}
	brought := goList(t, "gorgonia.org/gorgonia")[0]
	for _, p := range packages {
		if p.ImportPath != "attend/train" && p.ImportPath != "attend/internal/run" {
			continue
		}
		for _, d := range p.Deps {
			if beginsWith(d, shown) && !slices.Contains(brought.Deps, d) {
				t.Errorf("%s reaches %s, which gorgonia does not bring: training links no font, picture, page or terminal", p.ImportPath, d)
			}
		}
	}
}

// Each rule is broken by some package.
func TestImportFaultsAreFound(t *testing.T) {
	for want, p := range map[string]listed{
		"attend/internal/new has no row":                         {ImportPath: "attend/internal/new"},
		"attend/train imports attend/internal/run, which lies":   {ImportPath: "attend/train", Imports: []string{"fmt", "attend/internal/run"}},
		"attend/internal/run imports attend/internal/render,":    {ImportPath: "attend/internal/run", Imports: []string{"attend/internal/render"}},
		"attend/internal/analysis imports attend/internal/rende": {ImportPath: "attend/internal/analysis", Imports: []string{"attend/internal/render"}},
		"attend/layers imports attend/data, which is not among":  {ImportPath: "attend/layers", Imports: []string{"attend/data"}},
		"attend/internal/render/page imports attend/internal/ru": {ImportPath: "attend/internal/render/page", Imports: []string{"attend/internal/run"}},
	} {
		faults := importFaults([]listed{p})
		if len(faults) != 1 || !strings.HasPrefix(faults[0], want) {
			t.Errorf("faults %q, want one that begins with %q", faults, want)
		}
	}
	for path, want := range map[string]bool{"image/png": true, "image": true, "html/template": true, "imagery": false, "golang.org/x/image/font": true, "os": false} {
		if beginsWith(path, shown) != want {
			t.Errorf("%s counts as shown: %t", path, !want)
		}
	}
}

// importFaults says which imports of our packages break the rows.
func importFaults(packages []listed) []string {
	row := map[string]int{}
	for i, names := range ranks {
		for _, name := range names {
			row["attend/"+name] = i
		}
	}
	var faults []string
	for _, p := range packages {
		at, known := row[p.ImportPath]
		if !known {
			faults = append(faults, fmt.Sprintf("%s has no row: say in ranks which packages it may import", p.ImportPath))
			continue
		}
		some, narrow := allowed[strings.TrimPrefix(p.ImportPath, "attend/")]
		for _, imported := range p.Imports {
			name, ours := strings.CutPrefix(imported, "attend/")
			switch {
			case !ours:
			case row[imported] >= at:
				faults = append(faults, fmt.Sprintf("%s imports %s, which lies no lower", p.ImportPath, imported))
			case narrow && !slices.Contains(some, name):
				faults = append(faults, fmt.Sprintf("%s imports %s, which is not among what it may import", p.ImportPath, imported))
			}
		}
	}
	return faults
}

// beginsWith reports whether an import path is one of the prefixes or lies below it.
func beginsWith(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") })
}

// goList describes the packages of a pattern.
func goList(t *testing.T, pattern string) (packages []listed) {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", pattern).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
