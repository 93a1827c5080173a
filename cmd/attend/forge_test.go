package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"attend/internal/run"
)

// runFiles are the files of a run folder.
var runFiles = []string{"config.json", "tokenizer.json", "tokenizer_config.json", "spelling.json", "training.yaml", "model.safetensors", "state.safetensors", "metrics.jsonl", "film.jsonl", "result.json"}

func hexSum(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

const sealLine = "# sha256 of the lines above: "

// sealed returns the lines of a training.yaml with their digest below.
func sealed(yaml []byte) []byte {
	if at := bytes.LastIndex(yaml, []byte(sealLine)); at >= 0 {
		yaml = yaml[:at]
	}
	return fmt.Appendf(bytes.Clone(yaml), "%s%s\n", sealLine, hexSum(yaml))
}

// splitTensors takes a safetensors file apart: its header and its numbers.
func splitTensors(file []byte) (header, numbers []byte) {
	if len(file) < 8 {
		return nil, nil
	}
	n := binary.LittleEndian.Uint64(file)
	if n > uint64(len(file)-8) {
		return nil, nil
	}
	return bytes.Clone(file[8 : 8+n]), bytes.Clone(file[8+n:])
}

// joinTensors is the inverse of splitTensors.
func joinTensors(header, numbers []byte) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), numbers...)
}

// reseal writes every checksum of a run anew, as who forges it can: nothing of the run is signed.
func reseal(files map[string][]byte) {
	files["training.yaml"] = sealed(files["training.yaml"])
	identity := ""
	if s, read, err := run.ParseYAML(files["training.yaml"], run.Settings{}); err == nil {
		if read.Text != (run.TextPath{}) {
			s.Data = ""
		}
		s.Steps, s.EvalInterval, s.SaveInterval = 0, 0, 0
		identity = hexSum(s.YAML())
	}
	for _, name := range []string{"model.safetensors", "state.safetensors"} {
		header, numbers := splitTensors(files[name])
		var all map[string]json.RawMessage
		var metadata map[string]string
		if json.Unmarshal(header, &all) != nil || json.Unmarshal(all["__metadata__"], &metadata) != nil {
			continue
		}
		metadata["config"], metadata["tokenizer"] = hexSum(files["config.json"]), hexSum(files["tokenizer.json"])
		metadata["spelling"] = hexSum(files["spelling.json"])
		metadata["settings"], metadata["sha256"] = identity, hexSum(numbers)
		var sums strings.Builder
		for _, key := range slices.Sorted(maps.Keys(metadata)) {
			if key != "header" {
				fmt.Fprintf(&sums, "%q %q\n", key, metadata[key])
			}
		}
		for _, key := range slices.Sorted(maps.Keys(all)) {
			var tensor struct{ Shape []json.Number }
			if key != "__metadata__" && json.Unmarshal(all[key], &tensor) == nil {
				fmt.Fprintf(&sums, "%q %v\n", key, tensor.Shape)
			}
		}
		metadata["header"] = hexSum([]byte(sums.String()))
		b, err := json.Marshal(metadata)
		if err != nil {
			continue
		}
		header = bytes.Replace(header, all["__metadata__"], b, 1)
		files[name] = joinTensors(header, numbers)
	}
}

// pick returns one of few things.
func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// hostileText are texts that control a terminal, that break lines, or that are long.
func hostileText(r *rand.Rand) string {
	return pick(r, "\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "a\rattend: all is well", "two\nlines", "\u009b31m", "\x7f\x08\x08", "\u202eright to left",
		"%!s(MISSING)%d%n", "panic: no\n\ngoroutine 1 [running]:", strings.Repeat("long", 3000), strings.Repeat("é", 70000), "\xff\xfe", "a\x00b", "\u2028", "")
}

// wrongNumbers are values that a size, a rate or a count does not have.
var wrongNumbers = []string{"0", "-1", "1", "3", "65536", "1048576", "2147483648", "4294967297", "9223372036854775807", "9223372036854775808", "1e308", ".inf", "-.inf", ".nan",
	"0.5", "010", "1_000", "0x10", "null", "[]", "{}", "yes", "''", "16 # more", "!!int 8", "&a 8", "*a"}

// forgeSettings changes settings in training.yaml.
func forgeSettings(r *rand.Rand, yaml []byte) ([]byte, string) {
	keys := []string{"layers", "heads", "dim", "hidden", "context", "batch", "steps", "warmup", "lr", "min-lr", "seed", "holdout", "min-count", "dropout", "clip",
		"beta1", "momentum", "eval-interval", "save-interval", "tied", "positions", "activation", "optimizer", "unit"}
	key, value := pick(r, keys...), pick(r, wrongNumbers...)
	switch r.IntN(4) {
	case 0:
		key, value = pick(r, "context", "layers", "dim", "hidden", "heads", "batch"), pick(r, "65536", "1048576", "1000", "0", "-8", "16")
	case 1:
		key = pick(r, "data", "sample", "unit", "positions", "activation", "optimizer")
		value = yamlString(hostileText(r))
		if key == "data" && r.IntN(2) == 0 {
			value = pick(r, "/dev/zero", "/dev/random", "../fifo", "..", "/", "-", "sparse", "blanks", "/dev/stdin", "/proc/self/mem")
		}
	}
	line := regexp.MustCompile(`(?m)^` + key + `: .*$`)
	return line.ReplaceAllLiteral(yaml, []byte(key+": "+value)), fmt.Sprintf("%s: %.60q", key, value)
}

// yamlString writes a text as YAML, in the quotes of JSON.
func yamlString(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return "''"
	}
	return string(b)
}

// forgeConfig changes a value in config.json.
func forgeConfig(r *rand.Rand, config []byte) ([]byte, string) {
	key := pick(r, "vocab_size", "n_positions", "n_embd", "n_layer", "n_head", "n_inner", "activation_function", "resid_pdrop", "layer_norm_epsilon", "tie_word_embeddings", "bos_token_id", "attend_positions", "model_type")
	value := pick(r, "0", "-1", "1", "65536", "1048576", "9223372036854775807", "1e308", "1e400", "0.5", "null", "[]", "{}", "true", yamlString(hostileText(r)),
		strings.Repeat("[", 20000), strings.Repeat(`{"a":`, 3000))
	entry := regexp.MustCompile(`"` + key + `": [^,\n]*`)
	return entry.ReplaceAllLiteral(config, []byte(`"`+key+`": `+value)), fmt.Sprintf("%s: %.60q", key, value)
}

// forgeSizes sets one size in both training.yaml and config.json.
func forgeSizes(r *rand.Rand, files map[string][]byte) string {
	size := pick(r, [2]string{"layers", "n_layer"}, [2]string{"dim", "n_embd"}, [2]string{"context", "n_positions"}, [2]string{"hidden", "n_inner"}, [2]string{"heads", "n_head"})
	value := pick(r, "0", "-1", "1", "3", "4", "64", "1000", "4096", "65536", "1048576", "2147483648", "9223372036854775807")
	files["training.yaml"] = regexp.MustCompile(`(?m)^`+size[0]+`: .*$`).ReplaceAllLiteral(files["training.yaml"], []byte(size[0]+": "+value))
	files["config.json"] = regexp.MustCompile(`"`+size[1]+`": [^,\n]*`).ReplaceAllLiteral(files["config.json"], []byte(`"`+size[1]+`": `+value))
	return size[0] + " " + value + " in training.yaml and config.json"
}

// forgeWords replaces a token of tokenizer.json wherever it stands.
func forgeWords(r *rand.Rand, tokenizer []byte) ([]byte, string) {
	word := pick(r, "cat", "the", "<s>", "<unk>", "dog", "a", "t")
	text := hostileText(r)
	if r.IntN(20) == 0 {
		text = strings.Repeat("lion", 10<<20/4)
	}
	return bytes.ReplaceAll(tokenizer, []byte(`"`+word+`"`), []byte(yamlString(text))), fmt.Sprintf("token %s: %.60q", word, text)
}

// forgeNumbers writes a number that is not finite, or a huge one, over some of a safetensors file.
func forgeNumbers(r *rand.Rand, file []byte) ([]byte, string) {
	header, numbers := splitTensors(file)
	if len(numbers) < 4 {
		return file, "nothing"
	}
	x := pick(r, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat32, 1e30)
	n := pick(r, 1, 1, 10, len(numbers)/4)
	for i := range n {
		at := r.IntN(len(numbers) / 4)
		if n == len(numbers)/4 {
			at = i
		}
		binary.LittleEndian.PutUint32(numbers[4*at:], math.Float32bits(float32(x)))
	}
	return joinTensors(header, numbers), fmt.Sprintf("%d numbers are %g", n, x)
}

// forgeHeader changes the header of a safetensors file.
func forgeHeader(r *rand.Rand, file []byte) ([]byte, string) {
	header, numbers := splitTensors(file)
	replaceOne := func(pattern, with string) {
		all := regexp.MustCompile(pattern).FindAllIndex(header, -1)
		if len(all) == 0 {
			return
		}
		at := all[r.IntN(len(all))]
		header = slices.Concat(header[:at[0]], []byte(with), header[at[1]:])
	}
	what := ""
	switch r.IntN(10) {
	case 0, 1:
		what = `"shape":` + pick(r, "[]", "[0]", "[-1]", "[1,1]", "[9223372036854775807]", "[4294967296,4294967296]", "[2147483648,8]", "[1e3]", "[0.5]", "null", "{}", "["+strings.Repeat("1,", 100000)+"1]")
		replaceOne(`"shape":\[[^\]]*\]`, what)
	case 2, 3:
		what = `"data_offsets":` + pick(r, "[0,0]", "[-8,8]", "[8,0]", "[0,9223372036854775807]", "[18446744073709551615,18446744073709551616]", "[0]", "[0,4,8]", "null", "[1e2,2e2]")
		replaceOne(`"data_offsets":\[[^\]]*\]`, what)
	case 4:
		what = `"dtype":` + pick(r, `"F64"`, `"BOOL"`, `"I64"`, `"X"`, `""`, "0", `"\u001b[31m"`, `"`+strings.Repeat("F", 1<<20)+`"`)
		replaceOne(`"dtype":"[^"]*"`, what)
	case 5: // twice
		what = `"transformer.wte.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},`
		header = slices.Concat(header[:1], []byte(what), header[1:])
	case 6: // many
		var b strings.Builder
		n := pick(r, 100, 5000, 100000)
		for i := range n {
			fmt.Fprintf(&b, `"t%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},`, i)
		}
		what = fmt.Sprintf("%d tensors more", n)
		header = slices.Concat(header[:1], []byte(b.String()), header[1:])
	case 7: // a name
		name := pick(r, strings.Repeat("n", 1<<20), strings.Repeat("n", 10000), hostileText(r))
		what = fmt.Sprintf("a tensor %.40q", name)
		replaceOne(`"transformer[^"]*":`, yamlString(name)+":")
	case 8: // metadata
		what = fmt.Sprintf(`"%s":%.200s`, pick(r, "step", "data", "config", "format", "sha256"), pick(r, `"-1"`, `"1e3"`, `"99999999999999999999"`, "7", "null", yamlString(hostileText(r))))
		replaceOne(`"(step|data|config|format|sha256)":"[^"]*"`, what)
	case 9: // its length
		n := pick(r, 0, 1, 7, uint64(len(file)-8), uint64(len(file)), 1<<20, 1<<31, 1<<62, 1<<63, math.MaxUint64)
		whole := bytes.Clone(file)
		binary.LittleEndian.PutUint64(whole, n)
		return whole, fmt.Sprintf("a header of %d bytes", n)
	}
	return joinTensors(header, numbers), fmt.Sprintf("header with %.80s", what)
}
