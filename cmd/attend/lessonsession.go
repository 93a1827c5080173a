package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"attend/internal/lesson"
	"attend/internal/run"
	"attend/internal/term"
)

// lessonSession is one reading. On a terminal it stops after each step, and goes on with the next chapter; otherwise it writes
// all at once, each question with its answer.
type lessonSession struct {
	*program
	ctx      context.Context
	progress *lesson.Progress
	live     bool          // both keyboard and screen are a terminal
	lines    <-chan string // typed; closed at the end of input
	filled   int           // lines written since the last stop
	asked    bool          // the reader has just typed something, and waits for what comes of it
	told     bool          // that q leaves
	unkept   bool          // a note was given that progress cannot be kept
	chapter  lesson.Chapter
}

// errLeft reports that the reader has left, by q or Ctrl-D.
var errLeft = errors.New("left")

// tellChapters goes through chapters.
func (p *program) tellChapters(ctx context.Context, course *lesson.Course, progress *lesson.Progress,
	chapters []lesson.Chapter) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	s := &lessonSession{program: p, ctx: ctx, progress: progress, live: term.IsTerminal(p.stdin) && term.IsTerminal(p.stdout)}
	bar := newProgress(p.stderr)
	course.Progress = func(step *run.Progress) {
		if step == nil {
			bar.end()
		} else {
			bar.show(*step)
		}
	}
	if s.live {
		s.lines = linesOf(p.stdin)
		course.Ask = s.ask
		p.showNotes()
	}
	for {
		told := chapters[0]
		finished, err := s.tell(course, told)
		if err != nil || !finished {
			return err
		}
		if len(chapters) == 1 && s.live { // the reader goes on with the next
			chapters = lesson.Chapters()[told.Number-1:]
			course.Forget()
		}
		if chapters = chapters[1:]; len(chapters) == 0 {
			return nil
		}
		if s.live {
			line, err := s.line("\n" + s.folded(nextPrompt(told, chapters[0].Number)) + " ")
			n, notNumber := strconv.Atoi(strings.TrimSpace(line))
			switch {
			case errors.Is(err, errLeft):
				fmt.Fprintf(p.stdout, "\n%s\n", s.folded(fmt.Sprintf("Go on with: attend lesson %d", chapters[0].Number)))
				return nil
			case err != nil:
				return errInterrupted
			case notNumber == nil && n >= 1 && n <= len(lesson.Chapters()):
				chapters = lesson.Chapters()[n-1:]
			}
		}
		fmt.Fprintln(p.stdout)
	}
}

// nextPrompt asks at the end of a chapter for the one to go on with. The route of 45 minutes leaves chapters out.
func nextPrompt(told lesson.Chapter, next int) string {
	if short := told.NextShort(); short != 0 && short != next {
		return fmt.Sprintf("[Enter: chapter %d, %d: chapter %d (route of 45 minutes), q leaves]", next, short, short)
	}
	return fmt.Sprintf("[Enter: chapter %d, q leaves]", next)
}

// tell goes through a chapter. It reports whether the reader has finished it, and says where the reader is otherwise.
func (s *lessonSession) tell(course *lesson.Course, c lesson.Chapter) (finished bool, err error) {
	s.chapter, s.filled = c, 0
	begun := false
	for parts, err := range c.Steps(s.ctx, course) {
		switch {
		case err != nil:
		case !begun:
			begun = true
			s.keep(s.progress.Begin(c.Number))
			s.filled++
			err = lesson.Text(s.stdout, c, textOptions(s.stdout))
		case !s.asked:
			err = s.wait()
		}
		s.asked = false
		for _, part := range parts {
			if err == nil {
				err = s.show(part)
			}
		}
		interrupted := s.ctx.Err() != nil
		if interrupted || errors.Is(err, errLeft) {
			where := fmt.Sprintf("You are in chapter %d: attend lesson %d begins it again, attend lesson lists all.", c.Number, c.Number)
			fmt.Fprintf(s.stdout, "\n\n%s\n", s.folded(where))
		}
		switch {
		case interrupted:
			return false, errInterrupted
		case errors.Is(err, errLeft):
			return false, nil
		case err != nil:
			return false, err
		}
	}
	s.keep(s.progress.Finish(c.Number))
	return true, nil
}

// show writes a part and, for a question, takes the answer. It stops first where the part would push what was not
// read yet off the screen.
func (s *lessonSession) show(part lesson.Part) error {
	var single []lesson.Part // what the part consists of
	switch p := part.(type) {
	case lesson.Beside:
		for _, picture := range p {
			single = append(single, picture)
		}
	case lesson.Optional:
		if s.live {
			line, err := s.line(fmt.Sprintf("\n%s\n[Enter skips it, o opens it] ", s.folded("Optional: "+p.Title)))
			if s.asked = true; err != nil || !strings.EqualFold(strings.TrimSpace(line), "o") {
				return err
			}
			single = p.Parts
		}
	}
	for _, p := range single {
		if err := s.show(p); err != nil {
			return err
		}
	}
	if single != nil {
		return nil
	}
	var b bytes.Buffer
	b.WriteByte('\n')
	if err := lesson.Text(&b, part, textOptions(s.stdout)); err != nil {
		return err
	}
	const prompt = 2 // lines of what follows
	lines := bytes.Count(b.Bytes(), []byte("\n"))
	if _, rows := term.Size(s.stdout); s.filled > 0 && s.filled+lines+prompt > rows {
		if err := s.wait(); err != nil {
			return err
		}
	}
	s.filled += lines
	if _, err := s.stdout.Write(b.Bytes()); err != nil {
		return err
	}
	q, ok := part.(lesson.Question)
	if !ok {
		return nil
	}
	chosen, err := s.answer(q)
	if err != nil {
		return err
	}
	return s.show(lesson.Answer{Question: q, Chosen: chosen})
}

// answer asks until one of the choices, or nothing, is typed, and returns its index, or -1.
func (s *lessonSession) answer(q lesson.Question) (chosen int, err error) {
	last := lesson.Letter(len(q.Choices) - 1)
	for s.live {
		line, err := s.line(fmt.Sprintf("\nyour answer, a to %s: ", last))
		if err != nil {
			return -1, err
		}
		switch line = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(line), ")")); {
		case line == "":
			return -1, nil
		case len(line) != 1 || line < "a" || line > last:
			fmt.Fprintf(s.stdout, "Type a letter from a to %s, or Enter alone to see the answer.\n", last)
			continue
		}
		chosen = int(line[0] - 'a')
		s.keep(s.progress.Answer(s.chapter.Number, chosen == q.Right))
		return chosen, nil
	}
	return -1, nil
}

// wait stops until Enter.
func (s *lessonSession) wait() error {
	if !s.live {
		return nil
	}
	prompt := "\n[Enter] "
	if !s.told {
		s.told = true
		prompt = "\n[Enter goes on, q leaves] "
	}
	_, err := s.line(prompt)
	return err
}

// ask asks for a line that a chapter needs.
func (s *lessonSession) ask(prompt, fallback string, check func(string) error) (string, error) {
	for {
		line, err := s.line(fmt.Sprintf("\n%s\n[Enter alone: %s]\n> ", s.folded(prompt), fallback))
		if err != nil {
			return "", err
		}
		line = cmp.Or(strings.TrimSpace(line), fallback)
		problem := check(line)
		if problem == nil {
			s.asked = true
			return line, nil
		}
		fmt.Fprintln(s.stdout, s.folded(message(problem)))
	}
}

// line reads one line after a prompt. The line q is errLeft.
func (s *lessonSession) line(prompt string) (string, error) {
	fmt.Fprint(s.stdout, prompt)
	s.filled = 0
	line, err := nextLine(s.ctx, s.lines)
	if strings.EqualFold(strings.TrimSpace(line), "q") {
		err = errLeft
	}
	return line, err
}

// nextLine waits for the next line, the end of input, which is errLeft, or the end of the context.
func nextLine(ctx context.Context, lines <-chan string) (string, error) {
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case line, ok := <-lines:
		if !ok {
			return "", errLeft
		}
		return line, nil
	}
}

// linesOf reads lines as they are typed, so that waiting for one can end early.
func linesOf(in io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(in)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
	}()
	return lines
}

// folded is a text in lines that are easy to read.
func (s *lessonSession) folded(text string) string {
	return term.Wrap(text, min(term.Width(s.stdout), term.DefaultWidth))
}

// keep notes once that progress could not be written; the lesson goes on.
func (s *lessonSession) keep(err error) {
	if err != nil && !s.unkept {
		s.unkept = true
		s.note(err.Error())
		if s.live {
			s.showNotes()
		}
	}
}
