package text

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render/rendertest"
)

func TestGolden(t *testing.T) {
	mean := Options{Layer: -1, Head: -1}
	maps := map[string]attention.Map{"lion": attentiontest.Lion(), "long": attentiontest.Long(), "foreign": attentiontest.Foreign()}
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
					func(w io.Writer) error { return Grid(w, m, nil, o) },
					func(w io.Writer) error { _, err := fmt.Fprintln(w); return err },
					func(w io.Writer) error { return TopLinks(w, m, o, 4) },
					func(w io.Writer) error { return Predictions(w, m.Next, o) },
				} {
					if err := write(&b); err != nil {
						t.Fatal(err)
					}
				}
				rendertest.Golden(t, fmt.Sprintf("%s-%d-%s", name, width, color), b.Bytes())
			}
		}
	}
}

func TestGoldenAll(t *testing.T) {
	var b bytes.Buffer
	o := Options{Width: 80, All: true}
	if err := Grid(&b, attentiontest.Lion(), nil, o); err != nil {
		t.Fatal(err)
	}
	if err := TopLinks(&b, attentiontest.Lion(), o, 3); err != nil {
		t.Fatal(err)
	}
	rendertest.Golden(t, "all-80-plain", b.Bytes())
}
