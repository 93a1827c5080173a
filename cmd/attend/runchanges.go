package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"attend/internal/printable"
	"attend/internal/run"
	"attend/internal/sweep"
	"attend/internal/term"
)

// changes are the commands below `attend runs`.
var changes = []string{"rename", "remove"}

func newRename(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "rename OLD NEW",
		Short: "rename a run",
		Long: `Rename the folder of a run. OLD is the folder, as --run takes it. NEW is a name,
which stays in the same folder, or a path. Nothing in a run depends on its name.

A run that is being trained is not renamed, nothing is replaced, and a symbolic
link is refused: name the run itself.`,
		Example: `  attend runs rename runs/savanna runs/first
  attend runs rename runs/savanna-2 second`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("rename requires the folder of a run and its new name, not %s: attend runs rename runs/savanna runs/first",
					printable.Count(len(args), "argument"))
			}
			return nil
		},
		ValidArgsFunction: completeNamed(1, aRun),
		RunE: func(_ *cobra.Command, args []string) error {
			to := args[1]
			if to == "" {
				return errors.New("the new name is blank: give the run a name")
			}
			from, err := runToChange(args[0])
			if err != nil {
				return err
			}
			if filepath.Base(to) == to && to != "." && to != ".." {
				to = filepath.Join(filepath.Dir(filepath.Clean(from)), to)
			}
			notes, err := run.Rename(from, to)
			if err != nil {
				return err
			}
			p.note(notes...)
			_, err = fmt.Fprintf(p.stdout, "%s is %s now\n", printable.Path(from), printable.Path(to))
			return err
		},
	}
}

func newRemove(p *program) *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "remove RUN...",
		Short: "remove runs",
		Long: `Remove the folders of runs, as --run takes them, with all their files. It asks
first; --yes removes without asking, and is required where nobody can answer.

If one of them cannot be removed, none is: a run that is being trained, a folder
that is no run or that holds other files too, a symbolic link.`,
		Example: `  attend runs remove runs/savanna-2
  attend runs remove --yes runs/savanna-3 runs/savanna-4`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("remove requires the folder of a run: attend runs remove runs/savanna-2; " +
					"`attend runs` lists those there are")
			}
			return nil
		},
		ValidArgsFunction: completeNamed(-1, aRun),
		RunE:              func(_ *cobra.Command, args []string) error { return p.removeRuns(args, yes) },
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "remove without asking")
	return cmd
}

// removeRuns removes runs, after asking unless yes is set.
func (p *program) removeRuns(paths []string, yes bool) error {
	var seen []string
	sizes, total := map[string]int64{}, int64(0)
	for _, path := range paths {
		path, err := runToChange(path)
		if err != nil {
			return nothingRemoved(len(paths), err)
		}
		notes, err := run.CheckRemove(path)
		if err != nil {
			return nothingRemoved(len(paths), err)
		}
		p.note(notes...)
		path = filepath.Clean(path)
		if slices.Contains(seen, path) {
			continue
		}
		described, _ := run.Describe(path, new(keptResult)) // a damaged run can be removed too
		sizes[path] = described.Bytes
		seen, total = append(seen, path), total+described.Bytes
	}
	if !yes {
		if !term.IsTerminal(p.stdin) {
			return errors.New("remove asks before it removes, and standard input is no terminal: add --yes")
		}
		for _, path := range seen {
			fmt.Fprintf(p.stderr, "%s: %s\n", printable.Path(path), printable.Size(float64(sizes[path])))
		}
		fmt.Fprintf(p.stderr, "remove %s, %s? [y/N] ", printable.Count(len(seen), "run"), printable.Size(float64(total)))
		answer, err := bufio.NewReader(p.stdin).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("the answer cannot be read: %w", err)
		}
		if err != nil { // Ctrl-D leaves the cursor in the line
			fmt.Fprintln(p.stderr)
		}
		if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
			_, err := fmt.Fprintln(p.stdout, "nothing was removed")
			return err
		}
	}
	for _, path := range seen {
		notes, err := run.Remove(path)
		if err != nil {
			return err
		}
		p.note(notes...)
		if _, err := fmt.Fprintf(p.stdout, "removed %s: %s\n", printable.Path(path), printable.Size(float64(sizes[path]))); err != nil {
			return err
		}
	}
	return nil
}

// nothingRemoved adds to the error of one of several runs that the others are still there.
func nothingRemoved(runs int, err error) error {
	if runs == 1 {
		return err
	}
	return fmt.Errorf("nothing was removed: %w", err)
}

// runToChange returns the folder of the run that a word names, and refuses a sweep.
func runToChange(word string) (string, error) {
	if word == "" {
		return "", errors.New("the name of the run is blank: `attend runs` lists those there are")
	}
	path, err := find(word, aRun)
	if sweep.Is(word) {
		return "", fmt.Errorf("%s is a sweep, not a run: name a run, or remove the folder of the sweep with the tools of your system", printable.Path(word))
	}
	return path, err
}
