package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/internal/lesson"
	"attend/internal/printable"
)

// lessonOptions are the flags of `attend lesson`.
type lessonOptions struct {
	output
	all, reset   bool
	query        string
	keys, values []string
	temperature  float64
	sentence     string
}

func newLesson(p *program) *cobra.Command {
	var o lessonOptions
	cmd := &cobra.Command{
		Use:   "lesson [CHAPTER]",
		Short: "a course on attention in ten short chapters",
		Long: `A course on attention for people who have never heard of it. It has ten short
chapters. Each has a question to answer before the result is shown, a
computation that really runs, and commands to try. In chapter 8 you train a
model. All chapters take about 80 minutes, the short route 45.

Without a number it lists the chapters and shows where you are. On a terminal a
chapter stops after each step: Enter goes on, a letter answers a question, q
leaves. After a chapter, Enter goes on to the next one, and a number to that
chapter. Which chapters you have read is saved.

You can change the vectors of chapters 2 and 3: write numbers with commas
between them, and the name of a key before an equals sign.`,
		Example: `  attend lesson
  attend lesson 1
  attend lesson 2 --query 1,0 --key zebra=1,1 --key lion=0,1
  attend lesson 3 --temperature 0.2
  attend lesson 2 -o arrows.svg
  attend lesson 9 --sentence "The hyenas chased the antelope under the"
  attend lesson reflect
  attend lesson answers
  attend lesson export -o lesson.html`,
		RunE: func(cmd *cobra.Command, args []string) error { return p.lesson(cmd, o, args) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, c := range lesson.Chapters() {
				names = append(names, fmt.Sprintf("%d\t%s", c.Number, c.Title))
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	o.output.flags(cmd, pictureFormats)
	f := cmd.Flags()
	f.BoolVar(&o.all, "all", false, "all chapters, one after the other")
	f.BoolVar(&o.reset, "reset", false, "forget which chapters were read")
	f.StringVar(&o.query, "query", "", "chapters 2 and 3: the query, such as 1,0")
	f.StringArrayVar(&o.keys, "key", nil, "chapters 2 and 3: a key, such as 1,1 or zebra=1,1; once for each")
	f.StringArrayVar(&o.values, "value", nil, "chapter 3: the value of a key; once for each key, in their order")
	numberFlag(f, &o.temperature, "temperature", 1, between(0.01, 1000), "chapter 3: scores are divided by it before softmax")
	f.StringVar(&o.sentence, "sentence", "", "chapters 1 and 9: a sentence of your own")
	cmd.AddCommand(newReflect(p), newExport(p), newAnswers(p))
	return cmd
}

// lesson lists the chapters, or tells one or all.
func (p *program) lesson(cmd *cobra.Command, o lessonOptions, args []string) error {
	chapters, err := o.chapters(cmd, args)
	if err != nil {
		return err
	}
	course, err := o.course(cmd)
	if err != nil {
		return err
	}
	if o.to != "" || o.format != "" {
		return p.lessonPicture(cmd.Context(), o, course, chapters)
	}
	path, err := lesson.ProgressPath()
	if err != nil { // without a folder for settings nothing is remembered, and all else works
		p.note(fmt.Sprintf("%v, so your place is not kept", err))
	}
	if o.reset {
		if err := lesson.ResetProgress(path); err != nil {
			return err
		}
		_, err := fmt.Fprintln(p.stdout, "no chapter is marked as read any more; begin with: attend lesson 1")
		return err
	}
	progress := &lesson.Progress{}
	if path != "" {
		if progress, err = lesson.OpenProgress(path); err != nil {
			return err
		}
	}
	if len(chapters) == 0 {
		return lesson.Text(p.stdout, *progress, textOptions(p.stdout))
	}
	return p.tellChapters(cmd.Context(), course, progress, chapters)
}

// chapters returns those that the command line asks for, none for the list.
func (o lessonOptions) chapters(cmd *cobra.Command, args []string) ([]lesson.Chapter, error) {
	all := lesson.Chapters()
	var given []string
	cmd.Flags().Visit(func(f *pflag.Flag) { given = append(given, f.Name) })
	switch {
	case len(args) > 1:
		return nil, fmt.Errorf("lesson requires one chapter, not %d: attend lesson --all tells all", len(args))
	case o.reset && (len(args) > 0 || len(given) > 1):
		return nil, errors.New("--reset only forgets which chapters were read: leave out everything else")
	case o.all && len(args) > 0:
		return nil, errors.New("--all tells all chapters: leave out the number, or --all")
	case o.all && len(given) > 1:
		return nil, errors.New("--all tells all chapters as they are: leave out the other flags, or name one chapter")
	case o.all:
		return all, nil
	case len(args) == 0 && len(given) > 0 && !o.reset:
		return nil, fmt.Errorf("--%s is for one chapter: name it, as in attend lesson 2", given[0])
	case len(args) == 0:
		return nil, nil
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		numbers := fmt.Sprintf("name a number from 1 to %d; attend lesson lists them", len(all))
		return nil, fmt.Errorf("there is no chapter %s: %s", printable.Quote(args[0]),
			meant(args[0], []string{"reflect", "export", "answers"}, "attend lesson %s", numbers))
	}
	if n < 1 || n > len(all) {
		return nil, fmt.Errorf("there is no chapter %d: they are 1 to %d; attend lesson lists them", n, len(all))
	}
	return all[n-1 : n], nil
}

// course reads what the reader gives to a chapter.
func (o lessonOptions) course(cmd *cobra.Command) (*lesson.Course, error) {
	c, err := lesson.NewCourse(runsFolder)
	if err != nil {
		return nil, err
	}
	c.Sentence = o.sentence
	flags := cmd.Flags()
	if o.to == "" && o.format == "" {
		if err := noPicture(flags); err != nil {
			return nil, err
		}
	}
	if flags.Changed("temperature") {
		c.Temperature = o.temperature
	}
	if flags.Changed("sentence") && strings.TrimSpace(o.sentence) == "" {
		return nil, errors.New("--sentence is blank: give a sentence, or leave the flag out")
	}
	var query []string
	if flags.Changed("query") {
		query = []string{o.query}
	}
	for _, list := range []struct {
		flag  string
		texts []string
		to    *[]lesson.Vector
	}{{"query", query, &c.Query}, {"key", o.keys, &c.Keys}, {"value", o.values, &c.Values}} {
		for _, text := range list.texts {
			v, err := lesson.ParseVector(text)
			if err != nil {
				return nil, fmt.Errorf("--%s %s: %w", list.flag, printable.Quote(text), err)
			}
			*list.to = append(*list.to, v)
		}
	}
	return c, nil
}

// lessonPicture writes the first picture of a chapter and nothing else.
func (p *program) lessonPicture(ctx context.Context, o lessonOptions, course *lesson.Course, chapters []lesson.Chapter) error {
	if len(chapters) != 1 {
		return errors.New("-o is for the picture of one chapter: name the chapter; attend lesson export makes a page of all")
	}
	if err := o.resolve(p.stdout, pictureFormats); err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	drawn, err := firstPicture(ctx, course, chapters[0])
	if ctx.Err() != nil {
		return errInterrupted
	}
	if err != nil {
		return err
	}
	return o.write(p.stdout, func(w io.Writer) error { return p.draw(w, o.output, drawn.Draw) })
}

func firstPicture(ctx context.Context, course *lesson.Course, c lesson.Chapter) (lesson.Picture, error) {
	for parts, err := range c.Steps(ctx, course) {
		if err != nil {
			return lesson.Picture{}, err
		}
		for _, part := range parts {
			switch found := part.(type) {
			case lesson.Picture:
				return found, nil
			case lesson.Beside:
				return found[0], nil
			}
		}
	}
	return lesson.Picture{}, fmt.Errorf("chapter %d draws arrows for vectors of two numbers, and yours have more or fewer: "+
		"leave out -o", c.Number)
}

// exportFormats are what the whole course can be written as.
var exportFormats = []format{
	htmlFormat,
	{name: "md", extension: ".md"},
}

func newExport(p *program) *cobra.Command {
	var o output
	var worksheet bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "the whole course as one page that needs no network",
		Long: `Write all ten chapters as one HTML page or one Markdown file, for a class or for
paper, with the pictures, the questions and the commands. In HTML the answer
comes after a click. The answers for teachers are at the end. All numbers are
computed when the page is written; the model is trained in a folder that is
removed afterwards.

--worksheet writes what a class needs to answer the questions on paper, without
results and answers. The answers are in the course itself, and ` + "`attend lesson\nanswers`" + ` writes them alone.`,
		Example: `  attend lesson export -o lesson.html
  attend lesson export --worksheet -o worksheet.html
  attend lesson export -o lesson.md`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.resolve(p.stdout, exportFormats); err != nil {
				return err
			}
			return p.export(cmd.Context(), o, worksheet)
		},
	}
	cmd.Flags().BoolVar(&worksheet, "worksheet", false, "the questions for a class on paper, without results and answers")
	o.flags(cmd, exportFormats)
	return cmd
}

func newAnswers(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "answers",
		Short: "the answers to all questions, for teachers",
		Long: `Write the questions of all ten chapters with their answers. Some depend on the
trained model, so all chapters are computed first.`,
		Example: "  attend lesson answers",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			book, err := p.wholeCourse(cmd.Context())
			if err != nil {
				return err
			}
			return lesson.Text(p.stdout, book, textOptions(p.stdout))
		},
	}
}

// export computes the course and writes it, or its worksheet.
func (p *program) export(ctx context.Context, o output, worksheet bool) error {
	book, err := p.wholeCourse(ctx)
	if err != nil {
		return err
	}
	return o.write(p.stdout, func(w io.Writer) error { return lesson.Export(w, book, o.format, worksheet) })
}

// wholeCourse computes all chapters in a folder that is removed afterwards.
func (p *program) wholeCourse(ctx context.Context) (lesson.Book, error) {
	ctx, stop := interruptible(ctx)
	defer stop()
	folder, err := os.MkdirTemp("", "attend-lesson-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	course, err := lesson.NewCourse(folder)
	if err != nil {
		return nil, err
	}
	book, err := lesson.Collect(ctx, course, func(c lesson.Chapter) {
		p.say("chapter %d of %d: %s", c.Number, len(lesson.Chapters()), c.Title)
	})
	if ctx.Err() != nil {
		p.say("stopped: nothing was written")
		return nil, errInterrupted
	}
	return book, err
}
