package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"attend/internal/play/site"
)

// environment is that of go for a target: whatever a user has set does not change what is built.
func environment(target string) []string {
	system, processor, _ := strings.Cut(target, "/")
	return append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=", "GOAMD64=v1", "GOARM64=v8.0",
		"GOWORK=off")
}

// runGo runs go in the source and returns its standard output.
func runGo(ctx context.Context, root, target string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = root, environment(target)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, complaints.Bytes())
	}
	return out.String(), nil
}

// buildEngine builds the engine of the live page, and returns the path of an overlay of files in which package site has it: so nothing
// is written into the source.
func buildEngine(ctx context.Context, root, temporary string) (overlay string, err error) {
	for _, name := range []string{"GOFLAGS", "GOEXPERIMENT", "GOWASM"} { // the go that the builder runs has them of this process
		if err := os.Setenv(name, ""); err != nil {
			return "", err
		}
	}
	engine, err := site.Builder{Source: root, Cache: filepath.Join(temporary, "engine")}.Build(ctx)
	if err != nil {
		return "", err
	}
	content, err := engine.Bytes()
	if err != nil {
		return "", err
	}
	path := filepath.Join(temporary, "engine.zip")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return "", err
	}
	replaced := map[string]any{"Replace": map[string]string{filepath.Join(root, "internal", "play", "site", "engine.zip"): path}}
	b, err := json.Marshal(replaced)
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(temporary, "overlay.json")
	return overlay, os.WriteFile(overlay, b, 0o644)
}

// compile builds the program with the engine inside.
func compile(ctx context.Context, root, path, overlay, target string, v version) error {
	_, err := runGo(ctx, root, target, "build", "-trimpath", "-buildvcs=false", "-tags=engine", "-overlay="+overlay,
		fmt.Sprintf("-ldflags=-s -w -X 'main.stamped=%s %s'", v.name, v.commit), "-o", path, "./cmd/attend")
	return err
}
