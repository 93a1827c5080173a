package play

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The command of a state gives the same settings natively, and for a built-in text the same model.
func TestCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("builds attend")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash on the path: it runs the command")
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "attend"), "attend/cmd/attend").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, fields := range []object{
		{"preset": "savanna", "settings": object{"steps": "3"}},
		{"preset": "diverges", "settings": object{"steps": "3"}},
		{"preset": "rhyme", "settings": object{"steps": "3", "tied": "false", "min-count": "1", "holdout-by": "sentences"}},
		{"preset": "characters", "settings": object{"steps": "3", "lr": "0.002", "warmup": "1"}},
		{"preset": "memorised", "settings": object{"steps": "3", "hidden": "128", "seed": "18446744073709551615"}},
		{"text": strings.ReplaceAll(small(), "lion", "it's $HOME"), "fileName": "my $(text) 'x'.txt", "settings": quick("steps", "3", "holdout", "0"),
			"sentence": "`it's` $HOME"},
		{"text": small(), "fileName": "chat.csv", "settings": quick("steps", "3")},
		{"text": small(), "fileName": "config.json", "settings": quick("steps", "3")}, // as a file of the run is named
		{"text": small(), "fileName": "savanna", "settings": quick("steps", "3")},     // as the built-in text is
	} {
		c := talk(t)
		state := ask[State](c, "configure", fields)
		if p := ask[Progress](c, "step", object{"updates": 3}); p.Stopped != "steps" {
			t.Fatalf("%+v", p)
		}
		files := exported(c)
		folder := t.TempDir()
		if state.CommandFile != "" {
			if err := os.WriteFile(filepath.Join(folder, state.CommandFile), files[state.CommandFile], 0o644); err != nil {
				t.Fatal(err)
			}
		}
		run := exec.Command(bash, "-c", state.Command+" --out out")
		run.Dir = folder
		run.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		if out, err := run.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", state.Command, err, out)
		}
		for _, name := range []string{"training.yaml", "model.safetensors", "tokenizer.json"} {
			native, err := os.ReadFile(filepath.Join(folder, "out", name))
			if err != nil {
				t.Fatal(err)
			}
			var ours []byte
			for path, content := range files {
				if filepath.Base(path) == name {
					ours = content
				}
			}
			if state.CommandFile != "" && name == "training.yaml" { // the native run has the path of its text
				native, ours = withoutPath(native), withoutPath(ours)
			}
			if !bytes.Equal(native, ours) {
				t.Errorf("%s: another %s:\n%.1500s\nwant\n%.1500s", state.Command, name, native, ours)
			}
		}
	}
}

// withoutPath leaves out the lines of training.yaml with the path of the text, and the checksum of the lines above.
func withoutPath(content []byte) []byte {
	var kept []string
	for line := range strings.Lines(string(content)) {
		if !strings.HasPrefix(line, "data:") && !strings.HasPrefix(line, "text-path:") && !strings.HasPrefix(line, "#") {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, ""))
}
