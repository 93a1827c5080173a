package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"attend/data"
	"attend/run"
)

// program is what all commands share: the three streams.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
}

// runsFolder holds the runs that have no folder of their own choice.
const runsFolder = "runs"

const welcome = `attend trains a small transformer on sentences and shows which words each word attends to.

Start here:

  attend train                                               train on the built-in sentences, see the map
  attend inspect "The lion saw the zebra near the river"     the map of any sentence
  attend eval                                                how good is it, and does it look where it should?
  attend complete "The lion saw"                             let it go on
  attend train --data my.txt                                 train on your own sentences, one a line

attend help COMMAND tells more, with examples.
`

func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:           "attend",
		Short:         "train a small transformer and see which words each word attends to",
		Long:          welcome,
		Args:          noArguments,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(p.stdout, welcome)
			return err
		},
	}
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: `%s --help` lists the flags", err, cmd.CommandPath())
	})
	root.AddCommand(newTrain(p), newInspect(p), newEval(p), newComplete(p))
	return root
}

// noArguments refuses words after the flags.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasParent() {
		return fmt.Errorf("%s takes flags only, not %q: `%s --help` lists them", cmd.CommandPath(), args[0], cmd.CommandPath())
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("there is no command %q: did you mean `attend %s`?", args[0], near[0])
	}
	return fmt.Errorf("there is no command %q: `attend --help` lists them", args[0])
}

// runFlag adds --run to a command that reads a run.
func runFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "run", "", "run folder (default: the latest under "+runsFolder+"/)")
	_ = cmd.MarkFlagDirname("run")
}

// openRun opens the named run, or the latest.
func openRun(path string) (*run.Run, error) {
	if path == "" {
		var err error
		if path, err = run.Latest(runsFolder); err != nil {
			return nil, err
		}
	}
	return run.Open(path)
}

// loadCorpus reads the text that settings name.
func (p *program) loadCorpus(s run.Settings) (*data.Corpus, error) {
	if s.Data == run.Savanna {
		if s.Unit != string(data.Word) {
			return nil, fmt.Errorf("the built-in savanna is made of words: leave out --unit %s, or name a text with --data", s.Unit)
		}
		return data.Savanna()
	}
	options, err := s.Options()
	if err != nil {
		return nil, err
	}
	if s.Data == "-" {
		return data.Load("standard input", p.stdin, options)
	}
	f, err := os.Open(s.Data)
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("--data: %s is a folder: name a text file, or - for standard input", s.Data)
	}
	return data.Load(filepath.Base(s.Data), f, options)
}
