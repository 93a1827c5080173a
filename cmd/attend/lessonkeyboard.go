package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"attend/internal/lesson"
	"attend/internal/term"
)

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

// answer asks until one of the choices, or nothing, is typed, and says whether it is right.
func (s *lessonSession) answer(q lesson.Question) (verdict string, err error) {
	last := lesson.Letter(len(q.Choices) - 1)
	for {
		line, err := s.line(fmt.Sprintf("\nyour answer, a to %s: ", last))
		if err != nil {
			return "", err
		}
		line = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(line), ")"))
		if line == "" {
			return "", nil
		}
		if len(line) != 1 || line < "a" || line > last {
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
		line, err := s.line(fmt.Sprintf("\n%s\n[Enter alone: %s]\n> ", term.Wrap(prompt, min(term.Width(s.stdout), term.DefaultWidth)), fallback))
		if err != nil {
			return "", err
		}
		if line = strings.TrimSpace(line); line == "" {
			line = fallback
		}
		problem := check(line)
		if problem == nil {
			s.asked = true
			return line, nil
		}
		fmt.Fprintln(s.stdout, term.Wrap(message(problem), min(term.Width(s.stdout), term.DefaultWidth)))
	}
}

// line reads one line behind a prompt.
func (s *lessonSession) line(prompt string) (string, error) {
	fmt.Fprint(s.stdout, prompt)
	s.filled = 0
	select {
	case <-s.ctx.Done():
		return "", s.ctx.Err()
	case line, ok := <-s.lines:
		if !ok {
			return "", errLeft
		}
		return line, nil
	}
}
