package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/run"
)

// mostLine is how many characters a line on standard error may have.
const mostLine = 399

// lineHead begins the line of an error.
const lineHead = "attend: "

// message returns an error as one printable line that fits mostLine behind lineHead. What an error quotes is shortened where
// the error is made, so that its advice is not cut off; this is a second limit.
func message(err error) string { return printable.Message(err.Error(), mostLine-len(lineHead)) }

// systemError says what to do about an error of the system that comes as it was made: standard output could not be written, or
// a path of our own.
func systemError(stdout io.Writer, err error) error {
	at, found := errors.AsType[*fs.PathError](err)
	if f, ok := stdout.(*os.File); ok && found && at.Op == "write" && at.Path == f.Name() {
		return fmt.Errorf("standard output cannot be written: %w", file.Explain(at, "write elsewhere"))
	}
	switch e := err.(type) {
	case *fs.PathError:
		return fmt.Errorf("cannot %s %s: %w", e.Op, printable.Path(e.Path), file.Explain(e, "choose another path"))
	case *os.LinkError:
		return fmt.Errorf("cannot %s %s: %w", e.Op, printable.Path(e.Old), file.Explain(e, "choose another path"))
	}
	return err
}

// textAdvice returns the advice for what is no flag: a text that begins with a dash, as a line of dialogue does, comes after --.
func textAdvice(given, help string) string {
	if strings.ContainsFunc(given, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' }) {
		return "put -- before a text that begins with a dash"
	}
	return help
}

// flagError says what is wrong with a flag: what was wanted, what came, what to do.
func flagError(cmd *cobra.Command, err error) error {
	help := fmt.Sprintf("`%s --help` lists the flags", cmd.CommandPath())
	var unknown *pflag.NotExistError
	var bare *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return fmt.Errorf("there is no flag -%s: %s", printable.Short(unknown.GetSpecifiedShortnames(), printable.MaxQuote),
			textAdvice(unknown.GetSpecifiedShortnames(), help))
	case errors.As(err, &unknown):
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		name := unknown.GetSpecifiedName()
		if now := renamedTo(cmd.Flags(), name); now != "" {
			return fmt.Errorf("the flag --%s is named --%s now", name, now)
		}
		return fmt.Errorf("there is no flag --%s: %s", printable.Short(name, printable.MaxQuote), meant(name, names, "--%s", textAdvice(name, help)))
	case errors.As(err, &bare) && slices.Contains([]string{wordType, positionType}, bare.GetFlag().Value.Type()):
		return fmt.Errorf(`--%s requires %s after it; a position such as "#3" needs the quotes, for # begins a comment in a shell`,
			bare.GetFlag().Name, wanted(bare.GetFlag(), false))
	case errors.As(err, &bare):
		return fmt.Errorf("--%s requires %s after it: %s", bare.GetFlag().Name, wanted(bare.GetFlag(), false), help)
	case errors.As(err, &invalid):
		want := wanted(invalid.GetFlag(), errors.Is(err, strconv.ErrRange))
		return fmt.Errorf("--%s requires %s, not %s", invalid.GetFlag().Name, want, printable.Quote(invalid.GetValue()))
	}
	return fmt.Errorf("%w: %s", err, help)
}

// wanted names what a flag takes, with its range if digits came that do not fit.
func wanted(f *pflag.Flag, digits bool) string {
	switch f.Value.Type() {
	case "SIZE":
		return "a size such as 8GB, 500MB or 2000000"
	case wordType:
		return "a word"
	case positionType:
		return `a position such as 3 or "#3"`
	case headType:
		return "the number of a head, from 1, or mean"
	}
	if n, ok := f.Value.(interface{ limits() string }); ok && digits && n.limits() != "" {
		return run.Wanted(f.Value.Type(), false) + ", " + n.limits()
	}
	return cmp.Or(run.Wanted(f.Value.Type(), digits), "a value")
}

// longestTypo is how many bytes a mistyped word has at most: nobody mistypes a longer one by a letter or two.
const longestTypo = 64

// meant asks whether the name most like a mistyped word was meant, spelled as the format has it. If none is like it, it says what
// is given instead.
func meant(word string, names []string, format, otherwise string) string {
	if near := nearest(word, names); near != "" {
		return fmt.Sprintf("did you mean "+format+"?", near)
	}
	return otherwise
}

// nearest returns the name most like a mistyped word, or nothing if none is like it.
func nearest(word string, names []string) string {
	for _, name := range similar(word, names, max(2, len(word)/3)) {
		return name
	}
	return ""
}

// similar returns the names whose [distance] from a mistyped word is at most `most`, the most like first.
func similar(word string, names []string, most int) []string {
	if len(word) > longestTypo {
		return nil
	}
	byDistance := make([][]string, most+1)
	for _, name := range names {
		if len(name) > longestTypo {
			continue
		}
		if d := distance(word, name); d <= most {
			byDistance[d] = append(byDistance[d], name)
		}
	}
	return slices.Concat(byDistance...)
}

// distance counts the letters to insert, delete or replace to make one word of another (Levenshtein 1966).
func distance(from, to string) int {
	a, b := []rune(from), []rune(to)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}

// fileError says why the file of a flag cannot be read.
func fileError(flag, path string, err error) error {
	advice, cause := fileCause(err)
	return fmt.Errorf("--%s %s: %w: %s", flag, printable.Path(path), cause, advice)
}

// fileCause returns what to do about a file that cannot be read, and why it cannot, without its path.
func fileCause(err error) (advice string, cause error) {
	kind, isKind := errors.AsType[*file.KindError](err)
	size, isSize := errors.AsType[*file.SizeError](err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "name a text file", errors.New("there is no such file")
	case errors.Is(err, fs.ErrPermission):
		return "name a text file", errors.New("no permission to read it")
	case errors.Is(err, syscall.EISDIR):
		return "name a text file", &file.KindError{Mode: fs.ModeDir}
	case isKind:
		return "name a text file", kind
	case isSize:
		return "cut it, or name a smaller one", size
	}
	return cmp.Or(file.Advice(err), "name a file that can be read"), file.Cause(err)
}
