// Package runtest holds what the tests of runs and of their analyses share.
package runtest

import (
	"fmt"
	"strings"
	"testing"
)

// Text is 120 sentences of 5 to 7 words.
func Text() string {
	var b strings.Builder
	for _, who := range []string{"lion", "zebra", "hyena", "eagle", "otter"} {
		for _, verb := range []string{"sees", "likes"} {
			for _, whom := range []string{"ant", "bee", "cat", "dog"} {
				for _, where := range []string{"", " near rocks", " now"} {
					fmt.Fprintf(&b, "The %s %s the %s%s\n", who, verb, whom, where)
				}
			}
		}
	}
	return b.String()
}

// WantError checks for an error of one line that holds all the parts.
func WantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one with %q", parts)
		return
	}
	for _, part := range append(parts, "") {
		if !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q, want one line with %q", err, part)
		}
	}
}

// WantTooLarge checks an error that says how much is needed and how much there is.
func WantTooLarge(t testing.TB, what string, err error) {
	t.Helper()
	if err == nil {
		t.Errorf("%s: no error", what)
		return
	}
	limit := strings.Contains(err.Error(), " and the limit is ") // of memory, seconds or parameters
	if !limit || len(err.Error()) >= 400 {
		t.Errorf("%s: error %v", what, err)
	}
}
