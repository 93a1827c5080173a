// Command generate writes the text of the built-in corpus. It runs in the folder
// of package data, by go generate ./data.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"attend/data"
)

func main() { os.Exit(run("savanna", os.Stderr)) }

// run writes train.txt and heldout.txt into dir.
func run(dir string, stderr io.Writer) int {
	train, heldOut := data.GenerateSavanna()
	for name, text := range map[string]string{"train.txt": train, "heldout.txt": heldOut} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			fmt.Fprintln(stderr, "generate:", err)
			return 1
		}
	}
	return 0
}
