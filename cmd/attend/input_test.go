package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"attend/internal/file"
	"attend/internal/run"
)

const animals = `the cat sat on the mat
the dog sat on the log
the cat saw the dog
the dog saw the cat
the cat ran to the log
the dog ran to the mat
the cat sat on the log
the dog sat on the mat
`

var small = []string{"--data", "animals.txt", "--min-count", "1", "--steps", "20", "--batch", "4", "--eval-interval", "10", "--dim", "8", "--heads", "2"}

// attend runs a command line in the working folder.
func attend(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = execute(context.Background(), args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// workshop makes a working folder with a text and a run in it.
func workshop(t *testing.T) {
	t.Helper()
	ownSettings(t)
	t.Chdir(t.TempDir())
	write(t, "animals.txt", animals)
	if code, _, stderr := attend(t, "", append([]string{"train"}, small...)...); code != 0 {
		t.Fatalf("train: %s", stderr)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ownSettings keeps what a test remembers of a user in a folder of its own.
func ownSettings(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "AppData", "LocalAppData"} {
		t.Setenv(name, home)
	}
}

// files returns all files under the working folder with their content.
func files(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			all[path] = ""
			return err
		}
		b, err := file.Read(path, 1e8)
		var large *file.SizeError
		if errors.As(err, &large) { // a sparse one
			b, err = nil, nil
		}
		all[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// damaged copies the run and changes one of its files; nil content removes it.
func damaged(t *testing.T, to, file string, change func([]byte) []byte) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS("runs/animals")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(to, file)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if b = change(b); b == nil {
		err = os.Remove(path)
	} else {
		err = os.WriteFile(path, b, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestBadInputIsOneClearLineAndChangesNothing(t *testing.T) {
	workshop(t)
	write(t, "empty.txt", "")
	write(t, "blank.txt", "\n  \n")
	write(t, "one.txt", "the cat sat\n")
	write(t, "same.txt", "the cat sat\nThe cat sat\n")
	write(t, "nul.txt", "the cat\nthe \x00dog\n")
	write(t, "latin.txt", "the cat\nthe caf\xe9\n")
	write(t, "folder/keep.txt", "mine")
	write(t, "unknown.yaml", "layers: 2\nlayrs: 2\n")
	write(t, "type.yaml", "layers: two\n")
	write(t, "list.yaml", "- a\n- b\n")
	write(t, "broken.yaml", "layers: [2\n")
	write(t, "nan.yaml", "lr: .nan\n")
	write(t, "range.yaml", "dim: 8\n\ndropout: 1.5\n")
	write(t, "choice.yaml", "dim: 8\noptimizer: adam\n")
	write(t, "blank.yaml", "steps: 3\ndata: \"\"\n")
	write(t, "octal.yaml", "dim: 8\nsteps: 010\n")
	write(t, "large.yaml", "# "+strings.Repeat("a", 1e6))
	write(t, "many.txt", strings.Repeat("the cat\n", 1e6))
	write(t, "longline.txt", "cat\n"+strings.Repeat("a", 1e6)+"\n")
	write(t, "two.yaml", "steps: 2\n---\nsteps: 3\n")
	write(t, "twice.yaml", "steps: 2\nsteps: 3\n")
	damaged(t, "mixed", "training.yaml", func(b []byte) []byte { return b })
	write(t, "mixed/thesis.txt", "mine")
	for _, file := range []string{"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "spelling.json", "training.yaml", "state.safetensors"} {
		folder := strings.ReplaceAll(file, "_", "-")
		damaged(t, "missing/"+folder, file, func([]byte) []byte { return nil })
		damaged(t, "short/"+folder, file, func(b []byte) []byte { return b[:len(b)/2] })
		damaged(t, "flipped/"+folder, file, func(b []byte) []byte { b[len(b)-9] ^= 4; return b })
	}
	if code, _, stderr := attend(t, "", append([]string{"train", "--out", "wide"}, append(small, "--dim", "16")...)...); code != 0 {
		t.Fatal(stderr)
	}
	wide, err := os.ReadFile("wide/model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	damaged(t, "othershape", "model.safetensors", func([]byte) []byte { return wide })

	for _, name := range []string{"gone", "changed", "sparse"} {
		write(t, name+".txt", animals)
		if code, _, stderr := attend(t, "", append([]string{"train", "--out", name}, append(small, "--data", name+".txt")...)...); code != 0 {
			t.Fatal(stderr)
		}
	}
	if err := os.Remove("gone.txt"); err != nil {
		t.Fatal(err)
	}
	write(t, "changed.txt", animals+"the cat saw the mat\n")
	if err := os.Truncate("sparse.txt", 1e12); err != nil {
		t.Fatal(err)
	}
	damaged(t, "missing/film.jsonl", "film.jsonl", func([]byte) []byte { return nil })
	damaged(t, "missing/metrics.jsonl", "metrics.jsonl", func([]byte) []byte { return nil })
	damaged(t, "short/film.jsonl", "film.jsonl", func(b []byte) []byte { return b[:9] })
	damaged(t, "flipped/film.jsonl", "film.jsonl", func(b []byte) []byte { b[len(b)-2] ^= 4; return b })
	damaged(t, "flipped/metrics.jsonl", "metrics.jsonl", func(b []byte) []byte { b[0] ^= 4; return b })
	damaged(t, "otherheads", "film.jsonl", func([]byte) []byte {
		return []byte(`{"step":0,"heldout_loss":1,"sentences":[{"text":"a","tokens":["a"],"attention":[[[[1]]]],"next":[]}]}` + "\n")
	})

	type bad struct {
		args string // blanks part the arguments; _ stands for a blank within one
		want string // regular expression
	}
	cases := []bad{
		{"trian", "did you mean `attend train`"},
		{"xyzzy", "attend --help"},
		{"help trian", "did you mean `attend train`"},
		{"completion tcsh", "bash, zsh, fish or powershell"},
		{"train --layer 2", "did you mean --layers"},
		{"train --xyzzy 2", "`attend train --help` lists"},
		{"train -x", "there is no flag -x"},
		{"inspect -wide", "there is no flag -wide: `attend inspect --help` lists the flags"},
		{"inspect -_No,_thank_you", "there is no flag -.No,.thank.you: put -- before a text that begins with a dash"},
		{"why --_No", "put -- before a text that begins with a dash"},
		{"complete -No,_thanks", "put -- before a text that begins with a dash"},
		{"train --layers", "--layers requires a whole number"},
		{"train extra", "takes flags only"},
		{"eval extra", "takes flags only"},
		{"train --format csv", "text or json, not \"csv\""},
		{"train --positions learnd", "learned, sinusoidal.* none.*, not \"learnd\": did you mean learned"},
		{"train --activation other", "gelu.* relu"},
		{"train --optimizer adam", "adamw.* sgd"},
		{"train --unit syllable", "--unit takes word"},
		{"train --unit char", "savanna is made of words"},
		{"train --tied=maybe", "--tied requires true or false"},
		{"train --seed -1", "--seed requires a whole number from 0 up"},
		{"inspect --format xml cat", "text, json, csv, html, svg, png or pdf"},
		{"eval --format csv", "text or json"},
		{"train --heads 3 --dim 32", "3 heads do not divide dim 32.*such as 33"},
		{"train --warmup 30 --steps 20", "warmup 30 is longer than all 20 steps"},
		{"train --min-lr 0.5 --lr 0.1", "min-lr 0.5 is above lr 0.1"},
		{"train --data empty.txt", "empty.txt holds no text"},
		{"train --data blank.txt", "blank.txt holds no text"},
		{"train --data -", "standard input holds no text"},
		{"train --data one.txt", "at least two that differ"},
		{"train --data same.txt", "at least two that differ"},
		{"train --data animals.txt --context 4", "line [0-9]+ of animals.txt has 6 words.*set --context 7"},
		{"train --data animals.txt --min-count 99", "lower --min-count"},
		{"train --data nul.txt", "line 2.*NUL"},
		{"train --data latin.txt", "line 2.*0xe9.*UTF-8"},
		{"train --data nowhere.txt", "nowhere.txt: there is no such file"},
		{"train --data folder", "--data .*folder: it is a folder, not a regular file: name a text file"},
		{"train --data animals.txt --batch 60000 --context 60000", "GB.*lower --batch"},
		{"train --data animals.txt --min-count 1 --sample the_zebu_sat_on_the_mat_and_the_log_and_more", "--sample .* takes at most 6"},
		{"train --data animals.txt --min-count 1 --sample zebu_yak", "the text holds none of its words"},
		{"train --probe cat", "the flag --probe is named --sample now"},
		{"why --probe cat", "there is no flag --probe"},
		{"train --data animals.txt --sample _", "--sample .* is blank"},
		{"train --out runs/animals", "holds a run already.*--overwrite"},
		{"train --out folder", "not of a run: choose another folder"},
		{"train --out folder --overwrite", "not of a run: choose another folder"},
		{"train --out animals.txt", "is a file: choose another"},
		{"train --out animals.txt/run", "a file is in the way"},
		{"train --overwrite", "--overwrite requires --out"},
		{"train --config nowhere.yaml", "there is no such file"},
		{"train --config folder", "it is a folder"},
		{"train --config unknown.yaml", "line 2: there is no setting \"layrs\": did you mean layers"},
		{"train --config type.yaml", "line 1: want a whole number, not \"two\""},
		{"train --config list.yaml", "want settings, one a line"},
		{"train --config broken.yaml", "not a settings file"},
		{"train --config octal.yaml", "--config octal.yaml: line 2: 010 is not a number in decimal digits: write 10"},
		{"train --config large.yaml", "--config large.yaml: it is larger than 1 MB, the most that such a file may have: cut it"},
		{"train --data sparse.txt", "--data .*sparse.txt: it is larger than 1 GB, the most"},
		{"inspect --file sparse.txt", "--file sparse.txt: it is larger than 64 MB, the most"},
		{"eval --causes sparse.txt", "--causes sparse.txt: it is larger than 10 MB, the most that such a file may have: cut it"},
		{"why --causes nowhere.txt the", "--causes nowhere.txt: there is no such file"},
		{"heads --causes longline.txt", "--causes longline.txt: line 1: no word is in braces"},
		{"heads --causes empty.txt", "--causes empty.txt: it holds no sentence"},
		{"heads --run sparse", "the text that sparse was trained on cannot be read from .*: it is larger than 1 GB, .*: put it back there"},
		{"train --steps 0x10", "--steps requires a whole number, not \"0x10\""},
		{"train --steps=1_000", "--steps requires a whole number, not \"1_000\""},
		{"train --seed 0o7", "--seed requires a whole number from 0 up, not \"0o7\""},
		{"train --resume runs/animals --steps 020", "has finished its 20 steps"},
		{"inspect --layer 010 cat", "--layer 10: "},
		{"train --config nan.yaml", "--config nan.yaml: line 1: lr must be at least 0 and at most 1,000.*not NaN"},
		{"train --config range.yaml", "--config range.yaml: line 3: dropout must be at least 0 and below 1, not 1.5"},
		{"train --config choice.yaml", "--config choice.yaml: line 2: optimizer takes adamw or sgd, not \"adam\": did you mean adamw"},
		{"train --config choice.yaml --optimizer sdg", "--optimizer takes adamw or sgd, not \"sdg\""},
		{"train --config blank.yaml", "--config blank.yaml: line 2: data is blank: give it a value"},
		{"train --resume runs/animals", "has finished its 20 steps: use --steps 40"},
		{"train --resume runs/animals --dim 16", "--dim 16: runs/animals was begun with 8"},
		{"train --resume runs/animals --steps 10", "too few"},
		{"train --resume runs/animals --steps 0", "--steps must be at least 1"},
		{"train --resume nowhere", "there is no run nowhere, nor runs/nowhere"},
		{"train --resume runs/animals --out x", "leave out --out"},
		{"inspect", "requires a sentence"},
		{"inspect _", "the sentence is empty"},
		{"inspect the_cat_sat_on_the_mat_and_slept_there_all_day_long", "no word of the text is in the vocabulary of this run"}, // of the last six
		{"inspect --run nowhere cat", "there is no run nowhere, nor runs/nowhere"},
		{"inspect --run runs cat", "runs is no run, it holds [0-9]+ runs?: choose one, such as runs/"},
		{"train --context 99999999999999999999", "--context requires a whole number, at least 0 and at most 65,536, not"},
		{"inspect --layer 2 cat", "has 1 layer, counted from 1"},
		{"inspect --head 3 cat", "has 2 heads, counted from 1"},
		{"inspect --layer 0 cat", "--layer must be at least 1"},
		{"inspect --layer -1 cat", "--layer must be at least 1"},
		{"inspect --head 0 cat", "--head requires the number of a head, from 1, or mean, not \"0\""},
		{"inspect --head first cat", "--head requires the number of a head, from 1, or mean, not \"first\""},
		{"film --head 0", "--head requires the number of a head, from 1, or mean, not \"0\""},
		{"inspect --all --head mean cat", "--all shows every head: leave out --head"},
		{"inspect --all --head 1 cat", "leave out"},
		{"inspect --top 0 cat", "--top must be at least 1"},
		{"inspect --top x cat", "--top requires a whole number, not \"x\""},
		{"inspect --file nowhere.txt", "there is no such file"},
		{"inspect --file folder", "--file folder: it is a folder"},
		{"inspect --file longline.txt", "--file longline.txt: line 2 is longer than 1 MB: put one sentence on a line"},
		{"inspect --file many.txt", "the maps of 1,000,000 sentences would take more than 100 MB: inspect fewer at once, here at most the first [0-9,]+\n"},
		{"inspect --file empty.txt", "holds no sentence"},
		{"inspect --file one.txt cat", "not both"},
		{"inspect --encoding utf-16 cat", "--encoding is that of the file of --file: give --file FILE, or leave it out"},
		{"why --encoding utf-16 cat", "--encoding is that of the file of --causes: give --causes FILE, or leave it out"},
		{"heads --encoding windows-1252", "--encoding is that of the file of --causes"},
		{"eval --encoding utf-8", "--encoding is that of the file of --causes"},
		{"inspect --run othershape cat", "model.safetensors|config.json"},
		{"why", "requires a sentence"},
		{"why the cat", "requires one sentence, not 2"},
		{"why _", "the sentence is empty"},
		{"why --run nowhere cat", "there is no run nowhere, nor runs/nowhere"},
		{"why --word spoon cat", "\"spoon\" is not one word of this run's vocabulary"},
		{"why --position 2 cat", "the sentence has no word 2 to predict: choose 1, or 0 for the one after the last"},
		{"why --position -1 cat", "--position requires a position such as 3 or \"#3\", not \"-1\""},
		{"why --format csv cat", "text or json, not \"csv\""},
		{"explain", "requires a sentence"},
		{"explain --layer 2 cat", "has 1 layer, counted from 1"},
		{"explain --head 3 cat", "has 2 heads, counted from 1"},
		{"explain --query dog cat", "\"dog\" is not in the sentence"},
		{"explain --query 7 cat", "or a position \"#1\"\n$"},
		{"heads --run changed", "trained on another version of changed.txt"},
		{"heads --run gone", "is not at .* any more: put it back there"},
		{"heads extra", "takes flags only"},
		{"compare cat", "requires two sentences, or one with --with RUN or --seeds K, and 1 came"},
		{"compare --with nowhere cat", "there is no run nowhere, nor runs/nowhere"},
		{"compare --seeds 1 cat", "compares nothing"},
		{"compare --seeds -1 cat", "--seeds must be at least 0"},
		{"compare --least 0 --seeds 2 cat", "--least must be above 0"},
		{"complete --format csv the", "text or json, not \"csv\""},
		{"film --run nowhere", "there is no run nowhere, nor runs/nowhere"},
		{"film extra", "takes flags only"},
		{"film --layer 2", "has 1 layer, counted from 1"},
		{"film --head 3", "has 2 heads, counted from 1"},
		{"film --least 0", "--least must be above 0"},
		{"film --least x", "--least requires a number, not \"x\""},
		{"film --format csv", "text, json or html, not \"csv\""},
		{"film --format json --head 1", "--format json holds every head"},
		{"film -o folder", "unknown file extension"},
		{"film -o folder --format json", "--output folder: that is a folder"},
		{"film --run missing/film.jsonl", "missing/film.jsonl has no film.jsonl"},
		{"film --run missing/metrics.jsonl", "has no metrics.jsonl"},
		{"film --run short/film.jsonl", "film.jsonl: lines are missing at its end"},
		{"film --run flipped/film.jsonl", "film.jsonl: line 6 is damaged"},
		{"film --run flipped/metrics.jsonl", "metrics.jsonl: line 1 is damaged"},
		{"film --run otherheads", "film.jsonl: line 1 is damaged"},
		{"words --run nowhere", "there is no run nowhere, nor runs/nowhere"},
		{"words kat", "\"kat\" is not in the vocabulary of runs/animals: did you mean cat"},
		{"words xylophone", "`attend words --list` lists its words"},
		{"words the_cat", "is 2 words: name one at a time, as in attend words the cat"},
		{"words _", "is blank"},
		{"words \x1b[2J", "is [0-9] words"},
		{"words --nearest", "--nearest requires a value"},
		{"words --top 0 cat", "--top must be at least 1"},
		{"words --top 3", "name a word"},
		{"words --format csv", "text, json, svg, png or pdf, not \"csv\""},
		{"words --format svg cat", "--format svg draws all words: leave out \"cat\""},
		{"words --positions cat", "--positions shows positions, not words: leave out \"cat\""},
		{"words --theme drak --format svg", "did you mean dark"},
		{"words --theme dark", "--theme is for pictures"},
		{"words --width 10 --format svg", "--width must be at least 200"},
		{"words -o folder --format svg", "--output folder: that is a folder"},
		{"words -o nowhere/a.svg --format svg", "--output nowhere/a.svg: there is no such folder"},
		{"complete --temperature -1", "--temperature must be at least 0"},
		{"complete --temperature nan", "not NaN"},
		{"complete --top-p 0", "--top-p must be above 0"},
		{"complete --top-p 1.5", "at most 1"},
		{"complete --top-k -1", "--top-k must be"},
		{"complete --tokens 0", "--tokens must be"},
		{"train --holdout 0.5", "savanna has held-out sentences .* of its own"},
		{"train --config two.yaml", "second document"},
		{"train --config twice.yaml", "already defined"},
		{"train --out mixed --overwrite", "not of a run: choose another folder"},
		{"inspect qqq_zzz", "in the vocabulary of this run"},
		{"complete qqq_zzz", "in the vocabulary of this run"},
		{"inspect --format csv --head 2 cat", "leave them out"},
		{"inspect --format pgn cat", "did you mean png"},
		{"inspect --format svg -o map.png cat", "--format svg and the extension of --output map.png disagree"},
		{"inspect -o map.gif cat", "unknown file extension: add --format text, json, csv, html, svg, png or pdf"},
		{"inspect -o map cat", "unknown file extension"},
		{"inspect -o nowhere/map.svg cat", "nowhere/map.svg: there is no such folder"},
		{"inspect -o animals.txt/map.svg cat", "a file is in the way"},
		{"inspect --format svg -o folder cat", "--output folder: that is a folder"},
		{"inspect -o", "--output requires a value"},
		{"inspect --format svg cat dog", "a picture shows one sentence and 2 came"},
		{"inspect --format png --file animals.txt", "a picture shows one sentence and 8 came"},
		{"inspect --format svg --layer 2 cat", "has 1 layer, counted from 1"},
		{"inspect --format png --all --head 1 cat", "leave out --head"},
		{"inspect --format svg zebu", "in the vocabulary of this run"},
		{"inspect --theme drak --format svg cat", "light or dark, not \"drak\": did you mean dark"},
		{"inspect --theme dark cat", "--theme is for pictures"},
		{"inspect --baseline untraind cat", "untrained, uniform or position, not \"untraind\": did you mean untrained"},
		{"inspect --baseline= cat", "--baseline is blank: give it a value"},
		{"inspect --baseline position --run gone cat", "is not at .*gone.txt any more: put it back there"},
		{"inspect --baseline position --run changed cat", "another version of changed.txt"},
		{"complete --samples 0", "--samples must be"},
		{"complete --samples 1e3", "--samples requires a whole number"},
		{"lesson 0", "there is no chapter 0: they are 1 to 10"},
		{"lesson 11", "there is no chapter 11"},
		{"lesson two", "name a number from 1 to 10"},
		{"lesson exprt", "did you mean attend lesson export"},
		{"lesson 1 2", "requires one chapter, not 2"},
		{"lesson --all 3", "leave out the number"},
		{"lesson --all --query 1,0", "leave out the other flags"},
		{"lesson --reset 3", "leave out everything else"},
		{"lesson --query 1,0", "--query is for one chapter: name it"},
		{"lesson 2 --query=", "--query is blank: give it a value"},
		{"lesson 2 --query _", "it has no numbers"},
		{"lesson 2 --key=zebra=", "it has no numbers"},
		{"lesson 2 --key ==1,0", "no name before the ="},
		{"lesson 2 --query 1,,0", "number 2 is missing"},
		{"lesson 2 --query 1,x", "number 2 is \"x\", which is no number"},
		{"lesson 2 --query NaN,0", "number 1 is \"NaN\", which is no number"},
		{"lesson 2 --query inf,0", "may be at most 1000000"},
		{"lesson 2 --key 1e40,0", "number 1 is \"1e40\" and may be at most 1000000"},
		{"lesson 2 --query " + strings.Repeat("1,", 9999) + "1", "10000 numbers and the most is 64"},
		{"lesson 2 --query 1,0,0", "--query has 3 numbers and the keys of the chapter have 2: give keys as long, --key 1,0,0"},
		{"lesson 2 --key 1,0,0", "give a query as long, --query 1,0,0"},
		{"lesson 2 --query 1,0 --key zebra=1,0 --key lion=1", "--key lion has 1 number and the query has 2"},
		{"lesson 2 --query 1" + strings.Repeat(" --key 1", 33), "33 keys are too many"},
		{"lesson 2 --value 1,0", "--value is for chapter 3, not for chapter 2"},
		{"lesson 3 --key 1,1 --key 0,1 --value 1", "1 values for 2 keys"},
		{"lesson 3 --value 1 --value 1 --value 1,0", "--value value 3 has 2 numbers and the first has 1"},
		{"lesson 3 --temperature 0", "--temperature must be at least 0.01"},
		{"lesson 3 --temperature nan", "--temperature must be"},
		{"lesson 4 --query 1,0", "--query is for chapters 2 and 3, not for chapter 4"},
		{"lesson 1 --sentence _", "--sentence is blank"},
		{"lesson 1 --sentence qqq_zzz", "in the vocabulary of this run"},
		{"lesson 9 --sentence " + strings.Repeat("lion_", 30), "takes at most 14"},
		{"lesson 2 -o map.gif", "unknown file extension: add --format svg, png or pdf"},
		{"lesson 2 -o folder/nowhere/map.svg", "there is no such folder"},
		{"lesson 2 --theme dark", "--theme is for pictures"},
		{"lesson 2 --theme pink -o map.svg", "light or dark, not \"pink\""},
		{"lesson 2 --query 1,2,3 --key 1,1,1 -o map.svg", "draws arrows for vectors of two numbers"},
		{"lesson --all -o map.svg", "--all tells all chapters as they are"},
		{"lesson export extra", "takes flags only"},
		{"lesson export -o lesson.pdf", "add --format html or md"},
		{"lesson export --format pdf", "html or md"},
		{"lesson reflect extra", "takes flags only"},
		{"lesson reflect", "there is no answer, so nothing was written"},
	}
	for _, s := range run.AllSettings() {
		if s.Range == (run.Range{}) {
			continue
		}
		for _, value := range []string{"-1", "1e30", "NaN", "99999999999999999999", "abc"} {
			cases = append(cases, bad{"train --" + s.Name + "=" + value, "--" + s.Name + " (must be|requires)"})
		}
		if !s.Range.Holds(0) {
			cases = append(cases, bad{"train --" + s.Name + "=0", "--" + s.Name + " must be"})
		}
	}
	for _, kind := range []string{"missing", "short", "flipped"} {
		for _, file := range []string{"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "spelling.json", "training.yaml"} {
			cases = append(cases, bad{"inspect --run " + kind + "/" + strings.ReplaceAll(file, "_", "-") + " cat", regexp.QuoteMeta(file)})
		}
		cases = append(cases, bad{"train --steps 40 --resume " + kind + "/state.safetensors", `state\.safetensors`})
	}
	before := files(t)
	for _, c := range cases {
		t.Run(c.args, func(t *testing.T) {
			args := strings.Fields(c.args)
			for i := range args {
				if !strings.HasPrefix(args[i], "-") {
					args[i] = strings.ReplaceAll(args[i], "_", " ")
				}
			}
			code, stdout, stderr := attend(t, "", args...)
			if code == 0 || stdout != "" {
				t.Errorf("code %d, stdout %q", code, stdout)
			}
			if !strings.HasPrefix(stderr, "attend: ") || strings.Count(stderr, "\n") != 1 || !strings.HasSuffix(stderr, "\n") {
				t.Errorf("want one line that begins with attend: , not %q", stderr)
			}
			if !regexp.MustCompile(c.want).MatchString(stderr) {
				t.Errorf("%q does not say %q", stderr, c.want)
			}
			for _, ugly := range []string{"strconv", "unmarshal", "run.Settings", "%!", ": run: ", ": data: ", "goroutine"} {
				if strings.Contains(stderr, ugly) {
					t.Errorf("%q says %q", stderr, ugly)
				}
			}
			t.Log(strings.TrimSpace(stderr))
		})
	}
	after := files(t)
	for path, content := range after {
		if was, ok := before[path]; !ok || was != content {
			t.Errorf("%s was made or changed", path)
		}
	}
	if len(after) < len(before) {
		t.Errorf("%d files, before %d", len(after), len(before))
	}
}

func TestNoRunsYet(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, command := range []string{"inspect", "why", "explain", "heads", "compare", "film", "words", "eval", "plot", "export", "complete"} {
		args := []string{command}
		switch command {
		case "inspect", "why", "explain":
			args = append(args, "the cat")
		case "compare":
			args = append(args, "the cat", "the dog")
		case "export":
			args = append(args, "--tensorboard", "board")
		}
		code, _, stderr := attend(t, "", args...)
		if code != exitFailed || !strings.Contains(stderr, "create one with `attend train`") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: code %d, %q", command, code, stderr)
		}
	}
}
