package main

import (
	"os"
	"path/filepath"
	"testing"
)

// At a terminal remove shows what would be removed and asks; anything but yes, and the end of the input, removes nothing.
func TestRemoveAsksAtATerminal(t *testing.T) {
	workshop(t)
	for _, name := range []string{"second", "third"} {
		if err := os.CopyFS(filepath.Join("runs", name), os.DirFS("runs/animals")); err != nil {
			t.Fatal(err)
		}
	}
	for _, answer := range []string{"n" + enter, enter, ctrlD, "yess" + enter, "y" + enter} {
		goes := answer == "y"+enter
		s := sit(t, 80, 24, nil, "runs", "remove", "runs/second", "runs/third")
		s.expect(`runs/second: \d+ kB\r\nruns/third: \d+ kB\r\nremove 2 runs, \d+ kB\? \[y/N\] `)
		s.press(answer)
		if goes {
			s.expect(`removed runs/second: \d+ kB\r\nremoved runs/third: \d+ kB\r\n`)
		} else {
			s.expect(`nothing was removed\r\n`)
		}
		s.end(0)
		if _, err := os.Stat("runs/second/model.safetensors"); (err != nil) != goes {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

// The table has the columns that fit the terminal, and no escape sequence.
func TestRunsOnNarrowAndWideTerminals(t *testing.T) {
	workshop(t)
	s := sit(t, 140, 24, nil, "runs")
	s.expect(`^run +settings +parameters +held-out +step +verdict +age +size\r\n`)
	s.end(0)
	s = sit(t, 30, 24, nil, "runs")
	s.expect(`(?m)^run +held-out +step\r\nruns/animals +\d\.\d{4} +20\r\n`)
	s.end(0)
	s = sit(t, 14, 24, nil, "runs")
	s.expect(`(?m)^runs/animals\r\n  settings\r\n`)
	s.end(0)
}
