package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

// svgOf is a drawing as SVG.
func svgOf(t testing.TB, d Drawing) string {
	t.Helper()
	var b bytes.Buffer
	if lacking, err := SVG(&b, d); err != nil || lacking != nil {
		t.Fatalf("lacking %q, error %v", lacking, err)
	}
	return b.String()
}

// element is an element of a document.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// each calls visit for an element and all that are in it.
func (e element) each(visit func(element)) {
	visit(e)
	for _, c := range e.Children {
		c.each(visit)
	}
}

// parsedXML reads a document, which must be well-formed and whole.
func parsedXML(document string) (element, error) {
	d := xml.NewDecoder(strings.NewReader(document))
	var root element
	if err := d.Decode(&root); err != nil {
		return root, err
	}
	if token, err := d.Token(); err != io.EOF && strings.TrimSpace(fmt.Sprint(token)) != "[10]" {
		return root, fmt.Errorf("%v after the document, error %v", token, err)
	}
	return root, nil
}

func TestGoldenSVG(t *testing.T) {
	rendertest.Golden(t, "two-words.svg", []byte(svgOf(t, twoWords().drawn(t, Options{}))))
	f := twoWords()
	f.words.Tokens[0], f.words.Unknown, f.signed = "лев <b>&", []bool{true, false}, true
	f.panels[0] = append(f.panels[0], render.View{Title: "difference", Weights: [][]float64{{0, 0}, {-0.5, 0.5}}, Signed: true})
	rendertest.Golden(t, "two-panels-dark.svg", []byte(svgOf(t, f.drawn(t, Options{Dark: true}))))
}

func TestSVGTellsWhatItIs(t *testing.T) {
	d, err := Map(attentiontest.Lion(), nil, attention.Source{Run: "runs/<lion> & co", Step: 1500}, render.Selection{Layer: -1, Head: -1, All: true}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	root, err := parsedXML(svgOf(t, d))
	if err != nil {
		t.Fatal(err)
	}
	if root.attr("role") != "img" {
		t.Errorf("role %q", root.attr("role"))
	}
	found, named := map[string]string{}, strings.Fields(root.attr("aria-labelledby"))
	var all []string
	root.each(func(e element) {
		if id := e.attr("id"); id != "" {
			found[id] = e.Text
		}
		if e.XMLName.Space == "urn:attend:picture" {
			found[e.XMLName.Local] = e.Text
		}
		all = append(all, strings.TrimSpace(e.Text))
	})
	if len(named) != 2 || found[named[0]] != "The lion saw the zebra near the (attention, 2 heads)" || !strings.Contains(found[named[1]], "Run runs/<lion> & co, step 1,500.") {
		t.Errorf("named by %q among %q", named, found)
	}
	for name, want := range map[string]string{"title": "attention, 2 heads", "run": "runs/<lion> & co", "step": "1500", "sentence": "The lion saw the zebra near the"} {
		if found[name] != want {
			t.Errorf("%s is %q, want %q", name, found[name], want)
		}
	}
	text := strings.Join(all, "\n")
	for _, want := range []string{"zebra → lion: 0.", "layer 1, head 2", ".39"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the picture", want)
		}
	}
}

// Pictures that one page holds must not share ids.
func TestSVGIDsDiffer(t *testing.T) {
	id := func(f figure) string {
		root, err := parsedXML(svgOf(t, f.drawn(t, Options{})))
		if err != nil {
			t.Fatal(err)
		}
		return root.attr("aria-labelledby")
	}
	a, b, c := twoWords(), twoWords(), twoWords()
	b.title, c.source.Step = "layer 1, head 2", 121
	if id(a) == id(b) || id(a) == id(c) || id(b) == id(c) || id(a) != id(twoWords()) {
		t.Errorf("ids %s, %s, %s", id(a), id(b), id(c))
	}
}

func TestPicturesAreFunctions(t *testing.T) {
	for _, all := range []bool{false, true} {
		for _, format := range Formats {
			var first, second bytes.Buffer
			for _, b := range []*bytes.Buffer{&first, &second} {
				d, err := Map(attentiontest.Foreign(), nil, attention.Source{Run: "runs/lion", Step: 120}, render.Selection{Layer: -1, Head: -1, All: all}, Options{})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := format.Choice.Write(b, d); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(first.Bytes(), second.Bytes()) {
				t.Errorf("%s: the same figure gives other bytes", format.Name)
			}
		}
	}
}

func TestPictureWriterErrors(t *testing.T) {
	for _, format := range Formats {
		if _, err := format.Choice.Write(rendertest.Broken{}, twoWords().drawn(t, Options{})); !errors.Is(err, rendertest.ErrBroken) {
			t.Errorf("%s: error %v", format.Name, err)
		}
	}
}

func TestPlace(t *testing.T) {
	for x, want := range map[float64]string{3: "3", 100: "100", 0.5: "0.5", 2.346: "2.35", -1.999: "-2"} {
		if got := coordinate(x); got != want {
			t.Errorf("place(%v) = %q, want %q", x, got, want)
		}
	}
}
