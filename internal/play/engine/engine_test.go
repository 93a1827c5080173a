// Package main has tests natively, which build the engine and run it in Node.js.
package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/play"
	"attend/internal/run"
)

// node returns the path of Node.js.
func node(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("compiles to WebAssembly")
	}
	path, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("ATTEND_TOOLS") == "required" {
			t.Fatal("no Node.js on the path: install nodejs")
		}
		t.Skip("no Node.js on the path: install nodejs")
	}
	return path
}

// build compiles the engine.
func build(t *testing.T) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "engine.wasm")
	c := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, ".")
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// answers returns the reply of the engine to each request.
func answers(t *testing.T, node, program string, requests ...string) []string {
	t.Helper()
	lines := worker(t, node, program, requests...)
	if lines[0] != `{"ready":true}` {
		t.Fatalf("%.2000s", lines)
	}
	return lines[1:]
}

// worker runs a program in Node.js as a Worker of a page does, and returns what it says first and the reply to each request.
func worker(t *testing.T, node, program string, requests ...string) []string {
	t.Helper()
	goRoot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	kernels, assets := "../../kernel/webassembly/", "../site/assets/"
	c := exec.Command(node, "node.js", program, kernels+"links.wasm", kernels+"kernels.wasm",
		filepath.Join(strings.TrimSpace(string(goRoot)), "lib/wasm/wasm_exec.js"), assets+"memoryfs.js", kernels+"kernels.js", assets+"worker.js")
	c.Stdin = strings.NewReader(strings.Join(requests, "\n") + "\n")
	var problems bytes.Buffer
	c.Stderr = &problems
	out, err := c.Output()
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if err != nil || len(lines) != len(requests)+1 {
		t.Fatalf("%v, %d replies to %d requests: %.2000s\n%s", err, len(lines)-1, len(requests), out, problems.String())
	}
	return lines
}

// parse reads the result of a reply.
func parse[T any](t *testing.T, id int, reply string) (result T) {
	t.Helper()
	var r struct {
		ID     int
		Result json.RawMessage
		Error  string
	}
	err := json.Unmarshal([]byte(reply), &r)
	if err == nil && r.Error == "" {
		err = json.Unmarshal(r.Result, &result)
	}
	if err != nil || r.Error != "" || r.ID != id {
		t.Fatalf("request %d: %v: %.1000s", id, err, reply)
	}
	return result
}

// unzip writes the files of an exported run.
func unzip(t *testing.T, e play.Exported) (folder string) {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(e.Base64)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	folder = t.TempDir()
	for _, f := range z.File {
		path := filepath.Join(folder, filepath.FromSlash(f.Name))
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o755)
		}
		if err == nil {
			err = os.WriteFile(path, content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// A run that the engine has trained opens natively, with its map and predictions within 1e-5; and every other message is answered.
func TestEngineInNode(t *testing.T) {
	path := node(t)
	program := build(t)
	const sentence = "The lion saw the zebra near the"
	replies := answers(t, path, program,
		`{"id": 1, "do": "describe"}`,
		`{"id": 2, "do": "configure", "preset": "savanna"}`,
		`{"id": 3, "do": "stopAt", "steps": 300}`,
		`{"id": 4, "do": "step", "updates": 200, "milliseconds": 0}`,
		`{"id": 5, "do": "show", "sentence": "The lion saw the zebra near the", "interventions": [{"layer": -1, "head": -1, "query": 7, "key": 5}]}`,
		`{"id": 6, "do": "step", "updates": 10000, "milliseconds": 0}`,
		`{"id": 7, "do": "show"}`,
		`{"id": 8, "do": "why"}`,
		`{"id": 9, "do": "frame", "step": 150}`,
		`{"id": 10, "do": "complete", "prompt": "the lion", "temperature": 0, "count": 1}`,
		`{"id": 11, "do": "export", "what": "run"}`,
		`{"id": 12, "do": "flie"}`,
	)
	if d := parse[play.Description](t, 1, replies[0]); d.Instructions != "wasm-simd" && d.Instructions != "portable" {
		t.Errorf("instructions %s", d.Instructions)
	}
	state := parse[play.State](t, 2, replies[1])
	if state.Steps != 1500 || state.Corpus.TrainSentences != 16000 {
		t.Errorf("%+v", state.Corpus)
	}
	if p := parse[play.Progress](t, 4, replies[3]); p.Step != 200 {
		t.Errorf("step %d", p.Step)
	}
	if s := parse[play.Shown](t, 5, replies[4]); s.Effect == nil || s.Map.Attention[0][0][7][5] != 0 {
		t.Errorf("effect %+v", s.Effect)
	}
	if p := parse[play.Progress](t, 6, replies[5]); p.Step != 300 || p.Stopped != "steps" || p.Effect == nil {
		t.Errorf("step %d, stopped %q", p.Step, p.Stopped)
	}
	shown := parse[play.Shown](t, 7, replies[6]).Map
	if y := parse[play.WhyResult](t, 8, replies[7]); y.Text != sentence || len(y.Paragraphs) == 0 {
		t.Errorf("%+v", y.Paragraphs)
	}
	if f := parse[play.FrameShown](t, 9, replies[8]); f.Step != 100 {
		t.Errorf("frame %d", f.Step)
	}
	if c := parse[play.Completed](t, 10, replies[9]); len(c.Texts) != 1 || !strings.HasPrefix(c.Texts[0], "the lion ") {
		t.Errorf("%q", c.Texts)
	}
	if !strings.Contains(replies[11], "there is no message") {
		t.Errorf("%s", replies[11])
	}

	r, err := run.Open(filepath.Join(unzip(t, parse[play.Exported](t, 11, replies[10])), "savanna"), run.AtLast())
	if err != nil {
		t.Fatal(err)
	}
	session, err := r.NewSession(1)
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	m, err := session.Map(sentence, len(shown.Next))
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(m, shown); !(d <= 1e-5) {
		t.Errorf("the native map differs by %g", d)
	} else {
		t.Logf("the largest difference of a weight or probability from the native map is %.1e", d)
	}
}

// Where the engine cannot be started the page is told so, and so is whoever waits for a reply.
func TestEngineThatIsNone(t *testing.T) {
	path := node(t)
	program := filepath.Join(t.TempDir(), "engine.wasm")
	if err := os.WriteFile(program, []byte("no WebAssembly"), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, reply := range worker(t, path, program, `{"id": 4, "do": "describe"}`, `{"id": 5, "do": "describe"}`) {
		var r struct {
			ID    int
			Error string
		}
		if err := json.Unmarshal([]byte(reply), &r); err != nil || !strings.Contains(r.Error, "the engine has ended: ") || i > 0 && r.ID != 3+i {
			t.Errorf("%v: %s", err, reply)
		}
	}
}

// difference returns the largest difference of an attention weight or of a probability.
func difference(a attention.Map, b play.Map) float64 {
	largest := 0.0
	for layer, heads := range a.Attention {
		for head, rows := range heads {
			for query, row := range rows {
				for key, weight := range row {
					largest = max(largest, math.Abs(float64(weight-b.Attention[layer][head][query][key])))
				}
			}
		}
	}
	for i, p := range a.Next {
		if b.Next[i].Word != p.Word {
			return math.Inf(1)
		}
		largest = max(largest, math.Abs(p.Probability-b.Next[i].Probability))
	}
	return largest
}

// The engine links no terminal, no command line, no fonts and no pages, and stays small.
func TestEngineLinksLittle(t *testing.T) {
	c := exec.Command("go", "list", "-deps", ".")
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=")
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 50 {
		t.Fatalf("%d packages", len(packages))
	}
	for _, p := range packages {
		for _, refused := range []string{"github.com/spf13", "github.com/charmbracelet", "golang.org/x/term", "golang.org/x/image",
			"git.sr.ht", "codeberg.org", "html/template", "attend/internal/render", "attend/internal/term"} {
			if p == refused || strings.HasPrefix(p, refused+"/") {
				t.Errorf("the engine links %s", p)
			}
		}
	}
}

// The file system in memory does what the tests of a native one do.
func TestMemoryFS(t *testing.T) {
	path := node(t)
	out, err := exec.Command(path, "memoryfs_test.js", "../site/assets/memoryfs.js").CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != "passed" {
		t.Errorf("%v\n%s", err, out)
	}
}
