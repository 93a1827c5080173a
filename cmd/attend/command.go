package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"attend/data"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/render/export"
	"attend/internal/render/picture"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
	"attend/layers"
)

// indexBase ends the help of a command whose text and whose JSON name layers and heads.
const indexBase = `

Layers and heads count from 1 on the command line and in text, from 0 in JSON
and CSV.`

// namingHelp says in the help of a command how its flags name a word of the sentence or a position.
const namingHelp = `

Words and positions: zebra is the word of the sentence, the:2 the second of
several. "#3" is always the third word; the quotes are needed, for # begins a
comment in a shell. A number alone is the word of that spelling if the sentence
has it, otherwise a position; --position takes positions only. --word and
--against take any word of the vocabulary, or "#3".`

// runCommand is what a command that shows something of a run says of itself, besides its name, help and flags. What is the same
// for all, [program.runCommand] does.
type runCommand struct {
	formats []format                                             // besides text and JSON
	check   func(*request) error                                 // what is wrong whatever the run holds; may be nil
	open    func(path string, o ...run.Option) (*run.Run, error) // nil: [run.Open]
	find    func(*request) (finding, error)
}

// request is what a command line asks for.
type request struct {
	output
	cmd  *cobra.Command
	args []string
	run  *run.Run // nil until it is open

	unknown []string // tokens of what was given that the run does not know, see [request.namesUnknown]
}

// finding is what a command found, and how it is written.
type finding struct {
	shown   []any               // everything that is shown of it, in which all numbers must be finite
	name    string              // of the result in JSON; "": that of the command
	result  func() (any, error) // in JSON; nil: the first of what is shown
	text    func(w io.Writer, view text.Options) error
	note    string                                         // below the text
	bare    bool                                           // other programs read the text, so that no note is below it
	formats map[string]func(io.Writer) error               // the others, by name
	picture func(picture.Options) (picture.Drawing, error) // for any format of pictures
}

// drawn is a finding that is one value, which a function draws as text.
func drawn[T any](value T, draw func(io.Writer, T, text.Options) error, note string) finding {
	return finding{
		shown: []any{value},
		text:  func(w io.Writer, view text.Options) error { return draw(w, value, view) },
		note:  note,
	}
}

// runCommand gives a command the flags --run, --max-memory, --format and --output, and makes it open the run, find what it is for
// and write that in the format that was asked for.
func (p *program) runCommand(cmd *cobra.Command, c runCommand) *cobra.Command {
	var q request
	var path string
	formats := slices.Concat([]format{textFormat, jsonFormat}, c.formats)
	p.namedFlag(cmd, &path, "run", "run, by its folder or its name under "+runsFolder+"/ (default: the latest there)")
	p.atFlag(cmd.Flags())
	p.memoryFlag(cmd.Flags())
	q.output.flags(cmd, formats)
	open := c.open
	if open == nil {
		open = run.Open
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		q.cmd, q.args = cmd, args
		err := q.resolvePictures(cmd, p.stdout, formats)
		if err == nil && c.check != nil {
			err = c.check(&q)
		}
		if err == nil && path == "" {
			path, err = latestRun()
		} else if err == nil {
			path, err = find(path, aRun)
		}
		if err == nil {
			q.run, err = open(path, p.options()...)
		}
		if err == nil {
			err = p.checkAt(q.run)
		}
		if err != nil {
			return err
		}
		p.note(q.run.Notes...)
		found, err := c.find(&q)
		if err != nil {
			return err
		}
		return q.write(p.stdout, func(w io.Writer) error { return p.writeFinding(w, found, &q) })
	}
	return cmd
}

// writeFinding writes what was found in the format of the request. Nothing is written of what is not finite.
func (p *program) writeFinding(w io.Writer, f finding, q *request) error {
	if err := checkFinite(q.run.Path, f.shown...); err != nil {
		return err
	}
	if note := unknownNote(q.unknown); note != "" && (f.bare || q.chosen.picture || q.format != textFormat.name) {
		p.note(note)
	}
	if q.chosen.picture {
		return p.draw(w, q.output, f.picture)
	}
	if write := f.formats[q.format]; write != nil {
		return write(w)
	}
	if q.format == jsonFormat.name {
		if f.result == nil {
			f.result = func() (any, error) { return f.shown[0], nil }
		}
		result, err := f.result()
		if err != nil {
			return err
		}
		return export.JSON(w, cmp.Or(f.name, q.cmd.Name()), q.run.Source(), once(q.unknown), result)
	}
	view := textOptions(w)
	if err := f.text(w, view); err != nil || f.bare {
		return err
	}
	for _, note := range []string{unknownNote(q.unknown), f.note} {
		if note != "" {
			if _, err := fmt.Fprintf(w, "\n%s\n", term.Wrap(note, view.Width)); err != nil {
				return err
			}
		}
	}
	return nil
}

// stepNote names the run and its step, and says which weights of the training these are.
func stepNote(r *run.Run) string {
	note := render.Origin(r.Source())
	if r.Settings.Keep == run.KeepBest && !r.Selected() {
		note += ", the last"
	}
	return note
}

// readingNote says which run and step a map is of, and how its words are shown.
func readingNote(r *run.Run) string {
	note, notes := stepNote(r), []string(nil)
	if tokenizer := r.Vocabulary.Tokenizer(); tokenizer.FoldsCase() {
		notes = append(notes, tokenizer.Noun()+"s are shown as typed and read in lower case")
	}
	if _, ok := r.Vocabulary.Boundary(); ok {
		notes = append(notes, data.BoundaryToken+" is where a sentence begins or ends")
	}
	if len(notes) > 0 {
		note += "; " + strings.Join(notes, ", ")
	}
	return note
}

// oneSentence refuses any other number of arguments than one.
func oneSentence(q *request) error {
	name := q.cmd.Name()
	switch len(q.args) {
	case 0:
		return fmt.Errorf("%s requires a sentence: attend %s \"The lion saw the zebra near the\"", name, name)
	case 1:
		return nil
	}
	return fmt.Errorf("%s requires one sentence, not %d: put it in quotes", name, len(q.args))
}

// checkHead returns an error for a layer or a head, counted from 1, that a run does not have. The range of their flags is that of
// any model.
func checkHead(r *run.Run, layer, head int) error {
	for _, c := range []struct {
		noun       string
		given, has int
	}{{"layer", layer, r.Config.Layers}, {"head", head, r.Config.Heads}} {
		if c.given > c.has {
			return fmt.Errorf("--%s %d: %s has %s, counted from 1", c.noun, c.given, printable.Path(r.Path), printable.Count(c.has, c.noun))
		}
	}
	return nil
}

// checkFinite returns a [layers.NotFiniteError] if a result of the run at path holds a number that is NaN or infinite: none has a
// bar, a colour or a spelling in JSON. What has no value is a nil pointer, never NaN.
func checkFinite(path string, results ...any) error {
	for _, result := range results {
		if where, x, found := notFinite(reflect.ValueOf(result)); found {
			return fmt.Errorf("%s: %w",
				path, &layers.NotFiniteError{Found: fmt.Sprintf("%s is %g", strings.TrimPrefix("result"+where, "result."), x)})
		}
	}
	return nil
}

// notFinite returns the first number in a value that is NaN or infinite, if there is one, and where it is, such as
// ".words[3].attention_removed".
func notFinite(v reflect.Value) (where string, x float64, found bool) {
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return "", v.Float(), math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0)
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return notFinite(v.Elem())
		}
	case reflect.Slice, reflect.Array, reflect.Map:
		for key, element := range v.Seq2() {
			if where, x, found := notFinite(element); found {
				return fmt.Sprintf("[%v]%s", key, where), x, true
			}
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			if where, x, found := notFinite(value); found {
				return "." + fieldName(field) + where, x, true
			}
		}
	}
	return "", 0, false
}

// fieldName is the name of a field as its JSON spells it.
func fieldName(f reflect.StructField) string {
	if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
		return name
	}
	return strings.ToLower(f.Name)
}
