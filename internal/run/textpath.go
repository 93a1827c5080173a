package run

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"attend/data"
	"attend/internal/file"
	"attend/internal/printable"
)

// TextPath is how a settings file that attend wrote names its text: such that it is found again if the file is moved together with the
// text, as with the folder of a project, and if the file is moved or copied alone. It is zero for a settings file without the SHA-256 of
// a text: a path in that file is one from the current folder.
type TextPath struct {
	Path     string // relative to the folder of the file, with slashes and beginning with a dot; absolute on another disk; or the name of a built-in text, or -
	Absolute string // where the text was; "" if it is no file, or had no absolute path
	SHA256   string // of the text, in hexadecimal digits; "" if the file has none
}

// Keys of a TextPath in a settings file, besides data. They are no settings.
const (
	TextSumKey  = "text-sha256"
	TextPathKey = "text-path"
)

// besideFolder begins the path of a text in the folder that holds the folder of the settings file, or further up.
const besideFolder = "../"

// isTextKey reports whether a key of a settings file belongs to a [TextPath] and is no setting.
func isTextKey(name string) bool { return name == TextSumKey || name == TextPathKey }

// isFile reports whether a setting data names a file.
func isFile(text string) bool {
	return text != "-" && !slices.Contains(data.BuiltIn.Names(), text)
}

// TextPathFrom returns how a settings file in a folder names a text: a file at an absolute path, or a text that has none. A path that is
// not absolute is that of a text beside the folder, as in the page of `attend play`.
func TextPathFrom(folder, text, sha256 string) TextPath {
	t := TextPath{Path: text, SHA256: sha256}
	switch {
	case !isFile(text):
		return t
	case !filepath.IsAbs(text):
		t.Path = besideFolder + filepath.ToSlash(text)
		return t
	}
	t.Absolute, t.Path = text, filepath.ToSlash(text)
	real, err := realPath(folder)
	if err != nil {
		return t
	}
	above, err := filepath.EvalSymlinks(filepath.Dir(text)) // a link to the text itself stays where it is
	if err != nil {
		above = filepath.Dir(text)
	}
	if path, err := filepath.Rel(real, filepath.Join(above, filepath.Base(text))); err == nil { // they are on the same disk
		t.Path = filepath.ToSlash(path)
		if !strings.HasPrefix(t.Path, besideFolder) { // else it could be the name of a built-in text
			t.Path = "./" + t.Path
		}
	}
	return t
}

// From returns the path of the text of a settings file in a folder: the relative one, which is first or, if nothing is there, the
// absolute one.
func (t TextPath) From(folder string) (path, first string) {
	path = filepath.FromSlash(t.Path)
	if !isFile(t.Path) || filepath.IsAbs(path) {
		return path, path
	}
	if real, err := realPath(folder); err == nil {
		folder = real
	}
	path = filepath.Join(folder, path)
	if there(path) || !t.elsewhere(path) || !there(t.Absolute) {
		return path, path
	}
	return t.Absolute, path
}

// elsewhere reports whether the absolute path may be that of the text which is not at a path: a name that was changed in the file is
// another text.
func (t TextPath) elsewhere(path string) bool {
	return t.Absolute != "" && t.Absolute != path && filepath.Base(t.Absolute) == filepath.Base(path)
}

// there reports whether there is something at a path, behind symbolic links.
func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// YAML returns the lines of a settings file that stand before the settings.
func (t TextPath) YAML() []byte {
	if t.SHA256 == "" {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", TextSumKey, t.SHA256)
	if t.Absolute != "" {
		line, _ := yaml.Marshal(map[string]string{TextPathKey: t.Absolute}) // texts are never an error
		b.Write(line)
	}
	return []byte(b.String())
}

// parseTextPath reads a TextPath from the values of a settings file.
func parseTextPath(values map[string]yaml.Node, text string) (t TextPath, err error) {
	for key, to := range map[string]*string{TextSumKey: &t.SHA256, TextPathKey: &t.Absolute} {
		if value := values[key]; !value.IsZero() {
			if err := decode(key, cmp.Or(value.Alias, &value), to); err != nil {
				return TextPath{}, fmt.Errorf("line %d: %w", value.Line, err)
			}
		}
	}
	if t.SHA256 == "" {
		return TextPath{}, nil
	}
	if sum, err := hex.DecodeString(t.SHA256); err != nil || len(sum) != 32 {
		return TextPath{}, fmt.Errorf("line %d: %s is the SHA-256 of a text in 64 hexadecimal digits, not %s",
			values[TextSumKey].Line, TextSumKey, printable.Quote(t.SHA256))
	}
	t.Path = text
	return t, nil
}

// in returns the setting data of a run in a folder: the path of its text, or only the name of one that had no path.
func (t TextPath) in(folder string) string {
	if name, beside := strings.CutPrefix(t.Path, besideFolder); beside && t.Absolute == "" {
		return filepath.FromSlash(name)
	}
	path, _ := t.From(folder)
	return path
}

// OpenText opens the text of a run, a file of at most `most` bytes, and checks that it is the one that the run was trained on. If another
// is at its path, it is looked for where it was when the run was trained. path is that of the file, or of the one that cannot be read.
func (r *Run) OpenText(most int64) (f *os.File, path string, err error) {
	path = r.Settings.Data
	if !filepath.IsAbs(path) && r.text != (TextPath{}) {
		path, _ = r.text.From(r.Path)
	}
	if f, err = r.openText(path, most); err != nil && r.text.elsewhere(path) {
		if again, missing := r.openText(r.text.Absolute, most); missing == nil {
			return again, r.text.Absolute, nil
		}
	}
	return f, path, err
}

func (r *Run) openText(path string, most int64) (*os.File, error) {
	f, err := file.Open(path, most)
	if err != nil {
		return nil, err
	}
	if err := r.CheckTextFile(filepath.Base(path), f); err != nil {
		f.Close()
		return nil, &OtherTextError{err}
	}
	return f, nil
}

// An OtherTextError reports a file that is not the text which a run was trained on.
type OtherTextError struct{ err error }

func (e *OtherTextError) Error() string { return e.err.Error() }

// Unwrap returns the error of reading or comparing it.
func (e *OtherTextError) Unwrap() error { return e.err }
