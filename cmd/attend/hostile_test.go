package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/printable/printabletest"
)

// nasty has what steers a terminal, hides, or reorders: a title, a cleared screen, a colour by a C1 control, line
// ends, bidi overrides, zero width.
const nasty = "\x1b]0;title\x07\x1b[2J\u009b31m\r\n\t\v\u202eevil\u2066\u200b\u2028\x7f\U000e0041"

var hugeWord = flag.Int("huge", 1<<20, "bytes of the longest word among the hostile values")

// hostileValues are what comes from outside at its worst.
func hostileValues() map[string]string {
	huge := *hugeWord
	if testing.Short() {
		huge = 100 << 10
	}
	values := map[string]string{
		"nasty":     nasty,
		"bytes":     nasty + "\xff\xfe\x80" + nasty,
		"nul":       "a\x00" + nasty,
		"huge word": strings.Repeat("w", huge),
		"long path": strings.Repeat(nasty[:20]+"/", 250),
		"many":      strings.Repeat("\x1b[2J \u202e ", 700),
		"sentence":  "the cat " + nasty + " " + strings.Repeat("w", huge),
	}
	if testing.Short() {
		for _, kind := range []string{"nul", "long path", "many", "huge word"} {
			delete(values, kind)
		}
	}
	return values
}

// checkScreen reports what must not reach a terminal: control characters, what hides or reorders, what is not UTF-8;
// and on standard error lines of 400 characters or more, or many of them.
func checkScreen(t *testing.T, args []string, stdout, stderr string) {
	t.Helper()
	name := fmt.Sprintf("%.200q", args)
	for stream, text := range map[string]string{"stdout": stdout, "stderr": stderr} {
		if stream == "stdout" && strings.HasPrefix(text, "\x89PNG") {
			continue
		}
		if !utf8.ValidString(text) {
			t.Errorf("%s: %s is not UTF-8", name, stream)
		}
		lines := strings.ReplaceAll(text, "\n", "")
		if stream == "stdout" {
			lines = strings.ReplaceAll(lines, "\t", "") // which is in the script for a shell
			if len(args) > 0 && args[0] == "complete" { // its white space is that of the text
				lines = strings.Map(func(r rune) rune {
					if unicode.Is(unicode.Zs, r) {
						return ' '
					}
					return r
				}, lines)
			}
		}
		if r := printabletest.Raw(lines); r != 0 {
			t.Errorf("%s: %s has %U in %.100q", name, stream, r, text[max(0, strings.IndexRune(text, r)-40):])
		}
	}
	if len(stderr) > 4000 {
		t.Errorf("%s: %d bytes on stderr", name, len(stderr))
	}
	for line := range strings.Lines(stderr) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n >= 400 {
			t.Errorf("%s: a line of %d characters: %.500q", name, n, line)
		}
	}
}

// hostile runs a command line and checks all that it prints. An error must be one line.
func hostile(t *testing.T, stdin string, args ...string) {
	t.Helper()
	code, stdout, stderr := attend(t, stdin, args...)
	checkScreen(t, args, stdout, stderr)
	if code == exitFailed && strings.Count("\n"+stderr, "\n"+lineHead) != 1 {
		t.Errorf("%.200q: want one line that begins with %q, not %q", args, lineHead, stderr)
	}
}

// commandsOf returns a command and all below it.
func commandsOf(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		all = append(all, commandsOf(c)...)
	}
	return all
}

// sampleArguments are what comes before a hostile flag or argument of a command; others get none, and a sentence.
var sampleArguments = map[string][][]string{
	"attend train":   {small},
	"attend compare": {{"the cat sat"}, {"the cat sat", "the dog sat"}},
	"attend lesson":  {nil, {"1"}, {"2"}, {"3"}},
}

// TestHostileArguments gives hostile values to every flag and as arguments of every command.
func TestHostileArguments(t *testing.T) {
	workshop(t)
	for _, cmd := range commandsOf(newRoot(&program{})) {
		path := cmd.CommandPath()
		words := strings.Fields(path)[1:]
		samples, ok := sampleArguments[path]
		if !ok {
			samples = [][]string{nil, {"the cat sat"}}
		}
		for kind, value := range hostileValues() {
			t.Run(path+"/"+kind, func(t *testing.T) {
				for _, sample := range samples {
					with := func(more ...string) { hostile(t, value, slices.Concat(words, sample, more)...) }
					with(value)
					with(value, value)
					with("--" + value)
					with("-" + value)
					with("--", value)
					cmd.Flags().VisitAll(func(f *pflag.Flag) {
						with("--" + f.Name + "=" + value)
						if f.NoOptDefVal != "" {
							with("--"+f.Name, value)
						}
					})
				}
				hostile(t, "", append([]string{"help"}, append(words, value)...)...)
			})
		}
	}
}

// seal gives a changed training.yaml the digest that belongs to it.
func seal(settings string) string {
	body, last := settings, ""
	if at := strings.LastIndex(strings.TrimSuffix(settings, "\n"), "\n") + 1; at > 0 {
		body, last = settings[:at], settings[at:]
	}
	mark := last[:strings.LastIndex(last, " ")+1]
	return fmt.Sprintf("%s%s%x\n", body, mark, sha256.Sum256([]byte(body)))
}

// onEveryCommand runs every command that reads a run on the one in a folder, in its own format and in further ones.
func onEveryCommand(t *testing.T, folder string, formats ...string) {
	t.Helper()
	for _, cmd := range commandsOf(newRoot(&program{})) {
		words := strings.Fields(cmd.CommandPath())[1:]
		if cmd.Flags().Lookup("run") != nil {
			for _, sample := range [][]string{nil, {"the cat sat"}, {"the cat sat", "the dog sat"}} {
				args := slices.Concat(words, sample, []string{"--run", folder})
				hostile(t, "", args...)
				for _, format := range formats {
					hostile(t, "", append(args, "--format", format)...)
				}
			}
		}
		if cmd.Flags().Lookup("with") != nil {
			hostile(t, "", slices.Concat(words, []string{"the cat sat", "--with", folder})...)
			hostile(t, "", slices.Concat(words, []string{"the cat sat", "--run", folder, "--with", "runs/animals"})...)
		}
		for _, name := range []string{"resume", "out"} {
			if cmd.Flags().Lookup(name) != nil {
				hostile(t, "", slices.Concat(words, []string{"--data", "animals.txt", "--" + name, folder})...)
			}
		}
	}
}

// TestHostileRunFolder opens run folders whose files hold hostile values, sealed again where there is a seal.
func TestHostileRunFolder(t *testing.T) {
	workshop(t)
	yamlOf := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	setting := func(key, value string) func([]byte) []byte {
		return func(b []byte) []byte {
			lines := strings.Split(string(b), "\n")
			for i, line := range lines {
				if strings.HasPrefix(line, key+": ") {
					lines[i] = key + ": " + value
				}
			}
			return []byte(seal(strings.Join(lines, "\n")))
		}
	}
	header := func(text string) func([]byte) []byte {
		return func([]byte) []byte {
			return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text+"\x00\x00\x00\x00"...)
		}
	}
	for kind, value := range hostileValues() {
		if kind != "nasty" && kind != "bytes" && kind != "sentence" { // the others take long and show no more
			continue
		}
		value = value[:min(len(value), 1<<20)] // of a file, more is a matter of its cap
		quoted := yamlOf(strings.ToValidUTF8(value, "?"))
		frame, err := json.Marshal(attention.Frame{Sentences: []attention.Map{{Encoded: attention.Encoded{Text: value, Tokens: []string{value}}, Attention: [][][][]float32{{{{1}}, {{1}}}},
			Next: []attention.Prediction{{Word: value, Probability: 1}}}}})
		if err != nil {
			t.Fatal(err)
		}
		type change struct {
			file   string
			change func([]byte) []byte
		}
		changes := map[string]change{
			"unknown setting": {"training.yaml", func(b []byte) []byte { return []byte(seal("? " + quoted + "\n: 1\n" + string(b))) }},
			"raw settings":    {"training.yaml", func(b []byte) []byte { return []byte(seal(value + "\n" + string(b))) }},
			"wrong type":      {"training.yaml", setting("layers", quoted)},
			"unsealed":        {"training.yaml", func([]byte) []byte { return []byte(value) }},
			"config raw":      {"config.json", func([]byte) []byte { return []byte(value) }},
			"config type":     {"config.json", func([]byte) []byte { return []byte(`{"n_layer": ` + quoted + `}`) }},
			"config model": {"config.json", func([]byte) []byte {
				return []byte(`{"activation_function": ` + quoted + `, "attend_positions": ` + quoted + `}`)
			}},
			"tokenizer raw": {"tokenizer.json", func([]byte) []byte { return []byte(value) }},
			"tokenizer ids": {"tokenizer.json", func(b []byte) []byte {
				return []byte(strings.Replace(string(b), `"vocab": {`, `"vocab": {`+quoted+": 99,", 1))
			}},
			"tokenizer twice": {"tokenizer.json", func(b []byte) []byte {
				return []byte(strings.Replace(string(b), `"vocab": {`, `"vocab": {`+quoted+": 3,", 1))
			}},
			"tokenizer key": {"tokenizer.json", func(b []byte) []byte { return []byte(strings.Replace(string(b), `"cat"`, quoted, 1)) }},
			"tokenizer type": {"tokenizer.json", func(b []byte) []byte {
				return []byte(strings.Replace(string(b), `"vocab": {`, `"vocab": {`+quoted+": "+quoted+",", 1))
			}},
			"tensor raw":       {"model.safetensors", header(value)},
			"tensor name":      {"model.safetensors", header(`{` + quoted + `:{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`)},
			"tensor offsets":   {"model.safetensors", header(`{` + quoted + `:{"dtype":"F32","shape":[9],"data_offsets":[0,4]}}`)},
			"tensor twice":     {"model.safetensors", header(`{` + quoted + `:{"dtype":"F32","shape":[1],"data_offsets":[0,4]},` + quoted + `:{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`)},
			"tensor type":      {"model.safetensors", header(`{"a":{"dtype":` + quoted + `,"shape":[1],"data_offsets":[0,4]}}`)},
			"tensor metadata":  {"model.safetensors", header(`{"__metadata__":{` + quoted + `:` + quoted + `},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`)},
			"state name":       {"state.safetensors", header(`{` + quoted + `:{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`)},
			"film raw":         {"film.jsonl", func([]byte) []byte { return []byte(value + "\n") }},
			"film sentence":    {"film.jsonl", func([]byte) []byte { return append(frame, '\n') }},
			"film type":        {"film.jsonl", func([]byte) []byte { return []byte(`{"step":` + quoted + "}\n") }},
			"metrics raw":      {"metrics.jsonl", func([]byte) []byte { return []byte(value + "\n") }},
			"metrics type":     {"metrics.jsonl", func([]byte) []byte { return []byte(`{"step":` + quoted + "}\n") }},
			"metrics and more": {"metrics.jsonl", func(b []byte) []byte { return append(b, `{`+quoted+":1}\n"...) }},
		}
		for _, key := range []string{"data", "unit", "positions", "activation", "optimizer", "sample"} {
			changes[key] = change{"training.yaml", setting(key, quoted)}
		}
		for name, c := range changes {
			t.Run(name+"/"+kind, func(t *testing.T) {
				folder := filepath.Join("hostile", strings.ReplaceAll(name+" "+kind, " ", "-"))
				damaged(t, folder, c.file, c.change)
				if strings.HasSuffix(c.file, ".jsonl") {
					onEveryCommand(t, folder, "json", "html")
				} else {
					onEveryCommand(t, folder)
				}
				if err := os.RemoveAll(folder); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

// TestHostileRun trains on a text whose words, name, sample sentence and folder are hostile, and shows the run in every way.
func TestHostileRun(t *testing.T) {
	workshop(t)
	text := strings.ReplaceAll(animals, "cat", "cat \x1b[2J \u202e\u009b \x7f \u200b"+strings.Repeat("w", 1000))
	name := "text \x1b[2J\u202e\n.txt"
	write(t, name, text)
	sentence := "the cat \x1b \u202e \u009b " + strings.Repeat("w", 1000) + " " + strings.Repeat("v", 100<<10)
	for _, unit := range []string{"word", "char"} {
		t.Run(unit, func(t *testing.T) {
			folder := "run \x1b[2J\u202e\n" + unit
			args := append([]string{"train"}, append(small, "--data", name, "--unit", unit, "--out", folder)...)
			if unit == "char" {
				args = append(args, "--context", "16")
				sentence = "c\x1b[2J\u202e\u009b"
			}
			if unit == "word" {
				args = append(args, "--sample", sentence)
			}
			code, stdout, stderr := attend(t, "", args...)
			checkScreen(t, args, stdout, stderr)
			if code != 0 {
				t.Fatal(stderr)
			}
			onEveryCommand(t, folder, "json", "csv", "html", "svg", "png")
			for _, cmd := range newRoot(&program{}).Commands() {
				if cmd.Flags().Lookup("run") == nil {
					continue
				}
				for _, more := range [][]string{{sentence}, {sentence, sentence}, {"\x1b"}, {"\u202e", "--positions"}, {"--positions"}, {"--all"}, {"--full", sentence, "--query", "\x1b"}, {sentence, "--all"},
					{sentence, "--word", "\u009b"}, {sentence, "--baseline", "uniform"}, {sentence, "--with", "runs/animals"}, {sentence, "--seeds", "2"}, {sentence, "--format", "json"}, {sentence, "--format", "html"}, {sentence, "--format", "svg"}} {
					args := slices.Concat([]string{cmd.Name(), "--run", folder}, more)
					code, stdout, stderr := attend(t, "", args...)
					checkScreen(t, args, stdout, stderr)
					whole := slices.Contains(more, "--format") || cmd.Name() == "complete" // the text itself is what was asked for
					if code == 0 && !whole && len(stdout) > 50<<10 {
						t.Errorf("%.200q: %d bytes on stdout", args, len(stdout))
					}
				}
			}
			hostile(t, "", "train", "--resume", folder, "--steps", "22")
			hostile(t, "", "train", "--resume", folder)
			hostile(t, "", "train", "--resume", folder, "--sample", "the dog", "--steps", "30")
			hostile(t, "", append(args, "--overwrite")...)
			if err := os.Rename(name, "elsewhere"); err != nil {
				t.Fatal(err)
			}
			onEveryCommand(t, folder) // the text is gone
			if err := os.Rename("elsewhere", name); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestHostileFiles gives hostile contents to every file that a flag names, to standard input, and to what is
// remembered of a reader.
func TestHostileFiles(t *testing.T) {
	workshop(t)
	settings, err := os.UserConfigDir()
	if err != nil {
		t.Fatal(err)
	}
	for kind, value := range hostileValues() {
		t.Run(kind, func(t *testing.T) {
			b, _ := json.Marshal(strings.ToValidUTF8(value, "?"))
			quoted := string(b)
			for _, content := range []string{value, "layers: " + quoted + "\n", "? " + quoted + "\n: 1\n", quoted + ": 1\n", "- " + quoted + "\n", "sample: " + quoted + "\n", "data: " + quoted + "\n",
				"unit: " + quoted + "\n", "optimizer: " + quoted + "\n", "&" + value + "\n", "steps: *" + value + "\n", "steps: !" + value + " 1\n", "lr: 1\n" + value} {
				write(t, "config.yaml", content)
				hostile(t, "", "train", "--config", "config.yaml", "--steps", "2", "--data", "animals.txt", "--out", "fresh")
				hostile(t, "", "train", "--config", "config.yaml", "--steps", "2", "--warmup", "0")
				os.RemoveAll("fresh")
			}
			for _, content := range []string{value, animals + value + "\n", "the cat " + value + "\n" + animals} {
				write(t, "text.txt", content)
				for _, unit := range []string{"word", "char"} {
					args := append([]string{"train"}, append(small, "--data", "text.txt", "--unit", unit, "--out", "fresh", "--overwrite")...)
					hostile(t, "", args...)
					hostile(t, content, append(args, "--data", "-")...)
				}
				for _, marked := range []string{value, "[the] {cat} " + value + "\n", "[the] " + value + "{cat}", value + ": [the] {cat}",
					"[" + value + "] {cat}", "[the] {" + value + "}"} {
					write(t, "marked.txt", marked)
					hostile(t, "", "heads", "--causes", "marked.txt")
					hostile(t, marked, "why", "--causes", "-", "the")
				}
				hostile(t, "", "inspect", "--file", "text.txt")
				hostile(t, content, "inspect", "--file", "-")
				hostile(t, content, "lesson", "reflect", "-o", "notes-"+kind)
				hostile(t, content, "lesson", "1")
			}
			write(t, filepath.Join(settings, "attend", "lesson.json"), value)
			hostile(t, "", "lesson")
			write(t, filepath.Join(settings, "attend", "lesson.json"), `{"chapters":{`+quoted+`:`+quoted+`}}`)
			hostile(t, "", "lesson")
			hostile(t, "", "lesson", "--reset")
		})
	}
}

// TestHostileProcess is of what only a process of its own shows: the environment, and what cobra writes to the standard
// error of the process.
func TestHostileProcess(t *testing.T) {
	t.Chdir(t.TempDir())
	for kind, value := range hostileValues() {
		if strings.Contains(value, "\x00") {
			continue // no argument has one
		}
		value = value[:min(len(value), 100<<10)] // Linux takes no longer ones
		for _, args := range [][]string{{"__complete", value}, {"__complete", "train", "--" + value, ""}, {"__complete", "train", "--layers", value, ""}, {"__complete", "lesson", value},
			{"__completeNoDesc", value, value, ""}, {"__complete", "train", "--layers=" + value}, {"inspect", "--run", value, value}} {
			cmd := exec.Command("attend", args...)
			var stdout, stderr strings.Builder
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			_ = cmd.Run()
			checkScreen(t, append([]string{kind}, args...), stdout.String(), stderr.String())
		}
		cmd := exec.Command("attend", "eval")
		cmd.Env = append(os.Environ(), kernel.InstructionsVariable+"="+value)
		b, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(b), kernel.InstructionsVariable) {
			t.Errorf("%s: %v, %.500q", kind, err, b)
		}
		checkScreen(t, []string{kernel.InstructionsVariable, kind}, "", string(b))
	}
}

// The net below the errors and notes that shorten what they quote.
func TestMessagesAreOneLine(t *testing.T) {
	for kind, value := range hostileValues() {
		text := "it is " + value + " or " + value + ": do this"
		var stderr strings.Builder
		(&program{stderr: &stderr}).say("%s", text)
		checkScreen(t, []string{"say", kind}, "", stderr.String())
		line := lineHead + message(errors.New(text))
		checkScreen(t, []string{"message", kind}, "", line)
		for _, s := range []string{strings.TrimSuffix(stderr.String(), "\n"), line} {
			if strings.Contains(s, "\n") || !strings.Contains(s, "it is ") || !strings.HasSuffix(s, ": do this") {
				t.Errorf("%s: %q", kind, s)
			}
		}
	}
	for _, path := range []string{"foo: data: bar", "my runs/a b", "ä/狮子/лев/🦁", "a'b\"c\\d"} {
		if got := message(errors.New(path)); got != path {
			t.Errorf("%q became %q", path, got)
		}
	}
}

// A shell reads each word back as it was, and no word steers the terminal.
func TestShellWord(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	for _, word := range []string{"", "runs/a", "my run", "it's", `"`, "$HOME `x` \\ !", "ä 狮子 🦁", nasty, "a'\\" + nasty + "\xff'", "e\u0301", "\u0301", "\n", "␛", "\ufffd", "1\x1b2"} {
		written := printable.ShellWord(word)
		checkScreen(t, []string{word}, written, "")
		b, err := exec.Command(shell, "-c", "printf %s "+written).Output()
		if err != nil || string(b) != word {
			t.Errorf("%q is written %s and read as %q, %v", word, written, b, err)
		}
	}
	for _, c := range []struct {
		word, want string
	}{{"runs/a", "runs/a"}, {strings.Repeat("a", 21), "FOLDER"}, {"\u202e\u202e", "FOLDER"}, {"ä/狮子/лев/🦁 b", `"ä/狮子/лев/🦁 b"`}} {
		if got := commandWord(c.word, "FOLDER", 20); got != c.want {
			t.Errorf("%q is written %s, want %s", c.word, got, c.want)
		}
	}
}
