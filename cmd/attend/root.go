package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/run"
)

// program is what all commands share: the three streams.
type program struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	maxMemory      size     // 0: what is available
	notes          []string // to be shown when the command has succeeded
}

// runsFolder holds the runs that have no folder of their own choice.
const runsFolder = "runs"

const welcome = `attend trains a small transformer on sentences and shows which words each word attends to.

Start here:

  attend lesson                                              learn what attention is, in ten short chapters
  attend train                                               train on the built-in sentences, see the map
  attend inspect "The lion saw the zebra near the river"     the map of any sentence
  attend why "The lion saw the zebra near the"               what was attended to, and what mattered
  attend heads                                               what does each head do?
  attend film                                                when did each link of the map form?
  attend words lion                                          which words does it take to be alike?
  attend eval                                                how good is it, and does it look where it should?
  attend complete "The lion saw"                             let it go on
  attend explain "The lion saw the zebra"                    the arithmetic of one attention weight
  attend compare "The lion saw" "The zebra saw"              two sentences, two runs, or many seeds
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
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkEmpty(cmd.Flags()); err != nil {
				return err
			}
			_, err := kernel.Instructions()
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(p.stdout, welcome)
			return err
		},
	}
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newTrain(p), newInspect(p), newWhy(p), newExplain(p), newHeads(p), newCompare(p), newFilm(p), newWords(p), newEval(p), newComplete(p), newLesson(p))
	root.SetHelpCommand(newHelp(root))
	root.InitDefaultCompletionCmd()
	addExamples(root)
	return root
}

// newHelp makes `attend help`, which reports a command that does not exist.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "tell more about a command",
		Long:    "Tell what a command does, with examples and all its flags.",
		Example: "  attend help train",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil {
				return noCommand(root, args[0])
			}
			if len(rest) > 0 {
				return noCommand(cmd, rest[0])
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, c := range root.Commands() {
				if c.IsAvailableCommand() {
					names = append(names, c.Name())
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// addExamples gives the commands for shell completion what their own long text lacks.
func addExamples(root *cobra.Command) {
	root.Example = "  attend train\n  attend inspect \"The lion saw the zebra near the river\""
	for _, c := range root.Commands() {
		if c.Name() != "completion" {
			continue
		}
		c.Short = "write the script by which a shell completes commands and flags"
		c.Example = "  attend completion bash > /etc/bash_completion.d/attend"
		c.Args = func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("completion knows bash, zsh, fish and powershell, not %s: attend completion bash", printable.Quote(args[0]))
			}
			return nil
		}
		c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		for _, shell := range c.Commands() {
			shell.Example = "  attend completion " + shell.Name()
			shell.Args = noArguments
		}
	}
}

// noArguments refuses words after the flags.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasParent() {
		return fmt.Errorf("%s takes flags only, not %s: `%s --help` lists them", cmd.CommandPath(), printable.Quote(args[0]), cmd.CommandPath())
	}
	return noCommand(cmd, args[0])
}

// noCommand says that there is no such command below another, and which one may be meant.
func noCommand(parent *cobra.Command, name string) error {
	var names []string
	for _, c := range parent.Commands() {
		names = append(names, c.Name())
	}
	path := parent.CommandPath()
	if near := nearest(name, names); near != "" {
		return fmt.Errorf("there is no command %s: did you mean `%s %s`?", printable.Quote(name), path, near)
	}
	if parent.HasParent() {
		return fmt.Errorf("there is no command %s below `%s`: `%s --help` tells what there is", printable.Quote(name), path, path)
	}
	return fmt.Errorf("there is no command %s: `%s --help` lists them", printable.Quote(name), path)
}

// runFlag adds --run and --max-memory to a command that reads a run.
func (p *program) runFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "run", "", "run folder (default: the latest under "+runsFolder+"/)")
	_ = cmd.MarkFlagDirname("run")
	p.memoryFlag(cmd.Flags())
}

// runPath returns the named run folder, or the latest.
func runPath(path string) (string, error) {
	if path == "" {
		return run.Latest(runsFolder)
	}
	return path, nil
}

// openRun opens the named run, or the latest, and says what is to be known of it.
func (p *program) openRun(path string) (*run.Run, error) {
	path, err := runPath(path)
	if err != nil {
		return nil, err
	}
	r, err := run.Open(path, p.options()...)
	if err != nil {
		return nil, err
	}
	p.note(r.Notes...)
	return r, nil
}

// note keeps what a user should know until [program.showNotes]: a command that fails says in one line why, and nothing else.
func (p *program) note(notes ...string) { p.notes = append(p.notes, notes...) }

// showNotes says what was noted.
func (p *program) showNotes() {
	for _, note := range p.notes {
		p.say("note: %s", note)
	}
	p.notes = nil
}
