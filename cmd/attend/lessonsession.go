package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"attend/internal/lesson"
	"attend/internal/run"
	"attend/internal/term"
)

// lessonSession is one reading. On a terminal it stops after each step; else it goes straight through and
// gives each question with its answer.
type lessonSession struct {
	*program
	ctx      context.Context
	progress *lesson.Progress
	live     bool          // both keyboard and screen are a terminal
	lines    <-chan string // typed; closed at the end of input
	filled   int           // lines written since the last stop
	asked    bool          // the reader has just typed something, and waits for what comes of it
	told     bool          // that Ctrl-D leaves
	unkept   bool          // a note was given that progress cannot be kept
	chapter  lesson.Chapter
}

// errLeft says that the reader has left by Ctrl-D.
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
	for i, c := range chapters {
		if i > 0 {
			fmt.Fprintln(p.stdout)
		}
		if err := s.tell(course, c); err != nil {
			return err
		}
	}
	return nil
}

// tell goes through a chapter, and says where the reader is when it ends early.
func (s *lessonSession) tell(course *lesson.Course, c lesson.Chapter) error {
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
			return errInterrupted
		case errors.Is(err, errLeft):
			return nil
		case err != nil:
			return err
		}
	}
	s.keep(s.progress.Finish(c.Number))
	return nil
}

// show writes a part and, for a question, takes the answer. It stops first where the part would push what was not
// read yet off the screen.
func (s *lessonSession) show(part lesson.Part) error {
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
	verdict, err := s.answer(q)
	if err != nil {
		return err
	}
	return s.show(lesson.Answer{Question: q, Verdict: verdict})
}

// answer asks until one of the choices, or nothing, is typed, and says whether it is right.
func (s *lessonSession) answer(q lesson.Question) (verdict string, err error) {
	last := lesson.Letter(len(q.Choices) - 1)
	for s.live {
		line, err := s.line(fmt.Sprintf("\nyour answer, a to %s: ", last))
		if err != nil {
			return "", err
		}
		switch line = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(line), ")")); {
		case line == "":
			return "", nil
		case len(line) != 1 || line < "a" || line > last:
			fmt.Fprintf(s.stdout, "Type a letter from a to %s, or Enter alone to see the answer.\n", last)
			continue
		}
		right := line == lesson.Letter(q.Right)
		s.keep(s.progress.Answer(s.chapter.Number, right))
		if right {
			return "Right.", nil
		}
		return "Not so.", nil
	}
	return "", nil
}

// wait stops until Enter.
func (s *lessonSession) wait() error {
	if !s.live {
		return nil
	}
	prompt := "\n[Enter] "
	if !s.told {
		s.told = true
		prompt = "\n[Enter goes on, Ctrl-D leaves] "
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

// line reads one line behind a prompt.
func (s *lessonSession) line(prompt string) (string, error) {
	fmt.Fprint(s.stdout, prompt)
	s.filled = 0
	return nextLine(s.ctx, s.lines)
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
