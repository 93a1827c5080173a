// Package site writes the live page: as one file that works without a server, or as a folder for a server of static files.
//
//	engine, err := site.Embedded() // or of a Builder
//	page := site.Page{Engine: engine, Version: "v1.0.0"}
//	err = page.WriteFile(w)
//	err = page.WriteFolder("public/attend")
//
// The engine is the program of package engine as WebAssembly. It is too large for the repository: a program that was built in the
// repository builds it once with the Go that is there, see [Builder], and the archives of a release have it inside, see [Embedded].
//
// The folder assets has the frame, the style and the scripts of the page. order.txt lists the scripts that follow those of package page.
package site

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed assets
var assets embed.FS

// asset returns a file of the page. Lines end as browsers read them, or the sums in the policy would not hold.
func asset(name string) (string, error) {
	b, err := assets.ReadFile("assets/" + name)
	if err != nil {
		return "", fmt.Errorf("page: %w", err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n"), nil
}

// joined returns files of the page one after the other.
func joined(names ...string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		text, err := asset(name)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}
