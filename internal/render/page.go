package render

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// page holds the parts of a page as they are read and changed: its frame, its looks, its script.
//
//go:embed page/page.html page/*.css page/*.js
var page embed.FS

// pageText is the words of a page that differ between a map and a film.
type pageText struct{ Heading, Title string }

// title names the page for the tab and the history of a browser: what it shows, of which run and step.
func (d *pageData) title(what string) string {
	first := d.Sentences[0].Text
	if runes := []rune(first); len(runes) > 80 {
		first = string(runes[:80]) + "…"
	}
	if more := len(d.Sentences) - 1; more > 0 {
		first += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s%s (%s, step %d)", what, first, d.Run, d.Step)
}

// write puts the page together: frame, style, script and data in one text.
func (d *pageData) write(w io.Writer, text pageText) error {
	style, err := parts("style.css", "print.css")
	if err != nil {
		return err
	}
	// In this order each file uses only what stands before it, and main.js starts.
	script, err := parts("data.js", "scale.js", "document.js", "grid.js", "lines.js", "next.js",
		"overview.js", "arithmetic.js", "film.js", "theme.js", "main.js")
	if err != nil {
		return err
	}
	// json.Marshal writes <, >, & and the two line separators of Unicode as escapes, so no word can
	// end the script that holds the data.
	data, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	t, err := template.ParseFS(page, "page/page.html")
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	var b bytes.Buffer
	err = t.Execute(&b, struct {
		pageText
		*pageData
		Policy string
		Style  template.CSS
		Script template.JS
		Data   template.JS
	}{text, d, policy(style, script), template.CSS(style), template.JS(script), template.JS(data)})
	if err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return write(w, &b)
}

// parts joins files of the page. Lines end as browsers read them, or the policy's sums would not hold.
func parts(names ...string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		part, err := page.ReadFile("page/" + name)
		if err != nil {
			return "", fmt.Errorf("page: %w", err)
		}
		b.WriteString(strings.ReplaceAll(string(part), "\r\n", "\n"))
	}
	return b.String(), nil
}

// policy is a Content Security Policy (W3C, level 3) under which a browser loads nothing, sends
// nothing, and runs no script and no style but these, known by their SHA-256.
func policy(style, script string) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(style) + "; script-src " + hash(script) + "; base-uri 'none'; form-action 'none'"
}
