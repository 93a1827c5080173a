package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"attend/internal/file"
	"attend/internal/lesson"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/internal/sweep"
)

// kind is what a word of the command line can name: a run or a sweep.
type kind struct {
	noun     string
	folder   string                 // holds those that have no folder of their own choice
	file     string                 // of its settings
	is       func(path string) bool // whether there is one at a path
	list     func(folder string) []string
	creation string // what makes one
}

var (
	aRun = kind{"run", runsFolder, "training.yaml", run.Is, func(folder string) (names []string) {
		paths, _ := run.List(folder) // an error means no runs
		for _, path := range paths {
			names = append(names, filepath.Base(path))
		}
		return names
	}, "`attend train` creates one"}
	aSweep = kind{"sweep", sweepsFolder, "sweep.yaml", sweep.Is, sweep.Under, "`attend sweep` makes one"}
)

// nameHelp says in the help of commands that take runs as arguments how they are named.
const nameHelp = `

A run is named by its folder or, if it lies under runs/, by its name alone: school
for runs/school. If both are a run, the folder school counts. Sweeps are found
under sweeps/ in the same way; of a run and a sweep of one name the run counts.`

// find returns the folder of a run or a sweep that a word names: the word as a path, or else a name under runs/ or sweeps/. The kinds
// are looked for in their order. It is an error if there is nothing at all; what is wrong with something else at that path is said
// when it is opened.
func find(word string, kinds ...kind) (path string, err error) {
	trimmed := trimSlashes(word)
	for _, k := range kinds {
		if word != "" && k.is(trimmed) {
			if trimmed == "." { // which is no name to show
				return file.Abs(trimmed)
			}
			return trimmed, nil
		}
	}
	for _, k := range kinds {
		if under := filepath.Join(k.folder, word); word != "" && filepath.IsLocal(word) && k.is(under) {
			return under, nil
		}
	}
	if _, err := os.Lstat(word); word == "" || !errors.Is(err, fs.ErrNotExist) {
		return trimmed, nil
	}
	return "", noneNamed(word, kinds)
}

// trimSlashes returns a path without the slashes at its end.
func trimSlashes(path string) string {
	for len(path) > 1 && os.IsPathSeparator(path[len(path)-1]) {
		path = path[:len(path)-1]
	}
	return path
}

// mostNearest is how many names the error for a missing one lists.
const mostNearest = 3

// noneNamed says which folders were looked for, and the names most like the word.
func noneNamed(word string, kinds []kind) error {
	var nouns, places, near []string
	word = trimSlashes(word)
	above, base := filepath.Split(word)
	for _, k := range kinds {
		nouns = append(nouns, k.noun)
		if filepath.IsLocal(word) && filepath.Clean(above) != k.folder {
			places = append(places, printable.Path(filepath.Join(k.folder, word)))
			near = append(near, like(word, k.list(k.folder))...)
		}
		if above != "" {
			for _, name := range like(base, k.list(filepath.Clean(above))) {
				near = append(near, filepath.Join(above, name))
			}
		}
	}
	text := fmt.Sprintf("there is no %s %s", printable.Or(nouns), printable.Path(word))
	if len(places) > 0 {
		text += ", nor " + printable.Or(places)
	}
	if near = near[:min(len(near), mostNearest)]; len(near) > 0 {
		for i, name := range near {
			near[i] = printable.Path(name)
		}
		return fmt.Errorf("%s: did you mean %s?", text, printable.Or(near))
	}
	for _, k := range kinds {
		if len(k.list(k.folder)) > 0 {
			return fmt.Errorf("%s: `attend runs` lists those there are", text)
		}
	}
	return fmt.Errorf("%s: %s", text, kinds[0].creation)
}

// like returns the names that are like a mistyped word, the most like first, and then those that begin with it or hold it.
func like(word string, names []string) []string {
	near := similar(word, names, max(2, len(word)/3))
	for _, name := range names {
		if strings.Contains(name, word) && !slices.Contains(near, name) {
			near = append(near, name)
		}
	}
	return near
}

// findAll is [find] for several words.
func findAll(words []string, kinds ...kind) ([]string, error) {
	paths := make([]string, len(words))
	for i, word := range words {
		var err error
		if paths[i], err = find(word, kinds...); err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// findSettings returns the path of the settings file that a word names: a file, or that of a run or a sweep.
func findSettings(word string, kinds ...kind) (path string, err error) {
	if info, err := os.Stat(word); word == "" || err == nil && !info.IsDir() {
		return word, nil
	}
	if path, err = find(word, kinds...); err != nil && filepath.Ext(word) == "" {
		return "", err
	}
	for _, k := range kinds {
		if err == nil && k.is(path) {
			return filepath.Join(path, k.file), nil
		}
	}
	return word, nil
}

// namedFlag adds a flag that names a run.
func (p *program) namedFlag(cmd *cobra.Command, path *string, name, usage string) {
	cmd.Flags().StringVar(path, name, "", usage)
	p.completeFlag(cmd, name, completeNamed(-1, aRun))
}

// latestRun returns the run that is shown if none is named.
func latestRun() (string, error) {
	path, err := run.Latest(runsFolder, lesson.ModelName)
	if err != nil && run.Is(".") {
		return "", fmt.Errorf("there is no folder %s here, and the current folder is a run: name it with `--run .`", runsFolder)
	}
	return path, err
}

// completeNamed completes a word with the names of runs or sweeps, and one that is a path with folders. Of the arguments of a command
// the first `most` are completed, -1 for all, and -1 for the value of a flag.
func completeNamed(most int, kinds ...kind) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, word string) (names []string, _ cobra.ShellCompDirective) {
		if most >= 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		if strings.ContainsRune(word, os.PathSeparator) || strings.HasPrefix(word, ".") {
			return nil, cobra.ShellCompDirectiveFilterDirs
		}
		for _, k := range kinds {
			for _, name := range k.list(k.folder) {
				path := filepath.Join(k.folder, name)
				if slices.Contains(args, name) || slices.Contains(args, path) {
					continue
				}
				if strings.HasPrefix(name, "-") { // else it would be a flag
					name = path
				}
				names = append(names, name)
			}
		}
		return names, cobra.ShellCompDirectiveDefault
	}
}
