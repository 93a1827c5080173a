package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// replaced lists expressions that the project does not use, and the words of the field that it uses for them. What matches an
// expression contains one of its stems.
var replaced = []struct{ stems, expression, use string }{
	{"look", `\b(words?|rows?|heads?|tokens?|queries|query|position|it|they|that|who|which|nothing) looks? (at|back|to)\b`, "attends to"},
	{"look", `\blook(s|ed) (up )?at\b|\b(one|a|whole|its|each) look\b`, "query, key, attention weight"},
	{"matter|attended", `\bmattered\b|\battended to and\b`, "ablation effect"},
	{"cut|share", `\bedges? (is |are |was )?cut\b|\bcut edges?\b|\beffect of the cut\b|\bshared? out (anew|again|over|its)\b`, "attention removed"},
	{"away|off", `\btak(es?|en) away\b|\bswitch(ed|es)? off\b`, "ablated"},
	{"obeyed|decide", `\brules? obeyed\b|\bthe words? that decides?\b`, "rule accuracy, cause words"},
	{"resting", `\bresting places?\b`, "attention sink"},
	{"memory of|longest", `\bmemory of the (gradient|square)|\blongest gradient\b`, "decay rate of a moment, maximum global gradient norm"},
	{"bolder|wilder|tamer", `\b(bolder|wilder|tamer)\b`, "temperature: sharpens, flattens"},
	{"random|equal seeds", `\bof everything random\b|\bequal seeds give equal bytes\b`, "random seed; reproducible bit for bit"},
	{"robe", `\bprobes?\b|[a-z]Probe|\bProbe`, "sample sentence"},
	{"apart|want of|over-read", `\b(told|tells?) [a-z, ]{0,20}apart\b|\bfor want of\b|\bover-read\b`, "distinguished, no space, trusted too much"},
	{"back|hand|hears", `\bg(ives?|ave|iven) back\b|\bhand(s|ed|ing)? (on|over|down)\b|\bhears? of\b`, "returns, passes, is called with"},
	{"whether", `\btells? whether\b`, "reports whether"},
	{"kin|bypass|departure", `\bkin\b|\bbypass|\bdepartures?\b`, "substitutes, skip gradient, attention options"},
	{"room|shareOf", `\brooms\b|roomStack|shareOfNumbers`, "scratch, scratchPool, paramChunk"},
}

// exceptions lists the lines of files in which such an expression has its usual meaning.
var exceptions = []struct{ path, text, reason string }{
	{"cmd/attend/language_test.go", "", "the list"},
	{"internal/run/testdata/format1/chars/training.yaml", "probe: ", "a run of format 1 has this key"},
	{"internal/run/testdata/format1/words/training.yaml", "probe: ", "a run of format 1 has this key"},
	{"internal/run/table.go", `Formerly: "probe"`, "the name of the setting in earlier versions"},
	{"internal/run/settings_test.go", "probe", "the name of the setting in earlier versions"},
	{"cmd/attend/input_test.go", "--probe", "the name of the flag in earlier versions"},
}

// TestLanguage checks that the project uses the words of its field, in every text file but the sentences drawn from the grammar.
func TestLanguage(t *testing.T) {
	var expressions []*regexp.Regexp
	for _, r := range replaced {
		expressions = append(expressions, regexp.MustCompile(r.expression))
	}
	kinds := []string{".go", ".md", ".html", ".js", ".css", ".txt", ".txtar", ".yaml"}
	needed := map[string]bool{} // the exceptions that are
	read := 0
	walk := func(path string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.Name() == "node_modules" { // of others
			return fs.SkipDir
		}
		if err != nil || entry.IsDir() || !slices.Contains(kinds, filepath.Ext(path)) || strings.HasPrefix(path, "data/savanna/") {
			return err
		}
		b, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			return err
		}
		read++
		for i, line := range strings.Split(string(b), "\n") {
			for k, r := range replaced {
				stem := func(s string) bool { return strings.Contains(line, s) }
				if !slices.ContainsFunc(strings.Split(r.stems, "|"), stem) {
					continue
				}
				found := expressions[k].FindString(line)
				if found == "" {
					continue
				}
				needed[path] = true
				excused := false
				for _, e := range exceptions {
					if e.path == path && strings.Contains(line, e.text) {
						needed[e.path+" "+e.text], excused = true, true
					}
				}
				if !excused {
					t.Errorf("%s:%d: %q: use the field's words (%s)", path, i+1, found, r.use)
				}
			}
		}
		return nil
	}
	for _, root := range []string{"README.md", "cmd", "data", "docs", "embed", "internal", "layers", "train"} {
		if err := fs.WalkDir(os.DirFS("../.."), root, walk); err != nil {
			t.Fatal(err)
		}
	}
	if read < 300 {
		t.Errorf("only %d files were read", read)
	}
	for _, e := range exceptions {
		if !needed[e.path+" "+e.text] {
			t.Errorf("%s needs no exception for %q any more: remove it", e.path, e.text)
		}
	}
}
