package render

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares an output with testdata/name.golden.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func TestGolden(t *testing.T) {
	mean := TextOptions{Layer: -1, Head: -1}
	maps := map[string]Map{"lion": lion(), "long": long(), "foreign": foreign()}
	colors := map[string]colorprofile.Profile{
		"plain": colorprofile.ASCII, "ansi16": colorprofile.ANSI,
		"ansi256": colorprofile.ANSI256, "truecolor": colorprofile.TrueColor,
	}
	for name, m := range maps {
		for color, profile := range colors {
			for _, width := range []int{16, 40, 60, 80} {
				if width != 80 && color != "plain" && color != "truecolor" {
					continue
				}
				o := mean
				o.Width, o.Color = width, profile
				var b bytes.Buffer
				for _, write := range []func(io.Writer) error{
					func(w io.Writer) error { return Grid(w, m, o) },
					func(w io.Writer) error { _, err := fmt.Fprintln(w); return err },
					func(w io.Writer) error { return Story(w, m, o, 4) },
					func(w io.Writer) error { return Predictions(w, m.Next, o) },
				} {
					if err := write(&b); err != nil {
						t.Fatal(err)
					}
				}
				golden(t, fmt.Sprintf("%s-%d-%s", name, width, color), b.Bytes())
			}
		}
	}
}

func TestGoldenAll(t *testing.T) {
	var b bytes.Buffer
	o := TextOptions{Width: 80, All: true}
	if err := Grid(&b, lion(), o); err != nil {
		t.Fatal(err)
	}
	if err := Story(&b, lion(), o, 3); err != nil {
		t.Fatal(err)
	}
	golden(t, "all-80-plain", b.Bytes())
}

func TestGoldenDocuments(t *testing.T) {
	m := made("=1+1 \"quoted\"", []string{"<s>", "=1+1", `"quoted"`}, 2, 1)
	m.Next = []Prediction{{"river", 0.75}}
	for name, write := range map[string]func(io.Writer, []Map) error{
		"json": func(w io.Writer, maps []Map) error { return JSON(w, "runs/lion", 120, maps) },
		"csv":  CSV,
	} {
		var b bytes.Buffer
		if err := write(&b, []Map{m, lion()}); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
}
