package main

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"attend/internal/kernel"
	"attend/internal/play/site"
	"attend/internal/printable"
)

// program is what all commands share: the three streams, and the path of the program.
type program struct {
	self           string
	open           func(address string) error // shows an address in the browser; nil: there is none
	engine         *site.Engine               // of the page of `attend play`; nil: that in the program, or one that is built
	stdin          io.Reader
	stdout, stderr io.Writer
	maxMemory      size     // 0: what is available
	completing     bool     // a shell asks what can follow on its command line
	at             string   // which weights a run is opened with: best or last; "": those that it keeps
	notes          []string // to be shown when the command has succeeded

	args    []string       // of the command line
	running *cobra.Command // that is carried out
}

// runsFolder holds the runs that have no folder of their own choice.
const runsFolder = "runs"

// helpWidth is how many columns the flags in a help text take.
const helpWidth = 80

// welcome says what to do first, and lists the commands.
func welcome(commands []*cobra.Command) string {
	var b strings.Builder
	b.WriteString(`attend trains a small transformer on sentences and shows which words each word attends to.

  attend lesson                    begin here if attention is new to you
  attend train                     train on the built-in sentences, in seconds
  attend train --data my.txt       train on your own sentences, one a line
  attend inspect "The lion saw"    the attention map of any sentence

`)
	for _, c := range commands {
		fmt.Fprintf(&b, "  %-9s %s\n", c.Name(), c.Short)
	}
	b.WriteString("\nattend COMMAND --help describes a command, with examples.\n")
	return b.String()
}

func newRoot(p *program) *cobra.Command {
	commands := []*cobra.Command{ // in the order in which the welcome lists them
		newLesson(p), newTrain(p), newInspect(p), newWhy(p), newHeads(p), newFilm(p), newWords(p), newEval(p), newPlot(p),
		newComplete(p), newExplain(p), newCompare(p), newSweep(p), newRuns(p), newExportRuns(p), newPlay(p), newVersion(p),
	}
	root := &cobra.Command{
		Use:           "attend",
		Short:         "train a small transformer and see which words each word attends to",
		Long:          welcome(commands),
		Args:          noArguments,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			p.running = cmd
			if err := checkFlags(cmd.Flags()); err != nil {
				return err
			}
			_, err := kernel.Instructions()
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(p.stdout, cmd.Long)
			return err
		},
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages ", fmt.Sprintf(".FlagUsagesWrapped %d ", helpWidth)))
	root.SetVersionTemplate("{{.Version}}")
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(commands...)
	root.SetHelpCommand(newHelp(root))
	root.InitDefaultCompletionCmd()
	addExamples(root)
	p.completeChoices(root)
	return root
}

// newHelp makes `attend help`, which reports a command that does not exist.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "describe a command",
		Long:    "Describe what a command does, with examples and all its flags.",
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
	c, _, _ := root.Find([]string{"completion"})
	c.Short = "print a script that lets a shell complete commands and flags"
	c.Long = "Print a script for a shell. With it, the Tab key completes commands, flags and their\n" +
		"values. `attend completion SHELL --help` says how to load the script."
	c.Example = "  attend completion bash > ~/.attend.bash\n  attend completion zsh > \"${fpath[1]}/_attend\""
	c.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("completion takes bash, zsh, fish or powershell, not %s: attend completion bash", printable.Quote(args[0]))
		}
		return nil
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	load := map[string]string{
		"bash": `  once:      source <(attend completion bash)
  always:    attend completion bash > ~/.attend.bash
             echo 'source ~/.attend.bash' >> ~/.bashrc

It needs no package. Where bash-completion is installed, a file named attend in
~/.local/share/bash-completion/completions/ is loaded as well.`,
		"zsh": `  once:      source <(attend completion zsh)
  always:    attend completion zsh > "${fpath[1]}/_attend"

It requires ` + "`autoload -U compinit; compinit`" + ` in ~/.zshrc.`,
		"fish": `  once:      attend completion fish | source
  always:    attend completion fish > ~/.config/fish/completions/attend.fish`,
		"powershell": `  once:      attend completion powershell | Out-String | Invoke-Expression
  always:    add that line to the file $PROFILE.`,
	}
	for _, shell := range c.Commands() {
		shell.Short = "print the script for " + shell.Name()
		shell.Long = "Print the script that lets " + shell.Name() + " complete commands and flags. To load it\n\n" + load[shell.Name()]
		shell.Example = "  attend completion " + shell.Name()
		shell.Args = noArguments
		if shell.Name() == "bash" {
			shell.RunE = bashCompletion
		}
	}
}

// bashScript is the completion for bash. That of cobra requires a package, and ends names at a colon.
//
//go:embed completion.bash
var bashScript string

// bashCompletion prints the completion for bash.
func bashCompletion(cmd *cobra.Command, _ []string) error {
	script := bashScript
	if without, err := cmd.Flags().GetBool("no-descriptions"); err == nil && without {
		script = strings.Replace(script, cobra.ShellCompRequestCmd+" ", cobra.ShellCompNoDescRequestCmd+" ", 1)
	}
	_, err := io.WriteString(cmd.OutOrStdout(), script)
	return err
}

// noArguments refuses words after the flags.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasParent() {
		return fmt.Errorf("%s takes flags only, not %s: `%s --help` lists them",
			cmd.CommandPath(), printable.Quote(args[0]), cmd.CommandPath())
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
	if parent.HasParent() && nearest(name, names) == "" {
		return fmt.Errorf("there is no command %s below `%s`: `%s --help` lists what there is", printable.Quote(name), path, path)
	}
	return fmt.Errorf("there is no command %s: %s",
		printable.Quote(name), meant(name, names, "`"+path+" %s`", "`"+path+" --help` lists them"))
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
