package lesson

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"attend/internal/file"
)

// ReflectionQuestions are what the course asks at its end, as the notebook that it grew out of did.
func ReflectionQuestions() []string {
	return []string{
		"What surprised you?",
		"What confused you?",
		"How does this relate to large language models?",
	}
}

// Reflection returns answers, in the order of the questions, as a piece of Markdown under its date. Questions without
// an answer are left out; it is an error if all are.
func Reflection(answers []string, date time.Time) (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n", date.Format(time.DateOnly))
	found := false
	for i, question := range ReflectionQuestions() {
		if i < len(answers) && strings.TrimSpace(answers[i]) != "" {
			found = true
			fmt.Fprintf(&b, "\n**%s**\n\n%s\n", question, strings.TrimSpace(answers[i]))
		}
	}
	if !found {
		return "", errors.New("there is no answer, so nothing was written: answer one question or more")
	}
	return b.String(), nil
}

// AppendReflection adds a piece to the end of a file, which is made if it is not there. What the file holds stays.
func AppendReflection(path, piece string) (err error) {
	open := func() (*os.File, error) { return os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o666) }
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		// A FIFO that is read from as well would keep what nobody else reads, and lose it.
		open = func() (*os.File, error) { return file.OpenSpecial(path) }
	}
	f, err := open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	before := "# What I make of attention\n\n"
	if size := info.Size(); size > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
		before = "\n"
		if last[0] != '\n' {
			before = "\n\n"
		}
	}
	_, err = f.WriteString(before + piece)
	return err
}
