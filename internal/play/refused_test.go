package play

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// bad are messages that are refused whatever the state, with a part of the error.
func bad() []struct {
	do     string
	fields object
	want   string
} {
	long := strings.Repeat("a", 100<<10)
	return []struct {
		do     string
		fields object
		want   string
	}{
		{"fly", nil, `there is no message "fly": want complete, `},
		{"", nil, `there is no message ""`},
		{"step", object{"updates": 1, "speed": 3}, `unknown field "speed"`},
		{"step", object{"updates": "1"}, "updates: want a whole number, not a string"},
		{"step", object{"updates": 1.5}, "updates: want a whole number, not a number 1.5"},
		{"step", nil, "updates 0: want 1 to"},
		{"step", object{"updates": -1}, "updates -1"},
		{"step", object{"updates": 1, "milliseconds": -1}, "milliseconds -1"},
		{"step", object{"updates": 1, "milliseconds": 1e300}, "milliseconds 1e+300"},
		{"configure", object{"preset": "tundra"}, `there is no preset "tundra": want savanna, `},
		{"configure", object{"preset": "savanna", "text": "a"}, "want one of the two"},
		{"configure", object{"text": small(), "fileName": long}, "the file name"},
		{"configure", object{"text": small(), "fileName": "a\u202eb"}, "printable"},
		{"configure", object{"preset": "savanna", "settings": object{"wings": "2"}}, `there is no setting "wings"`},
		{"configure", object{"preset": "savanna", "settings": object{"data": "/etc/passwd"}}, "the setting data"},
		{"configure", object{"preset": "savanna", "settings": object{"layers": "many"}}, `layers: want a whole number, not "many"`},
		{"configure", object{"preset": "savanna", "settings": object{"layers": "0"}}, "layers: want a number at least 1"},
		{"configure", object{"preset": "savanna", "settings": object{"layers": "1000"}}, "takes too long to build in a page"},
		{"configure", object{"preset": "savanna", "settings": object{"layers": "99999999999999999999"}}, "layers: want a whole number"},
		{"configure", object{"preset": "savanna", "settings": object{"dim": "65536", "heads": "1"}}, "lower batch, context, dim or layers"},
		{"configure", object{"preset": "savanna", "settings": object{"dim": "30"}}, "heads"},
		{"configure", object{"preset": "savanna", "settings": object{"batch": "65536"}}, "lower batch"},
		{"configure", object{"preset": "savanna", "settings": object{"steps": "1000000000"}}, "a page makes at most 1,000,000"},
		{"configure", object{"preset": "savanna", "settings": object{"steps": "30000", "eval-interval": "1"}}, "raise eval-interval"},
		{"configure", object{"preset": "savanna", "settings": object{"lr": "NaN"}}, "lr: want a number"},
		{"configure", object{"preset": "savanna", "settings": object{"lr": "1e308"}}, "lr: want a number"},
		{"configure", object{"preset": "savanna", "settings": object{"seed": "-1"}}, "seed: want a whole number"},
		{"configure", object{"preset": "savanna", "settings": object{"unit": "char"}}, "made of words"},
		{"configure", object{"preset": "savanna", "settings": object{"holdout": "0.3"}}, "held-out sentences and a vocabulary of its own"},
		{"configure", object{"preset": "savanna", "sentence": "colorless green ideas"}, "sample sentence"},
		{"configure", object{"text": "one line of text"}, "distinct sentence"},
		{"configure", object{"text": " \n\n"}, "no text"},
		{"configure", object{"text": "a\x00b\nc d"}, "line 1"},
		{"configure", object{"text": long + "\nb\n"}, "has a word of 102,400 characters"},
		{"configure", object{"text": "b\n" + strings.Repeat("a ", 50_000) + "\n"}, "line 2 of text.txt has 50000 words"},
		{"configure", object{"text": strings.Repeat("The lion saw the zebra\n", 100_000)}, "a page takes at most"},
		{"configure", object{"text": small(), "settings": quick("context", "65536")}, "lower batch, context"},
		{"configure", object{"text": small(), "settings": quick("unit", "char", "context", "512", "layers", "4"), "sentence": strings.Repeat("the lion ", 50)},
			"a page shows at most"},
		{"show", object{"sentence": long}, "a page takes at most"},
		{"show", object{"sentence": "colorless green ideas"}, "vocabulary"},
		{"show", object{"interventions": []object{{"layer": 9, "head": 0}}}, "there is no layer 9"},
		{"show", object{"interventions": []object{{"layer": -1, "head": 0}}}, "there is no layer -1"},
		{"show", object{"interventions": []object{{"layer": 0, "head": 2}}}, "there is no head 2"},
		{"show", object{"interventions": []object{{"layer": 0, "head": 0, "query": 2}}}, "want query and key"},
		{"show", object{"interventions": []object{{"layer": 0, "head": 0, "query": 2, "key": 3}}}, "want a key up to the query"},
		{"show", object{"interventions": []object{{"layer": 0, "head": 0, "query": 99, "key": 3}}}, "position 99"},
		{"show", object{"interventions": []object{{"layer": 0, "head": 0, "query": -1, "key": -1}}}, "position -1"},
		{"show", object{"interventions": []object{{"layer": -1, "head": -1, "query": 0, "key": 0}}}, `all attention of "<s>"`},
		{"show", object{"interventions": []object{{"layer": 0, "head": 1, "query": 1, "key": 0}, {"layer": -1, "head": -1, "query": 1, "key": 1}}}, "all attention of"},
		{"show", object{"interventions": make([]object, mostInterventions+1)}, "want at most 1000"},
		{"why", object{"sentence": "colorless green ideas"}, "vocabulary"},
		{"complete", object{"count": 0}, "want 1 to 20"},
		{"complete", object{"count": 1, "temperature": -1}, "the temperature must be at least 0"},
		{"complete", object{"count": 1, "prompt": long}, "a page takes at most"},
		{"complete", object{"count": 1, "seed": -1}, "seed: want"},
		{"export", object{"what": "weights"}, "want run or json"},
		{"open", nil, "want files or zip"},
		{"open", object{"files": object{}}, "no file of a run folder"},
		{"open", object{"files": object{"../evil": ""}}, "is not a file of a run folder"},
		{"open", object{"files": object{"training.yaml": "%"}}, "base64"},
		{"open", object{"files": object{"training.yaml": ""}}, "training.yaml: it was changed or damaged"},
		{"open", object{"zip": base64.StdEncoding.EncodeToString([]byte("%PDF-1.4"))}, "not a zip file"},
		{"open", object{"zip": zipOf()}, "there is no file of a run folder"},
		{"open", object{"zip": zipOf(&zip.FileHeader{Name: "a/word/document.xml"})}, "there is no file of a run folder"},
		{"open", object{"zip": zipOf(&zip.FileHeader{Name: "a/config.json"}, &zip.FileHeader{Name: "b/config.json"})}, "several files named \"config.json\""},
		{"open", object{"zip": zipOf(&zip.FileHeader{Name: "a/config.json"})}, "the run folder has no training.yaml"},
		{"open", object{"zip": zipOf(&zip.FileHeader{Name: "a/training.yaml"})}, "training.yaml: it was changed or damaged"},
		{"open", object{"zip": zipOf(&zip.FileHeader{Name: "a/config.json", Method: 12})}, "compressed in a way that is not read here"},
		{"open", object{"zip": zipOf(&zip.FileHeader{Name: "a/config.json", Flags: 1})}, "is encrypted: make the zip file without a password"},
	}
}

// zipOf returns a zip file with empty files, in base64.
func zipOf(files ...*zip.FileHeader) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		if _, err := w.CreateRaw(f); err != nil { // as the header says it is
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// A message that is refused leaves the state as it was.
func TestRefused(t *testing.T) {
	c := talk(t)
	c.refused("configure", nil, "neither a preset nor a text")
	ask[State](c, "configure", object{"text": small(), "fileName": "small.txt", "settings": quick()})
	ask[Progress](c, "step", object{"updates": 15})
	ask[Shown](c, "show", object{"sentence": "the lion likes the bee", "interventions": []object{{"layer": 0, "head": 1}}})
	state := func() string {
		numbers, _ := c.send("export", object{"what": "json"})
		shown, _ := c.send("show", object{"interventions": []object{{"layer": 0, "head": 1}}})
		return string(numbers) + string(shown)
	}
	before := state()
	for _, b := range bad() {
		c.refused(b.do, b.fields, b.want)
		if state() != before {
			t.Fatalf("%s %.100v has changed the state", b.do, b.fields)
		}
	}
	ask[Progress](c, "step", object{"updates": 100})
	sameModel(t, trainedNatively(t, small(), quick()), exported(c))
}

// What is not JSON, or not an object, is answered too.
func TestNotMessages(t *testing.T) {
	c := talk(t)
	for _, message := range []string{"", "{", "[]", "null", `"step"`, `{"id": "x"}`, `{"id": 1e400, "do": "step"}`, `{"do": "step"} {}`,
		"{\"do\": \"\xff\"}", strings.Repeat("[", 100_000), `{"id": 5, "do": 7}`} {
		var reply Reply
		if err := json.Unmarshal(c.session.Handle([]byte(message)), &reply); err != nil || reply.Error == "" || strings.Contains(reply.Error, "\n") || len(reply.Error) > 1000 {
			t.Errorf("%.40q: %+v, %v", message, reply, err)
		}
	}
}

// A text of 1 MB is trained on, or refused in one line.
func TestLargeText(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a text of 1 MB")
	}
	var b strings.Builder
	for i := 0; b.Len() < 1_000_000; i++ {
		fmt.Fprintf(&b, "word%d saw the word%d near word%d <script>alert(%d)</script>\n", i%5000, i%311, i*i%977, i)
	}
	c := talk(t)
	_, problem := c.send("configure", object{"text": b.String()})
	if problem != "" {
		t.Logf("refused: %s", problem)
		return
	}
	if p := ask[Progress](c, "step", object{"updates": 2}); p.Step != 2 {
		t.Errorf("%+v", p)
	}
}
