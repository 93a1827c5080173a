package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"

	"attend/internal/run"
)

// manFolder has the manual pages, which the archives of a release hold as well.
const manFolder = "../../docs/man"

// docs/man holds the manual page of every command, as its help says it. The package that makes them is no part of the program.
func TestDocsManIsCurrent(t *testing.T) {
	made := manPages(t)
	there, err := filepath.Glob(filepath.Join(manFolder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if _, current := made[filepath.Base(path)]; !current && *update {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		} else if !current {
			t.Errorf("%s is of no command: go test ./cmd/attend -run DocsMan -update removes it", path)
		}
	}
	for name, page := range made {
		path := filepath.Join(manFolder, name)
		if now, err := os.ReadFile(path); err == nil && string(now) == page {
			continue
		}
		if !*update {
			t.Errorf("%s is not what the help says: go test ./cmd/attend -run DocsMan -update writes it", path)
			continue
		}
		if err := os.MkdirAll(manFolder, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, page)
	}
	if len(made) < 20 {
		t.Errorf("only %d pages", len(made))
	}
}

// manPages makes the manual pages of all commands, by the names of their files.
func manPages(t *testing.T) map[string]string {
	t.Helper()
	root := newRoot(&program{})
	root.InitDefaultVersionFlag()
	prepareManual(root)
	folder := t.TempDir()
	err := doc.GenManTreeFromOpts(root, doc.GenManTreeOptions{Path: folder, CommandSeparator: "-",
		Header: &doc.GenManHeader{Section: "1", Source: "attend", Manual: "attend"}})
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.1"))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pages[filepath.Base(path)] = manPage(string(b))
	}
	return pages
}

// prepareManual makes Markdown of the help of a command and of those below it, which package doc takes it for, and gives each flag the
// name and the default of its value as the help has them.
func prepareManual(cmd *cobra.Command) {
	cmd.DisableAutoGenTag = true // else a page has the day on which it was made
	cmd.Long = markdownOf(cmd.Long)
	if cmd.HasAvailableSubCommands() && !cmd.HasParent() {
		cmd.Use += " COMMAND"
	}
	cmd.InitDefaultHelpFlag()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name, usage := pflag.UnquoteUsage(f)
		if !regexp.MustCompile(`\(default[: ]|[(,;] ?0: |if not given`).MatchString(usage) && !slices.Contains([]string{"", "0", "[]", "false"}, f.DefValue) {
			usage += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		f.Usage, f.DefValue, f.NoOptDefVal, f.Value = escaped(usage), escaped(name), "", manualValue{f.Value}
	})
	for _, below := range cmd.Commands() {
		prepareManual(below)
	}
}

// manualValue is a flag whose default is written without quotes.
type manualValue struct{ pflag.Value }

func (manualValue) Type() string { return "value" }

// markdownOf returns a help text as Markdown: what is indented, as the columns of a table, stays as it is.
func markdownOf(help string) string {
	var b strings.Builder
	fenced := false
	lines := strings.Split(help, "\n")
	for i, line := range lines {
		indented := strings.HasPrefix(line, "  ")
		blankWithin := fenced && line == "" && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  ")
		if fence := indented || blankWithin; fence != fenced {
			if fence {
				b.WriteString("\n```\n")
			} else {
				b.WriteString("```\n\n")
			}
			fenced = fence
		}
		if !fenced {
			line = escaped(line)
		}
		b.WriteString(line + "\n")
	}
	if fenced {
		b.WriteString("```\n")
	}
	return strings.TrimSpace(b.String())
}

// escaped returns a text with a backslash before what Markdown takes for marks, except between backquotes.
func escaped(text string) string {
	marks := strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`)
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = marks.Replace(parts[i])
	}
	return strings.Join(parts, "`")
}

var (
	manHead  = regexp.MustCompile(`(?m)^\.TH "([^"]*)" "1" "[^"]*"`)
	manEntry = regexp.MustCompile(`(?m)^(\.SH OPTIONS\n|\.PP\n)(\\fB-.*)\n\t`)
	manFlag  = regexp.MustCompile(`(?m)^\.TP\n(?:\\fB-.\\fP, )?\\fB--(.*?)\\fP`)
)

// manPage returns a page of package doc without its date, with its flags as items, and with headings over groups of settings.
func manPage(page string) string {
	page = manHead.ReplaceAllString(page, `.TH "$1" "1" ""`)
	page = manEntry.ReplaceAllStringFunc(page, func(entry string) string {
		parts := manEntry.FindStringSubmatch(entry)
		return strings.TrimSuffix(parts[1], ".PP\n") + ".TP\n" + parts[2] + "\n"
	})
	page = regexp.MustCompile(`(?m)^(\\fB-.*\\fP)=$`).ReplaceAllString(page, "$1") // a flag without a value
	if strings.Count(page, "\n.TP\n") < len(run.AllSettings()) {
		return page
	}
	group := ""
	return manFlag.ReplaceAllStringFunc(page, func(item string) string {
		name := manFlag.FindStringSubmatch(item)[1]
		for _, setting := range run.AllSettings() {
			if setting.Name == name && setting.Group != group {
				group = setting.Group
				return ".SS " + group + "\n" + item
			}
		}
		return item
	})
}
