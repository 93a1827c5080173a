package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"attend/internal/file"
	"attend/internal/lesson"
	"attend/internal/printable"
	"attend/internal/term"
)

func newReflect(p *program) *cobra.Command {
	var to output
	cmd := &cobra.Command{
		Use:   "reflect",
		Short: "write down what you learned, in a file of your own",
		Long: `Ask what surprised you, what confused you, and how this relates to large
language models, and add your answers with the date to the end of a Markdown
file. What the file holds already stays as it is.

On a terminal an answer ends with an empty line. From a pipe the first line
answers the first question, the second the second, and all further lines the
third; at most 1 MB.`,
		Example: `  attend lesson reflect
  attend lesson reflect -o notes.md
  printf 'the mask\nthe values\nonly the size\n' | attend lesson reflect`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.reflect(cmd.Context(), to) },
	}
	cmd.Flags().StringVarP(&to.to, "output", "o", "reflections.md", "Markdown `FILE` to add to")
	return cmd
}

// reflect takes the answers and keeps them.
func (p *program) reflect(ctx context.Context, to output) error {
	if err := to.checkTarget(); err != nil {
		return err
	}
	var answers []string
	var err, stopped error
	if term.IsTerminal(p.stdin) {
		answers, stopped = p.typedAnswers(ctx)
	} else if answers, err = p.pipedAnswers(); err != nil {
		return err
	}
	piece, err := lesson.Reflection(answers, time.Now())
	if stopped != nil && err != nil {
		fmt.Fprintln(p.stdout)
		return stopped
	}
	if err != nil {
		return err
	}
	if err := lesson.AppendReflection(to.to, piece); err != nil {
		return to.outputError(err)
	}
	_, err = fmt.Fprintf(p.stdout, "\nadded to %s\n", printable.Path(to.to))
	return errors.Join(stopped, err)
}

// mostAnswers is the most bytes of answers from a pipe.
const mostAnswers = 1e6

// pipedAnswers reads a line for each question, and what is left for the last.
func (p *program) pipedAnswers() ([]string, error) {
	b, err := file.ReadAll(p.stdin, mostAnswers)
	if err != nil {
		_, cause := fileCause(err)
		return nil, fmt.Errorf("standard input: %w: pipe in text, an answer on a line", cause)
	}
	return strings.SplitN(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n", len(lesson.ReflectionQuestions())), nil
}

// typedAnswers asks one question after the other. What was answered when the reader leaves is returned, with errInterrupted if
// the program was told to stop.
func (p *program) typedAnswers(ctx context.Context) (answers []string, err error) {
	ctx, stop := interruptible(ctx)
	defer stop()
	lines := linesOf(p.stdin)
	for _, question := range lesson.ReflectionQuestions() {
		fmt.Fprintf(p.stdout, "\n%s\n(an empty line ends the answer)\n\n", term.Wrap(question, term.Width(p.stdout)))
		answer, err := typedAnswer(ctx, lines, p.stdout)
		answers = append(answers, answer)
		switch {
		case errors.Is(err, errLeft):
			return answers, nil
		case err != nil:
			return answers, errInterrupted
		}
	}
	return answers, nil
}

// typedAnswer reads lines up to an empty one.
func typedAnswer(ctx context.Context, lines <-chan string, out io.Writer) (string, error) {
	var answer []string
	for {
		fmt.Fprint(out, "> ")
		line, err := nextLine(ctx, lines)
		if err != nil || strings.TrimSpace(line) == "" {
			return strings.Join(answer, "\n"), err
		}
		answer = append(answer, line)
	}
}
