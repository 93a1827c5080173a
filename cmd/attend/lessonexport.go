package main

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"attend/internal/lesson"
)

// exportFormats are what the whole course can be written as.
var exportFormats = []format{
	htmlFormat,
	{name: "md", ending: ".md"},
}

func newExport(p *program) *cobra.Command {
	var o output
	cmd := &cobra.Command{
		Use:   "export",
		Short: "the whole course as one page that needs no network",
		Long: `Write all ten chapters as one HTML page or one Markdown file, for a class or for paper: the text, what was
computed, the pictures, the questions with their answers folded away, and the commands. All is computed
when it is written, training included, in a folder that is removed afterwards.`,
		Example: `  attend lesson export -o lesson.html
  attend lesson export -o lesson.md`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.resolve(p.stdout, exportFormats); err != nil {
				return err
			}
			return p.export(cmd.Context(), o)
		},
	}
	o.flags(cmd, exportFormats)
	return cmd
}

// export goes through the course and writes it.
func (p *program) export(ctx context.Context, o output) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	folder, err := os.MkdirTemp("", "attend-lesson-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	book, err := lesson.Collect(ctx, &lesson.Course{Runs: folder}, func(c lesson.Chapter) {
		p.say("chapter %d of %d: %s", c.Number, len(lesson.Chapters()), c.Title)
	})
	if ctx.Err() != nil {
		p.say("stopped: nothing was written")
		return errInterrupted
	}
	if err != nil {
		return err
	}
	return o.write(p.stdout, func(w io.Writer) error {
		if o.format == "md" {
			return lesson.Markdown(w, book)
		}
		return lesson.HTML(w, book)
	})
}
