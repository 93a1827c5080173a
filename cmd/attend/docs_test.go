package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"attend/internal/kernel"
)

var update = flag.Bool("update", false, "write the flags of `attend train` and the output of commands into the documentation anew")

// documents are the pages that people read, as paths from this folder.
func documents(t *testing.T) []string {
	t.Helper()
	paths := []string{"../../README.md"}
	found, err := filepath.Glob("../../docs/*.md")
	if err != nil || found == nil {
		t.Fatalf("docs: %v", err)
	}
	return append(paths, found...)
}

// docs/settings.md lists the flags of `attend train` as the program itself does.
func TestDocsListTheFlags(t *testing.T) {
	const path = "../../docs/settings.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var help bytes.Buffer
	if code := execute(t.Context(), []string{"train", "--help"}, strings.NewReader(""), &help, &help); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	_, flags, ok := strings.Cut(help.String(), "\nText:\n")
	flags, _, found := strings.Cut(flags, "\n\nOther:")
	before, rest, begins := strings.Cut(string(page), "```\nText:\n")
	listed, after, ends := strings.Cut(rest, "\n```\n")
	if !ok || !found || !begins || !ends {
		t.Fatalf("no flags in %s or in %q", path, help.String())
	}
	if listed == flags {
		return
	}
	if !*update {
		t.Fatalf("the flags in %s are not those of `attend train --help`: go test ./cmd/attend -run Docs -update writes them", path)
	}
	if err := os.WriteFile(path, []byte(before+"```\nText:\n"+flags+"\n```\n"+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// outputBlock matches a block of documentation that shows a command and what it prints.
var outputBlock = regexp.MustCompile("(?s)```\n\\$ (attend [^\n]*)\n(.*?)```\n")

// What the pages show of commands is what they print, with the run of `attend train` without flags.
func TestDocsShowTheOutput(t *testing.T) {
	set, err := kernel.Instructions()
	if err != nil {
		t.Fatal(err)
	}
	if set != "avx2" {
		t.Skipf("the pages show the numbers of the avx2 kernels, and these are %s: they round differently", set)
	}
	if testing.Short() {
		t.Skip("trains the default model")
	}
	pages := map[string]string{}
	for _, path := range documents(t) {
		absolute, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pages[absolute] = string(page)
	}
	ownSettings(t)
	t.Chdir(t.TempDir())
	if code, _, stderr := attend(t, "", "train"); code != 0 {
		t.Fatal(stderr)
	}
	blocks := 0
	for path, page := range pages {
		now := outputBlock.ReplaceAllStringFunc(page, func(block string) string {
			command := outputBlock.FindStringSubmatch(block)[1]
			code, stdout, stderr := attend(t, "", shellWords(t, command)...)
			if code != 0 {
				t.Errorf("%s: %s: %s", filepath.Base(path), command, stderr)
			}
			blocks++
			return fmt.Sprintf("```\n$ %s\n%s```\n", command, stdout)
		})
		if now == page {
			continue
		}
		if !*update {
			t.Errorf("%s does not show what its commands print: go test ./cmd/attend -run Docs -update writes it", path)
		} else if err := os.WriteFile(path, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if blocks < 4 {
		t.Errorf("only %d commands with their output were found", blocks)
	}
}

// Commands that a page prints: a line of code, which is run, and one between backticks, of which the help is asked for.
var (
	codeLine = regexp.MustCompile("(?m)^(?: {4}|\\$ |)(?:cat \\S+ \\| |go run \\./cmd/)?(attend [^`\n]+)$")
	inline   = regexp.MustCompile("`(attend [a-z][^`\n]*)`")
)

// Every command that README and the pages in docs print is one that runs. Trainings are shortened. (Those of the lesson are run
// by TestEveryCommandOfTheLessonRuns.)
func TestDocsPrintCommandsThatRun(t *testing.T) {
	var lines, mentioned []string
	for _, path := range documents(t) {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range codeLine.FindAllStringSubmatch(string(page), -1) {
			lines = append(lines, match[1])
		}
		for _, match := range inline.FindAllStringSubmatch(string(page), -1) {
			mentioned = append(mentioned, match[1])
		}
	}
	slices.Sort(mentioned)
	if mentioned = slices.Compact(mentioned); len(lines) < 15 || len(mentioned) < 20 {
		t.Fatalf("only %d lines and %d mentioned commands were found", len(lines), len(mentioned))
	}
	text, err := os.ReadFile("../../data/savanna/train.txt")
	if err != nil {
		t.Fatal(err)
	}
	ownSettings(t)
	t.Chdir(t.TempDir())
	some := string(text[:bytes.LastIndexByte(text[:20000], '\n')+1])
	for _, name := range []string{"my-sentences.txt", "my.txt", "book.txt", "first-300.txt"} {
		write(t, name, some)
	}
	run := func(args ...string) {
		t.Helper()
		if code, _, stderr := attend(t, some, args...); code != 0 {
			t.Errorf("attend %s: %s", strings.Join(args, " "), stderr)
		}
	}
	for _, command := range mentioned {
		run(append(shellWords(t, command), "--help")...)
	}
	run("train", "--steps", "20")
	done := map[string]bool{}
	for _, command := range lines {
		command, _, _ = strings.Cut(command, "  #")
		args := shellWords(t, command)
		switch {
		case done[command]:
			continue
		case args[0] == "train" && strings.Contains(command, "--resume"):
			args = append(args, "--steps", "25")
		case args[0] == "train":
			args = append(args, "--steps", "5")
		case slices.Contains(args, "--patch"):
			// After 20 steps both sentences have the same next word, and patching is refused. TestDocsShowTheOutput runs
			// it after a whole training; here its flags are read.
			args = append(args, "--help")
		case args[0] == "sweep" && args[1] != "show":
			args = append(args, "--steps", "1")
			if !slices.Equal(args[1:3], []string{"--data", "first-300.txt"}) { // which varies the seeds alone
				args = append(args, "--seeds", "1")
			}
		}
		done[command] = true
		run(args...)
	}
}

// shellWords splits a command as a shell does, without its first word if that is attend.
func shellWords(t *testing.T, command string) (args []string) {
	t.Helper()
	word := regexp.MustCompile(`"([^"]*)"|'([^']*)'|(\S+)`)
	for _, match := range word.FindAllStringSubmatch(strings.TrimPrefix(command, "attend "), -1) {
		args = append(args, match[1]+match[2]+match[3])
	}
	if len(args) == 0 {
		t.Fatalf("no command in %q", command)
	}
	return args
}
