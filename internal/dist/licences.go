package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licenceFile matches the files of a module that must go with it.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents|authors)([.-].*)?$`)

// licences returns the licences of Go and of all modules that are part of the program or of its engine.
func licences(ctx context.Context, root, target string) ([]byte, error) {
	const each = `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}`
	var lines []string
	for _, of := range [][2]string{{target, "./cmd/attend"}, {"js/wasm", "./internal/play/engine"}} {
		out, err := runGo(ctx, root, of[0], "list", "-deps", "-f", each, of[1])
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(out) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
	}
	slices.Sort(lines)
	goRoot, err := runGo(ctx, root, target, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	lines = slices.Insert(slices.Compact(lines), 0, "Go . "+strings.TrimSpace(goRoot))
	var b bytes.Buffer
	b.WriteString("The program is made of attend and of these modules, each under its own licence.\n")
	for _, line := range lines {
		part := strings.SplitN(line, " ", 3)
		texts, err := licencesIn(part[2])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part[0], err)
		}
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s", strings.Repeat("=", 80), strings.TrimSuffix(part[0]+" "+part[1], " ."), texts)
	}
	return b.Bytes(), nil
}

// licencesIn returns the licence files of a folder, one after the other.
func licencesIn(folder string) ([]byte, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, e := range entries {
		if !e.Type().IsRegular() || !licenceFile.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s:\n\n%s\n", e.Name(), bytes.TrimSpace(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
	}
	if b.Len() == 0 {
		return nil, fmt.Errorf("there is no licence in %s", folder)
	}
	return b.Bytes(), nil
}
