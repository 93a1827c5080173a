package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/render/picture"
	"attend/internal/render/text"
	"attend/internal/run"
	"attend/internal/term"
)

// format is a kind of output of a command.
type format struct {
	name      string
	extension string // of a file that holds it
	picture   bool
	binary    bool // nothing for a terminal
}

// Formats that several commands write.
var (
	textFormat = format{name: "text", extension: ".txt"}
	jsonFormat = format{name: "json", extension: ".json"}
	csvFormat  = format{name: "csv", extension: ".csv"}
	htmlFormat = format{name: "html", extension: ".html"}
)

// pictureFormats are what a picture can be.
var pictureFormats = func() (formats []format) {
	for _, e := range picture.Formats {
		formats = append(formats, format{name: e.Name, extension: "." + e.Name, picture: true, binary: e.Choice.Binary})
	}
	return formats
}()

// mapFormats are what maps can be, besides text and JSON.
var mapFormats = slices.Concat([]format{csvFormat, htmlFormat}, pictureFormats)

// output has the values of the flags --format, --output and --theme of a command, and the format that follows from them.
type output struct {
	format, to, theme string
	chosen            format
}

// flags adds the flags to a command, --theme if pictures are among its formats. The first format is the one of standard output if
// none is named.
func (o *output) flags(cmd *cobra.Command, formats []format) { o.add(cmd.Flags(), formats) }

// add is [output.flags] for a set of flags.
func (o *output) add(f *pflag.FlagSet, formats []format) {
	names := formatNames(formats)
	choiceFlag(f, &o.format, "format", "", names,
		printable.Or(names)+" (default: by the extension of the output file, else "+names[0]+")")
	f.StringVarP(&o.to, "output", "o", "", "write to `FILE` instead of standard output")
	if slices.ContainsFunc(formats, func(f format) bool { return f.picture }) {
		themes := []string{"light", "dark"}
		choiceFlag(f, &o.theme, "theme", "light", themes, "of a picture: "+printable.Or(themes))
	}
}

// noPicture refuses flags that change only pictures, where none is written.
func noPicture(flags *pflag.FlagSet) error {
	for _, name := range []string{"theme", "width"} {
		if flags.Changed(name) {
			return fmt.Errorf("--%s is for pictures: leave it out, or add --format %s", name, printable.Or(formatNames(pictureFormats)))
		}
	}
	return nil
}

func formatNames(formats []format) []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// resolve sets the format: the one named, else that of the file's extension, else the first. It returns an error for an extension
// of no format, for a name and an extension that disagree, and for a binary format on a terminal.
func (o *output) resolve(stdout io.Writer, formats []format) error {
	if err := o.checkTarget(); err != nil {
		return err
	}
	named := slices.IndexFunc(formats, func(f format) bool { return f.name == o.format })
	byExtension := slices.IndexFunc(formats, func(f format) bool { return f.extension == strings.ToLower(filepath.Ext(o.to)) })
	switch {
	case named < 0 && byExtension < 0 && o.to != "" && !special(o.to):
		return fmt.Errorf("--output %s: unknown file extension: add --format %s",
			printable.Path(o.to), printable.Or(formatNames(formats)))
	case named >= 0 && byExtension >= 0 && named != byExtension:
		return fmt.Errorf("--format %s and the extension of --output %s disagree: leave out --format, or name the file otherwise",
			o.format, printable.Path(o.to))
	}
	o.chosen = formats[max(0, named, byExtension)]
	o.format = o.chosen.name
	if o.chosen.binary && o.to == "" && term.IsTerminal(stdout) {
		return fmt.Errorf("a %s is no text for a terminal: name a file with -o map%s", strings.ToUpper(o.format), o.chosen.extension)
	}
	return nil
}

// resolvePictures is [output.resolve] for a command that writes pictures among others: it refuses flags for pictures where none is
// written.
func (o *output) resolvePictures(cmd *cobra.Command, stdout io.Writer, formats []format) error {
	if err := o.resolve(stdout, formats); err != nil || o.chosen.picture {
		return err
	}
	return noPicture(cmd.Flags())
}

// checkTarget refuses to write over a file of a run.
func (o *output) checkTarget() error {
	if run.HasFile(o.to) {
		return fmt.Errorf("--output %s is a file of a run, which would be lost: name another file", printable.Path(o.to))
	}
	return nil
}

// special reports whether a path is there and neither file nor folder: a device or a pipe, which is written into, not
// replaced.
func special(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// write calls content with where the output goes, which isolates words that are written from right to left if it is text. A file is put in place only when all of it is
// written, so that it is whole or not there; the old one stays if anything fails.
func (o *output) write(stdout io.Writer, content func(io.Writer) error) error {
	to := term.Raw[io.Writer]
	if o.chosen == textFormat {
		to = term.Isolating
	}
	if o.to == "" {
		return content(to(stdout))
	}
	var failed error // other than that of the file
	err := o.replace(func(w io.Writer) error {
		kept := &keptError{Writer: w}
		err := content(to(kept))
		if kept.err == nil {
			failed = err
		}
		return err
	})
	if failed != nil {
		return failed
	}
	return o.outputError(err)
}

func (o *output) replace(content file.Writer) error {
	if special(o.to) {
		f, err := file.OpenSpecial(o.to)
		if err != nil {
			return err
		}
		return errors.Join(content(f), f.Close())
	}
	path := o.to
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return syscall.EISDIR
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // what a link names is replaced, not the link
	} else if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return errors.New("it is a symbolic link to something that is not there")
	}
	return file.Replace(path, content)
}

// outputError says why the output file cannot be written.
func (o *output) outputError(err error) error {
	if err == nil || errors.Is(err, syscall.EPIPE) {
		return err
	}
	for _, known := range []struct {
		err   error
		cause string
	}{
		{syscall.EISDIR, "that is a folder"},
		{fs.ErrNotExist, "there is no such folder"},
		{syscall.ENOTDIR, "a file is in the way"},
		{fs.ErrPermission, "no permission to write there"},
	} {
		if errors.Is(err, known.err) {
			return fmt.Errorf("--output %s: %s: name another file", printable.Path(o.to), known.cause)
		}
	}
	_, cause := fileCause(err)
	return fmt.Errorf("--output %s: %w: %s", printable.Path(o.to), cause, cmp.Or(file.Advice(err), "name another file"))
}

// draw writes a picture in the format and the theme that were chosen, and notes what its font lacks.
func (p *program) draw(w io.Writer, o output, drawing func(picture.Options) (picture.Drawing, error)) error {
	d, err := drawing(picture.Options{Dark: o.theme == "dark"})
	if err != nil {
		return err
	}
	format, err := picture.Formats.Find("format", o.format)
	if err != nil {
		return err
	}
	lacking, err := format.Write(w, d)
	if len(lacking) > 0 {
		p.note(fmt.Sprintf("the font of a %s has no glyphs for %s such as %s, and shows boxes: take --format svg, "+
			"or html where there is a page, which use the fonts of the reader",
			strings.ToUpper(o.format), printable.Count(len(lacking), "word"), printable.Quote(lacking[0])))
	}
	return err
}

// textOptions returns how to draw maps on a stream: its width and its colours, which NO_COLOR
// and CLICOLOR_FORCE overrule.
func textOptions(stream io.Writer) text.Options {
	return text.Options{Width: term.Width(stream), Layer: -1, Head: -1, Color: colorprofile.Detect(term.Raw(stream), os.Environ())}
}
