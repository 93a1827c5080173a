package main

import (
	"strings"
	"testing"
)

// A release is stamped with its version and commit.
func TestStampedVersion(t *testing.T) {
	before := stamped
	t.Cleanup(func() { stamped = before })
	stamped = "v1.2.3 0123456789abcdef"
	v, err := newVersionResult()
	if err != nil || v.Version != "v1.2.3" || v.Commit == nil || *v.Commit != "0123456789abcdef" || v.Engine {
		t.Errorf("%+v, %v", v, err)
	}
	code, stdout, _ := attend(t, "", "version")
	if code != 0 || !strings.HasPrefix(stdout, "attend v1.2.3\n\ncommit           0123456789abcdef\nGo               go1.") {
		t.Errorf("%q", stdout)
	}
	if code, flag, _ := attend(t, "", "--version"); code != 0 || flag != stdout {
		t.Errorf("--version: %q, want %q", flag, stdout)
	}
}
