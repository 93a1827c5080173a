package play

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/run"
)

// Session answers messages, one after the other. It is not safe for concurrent use.
type Session struct {
	folder  string // in which each run has a folder of its own
	number  int    // of run folders so far
	texts   map[string]*corpus
	now     *experiment   // nil before the first configure
	longest time.Duration // of the updates of one message
	speed   float64       // multiplications and additions a second, a mean in which the latest updates count most
}

// New returns a session that keeps its runs in a folder, which must exist and belong to it alone. Call [Session.Close] at the end.
func New(folder string) (*Session, error) {
	info, err := os.Stat(folder)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is a file: want a folder for the runs of a session", printable.Path(folder))
	}
	if err != nil {
		return nil, err
	}
	return &Session{folder: folder, texts: map[string]*corpus{}, longest: longestStep, speed: firstSpeed}, nil
}

// firstSpeed is [Session.speed] before the first updates, that of a laptop.
const firstSpeed = 8e9

// Close ends the present training and removes its folder.
func (s *Session) Close() error {
	err := s.now.close()
	s.now = nil
	return err
}

// corpus is a text with what is computed of it once.
type corpus struct {
	*data.Corpus
	text   string // as it was given; "" if it is built in
	losses map[measured][]Baseline
}

// measured is the part of the held-out text that the evaluations of a training measure.
type measured struct{ rows, context int }

// handlers answer the messages by their names.
func handlers() map[string]func(*Session, []byte) (any, error) {
	return map[string]func(*Session, []byte) (any, error){
		"describe":  handle(func(s *Session, _ Envelope) (any, error) { return s.describe() }),
		"configure": handle((*Session).configure),
		"step":      handle((*Session).step),
		"stopAt":    handle((*Session).stopAt),
		"rewind":    handle(func(s *Session, _ Envelope) (any, error) { return s.rewind() }),
		"rate":      handle((*Session).rate),
		"show":      handle((*Session).show),
		"frame":     handle((*Session).frame),
		"why":       handle((*Session).why),
		"heads":     handle(func(s *Session, _ Envelope) (any, error) { return s.heads() }),
		"complete":  handle((*Session).complete),
		"verdict":   handle(func(s *Session, _ Envelope) (any, error) { return s.verdict() }),
		"export":    handle((*Session).export),
		"open":      handle((*Session).open),
	}
}

// handle returns a handler that parses the fields of a message.
func handle[T, R any](answer func(*Session, T) (R, error)) func(*Session, []byte) (any, error) {
	return func(s *Session, message []byte) (any, error) {
		var request T
		if err := parse(message, &request, true); err != nil {
			return nil, err
		}
		return answer(s, request)
	}
}

// mostMessage is the largest number of bytes of a message: a run folder in base64 with its text.
const mostMessage = 128 << 20

// Handle answers a message. An error of the program in it is an error of the reply too: a page must not end with it.
func (s *Session) Handle(message []byte) []byte {
	var e Envelope
	err := parse(message, &e, false)
	reply := Reply{ID: e.ID}
	if err == nil {
		reply.Result, err = s.answer(e.Do, message)
	}
	if err != nil {
		reply.Result, reply.Error = nil, s.line(err)
	}
	b, err := json.Marshal(reply)
	if err != nil { // a number that is not finite
		b, _ = json.Marshal(Reply{ID: e.ID, Error: s.line(fmt.Errorf("the result cannot be written: %w", err))})
	}
	return b
}

// faultText begins the error of a reply to a message that the program could not answer by its own fault.
const faultText = "attend has a fault here"

// answer returns the result of a message.
func (s *Session) answer(do string, message []byte) (result any, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("%s: %v: load the page again", faultText, fault)
		}
	}()
	answer, known := handlers()[do]
	if !known {
		return nil, fmt.Errorf("there is no message %s: want %s", printable.Quote(do), printable.Or(messageNames()))
	}
	return answer(s, message)
}

// messageNames returns the names of all messages, sorted.
func messageNames() (names []string) {
	for name := range handlers() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// parse reads a message. If strict is set, a field that the value does not have is an error.
func parse(message []byte, into any, strict bool) error {
	switch {
	case len(message) > mostMessage:
		return fmt.Errorf("the message has %s: want at most %s", printable.Size(float64(len(message))), printable.Size(mostMessage))
	case !utf8.Valid(message):
		return errors.New("the message is not UTF-8: encode it as UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(message))
	if strict {
		d.DisallowUnknownFields()
	}
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			return errors.New("the message has more than one JSON value: want one object")
		}
		return nil
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("%s: want %s, not a %s", cmp.Or(kind.Field, "the message"), kindOf(kind.Type.String()), kind.Value)
	}
	return fmt.Errorf("the message cannot be read: %s: want an object with the fields of its name", strings.TrimPrefix(err.Error(), "json: "))
}

// kindOf names a type of Go for people.
func kindOf(name string) string {
	switch strings.TrimPrefix(name, "*") {
	case "int", "int64":
		return "a whole number"
	case "float64":
		return "a number"
	case "string":
		return "a text"
	case "bool":
		return "true or false"
	}
	if strings.HasPrefix(name, "[]") {
		return "a list"
	}
	return "an object"
}

// mostLine is the largest number of characters of an error.
const mostLine = 500

// flag is the name of a flag in an error.
var flag = regexp.MustCompile(`--[a-z][a-z-]*`)

// line writes an error as one line.
func (s *Session) line(err error) string {
	return printable.Message(withoutFlags(s.withoutFolder(err.Error())), mostLine)
}

// withoutFolder names the files of a run without the folder that a session keeps it in.
func (s *Session) withoutFolder(text string) string {
	run := regexp.MustCompile(regexp.QuoteMeta(printable.Path(s.folder)) + `/run[0-9]+/[^/ :]+(/?)`)
	return run.ReplaceAllStringFunc(text, func(path string) string {
		if strings.HasSuffix(path, "/") {
			return ""
		}
		return "the run folder"
	})
}

// withoutFlags names settings in place of their flags: a page has no --context.
func withoutFlags(text string) string {
	return flag.ReplaceAllStringFunc(text, func(name string) string {
		isSetting := func(s run.Setting) bool { return "--"+s.Name == name }
		if slices.ContainsFunc(run.AllSettings(), isSetting) {
			return name[2:]
		}
		return name
	})
}

// experiment returns the present training or an error.
func (s *Session) experiment() (*experiment, error) {
	if s.now == nil {
		return nil, errors.New("nothing is configured yet: send configure or open first")
	}
	return s.now, nil
}

// trained returns the present training, or an error if it cannot go on.
func (s *Session) trained() (*experiment, error) {
	e, err := s.experiment()
	if err == nil && e.training == nil {
		err = errors.New("this run is open without its text, so that it can be shown and not trained: open it with its text")
	}
	return e, err
}

// replace makes an experiment the present one, and closes the former.
func (s *Session) replace(e *experiment) (State, error) {
	state, err := e.state()
	if err != nil {
		return State{}, errors.Join(err, e.close())
	}
	state.StepSeconds = work(e.run.Settings, e.run.Config.Vocab) / s.speed
	before := s.now
	s.now = e
	return state, before.close()
}

// options are those of every run: a page has a limited memory, which has the files of the run too.
func options() []run.Option {
	return []run.Option{run.MaxMemory(mostMemory), run.FilmSize(filmedIntervals, filmBytes)}
}
