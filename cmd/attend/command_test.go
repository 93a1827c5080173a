package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"attend/internal/run"
)

func TestCheckFinite(t *testing.T) {
	type leaf struct {
		X *float64 `json:"x_value,omitempty"`
		Y float32
	}
	type tree struct {
		Leaves []leaf
		Named  map[string]any
		hidden [2]float64
	}
	nan, one := math.NaN(), 1.0
	for want, value := range map[string]any{
		"":                           tree{Leaves: []leaf{{&one, 2}, {}}, Named: map[string]any{"a": 3., "b": nil}},
		"leaves[1].x_value is NaN":   &tree{Leaves: []leaf{{&one, 2}, {&nan, 2}}},
		"leaves[0].y is -Inf":        tree{Leaves: []leaf{{nil, float32(math.Inf(-1))}}},
		"named[a][1] is +Inf":        tree{Named: map[string]any{"a": []float64{0, math.Inf(1)}}},
		"hidden[1] is NaN":           tree{hidden: [2]float64{0, nan}},
		"result is NaN":              nan,
		"result[0][1] is NaN: train": [][]float32{{1, float32(nan)}},
	} {
		err := checkFinite("runs/x", 1, "text", nil, value)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "runs/x: ")) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// No loss, however strange, makes a bar of another length, or a perplexity that is not a number.
func TestLossesOfAnySize(t *testing.T) {
	for _, loss := range []float64{0, -1, 1e-300, 1, 5, 14709, 1e38, 1e308, math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, largest := range []float64{0, 1e-320, 4.6, 1e308, math.NaN()} {
			if bar := []rune(lossBar(loss, largest, 20)); len(bar) != 20 {
				t.Errorf("a loss of %g of %g has a bar of %d", loss, largest, len(bar))
			}
		}
	}
	for loss, want := range map[float64]string{0: "1.00", 4.2: "66.69", 100: "2.688e+43", 14709.25: "e^14709.25", 1e30: "e^1e+30"} {
		if got := perplexity(loss); got != want {
			t.Errorf("the perplexity of a loss of %g is %s, want %s", loss, got, want)
		}
	}
}

// spoil changes the numbers of both files of a run, and all checksums with them.
func spoil(t *testing.T, folder string, change func(name string, numbers []float32)) {
	t.Helper()
	for _, file := range []string{"model.safetensors", "state.safetensors"} {
		path := filepath.Join(folder, file)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		end := 8 + binary.LittleEndian.Uint64(b)
		var entries map[string]json.RawMessage
		if err := json.Unmarshal(b[8:end], &entries); err != nil {
			t.Fatal(err)
		}
		var metadata map[string]string
		if err := json.Unmarshal(entries["__metadata__"], &metadata); err != nil {
			t.Fatal(err)
		}
		delete(entries, "__metadata__")
		shapes := ""
		for _, name := range slices.Sorted(maps.Keys(entries)) {
			var tensor struct {
				Shape   []int
				Offsets [2]uint64 `json:"data_offsets"`
			}
			if err := json.Unmarshal(entries[name], &tensor); err != nil {
				t.Fatal(err)
			}
			shapes += fmt.Sprintf("%q %v\n", name, tensor.Shape)
			bytes := b[end+tensor.Offsets[0] : end+tensor.Offsets[1]]
			numbers := make([]float32, len(bytes)/4)
			for i := range numbers {
				numbers[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))
			}
			change(name, numbers)
			for i, x := range numbers {
				binary.LittleEndian.PutUint32(bytes[4*i:], math.Float32bits(x))
			}
		}
		sum := func(text []byte) string { s := sha256.Sum256(text); return hex.EncodeToString(s[:]) }
		header := string(b[8:end])
		seal := func(key, digest string) {
			header = strings.Replace(header, metadata[key], digest, 1)
			metadata[key] = digest
		}
		seal("sha256", sum(b[end:]))
		text := ""
		for _, key := range slices.Sorted(maps.Keys(metadata)) {
			if key != "header" {
				text += fmt.Sprintf("%q %q\n", key, metadata[key])
			}
		}
		seal("header", sum([]byte(text+shapes)))
		copy(b[8:end], header)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Every command over models whose numbers are not finite, or so large that what is computed from them is not: it says so in
// one line and fails, or shows finite numbers only.
func TestNothingShowsWhatIsNotFinite(t *testing.T) {
	if testing.Short() {
		t.Skip("it runs every command on a dozen models")
	}
	workshop(t)
	nan, infinity := float32(math.NaN()), float32(math.Inf(1))
	all := func(x float32) func(string, []float32) {
		return func(_ string, numbers []float32) {
			for i := range numbers {
				numbers[i] = x
			}
		}
	}
	some := func(part string, x float32) func(string, []float32) {
		return func(name string, numbers []float32) {
			if strings.Contains(name, part) && !strings.Contains(name, "first/") && !strings.Contains(name, "second/") {
				all(x)(name, numbers)
			}
		}
	}
	scaled := func(part string, factor float32) func(string, []float32) {
		return func(name string, numbers []float32) {
			if strings.Contains(name, part) && !strings.Contains(name, "first/") && !strings.Contains(name, "second/") {
				for i := range numbers {
					numbers[i] *= factor
				}
			}
		}
	}
	one := func(x float32) func(string, []float32) {
		return func(_ string, numbers []float32) { numbers[len(numbers)/2] = x }
	}
	const refused, computes, unknown = "refused", "computes", "" // what must become of commands that compute
	for _, model := range []struct {
		name   string
		change func(string, []float32)
		want   string
	}{
		{"NaN", all(nan), refused}, {"one NaN", one(nan), refused}, {"Inf", all(infinity), refused}, {"one Inf", one(-infinity), refused},
		{"1e30", all(1e30), refused}, {"-1e30", all(-1e30), refused}, {"largest", all(math.MaxFloat32), refused},
		{"huge attention", some("attn", 1e30), refused},
		{"huge queries", scaled("c_attn.weight", 1e12), unknown}, {"larger queries", scaled("c_attn.weight", 1e18), unknown},
		{"largest queries", scaled("c_attn.weight", 1e22), unknown},
		{"huge words", scaled("wte", 1e30), unknown}, {"largest words", scaled("wte", 1e38), unknown}, {"large words", scaled("wte", 1e4), computes},
		{"zero words", some("wte", 0), computes}, {"all zero", all(0), computes}, {"large gain", scaled("ln_f.weight", 1e5), computes},
		{"tiny", scaled("", 1e-40), computes},
	} {
		t.Run(model.name, func(t *testing.T) {
			folder := "spoiled/" + strings.ReplaceAll(model.name, " ", "-")
			if err := os.CopyFS(folder, os.DirFS("runs/animals")); err != nil {
				t.Fatal(err)
			}
			spoil(t, folder, model.change)
			r, err := run.Open(folder)
			opens := err == nil
			if opens && r.Step != 20 {
				t.Fatalf("step %d", r.Step)
			}
			for _, line := range everyCommand {
				checkShown(t, strings.ReplaceAll(line, "RUN", folder), model.want, opens)
			}
		})
	}
}

// everyCommand is all that reads a run. Those marked with - compute nothing with the model.
var everyCommand = []string{
	"eval --run RUN", "eval --run RUN --format json", "heads --run RUN", "heads --run RUN --format json",
	"inspect --run RUN the cat sat on the", "inspect --run RUN --all the cat sat on the", "inspect --run RUN --format json the cat sat",
	"inspect --run RUN --format csv the cat sat", "inspect --run RUN --format html the cat sat",
	"inspect --run RUN --format html --layer 1 --head 2 the cat sat", "inspect --run RUN --format html --all the cat sat",
	"inspect --run RUN --format svg the cat sat",
	"inspect --run RUN --format png the cat sat", "inspect --run RUN --all --format svg the cat sat", "inspect --run RUN --baseline untrained the cat sat",
	"inspect --run RUN --baseline uniform --format json the cat sat", "inspect --run RUN --baseline position --format svg the cat sat",
	"inspect --run RUN --baseline position --format csv the cat sat", "inspect --run RUN --baseline untrained --format html the cat sat",
	"why --run RUN the cat sat on the", "why --run RUN --format json the cat sat on the", "why --run RUN --word dog the cat",
	"explain --run RUN the cat sat", "explain --run RUN --full the cat sat", "explain --run RUN --format json the cat sat",
	"explain --run RUN --head 2 the cat sat on the",
	"compare --run RUN the cat sat / the dog sat", "compare --run RUN --all the cat sat / the dog sat", "compare --run RUN --format json the cat sat / the dog sat",
	"compare --run RUN --with runs/animals the cat sat", "compare --run runs/animals --with RUN the cat sat", "compare --run RUN --with RUN --format json the cat sat",
	"compare --run RUN --seeds 2 the cat sat", "compare --run RUN --seeds 2 --format json the cat sat",
	"complete --run RUN the cat", "complete --run RUN --temperature 0 the cat", "complete --run RUN --temperature 0.001 --format json the cat",
	"- film --run RUN", "- film --run RUN --format json", "- film --run RUN --format html", "- film --run RUN --format html --head mean",
	"- words --run RUN", "- words --run RUN --format json", "- words --run RUN --format svg", "- words --run RUN --format png",
	"- words --run RUN --positions", "- words --run RUN --positions --format json", "- words --run RUN cat dog", "- words --run RUN --format json cat",
	"train --steps 22 --resume RUN", "train --steps 24 --format json --resume RUN",
}

// arguments splits a line at its blanks; the words of a sentence, up to a slash, stay together.
func arguments(line string) (args []string) {
	known := regexp.MustCompile(`^(--(run|format|baseline|word|layer|head|with|seeds|temperature|steps|resume)|[a-z]+$)`)
	words := strings.Fields(line)
	args = words[:1]
	sentence := ""
	for i := 1; i < len(words); i++ {
		switch word := words[i]; {
		case word == "/":
			args, sentence = append(args, sentence), ""
		case word == "--all" || word == "--full" || word == "--positions":
			args = append(args, word)
		case strings.HasPrefix(word, "--") && known.MatchString(word):
			args = append(args, word, words[i+1])
			i++
		case args[0] == "words":
			args = append(args, word)
		default:
			sentence = strings.TrimSpace(sentence + " " + word)
		}
	}
	if sentence != "" {
		args = append(args, sentence)
	}
	return args
}

var notANumber = regexp.MustCompile(`(?i)\b(nan|inf|infinity)\b`)

// checkShown runs a command line over a run whose numbers are not as they should be.
func checkShown(t *testing.T, line, want string, opens bool) {
	t.Helper()
	line, computes := strings.TrimPrefix(line, "- "), !strings.HasPrefix(line, "- ")
	args := arguments(line)
	code, stdout, stderr := attend(t, "", args...)
	binary := strings.Contains(line, "png")
	if found := notANumber.FindString(stdout); found != "" && !binary {
		at := notANumber.FindStringIndex(stdout)[0]
		t.Errorf("%s: shows %s: %q", line, found, stdout[max(0, at-60):min(len(stdout), at+60)])
	}
	refused := !opens || want == "refused" && computes
	switch {
	case code == 0 && refused:
		t.Errorf("%s: exits 0: %.300s", line, stdout)
	case code != 0 && want == "computes" && !strings.Contains(stderr, "all equal"):
		t.Errorf("%s: code %d: %s", line, code, stderr)
	case code != 0:
		last := strings.TrimSuffix(stderr[strings.LastIndex(strings.TrimSuffix(stderr, "\n"), "\n")+1:], "\n")
		if stdout != "" || !strings.HasPrefix(last, "attend: ") || len(last) > 400 || strings.Count(stderr, "attend: ") != 1 {
			t.Errorf("%s: stdout %.200q, stderr %q", line, stdout, stderr)
		}
		if refused && !(strings.Contains(last, "diverged") && strings.Contains(last, "train again with a lower --lr")) {
			t.Errorf("%s: %s", line, last)
		}
	}
}

// A dot product may overflow to minus infinity where nothing else does: softmax makes 0 of it. Only explain shows it.
func TestExplainRefusesProductsThatOverflow(t *testing.T) {
	workshop(t)
	if err := os.CopyFS("spoiled", os.DirFS("runs/animals")); err != nil {
		t.Fatal(err)
	}
	r, err := run.Open("spoiled")
	if err != nil {
		t.Fatal(err)
	}
	boundary, _ := r.Vocabulary.Boundary()
	const dim, heads, huge = 8, 2, 1e20
	spoil(t, "spoiled", func(name string, x []float32) {
		switch {
		case strings.HasSuffix(name, "wte.weight"): // [vocab, dim]: 1, -1, 1, ... for <s>, the negative for all others
			for i := range x {
				x[i] = float32(1 - 2*(i%2))
				if i/dim != boundary {
					x[i] = -x[i]
				}
			}
		case strings.HasSuffix(name, "wpe.weight"), strings.HasSuffix(name, "ln_1.bias"):
			clear(x)
		case strings.HasSuffix(name, "ln_1.weight"):
			for i := range x {
				x[i] = 1
			}
		case strings.HasSuffix(name, "c_attn.weight"): // [dim, 3 dim]: a key is its first number, huge
			clear(x)
			for head := range heads {
				x[dim+head*dim/heads] = huge
			}
		case strings.HasSuffix(name, "c_attn.bias"): // queries are huge; the key of <s> becomes about 0
			clear(x)
			for head := range heads {
				x[head*dim/heads], x[dim+head*dim/heads] = huge/10, -huge
			}
		}
	})
	for _, line := range []string{"inspect --run spoiled the cat sat", "eval --run spoiled"} {
		checkShown(t, line, "computes", true)
	}
	for _, format := range []string{"text", "json"} {
		code, stdout, stderr := attend(t, "", "explain", "--run", "spoiled", "--format", format, "the cat sat")
		if code == 0 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "products[1] is -Inf") {
			t.Errorf("%s: code %d, %.100s, %s", format, code, stdout, stderr)
		}
	}
}

// Logs with numbers that no training writes are refused before their sums overflow.
func TestLogsWithHugeNumbersAreRefused(t *testing.T) {
	workshop(t)
	for file, from := range map[string]string{"film.jsonl": `"heldout_loss":`, "metrics.jsonl": `"heldout_loss":`} {
		for _, x := range []string{"1e308", "-1e308", "1e39", "1e999"} {
			folder := "spoiled/" + file + x
			damaged(t, folder, file, func(b []byte) []byte {
				return regexp.MustCompile(regexp.QuoteMeta(from)+`[0-9.e+-]+`).ReplaceAll(b, []byte(from+x))
			})
			for _, format := range []string{"text", "json", "html"} {
				code, stdout, stderr := attend(t, "", "film", "--run", folder, "--format", format)
				if code == 0 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, file) {
					t.Errorf("%s with %s as %s: code %d, %.100s, %s", file, x, format, code, stdout, stderr)
				}
			}
		}
	}
}
