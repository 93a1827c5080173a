package main

import "testing"

func TestFileAddress(t *testing.T) {
	for path, want := range map[string]string{
		"/tmp/play.html":      "file:///tmp/play.html",
		"/tmp/my page#1.html": "file:///tmp/my%20page%231.html",
		"/tmp/a?b%20.html":    "file:///tmp/a%3Fb%2520.html",
		"C:/Users/a/p.html":   "file:///C:/Users/a/p.html",
		"/tmp/\x1b\n\u202e":   "file:///tmp/%1B%0A%E2%80%AE",
	} {
		if got := fileAddress(path); got != want {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
	}
}
