package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"attend/data"
	"attend/inspect"
	"attend/run"
)

// inspectOptions are the flags of `attend inspect`.
type inspectOptions struct {
	path, format, file string
	layer, head, top   int
	all                bool
}

func newInspect(p *program) *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect SENTENCE...",
		Short: "show the attention map of sentences",
		Long: `Show which words each word of a sentence attends to, as the model computes it, and the words
that it expects next. Rows look at columns; a row adds up to 1. By default the mean over all
layers and heads; --all shows each head, --layer and --head one of them, counted from 1.

Attention is where a model looks, not why it decides: a word may be looked at and change
nothing.`,
		Example: `  attend inspect "The lion saw the zebra near the river"
  attend inspect --all "The lion saw the zebra near the"
  attend inspect --run runs/mine --layer 1 --head 2 "my own sentence"
  attend inspect --format json "The lion saw the zebra" > map.json
  attend inspect --file sentences.txt --format csv`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.format != "text" && (o.layer != 0 || o.head != 0 || o.all) {
				return fmt.Errorf("--layer, --head and --all choose what text shows: leave them out, --format %s holds every head", o.format)
			}
			if err := checkLimits(cmd.Flags(), inspectLimits); err != nil {
				return err
			}
			return p.inspect(o, args)
		},
	}
	runFlag(cmd, &o.path)
	f := cmd.Flags()
	f.StringVar(&o.format, "format", "text", "text, json or csv")
	f.StringVar(&o.file, "file", "", "read sentences, one a line, from a file (- for standard input)")
	f.IntVar(&o.layer, "layer", 0, "only this layer, from 1 (0: all)")
	f.IntVar(&o.head, "head", 0, "only this head, from 1 (0: all)")
	f.BoolVar(&o.all, "all", false, "each layer and head by itself instead of their mean")
	f.IntVar(&o.top, "top", shownPredictions, "how many likely next words")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json", "csv"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// inspect prints the maps of the sentences in the arguments or the file.
func (p *program) inspect(o inspectOptions, args []string) error {
	if err := checkOneOf("format", o.format, "text", "json", "csv"); err != nil {
		return err
	}
	if o.file == "" && len(args) == 0 {
		return errors.New("inspect wants a sentence and got none: attend inspect \"The lion saw the zebra near the river\", or --file FILE")
	}
	if o.file != "" && len(args) > 0 {
		return fmt.Errorf("give sentences or --file, not both: %s and --file %s", quote(short(args[0])), o.file)
	}
	if o.all && (o.layer > 0 || o.head > 0) {
		return errors.New("--all shows every layer and head: leave out --layer and --head, or --all")
	}
	r, err := openRun(o.path)
	if err != nil {
		return err
	}
	if err := checkHead(r, o.layer, o.head); err != nil {
		return err
	}
	sentences, err := p.sentences(o, args, r)
	if err != nil {
		return err
	}
	reader, err := r.NewReader(1)
	if err != nil {
		return err
	}
	defer reader.Close()
	maps := make([]inspect.Map, len(sentences))
	for i, s := range sentences {
		if maps[i], err = reader.Map(s, o.top); err != nil {
			return fmt.Errorf("%s: %w", quote(short(s)), err)
		}
	}
	switch o.format {
	case "json":
		return inspect.JSON(p.stdout, r.Path, r.Step, maps)
	case "csv":
		return inspect.CSV(p.stdout, maps)
	}
	text := textOptions(p.stdout)
	text.Layer, text.Head, text.All = o.layer-1, o.head-1, o.all
	for i, m := range maps {
		if i > 0 {
			fmt.Fprintln(p.stdout)
		}
		if err := writeMap(p.stdout, m, text); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.stdout, "\n%s\n", wrapped(readingNote(r), text.Width))
	return err
}

// checkHead reports a layer or head, counted from 1 with 0 for all, that a run does not have.
func checkHead(r *run.Run, layer, head int) error {
	if layer < 0 || layer > r.Config.Layers {
		return fmt.Errorf("--layer %d: %s has %s, counted from 1 (0: all)", layer, r.Path, plural(r.Config.Layers, "layer"))
	}
	if head < 0 || head > r.Config.Heads {
		return fmt.Errorf("--head %d: %s has %s, counted from 1 (0: all)", head, r.Path, plural(r.Config.Heads, "head"))
	}
	return nil
}

// writeMap prints one sentence: its grid and what comes next.
func writeMap(w io.Writer, m inspect.Map, o inspect.TextOptions) error {
	if _, err := fmt.Fprintf(w, "%s\n\n", wrapped(inspect.Printable(m.Text), o.Width)); err != nil {
		return err
	}
	if err := inspect.Grid(w, m, o); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	if err := inspect.Predictions(w, m.Next, o); err != nil {
		return err
	}
	if note := unknownNote(m); note != "" {
		_, err := fmt.Fprintf(w, "\n%s\n", wrapped(note, o.Width))
		return err
	}
	return nil
}

// unknownNote names the words of a sentence that the run does not know.
func unknownNote(m inspect.Map) string {
	var words []string
	for i, unknown := range m.Unknown {
		if word := quote(m.Tokens[i]); unknown && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return "not in the vocabulary, read as " + data.UnknownToken + ": " + strings.Join(words, ", ")
}

// readingNote says how the text of the maps is to be taken.
func readingNote(r *run.Run) string {
	note := fmt.Sprintf("%s, step %s", inspect.Printable(r.Path), thousands(float64(r.Step)))
	if r.Vocabulary.Unit() == data.Word {
		note += "; words are shown as typed and read in lower case, " + data.BoundaryToken + " is where a sentence begins or ends"
	}
	return note
}

// sentences returns what to inspect. In a run on characters a file is one text.
func (p *program) sentences(o inspectOptions, args []string, r *run.Run) ([]string, error) {
	if o.file == "" {
		return args, nil
	}
	in := p.stdin
	if o.file != "-" {
		f, err := os.Open(o.file)
		if err != nil {
			return nil, fileError("file", o.file, err)
		}
		defer f.Close()
		in = f
	}
	if r.Vocabulary.Unit() == data.Char {
		b, err := io.ReadAll(in)
		if err != nil {
			return nil, fileError("file", o.file, err)
		}
		return []string{strings.TrimPrefix(strings.TrimRight(string(b), "\r\n"), "\ufeff")}, nil
	}
	var sentences []string
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		if line := strings.TrimPrefix(strings.TrimSpace(lines.Text()), "\ufeff"); line != "" {
			sentences = append(sentences, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fileError("file", o.file, err)
	}
	if len(sentences) == 0 {
		return nil, fmt.Errorf("%s holds no sentence: write one a line", o.file)
	}
	return sentences, nil
}

// short cuts a sentence for an error line.
func short(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
