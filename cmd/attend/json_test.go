package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"attend/internal/render/export"
)

// jsonCommands write every format of JSON, with every field that it may have.
var jsonCommands = []string{
	"train --steps 100 --batch 32 --dim 16 --heads 2 --layers 2 --lr 0.03 --out runs/savanna --format json",
	"train --data facts.txt --min-count 1 --steps 100 --lr 0.03 --keep last --out runs/facts --format json", "eval --run runs/facts",
	"inspect --run runs/savanna --baseline uniform", "inspect --run runs/savanna", "inspect --run runs/savanna --weight norm",
	"why --run runs/savanna", "why --run runs/savanna --position 1", "why --run runs/savanna --against runner-up", "why --run runs/savanna --word river --against cave", "heads --run runs/savanna", "eval --run runs/savanna",
	"explain --run runs/savanna", "compare --run runs/savanna --with runs/other", "compare --run runs/savanna --with runs/own", "compare --run runs/savanna SECOND", "compare --run runs/savanna OTHER --patch",
	"compare --run runs/savanna --seeds 2 --least 0.1", "film --run runs/savanna", "words --run runs/savanna", "words --positions --run runs/savanna",
	"words --run runs/savanna --nearest lion", "words --run runs/savanna --list", "complete --run runs/savanna --tokens 3",
	"sweep --steps 5 --batch 8 --dim 8 --heads 1,2 --lr 0.01,0.1 --seeds 2 --format json --name grid",
	"sweep --steps 20 --batch 8 --dim 8 --heads 1,2 --lr 0.01,1000 --optimizer sgd --clip 0 --format json --name diverging",
	"sweep --data facts.txt --min-count 1 --steps 100 --lr 0.03 --keep last --seeds 2 --keep-models none --format json --name facts", "runs",
	"sweep --steps 5 --batch 8 --dim 8 --heads 2 --lr 0.01..0.1 --search random --trials 3 --format json --name random",
	"plot runs/savanna runs/facts", "version",
	"inspect --run runs/savanna LONG", "why --run runs/savanna LONG", "explain --run runs/savanna LONG", "explain --run runs/savanna NUMBER --query 3",
	"compare --run runs/savanna LONG OTHER", "compare --run runs/savanna LONG OTHER --patch", "compare --run runs/savanna --seeds 2 LONG", "complete --run runs/savanna LONG --tokens 2",
}

// docs/json.md describes each field that a command writes, and no other, with its type.
func TestJSONIsDescribed(t *testing.T) {
	described := describedJSON(t)
	for field := range described {
		name, path, _ := strings.Cut(strings.TrimPrefix(field, "attend/"), " ")
		name, _, _ = strings.Cut(name, "-")
		cmd, _, err := newRoot(&program{}).Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, "layer") && !strings.HasSuffix(cmd.Long, indexBase) {
			t.Errorf("attend %s --help does not say from where layers count, and its JSON has %s", name, path)
		}
	}
	for _, cmd := range newRoot(&program{}).Commands() {
		flag := cmd.Flags().Lookup("format")
		if flag == nil || !slices.Contains(flag.Value.(chosen).names, "json") {
			continue
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(described)), func(field string) bool { return strings.HasPrefix(field, "attend/"+cmd.Name()+" ") }) {
			t.Errorf("docs/json.md does not describe the JSON of attend %s", cmd.Name())
		}
	}
	if testing.Short() {
		t.Skip("it trains models")
	}
	workshop(t)
	write(t, "facts.txt", unlike) // which it memorises
	attend(t, "", strings.Fields("train --steps 10 --batch 4 --dim 8 --heads 2 --layers 2 --out runs/other")...)
	write(t, "own.txt", "The lion saw the zebra near the river\nThe zebra saw the lion near the river\nThe river\n")
	attend(t, "", strings.Fields("train --data own.txt --steps 10 --batch 4 --dim 8 --heads 2 --layers 2 --out runs/own")...)
	written := map[string]map[string]bool{} // by format and field, the types
	note := func(field, kind string) {
		if written[field] == nil {
			written[field] = map[string]bool{}
		}
		written[field][kind] = true
	}
	for _, line := range jsonCommands {
		args := strings.Fields(line)
		switch args[0] {
		case "inspect", "why", "explain", "compare":
			if !strings.Contains(line, "LONG") && !strings.Contains(line, "NUMBER") {
				args = slices.Insert(args, 1, "The lion saw the zebra near the")
			}
		}
		const further = " The lion saw the zebra near the"
		other := "The lion saw the zebra near saw"
		for i, arg := range args {
			switch arg {
			case "LONG": // longer than the context
				args[i] = strings.Repeat(further, 4)
				other = strings.Repeat(further, 3) + " " + other
			case "NUMBER":
				args[i] = "The lion saw 7 zebra"
			case "SECOND":
				args[i] = "The lion saw the zebra"
			case "OTHER":
				args[i] = other
			}
		}
		if args[0] != "train" {
			args = append(args, "--output", "result.json")
		}
		code, stdout, stderr := attend(t, "", args...)
		if code != 0 {
			t.Fatalf("%s: %s", line, stderr)
		}
		if args[0] != "train" {
			b, err := os.ReadFile("result.json")
			if err != nil {
				t.Fatal(err)
			}
			stdout = string(b)
		}
		var d export.Document
		decoder := json.NewDecoder(strings.NewReader(stdout))
		decoder.UseNumber()
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&d); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if !strings.HasPrefix(d.Format, "attend/"+args[0]) || d.Version != export.Version || (d.Source == nil) != slices.Contains([]string{"runs", "sweep", "version"}, args[0]) {
			t.Fatalf("%s: %s, version %d, of %v", line, d.Format, d.Version, d.Source)
		}
		if d.Source != nil && (!strings.HasPrefix(d.Run, "runs/") || d.Step != 100) {
			t.Errorf("%s: of %s at step %d", line, d.Run, d.Step)
		}
		fieldTypes(d.Result, d.Format+" ", "", note)
		if d.Source != nil && !strings.Contains(line, "--with runs/own") { // which has ids of its own
			ids := tokenizerIDs(t, d.Run)
			eachID(d.Result, func(token, id any) {
				if fmt.Sprint(ids[fmt.Sprint(token)]) != fmt.Sprint(id) {
					t.Errorf("%s: the id of %v is %v, want %d", line, token, id, ids[fmt.Sprint(token)])
				}
			})
		}
	}
	note("attend/inspect sentences[].name", "string") // of a map that an analysis made
	for _, field := range slices.Sorted(maps.Keys(written)) {
		kinds, known := described[field]
		for _, kind := range slices.Sorted(maps.Keys(written[field])) {
			if kind == "[]" && strings.Contains(strings.Join(kinds, " "), "[]") { // an empty list
				continue
			}
			if !known || !slices.Contains(kinds, kind) {
				t.Errorf("docs/json.md: %s is %s, and it is described as %q", field, kind, kinds)
			}
		}
	}
	for _, field := range slices.Sorted(maps.Keys(described)) {
		if written[field] == nil {
			t.Errorf("docs/json.md: no command writes %s", field)
		}
	}
}

// tokenizerIDs reads the vocabulary of a run.
func tokenizerIDs(t *testing.T, run string) map[string]int {
	t.Helper()
	b, err := os.ReadFile(run + "/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Model struct{ Vocab map[string]int }
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	return file.Model.Vocab
}

// eachID calls visit with every token of the vocabulary in a value that has an id beside it, and with that id.
func eachID(v any, visit func(token, id any)) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			eachID(item, visit)
		}
	case map[string]any:
		for _, names := range [][2]string{{"word", "id"}, {"name", "id"}, {"word", "word_id"}, {"words", "word_ids"}, {"query", "query_id"},
			{"key", "key_id"}, {"target", "target_id"}, {"against", "against_id"}, {"runner_up", "runner_up_id"}} {
			token, id := v[names[0]], v[names[1]]
			switch token := token.(type) {
			case string:
				if id != nil {
					visit(token, id)
				}
			case []any:
				if ids, ok := id.([]any); ok {
					for i := range token {
						visit(token[i], ids[i])
					}
				}
			}
		}
		for _, item := range v {
			eachID(item, visit)
		}
	}
}

// fieldTypes calls field with the path and the type of everything in a value: string, boolean, integer, number, object or null,
// with [] for each list around it.
func fieldTypes(v any, path, lists string, field func(path, kind string)) {
	switch v := v.(type) {
	case nil:
		field(path, "null")
	case string:
		field(path, "string"+lists)
	case bool:
		field(path, "boolean"+lists)
	case json.Number:
		kind := "number"
		if _, err := v.Int64(); err == nil {
			kind = "integer"
		}
		field(path, kind+lists)
	case []any:
		if len(v) == 0 {
			field(path, "[]")
		}
		for _, item := range v {
			fieldTypes(item, path, lists+"[]", field)
		}
	case map[string]any:
		if !strings.HasSuffix(path, " ") {
			field(path, "object"+lists)
			path += lists + "."
		} else {
			path += lists
			if lists != "" {
				path += "."
			}
		}
		for key, value := range v {
			fieldTypes(value, path+key, "", field)
		}
	}
}

// describedJSON reads the fields of docs/json.md: by format and field, the types that it may have.
func describedJSON(t *testing.T) map[string][]string {
	t.Helper()
	b, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	heading, row := regexp.MustCompile("^## `(.+)`$"), regexp.MustCompile("^\\| `(.+?)` \\| (\\w+)((?:\\[[^]]+\\])*)( or null)?(, if any)? \\| .*\\|$")
	fields := map[string][]string{}
	format := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if m := heading.FindStringSubmatch(line); m != nil {
			format = m[1]
		}
		if m := row.FindStringSubmatch(line); m != nil && format != "" {
			lists := strings.Repeat("[]", strings.Count(m[3], "["))
			kinds := []string{m[2] + lists}
			if m[2] == "number" {
				kinds = append(kinds, "integer"+lists)
			}
			if m[4] != "" {
				kinds = append(kinds, "null")
			}
			fields[fmt.Sprintf("%s %s", format, m[1])] = kinds
		} else if strings.HasPrefix(line, "| `") && format != "" {
			t.Errorf("docs/json.md: a row that is not a field, its type and its meaning: %s", line)
		}
	}
	return fields
}
