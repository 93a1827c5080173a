package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// completionNames are names of runs, with what a shell splits a word at or takes for something else.
var completionNames = []string{"school", "a:b:c", "my run", "it's $5", "été", "-dash"}

// bashSettings are its environment.
var bashSettings = []string{"LC_ALL=C.UTF-8", "PS1=READY "}

// bareBash returns a bash that reads no settings and no package, at which the completion is loaded, in a folder with some runs.
func bareBash(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	t.Chdir(t.TempDir())
	for _, name := range completionNames {
		path := filepath.Join("runs", name)
		if err := os.MkdirAll(path, 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(path, "training.yaml"), "")
	}
	code, script, stderr := attend(t, "", "completion", "bash")
	if code != 0 {
		t.Fatal(stderr)
	}
	write(t, "completion.bash", script)
	cmd := exec.Command(bash, append([]string{"--noprofile", "--norc"}, args...)...)
	return cmd
}

// The words that bash would offer or insert, without the package bash-completion.
func TestBashCompletion(t *testing.T) {
	const list = "?"
	cases := []struct {
		line, kind string // kind is list for a second Tab
		want       string // between angle brackets
	}{
		{"attend tr", "", "<train>"},
		{"attend train --st", "", "<--steps>"},
		{"attend train --activation ", "", "<gelu><relu>"},
		{"attend train --activation=g", "", "<gelu>"},
		{"attend train --activation ge", list, "<gelu>"},
		{"attend inspect --run ", "", `<runs/-dash><a:b:c><it\'s\ \$5><my\ run><school><été>`},
		{"attend inspect --run a:", "", "<b:c>"},
		{"attend inspect --run=a:b:", "", "<c>"},
		{"attend inspect --run my", "", `<my\ run>`},
		{`attend inspect --run my\ r`, "", `<my\ run>`},
		{`attend inspect --run "my r`, "", "<my run>"},
		{"attend inspect --run 'my r", "", "<my run>"},
		{`attend inspect --run "it`, "", `<it's \$5>`},
		{"attend inspect --run é", "", "<été>"},
		{"attend inspect --run=runs/s", "", "<runs/school>"},
		{"attend compare cat --with s", "", "<school>"},
		{"attend train --resume s", "", "<school>"},
		{"attend train --config s", "", "<school>"},
		{"attend plot school ", "", `<runs/-dash><a:b:c><it\'s\ \$5><my\ run><été>`},
		{"attend runs re", "", "<remove><rename>"},
		{"attend runs rename sch", "", "<school>"},
		{"attend runs re", list, "<remove  (remove runs)><rename  (rename a run)>"},
		{"attend words --run school not", "", ""},
	}
	var script strings.Builder
	script.WriteString("source completion.bash\n")
	for _, c := range cases {
		kind := "9"
		if c.kind == list {
			kind = "63"
		}
		script.WriteString("COMP_LINE='" + strings.ReplaceAll(c.line, "'", `'\''`) + "' COMP_TYPE=" + kind + "; COMP_POINT=${#COMP_LINE}\n" +
			"__start_attend; (( ${#COMPREPLY[@]} )) && printf '<%s>' \"${COMPREPLY[@]}\"; echo\n")
	}
	cmd := bareBash(t)
	cmd.Env = append(os.Environ(), bashSettings...)
	cmd.Stdin = strings.NewReader(script.String())
	out, err := cmd.CombinedOutput()
	got := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if err != nil || len(got) != len(cases) {
		t.Fatalf("%v, %d lines: %s", err, len(got), out)
	}
	for i, c := range cases {
		if got[i] != c.want {
			t.Errorf("%s: %s, want %s", c.line, got[i], c.want)
		}
	}
}

// Every shell that is here reads its script.
func TestCompletionScriptsAreRead(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, shell := range []string{"bash", "zsh", "fish"} {
		for _, flag := range [][]string{nil, {"--no-descriptions"}} {
			code, script, stderr := attend(t, "", append([]string{"completion", shell}, flag...)...)
			if code != 0 || (flag == nil) == strings.Contains(script, "__completeNoDesc ") {
				t.Errorf("%s %v: exit code %d %s", shell, flag, code, stderr)
			}
			write(t, "script", script)
			if path, err := exec.LookPath(shell); err == nil {
				if out, err := exec.Command(path, "-n", "script").CombinedOutput(); err != nil {
					t.Errorf("%s: %v: %s", shell, err, out)
				}
			}
		}
	}
}
