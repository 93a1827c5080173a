package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"attend/internal/lesson"
	"attend/internal/run"
	"attend/internal/term"
)

// lessonSession is one reading. On a terminal it stops after each step; else it goes straight through and
// gives each question with its answer.
type lessonSession struct {
	*program
	ctx      context.Context
	stop     context.CancelFunc
	course   *lesson.Course
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

func newLessonSession(p *program, ctx context.Context, course *lesson.Course, progress *lesson.Progress) *lessonSession {
	s := &lessonSession{program: p, course: course, progress: progress, live: term.IsTerminal(p.stdin) && term.IsTerminal(p.stdout)}
	s.ctx, s.stop = interruptible(ctx)
	bar := newProgress(p.stderr)
	course.Progress = func(step *run.Progress) {
		if step == nil {
			bar.end()
			return
		}
		bar.show(*step)
	}
	if s.live {
		s.lines = linesOf(p.stdin)
		course.Ask = s.ask
	}
	return s
}

// tell goes through a chapter, and says where the reader is when it ends early.
func (s *lessonSession) tell(c lesson.Chapter) error {
	s.chapter = c
	first := true
	s.filled = 0
	err := c.Tell(s.ctx, s.course, func(parts ...lesson.Part) error {
		if first {
			first = false
			s.keep(s.progress.Begin(c.Number))
			s.filled++
			if err := lesson.HeadingText(s.stdout, c, textOptions(s.stdout)); err != nil {
				return err
			}
		} else if !s.asked {
			if err := s.wait(); err != nil {
				return err
			}
		}
		s.asked = false
		for _, part := range parts {
			if err := s.show(part); err != nil {
				return err
			}
		}
		return nil
	})
	interrupted := s.ctx.Err() != nil
	if interrupted || errors.Is(err, errLeft) {
		fmt.Fprintf(s.stdout, "\n\n%s\n", term.Wrap(fmt.Sprintf("You are in chapter %d: attend lesson %d begins it again, attend lesson lists all.", c.Number, c.Number), min(term.Width(s.stdout), term.DefaultWidth)))
		if interrupted {
			return errInterrupted
		}
		return nil
	}
	if err != nil {
		return err
	}
	s.keep(s.progress.Finish(c.Number))
	return nil
}

// show writes a part and, for a question, takes the answer. It stops first where the part would push what was not
// read yet off the screen.
func (s *lessonSession) show(part lesson.Part) error {
	o := textOptions(s.stdout)
	var b bytes.Buffer
	b.WriteByte('\n')
	if err := lesson.Text(&b, part, o); err != nil {
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
	if !s.live {
		fmt.Fprintln(s.stdout)
		return lesson.AnswerText(s.stdout, q, "", o)
	}
	verdict, err := s.answer(q)
	if err != nil {
		return err
	}
	b.Reset()
	b.WriteByte('\n')
	if err := lesson.AnswerText(&b, q, verdict, textOptions(s.stdout)); err != nil {
		return err
	}
	s.filled = bytes.Count(b.Bytes(), []byte("\n"))
	_, err = s.stdout.Write(b.Bytes())
	return err
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
