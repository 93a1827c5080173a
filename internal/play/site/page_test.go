package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"attend/internal/kernel/webassembly"
)

// parsed is what a browser makes of a page.
type parsed struct {
	tags     []string
	policy   string
	style    string
	scripts  []string          // that run
	elements map[string]string // content of the scripts that hold data, by id
}

// parse reads a page, and reports what would load or run besides its scripts.
func parse(t *testing.T, page []byte) parsed {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	p := parsed{elements: map[string]string{}}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		p.tags = append(p.tags, n.Data)
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "style" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
		}
		content := ""
		if n.FirstChild != nil {
			content = n.FirstChild.Data
		}
		switch {
		case n.Data == "style":
			p.style = content
		case n.Data == "meta" && attributes["http-equiv"] != "":
			p.policy = attributes["content"]
		case n.Data == "script" && attributes["type"] == "":
			p.scripts = append(p.scripts, content)
		case n.Data == "script":
			p.elements[attributes["id"]] = content
		}
	}
	return p
}

// fileOf returns a page as one file.
func fileOf(t *testing.T, p Page) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.WriteFile(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The policy permits the script and the style of the page by their hashes, WebAssembly and a Worker of its own, and nothing else.
func TestPolicy(t *testing.T) {
	p := parse(t, fileOf(t, Page{Engine: made()}))
	if len(p.scripts) != 1 {
		t.Fatalf("%d scripts run", len(p.scripts))
	}
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := "default-src 'none'; style-src " + hash(p.style) + "; script-src " + hash(p.scripts[0]) +
		" 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'; worker-src blob:"
	if p.policy != want {
		t.Errorf("policy\n%s\nwant\n%s", p.policy, want)
	}
}

func TestEngineInThePage(t *testing.T) {
	b := fileOf(t, Page{Engine: made(), Version: "v1.2.3"})
	if again := fileOf(t, Page{Engine: made(), Version: "v1.2.3"}); !bytes.Equal(b, again) {
		t.Error("equal pages differ")
	}
	p := parse(t, b)
	program, err := base64.StdEncoding.DecodeString(p.elements["program"])
	if err != nil || !bytes.Equal(program, made().Program) {
		t.Errorf("program %q, %v", program, err)
	}
	var engine engineData
	if err := json.Unmarshal([]byte(p.elements["engine"]), &engine); err != nil || engine.Address != "" || engine.From != "" {
		t.Fatalf("%+v, %v", engine, err)
	}
	at := 0
	for _, part := range []string{"const attendModules", base64.StdEncoding.EncodeToString(webassembly.Kernels), "globalThis.Go = class {};",
		"globalThis.fs", "globalThis.attendKernels", "attendReady", "DecompressionStream"} {
		i := strings.Index(engine.Script[at:], part)
		if i < 0 {
			t.Errorf("the script of the Worker has no %.50s after the parts before it", part)
			continue
		}
		at += i
	}
	var data struct {
		Version string
		Run     *Run
		Light   struct{ Weights []string }
	}
	if err := json.Unmarshal([]byte(p.elements["data"]), &data); err != nil || data.Version != "v1.2.3" || data.Run != nil || len(data.Light.Weights) == 0 {
		t.Errorf("data %+v, %v", data, err)
	}
	if strings.Index(string(b), `id="engine"`) < strings.Index(string(b), "function engineWorker") {
		t.Error("the engine stands before the script, which then runs late")
	}
}

// Whatever a run holds, the elements and the script of the page are the same.
func TestHostileRun(t *testing.T) {
	plain := parse(t, fileOf(t, Page{Engine: made(), Run: &Run{Name: "runs/a", Text: "a b", TextName: "a.txt"}}))
	for _, text := range []string{"</script><script>alert(1)</script>", "<!--<script>", "]]>", "\u2028\u2029", "&lt;/script&gt;", "${alert(1)}", "\x00\x1b", "{{.}}"} {
		run := &Run{Name: text, Text: text, TextName: text, Files: map[string][]byte{text: []byte(text)}}
		p := parse(t, fileOf(t, Page{Engine: made(), Version: text, Run: run}))
		if !slices.Equal(p.tags, plain.tags) || !slices.Equal(p.scripts, plain.scripts) || p.policy != plain.policy {
			t.Errorf("%q changes the page", text)
		}
		var data struct{ Run *Run }
		if err := json.Unmarshal([]byte(p.elements["data"]), &data); err != nil || data.Run.Text != text || string(data.Run.Files[text]) != text {
			t.Errorf("%q became %+v, %v", text, data.Run, err)
		}
	}
}

// Every script of the page is in order.txt, once, and nothing else is.
func TestOrder(t *testing.T) {
	order, err := asset("order.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Fields(order)
	entries, err := fs.Glob(assets, "assets/play-*.js")
	if err != nil {
		t.Fatal(err)
	}
	var there []string
	for _, e := range entries {
		there = append(there, path.Base(e))
	}
	slices.Sort(there)
	if last := listed[len(listed)-1]; last != "play-main.js" {
		t.Errorf("%s is the last", last)
	}
	slices.Sort(listed)
	if !slices.Equal(listed, there) {
		t.Errorf("order.txt lists %v, and there are %v", listed, there)
	}
}
