package main

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/internal/file"
	"attend/internal/printable"
	"attend/internal/run"
)

// unset marks a number of steps that neither the settings file nor a flag names.
const unset = math.MinInt

// mostSettings is the most bytes of a settings file.
const mostSettings = 1e6

// applyConfig reads a settings file under the flags: what the command line names stays.
func applyConfig(cmd *cobra.Command, settings *run.Settings, path string) error {
	b, err := file.Read(path, mostSettings)
	if err != nil {
		return fileError("config", path, err)
	}
	given := givenFlags(cmd.Flags())
	read, err := run.ParseYAML(b, *settings)
	if err != nil {
		return fmt.Errorf("--config %s: %s", printable.Path(path), yamlProblem(cmd.Flags(), err))
	}
	*settings = read
	for _, f := range given {
		if err := cmd.Flags().Set(f.name, f.value); err != nil {
			return err
		}
	}
	return nil
}

// givenFlag is a flag that the command line names, with its value there.
type givenFlag struct{ name, value string }

// givenFlags lists the flags of the command line by name.
func givenFlags(flags *pflag.FlagSet) []givenFlag {
	var given []givenFlag
	flags.Visit(func(f *pflag.Flag) { given = append(given, givenFlag{f.Name, f.Value.String()}) })
	return given
}

// The errors of the YAML reader that a settings file can cause.
var (
	unknownKey = regexp.MustCompile(`line (\d+): field (.*) not found in type`)
	wrongType  = regexp.MustCompile("line (\\d+): cannot unmarshal (?:!!\\S+ )?(?:`(.*)` )?into (\\S+)")
)

// yamlProblem says in a user's words what is wrong with a settings file: the first thing.
func yamlProblem(flags *pflag.FlagSet, err error) string {
	text := err.Error()
	if m := unknownKey.FindStringSubmatch(text); m != nil {
		advice := "the settings are named as the flags of `attend train --help`"
		var names []string
		flags.VisitAll(func(f *pflag.Flag) {
			if !notSettings[f.Name] {
				names = append(names, f.Name)
			}
		})
		if near := nearest(m[2], names); near != "" {
			advice = fmt.Sprintf("did you mean %s?", near)
		}
		return fmt.Sprintf("line %s: there is no setting %s: %s", m[1], printable.Quote(m[2]), advice)
	}
	if m := wrongType.FindStringSubmatch(text); m != nil {
		came := "a list or a group of settings"
		if m[2] != "" {
			came = printable.Quote(m[2])
		}
		want, known := map[string]string{
			"int": "a whole number", "uint64": "a whole number from 0 up", "float64": "a number", "bool": "true or false", "string": "text",
		}[m[3]]
		if !known {
			want = "settings, one a line, such as `layers: 2`"
		}
		if digits := strings.Trim(m[2], "0123456789"); m[2] != "" && (digits == "" || digits == "-" && m[3] == "int") {
			want = wholeNumbers[m[3]]
		}
		return fmt.Sprintf("line %s: want %s, not %s", m[1], want, came)
	}
	if !strings.HasPrefix(text, "yaml: ") {
		return text // not of the reader of YAML, and says what to do
	}
	lines := strings.Split(text, "\n")
	if len(lines) > 1 && strings.HasSuffix(lines[0], "errors:") {
		lines = lines[1:]
	}
	return fmt.Sprintf("it is not a settings file (%s): want lines such as `layers: 2`", printable.Short(strings.TrimPrefix(strings.TrimSpace(lines[0]), "yaml: "), 2*printable.MaxQuote))
}
