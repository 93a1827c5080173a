package site

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"attend/internal/kernel/webassembly"
	"attend/internal/render"
	"attend/internal/render/page"
)

// Page is the live page.
type Page struct {
	Engine  Engine
	Version string // of attend, shown at the end of the page
	Run     *Run   // that it opens with; nil: it begins a training
}

// sharedScripts are the scripts of package page that the page uses, in order.
func sharedScripts() []string {
	return []string{"document.js", "cells.js", "scale.js", "table.js", "canvas.js", "choices.js", "next.js", "chart.js", "curve.js", "theme.js"}
}

// pageData is the JSON that the scripts of the page read.
type pageData struct {
	Light   any    `json:"light"`
	Dark    any    `json:"dark"`
	Version string `json:"version"`
	Run     *Run   `json:"run"`
}

// engineData is the JSON by which start.js finds the engine: the script of the Worker, or the addresses of script and program.
type engineData struct {
	Script  string `json:"script,omitempty"`
	Address string `json:"address,omitempty"`
	From    string `json:"from,omitempty"`
}

// WriteFile writes the page as one file, complete in itself: it makes no request, and opens without a server. Equal pages give equal
// bytes.
func (p Page) WriteFile(w io.Writer) error {
	script, err := p.workerScript()
	if err != nil {
		return err
	}
	return p.write(w, engineData{Script: script}, p.Engine.Program, "worker-src blob:")
}

// write writes the page with what start.js needs, and with the program in base64 if it is not nil.
func (p Page) write(w io.Writer, engine engineData, program []byte, directives ...string) error {
	frame, err := asset("play.html")
	if err != nil {
		return err
	}
	style, err := asset("play.css")
	if err != nil {
		return err
	}
	order, err := asset("order.txt")
	if err != nil {
		return err
	}
	script, err := joined(append([]string{"start.js"}, strings.Fields(order)...)...)
	if err != nil {
		return err
	}
	d := pageData{Version: p.Version, Run: p.Run}
	d.Light, d.Dark = page.Colors()
	var b bytes.Buffer
	err = page.Live{
		Frame: frame, Title: "attend: train a transformer and cut its attention", Data: d,
		Description: "Train a small transformer in the browser, on sentences of your own, and cut its attention",
		Style:       style, Shared: sharedScripts(), Script: script,
		ScriptSources: []string{"'wasm-unsafe-eval'"}, Directives: directives,
	}.Write(&b)
	if err != nil {
		return err
	}
	// The engine stands at the end, so that a browser draws the page before it has read all of it.
	const end = "</body>"
	at := bytes.LastIndex(b.Bytes(), []byte(end))
	if at < 0 {
		return errors.New("page: the frame has no end")
	}
	data, err := json.Marshal(engine) // it writes < as an escape, so that no text ends the element
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	var out bytes.Buffer
	out.Grow(b.Len() + len(data) + base64.StdEncoding.EncodedLen(len(program)) + 200)
	out.Write(b.Bytes()[:at])
	fmt.Fprintf(&out, "<script type=\"application/json\" id=\"engine\">%s</script>\n", data)
	if program != nil {
		out.WriteString(`<script type="text/plain" id="program">`)
		out.Write(base64.StdEncoding.AppendEncode(nil, program))
		out.WriteString("</script>\n")
	}
	out.Write(b.Bytes()[at:])
	return render.Write(w, &out)
}

// workerScript returns the script of the Worker: the modules of the kernels, and the files that start the program.
func (p Page) workerScript() (string, error) {
	modules, err := json.Marshal(map[string][]byte{"kernels": webassembly.Kernels, "links": webassembly.Links})
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	memory, err := asset("memoryfs.js")
	if err != nil {
		return "", err
	}
	rest, err := joined("worker.js", "unpack.js")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("const attendModules = %s;\n%s\n%s\n%s\n%s", modules, p.Engine.Exec, memory, webassembly.Loader, rest), nil
}
