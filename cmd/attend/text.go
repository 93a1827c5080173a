package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"attend/data"
	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/run"
	"attend/internal/term"
)

// loadCorpus reads the text that settings name; open opens one that is a path.
func (p *program) loadCorpus(s run.Settings, open func(path string) (*os.File, error)) (*data.Corpus, error) {
	if unknown := new(data.UnknownEncodingError); errors.As(data.CheckEncoding(s.Encoding), &unknown) {
		return nil, encodingError(unknown)
	}
	text, err := s.BuiltIn()
	if err != nil {
		return nil, err
	}
	if text != nil {
		corpus, err := text.Load()
		if err != nil {
			return nil, err
		}
		return corpus, s.CheckBuiltIn(corpus)
	}
	path, in := "", p.stdin
	if s.Data != "-" {
		f, err := open(s.Data)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		path, in = shownPath(s.Data), f
	} else if term.IsTerminal(p.stdin) {
		p.say("reading the text from the keyboard; end it with Ctrl-D on an empty line")
	}
	corpus, err := data.Load(path, in, s.Options())
	_, unread := errors.AsType[*fs.PathError](err)
	if _, large := errors.AsType[*file.SizeError](err); unread || large {
		return nil, fileError("data", s.Data, err)
	}
	return corpus, err
}

// openText opens a text of at most `most` bytes that a flag names. Where stream is set it may come from a FIFO, as in
// `--data <(command)`, and opening one waits for who writes to it.
func openText(flag, path string, most int64, stream bool) (*os.File, error) {
	var f *os.File
	info, err := os.Stat(path)
	if stream && err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		f, err = os.Open(path)
	} else {
		f, err = file.Open(path, most)
	}
	if err != nil {
		return nil, fileError(flag, path, err)
	}
	return f, nil
}

// noteShortened notes that sentences are longer than the context of a run, so that only their last tokens are read.
func (p *program) noteShortened(r *run.Run, sentences ...string) {
	noun, many, most, tokens := r.Vocabulary.Tokenizer().Noun(), 0, 0, 0
	for _, s := range sentences {
		e, err := r.Encode(s) // what is wrong with it is said when it is read
		if err == nil && e.Omitted > 0 {
			many++
			most, tokens = len(e.IDs), e.Omitted+len(e.IDs)
			if _, ok := r.Vocabulary.Boundary(); ok {
				most, tokens = most-1, tokens-1
			}
		}
	}
	const rest = ", and positions count from the first of these"
	switch {
	case many == 1 && len(sentences) == 1:
		p.note(fmt.Sprintf("the sentence has %s and this run, with a context of %d, reads at most %s: this is the answer for its last %s%s",
			printable.Count(tokens, noun), r.Config.Context, printable.Thousands(most), printable.Thousands(most), rest))
	case many > 0:
		p.note(fmt.Sprintf("%d of %s longer than this run reads, which is %s with its context of %d: these are answered for their last %s%s",
			many, printable.Count(len(sentences), "sentence")+" "+either(many == 1, "is", "are"), printable.Count(most, noun),
			r.Config.Context, printable.Thousands(most), rest))
	}
}

// noteMeasured notes that what is measured on held-out text is measured on the training text, if nothing is held out.
func (p *program) noteMeasured(corpus *data.Corpus) {
	if corpus.HeldOut.Len() == 0 {
		p.note("nothing is held out, so the training text is used in its place")
	}
}

// textOf reads the text that a run was begun with.
func (p *program) textOf(r *run.Run) (*data.Corpus, error) {
	if r.Settings.Data == "-" {
		return p.textAgain(r)
	}
	return p.loadCorpus(r.Settings, func(string) (*os.File, error) {
		f, text, err := r.OpenText(data.MaxText)
		if other := new(run.OtherTextError); err == nil || errors.As(err, &other) {
			return f, err
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the text that %s was trained on is not at %s any more: put it back there",
				printable.Path(r.Path), printable.Path(text))
		}
		_, cause := fileCause(err)
		return nil, fmt.Errorf("the text that %s was trained on cannot be read from %s: %w: put it back there",
			printable.Path(r.Path), printable.Path(text), cause)
	})
}

// textAgain reads the text of a run that was trained on standard input. If nothing comes from there, the error is the command to give.
func (p *program) textAgain(r *run.Run) (*data.Corpus, error) {
	in := &countingReader{Reader: p.stdin}
	if !term.IsTerminal(p.stdin) {
		defer func(before io.Reader) { p.stdin = before }(p.stdin)
		p.stdin = in
		corpus, err := p.loadCorpus(r.Settings, nil)
		if err == nil || in.bytes > 0 {
			return corpus, err
		}
	}
	return nil, fmt.Errorf("%s was trained on standard input: give it the same text again: %s < TEXT", printable.Path(r.Path), p.again(r))
}

// countingReader counts the bytes that are read.
type countingReader struct {
	io.Reader
	bytes int
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.bytes += n
	return n, err
}

// mostCommand is the number of characters of a command that an error repeats whole.
const mostCommand = 160

// again returns the command that is carried out, with the run named.
func (p *program) again(r *run.Run) string {
	var words []string
	for _, arg := range p.args {
		words = append(words, printable.ShellWord(arg))
	}
	if f := p.running.Flags().Lookup("run"); f != nil && !f.Changed {
		words = slices.Insert(words, 1, "--run", printable.ShellWord(r.Path))
	}
	command := "attend " + strings.Join(words, " ")
	if utf8.RuneCountInString(command) > mostCommand {
		command = p.running.CommandPath() + " ... --run " + commandWord(r.Path, "FOLDER", printable.MaxPath)
	}
	return command
}

// readFile returns the text, of at most `most` bytes, of the file that a flag names; "-" is standard input.
func (p *program) readFile(flag, path, encoding string, most int64) (string, error) {
	name, in := "", p.stdin
	if path != "-" {
		f, err := openText(flag, path, most, true)
		if err != nil {
			return "", err
		}
		defer f.Close()
		name, in = path, f
	}
	text, err := data.ReadText(name, in, encoding, most)
	var unknown *data.UnknownEncodingError
	var other *data.NotTextError
	switch {
	case errors.As(err, &unknown):
		return "", encodingError(unknown)
	case errors.As(err, &other) && path == "-":
		return "", fmt.Errorf("--%s -: %s", flag, strings.TrimPrefix(other.Error(), "standard input: "))
	case errors.As(err, &other):
		return "", fmt.Errorf("--%s %w", flag, other)
	case err != nil:
		return "", fileError(flag, path, err)
	}
	return text, nil
}

// encodingError says which encoding may have been meant.
func encodingError(unknown *data.UnknownEncodingError) error {
	if near := nearest(strings.ToLower(unknown.Name), data.EncodingNames()); near != "" {
		return fmt.Errorf("--encoding: there is no encoding %s: did you mean %s?", printable.Quote(unknown.Name), near)
	}
	return fmt.Errorf("--encoding: %w", unknown)
}

// unusedEncoding is the error of --encoding without the flag that names the file that it is of.
func (p *program) unusedEncoding(of string) error {
	if p.running.Flags().Changed("encoding") {
		return fmt.Errorf("--encoding is that of the file of --%s: give --%s FILE, or leave it out", of, of)
	}
	return nil
}

// encodingFlag adds --encoding, the encoding of the files of other flags.
func encodingFlag(f *pflag.FlagSet, encoding *string, of string) {
	f.StringVar(encoding, "encoding", data.UTF8, "encoding of "+of+", by its `NAME`, as for attend train")
}

// shownPath returns a path as a user can type it here: relative to the present folder if that is shorter.
func shownPath(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if relative, err := filepath.Rel(here, path); err == nil && len(relative) < len(path) {
		return relative
	}
	return path
}

// The most that a file of sentences holds, and one line of it, in bytes.
const (
	mostSentences = 64e6
	longestLine   = 1e6
)

// sentencesOf returns the sentences of the file at path, or of standard input for "-". Where a run reads no sentences, a file is
// one text.
func (p *program) sentencesOf(path, encoding string, r *run.Run) ([]string, error) {
	text, err := p.readFile("file", path, encoding, mostSentences)
	if err != nil {
		return nil, err
	}
	if !r.Vocabulary.Layout().Sentences() {
		return []string{strings.TrimRight(text, "\r\n")}, nil
	}
	var sentences []string
	number := 0
	for line := range strings.Lines(text) {
		number++
		if len(line) > longestLine {
			return nil, fmt.Errorf("--file %s: line %d is longer than %s: put one sentence on a line",
				printable.Path(path), number, printable.Size(longestLine))
		}
		if line = strings.TrimSpace(line); line != "" {
			sentences = append(sentences, line)
		}
	}
	if len(sentences) == 0 {
		return nil, fmt.Errorf("--file %s: it holds no sentence: write one a line", printable.Path(path))
	}
	return sentences, nil
}

// mostMaps is the most bytes of the maps of more than one sentence. What is written of them takes up to six times as much.
const mostMaps = 100e6

// checkMaps returns an error if the maps of the sentences, with or without the vectors, and with or without norms that are written
// beside the weights, take more than mostMaps.
func checkMaps(sentences []string, r *run.Run, vectors, norms bool) error {
	const sliceHeader, rest = 24, 1000 // bytes of a row besides its weights, and of a map besides its rows
	bytes := 0
	for i, s := range sentences {
		tokens, _ := r.Vocabulary.Tokenize(s) // what is wrong with it is said when it is read
		n := min(1+len(tokens), r.Config.Context)
		bytes += rest + r.Config.Layers*r.Config.Heads*n*(4*n+sliceHeader)
		if vectors { // query, key and value
			bytes += r.Config.Layers * n * (4*4*r.Config.Dim + r.Config.Heads*(5*sliceHeader+4*n)) // query, key, value and output; scores
			bytes += r.Config.Layers * n * r.Config.Heads * (8*r.Config.Heads + sliceHeader)       // products
		}
		if norms { // of each head and of their sum
			bytes += r.Config.Layers * (r.Config.Heads + 1) * n * (8*n + sliceHeader)
		}
		if i > 0 && bytes > mostMaps {
			return fmt.Errorf("the maps of %s would take more than %s: inspect fewer at once, here at most the first %s",
				printable.Count(len(sentences), "sentence"), printable.Size(mostMaps), printable.Thousands(i))
		}
	}
	return nil
}
