package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"

	"attend/internal/render"
)

// Live is the parts of a page. A page of another package shares the style of the pages of this one and as many of their scripts as it
// names, and brings its own frame, style and scripts.
type Live struct {
	// Frame is the template of the page. It begins with {{template "head" .}}, and has {{.Data}} in a script of the type
	// application/json and {{.Script}} in the script that follows.
	Frame       string
	Heading     string
	Title       string // for the tab and the history of a browser
	Description string
	Page        any      // for the frame; may be nil
	Data        any      // that the scripts read, as JSON
	Style       string   // beside the shared one
	Shared      []string // names of files in assets, in order: each uses only what stands before it
	Script      string   // after the shared ones

	ScriptSources []string // that the policy permits beside the script of the page
	Directives    []string // of the policy, beside those of every page
}

// Colors returns the colours of weights and differences, for the function makePalette of scale.js.
func Colors() (light, dark any) { return pageScaleOf(render.OnLight()), pageScaleOf(render.OnDark()) }

// Write writes the page in one piece. Its policy allows no request, and no script and no style but its own, beside what
// ScriptSources and Directives permit.
func (l Live) Write(w io.Writer) error {
	style, err := parts("style.css", "print.css")
	if err != nil {
		return err
	}
	style += colorStyle() + l.Style
	script, err := parts(l.Shared...)
	if err != nil {
		return err
	}
	script += l.Script
	// json.Marshal writes <, >, & and the two line separators of Unicode as escapes, so no word can
	// end the script that holds the data.
	data, err := json.Marshal(l.Data)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	t, err := template.ParseFS(assets, "assets/head.html")
	if err == nil {
		t, err = t.New("frame").Parse(strings.ReplaceAll(l.Frame, "\r\n", "\n"))
	}
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, struct {
		Heading, Title, Description, Policy string
		Page                                any
		Style                               template.CSS
		Script                              template.JS
		Data                                template.JS
	}{l.Heading, l.Title, l.Description, l.policy(style, script), l.Page, template.CSS(style), template.JS(script), template.JS(data)})
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return render.Write(w, &b)
}

// policy is a Content Security Policy (W3C, level 3) under which a browser loads nothing, sends nothing, and runs no script and no
// style but these, known by their SHA-256, beside what the page is permitted.
func (l Live) policy(style, script string) string {
	directives := []string{"default-src 'none'", "style-src " + integrity(style),
		strings.Join(append([]string{"script-src", integrity(script)}, l.ScriptSources...), " "),
		"base-uri 'none'", "form-action 'none'"}
	return strings.Join(append(directives, l.Directives...), "; ")
}

// integrity is the source of a text in a policy.
func integrity(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
