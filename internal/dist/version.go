package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// version is what a release is stamped with.
type version struct {
	name   string // such as v1.2.0
	commit string // its full hash
	time   time.Time
}

// readVersion reads the version of the source from git.
func readVersion(ctx context.Context, root string) (v version, err error) {
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = root
		out, err := cmd.Output()
		return strings.TrimSpace(string(out)), err
	}
	shown, err := git("show", "--no-patch", "--format=%H %ct", "HEAD")
	if err != nil {
		return v, fmt.Errorf("git does not know the version of the source: clone the repository: %w", err)
	}
	commit, seconds, _ := strings.Cut(shown, " ")
	at, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return v, fmt.Errorf("git names the time of the commit %q: %w", seconds, err)
	}
	tag, err := git("describe", "--tags", "--exact-match", "--match", "v*", "HEAD")
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return v, err
	}
	changes, err := git("status", "--porcelain", "--untracked-files=no")
	if err != nil {
		return v, err
	}
	return newVersion(tag, commit, time.Unix(at, 0).UTC(), changes != ""), nil
}

// newVersion names a commit: by its tag, or as Go names one without.
func newVersion(tag, commit string, at time.Time, changed bool) version {
	name := tag
	if name == "" {
		name = fmt.Sprintf("v0.0.0-%s-%.12s", at.Format("20060102150405"), commit)
	}
	if changed {
		name += "+dirty"
	}
	return version{name, commit, at}
}
