package run

import (
	"os"
	"path/filepath"
	"testing"
)

// A settings file finds its text if both are moved, if it alone is moved, and through symbolic links; another name is another text.
func TestTextPath(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	make := func(parts ...string) string {
		t.Helper()
		path := filepath.Join(append([]string{root}, parts...)...)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sum := digest(nil)
	text := make("project", "texts", "my text.txt")
	run := filepath.Dir(make("project", "runs", "a", settingsFile))
	of := TextPathFrom(run, text, sum)
	if want := (TextPath{"../../texts/my text.txt", text, sum}); of != want {
		t.Fatalf("%+v, want %+v", of, want)
	}
	from := func(of TextPath, folder, want string) {
		t.Helper()
		if got, _ := of.From(folder); got != want {
			t.Errorf("%+v from %s: %s, want %s", of, folder, got, want)
		}
	}
	from(of, run, text)
	alone := filepath.Dir(make("far", settingsFile))
	from(of, alone, text)
	renamed := of
	renamed.Path = "../../texts/other.txt"
	from(renamed, alone, filepath.Join(filepath.Dir(root), "texts", "other.txt"))
	link := filepath.Join(root, "link")
	if err := os.Symlink(filepath.Join(root, "project"), link); err == nil {
		linked := TextPathFrom(filepath.Join(link, "runs", "a"), filepath.Join(link, "texts", "my text.txt"), sum)
		if linked.Path != of.Path {
			t.Errorf("through a link: %s, want %s", linked.Path, of.Path)
		}
		from(of, filepath.Join(link, "runs", "a"), text)
	}
	moved := filepath.Join(root, "moved")
	if err := os.Rename(filepath.Join(root, "project"), moved); err != nil {
		t.Fatal(err)
	}
	from(of, filepath.Join(moved, "runs", "a"), filepath.Join(moved, "texts", "my text.txt"))
	from(of, alone, filepath.Join(filepath.Dir(root), "texts", "my text.txt")) // it is nowhere: where it should be

	for _, name := range []string{"savanna", "-"} {
		if of := TextPathFrom(run, name, sum); of != (TextPath{name, "", sum}) {
			t.Errorf("%s: %+v", name, of)
		}
		from(TextPath{name, "", sum}, run, name)
	}
	inside := make("moved", "runs", "a", "savanna")
	if of := TextPathFrom(filepath.Dir(inside), inside, sum); of.Path != "./savanna" {
		t.Errorf("a text in the folder itself: %+v", of)
	}
	from(TextPath{"./savanna", "", sum}, filepath.Dir(inside), inside)
	from(TextPath{"my.txt", "", sum}, alone, filepath.Join(alone, "my.txt"))
}

// The path of the text goes through training.yaml, whatever is in it, and is no part of what binds the files of a run.
func TestTextPathInSettings(t *testing.T) {
	for _, of := range []TextPath{
		{"../a: b #c.txt", "/home/a: b #c.txt", digest(nil)}, {"../é\n.txt", "/\"é\n.txt", digest(nil)}, {"-", "", digest(nil)}, {},
	} {
		s := Defaults()
		s.Data = "/elsewhere"
		got, read, err := unsealSettings(sealSettings(s, LatestFormat, of))
		if of != (TextPath{}) {
			s.Data = of.Path
		}
		if err != nil || got != s || read.Text != of {
			t.Errorf("%+v, %+v, %v, want %+v", got, read.Text, err, of)
		}
	}
	for text, want := range map[string]string{
		"data: a\ntext-sha256: ab\n":       "line 2: text-sha256 is the SHA-256 of a text in 64 hexadecimal digits, not \"ab\"",
		"data: a\ntext-sha256: [1]\n":      "want text, not a list",
		"data: a\ntext-path: {a: b}\n":     "want text, not a list or a group of settings",
		"data: a\ntext-path: x\nlyrs: 2\n": "there is no setting",
	} {
		_, _, err := ParseYAML([]byte(text), Defaults())
		wantError(t, err, want)
	}
	a, b := &Run{Settings: Defaults(), text: TextPath{Path: "../a", SHA256: "1"}}, &Run{Settings: Defaults(), text: TextPath{Path: "../b", SHA256: "1"}}
	a.Settings.Data, b.Settings.Data = "/x/a", "/y/b"
	if string(a.settingsIdentity()) != string(b.settingsIdentity()) {
		t.Error("the identity of a run depends on where its text lies")
	}
}

// The path of a text in training.yaml may change with its place, its SHA-256 not: the weights have it too.
func TestAnotherTextInSettings(t *testing.T) {
	r := trained(t, small(), smallText())
	seal := func(of TextPath) { write(t, r.Path, settingsFile, sealSettings(r.Settings, r.Format, of)) }
	elsewhere := r.text
	elsewhere.Path = "../elsewhere/" + filepath.Base(elsewhere.Path)
	seal(elsewhere)
	if _, err := Open(r.Path); err != nil {
		t.Error(err)
	}
	other := r.text
	other.SHA256 = digest([]byte("another text"))
	seal(other)
	_, err := Open(r.Path)
	wantError(t, err, "names another text than that which", "they come from different runs")
}
