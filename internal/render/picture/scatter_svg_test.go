package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"attend/internal/attention/attentiontest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

func TestScatterSVGGolden(t *testing.T) {
	joined := attentiontest.Animals()
	joined.Joined = true
	for name, draw := range map[string]func(io.Writer) error{
		"scatter-svg-light": func(w io.Writer) error { return ScatterSVG(w, attentiontest.Animals(), ScatterOptions{Width: 600}) },
		"scatter-svg-dark":  func(w io.Writer) error { return ScatterSVG(w, joined, ScatterOptions{Dark: true}) },
	} {
		var b bytes.Buffer
		if err := draw(&b); err != nil {
			t.Fatal(err)
		}
		rendertest.Golden(t, name, b.Bytes())
	}
}

// svgTexts reads an SVG document strictly and returns the texts of the elements of one name, and the
// attributes of the last.
func svgTexts(svg []byte, name string) (texts []string, last []xml.Attr, err error) {
	d := xml.NewDecoder(bytes.NewReader(svg))
	inside, text := 0, ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts, last, nil
		}
		if err != nil {
			return nil, nil, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if known := "svg title desc metadata attend rect polyline g line circle text"; !strings.Contains(known, e.Name.Local) {
				return nil, nil, fmt.Errorf("an element %s", e.Name.Local)
			}
			if e.Name.Local == name {
				inside, text, last = inside+1, "", e.Attr
			}
		case xml.CharData:
			text += string(e)
		case xml.EndElement:
			if e.Name.Local == name {
				texts = append(texts, text)
			}
		}
	}
}

func TestScatterSVGHasEveryNameAndItsSource(t *testing.T) {
	var b bytes.Buffer
	s := attentiontest.Animals()
	s.Source.Run = `runs/"<a>"`
	if err := ScatterSVG(&b, s, ScatterOptions{}); err != nil {
		t.Fatal(err)
	}
	titles, _, err := svgTexts(b.Bytes(), "title")
	if err != nil {
		t.Fatal(err)
	}
	if len(titles) != 1+len(s.Points) || titles[0] != "16 word vectors" {
		t.Fatalf("titles %q", titles)
	}
	for i, p := range s.Points {
		if titles[1+i] != render.Spelling(p.Name) {
			t.Errorf("tooltip %q, want %q", titles[1+i], p.Name)
		}
	}
	_, attributes, err := svgTexts(b.Bytes(), "attend")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, a := range attributes {
		got[a.Name.Local] = a.Value
	}
	for name, want := range map[string]string{"title": "16 word vectors", "run": s.Source.Run, "step": "1500", "share1": "0.410000", "share2": "0.215000"} {
		if got[name] != want {
			t.Errorf("%s %q, want %q", name, got[name], want)
		}
	}
}

func TestThemesCanBeRead(t *testing.T) {
	for _, dark := range []bool{false, true} {
		c := ScatterOptions{Dark: dark}.colors()
		if render.Contrast(c.ink, c.paper) < 7 || render.Contrast(c.note, c.paper) < 4.5 || render.Contrast(c.dot, c.paper) < 3 || render.Contrast(c.line, c.paper) < 3 {
			t.Errorf("dark %v: contrasts %.1f %.1f %.1f %.1f", dark, render.Contrast(c.ink, c.paper), render.Contrast(c.note, c.paper), render.Contrast(c.dot, c.paper), render.Contrast(c.line, c.paper))
		}
	}
}
