package picture

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
)

// pdfOf is a drawing as PDF, with its streams in clear.
func pdfOf(t *testing.T, d Drawing) (document, lacking string) {
	t.Helper()
	var b bytes.Buffer
	words, err := writePDF(&b, d)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "%PDF-1.") || !strings.HasSuffix(b.String(), "%%EOF\n") {
		t.Errorf("a document from %q to %q", b.String()[:8], b.String()[b.Len()-8:])
	}
	document = regexp.MustCompile(`(?s)stream\n.*?endstream`).ReplaceAllStringFunc(b.String(), func(stream string) string {
		z, err := zlib.NewReader(strings.NewReader(strings.TrimPrefix(stream, "stream\n")))
		if err != nil {
			return stream
		}
		clear, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return string(clear)
	})
	return document, strings.Join(words, " ")
}

// inPDF is a text as a document holds it: UTF-16, its brackets and backslashes escaped.
func inPDF(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`, "\r", `\r`).Replace(string(b))
}

// A PDF has the words, the shapes and the size of the drawing, and says what it is about.
func TestPDFShowsTheDrawing(t *testing.T) {
	m := attentiontest.Made("The lion (🦁) and лев λέων", strings.Fields("<s> The lion and лев λέων"), 1, 2)
	d, err := Map(m, nil, attention.Source{Run: "runs/лев", Step: 1500}, render.Selection{Layer: -1, Head: -1}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	document, lacking := pdfOf(t, d)
	if lacking != "🦁" {
		t.Errorf("lacking %q", lacking)
	}
	d.texts = d.texts[1:] // that of the sentence has a box in it
	for _, s := range d.texts {
		if !strings.Contains(document, "("+inPDF(s.s)+") Tj") {
			t.Errorf("no %q in the document", s.s)
		}
	}
	if got := strings.Count(document, " re f\n"); got != 1+len(d.rects) {
		t.Errorf("%d rectangles, want the background and %d", got, len(d.rects))
	}
	if got := strings.Count(document, " l S\n"); got != len(d.lines) {
		t.Errorf("%d lines, want %d", got, len(d.lines))
	}
	for name, want := range map[string]string{
		"title": "/Title (\xfe\xff" + inPDF(d.heading) + ")", "description": "/Subject (\xfe\xff" + inPDF(d.description) + ")",
		"date": "/CreationDate (D:19700101000000)", "characters": "/ToUnicode", "sentence": inPDF("The lion (□) and лев λέων"), "note": inPDF("□: the font of this picture lacks 1 character"),
	} {
		if want == "" || !strings.Contains(document, want) {
			t.Errorf("no %s: %q", name, want)
		}
	}
	if got := regexp.MustCompile(`MediaBox \[0 0 ([0-9.]+)`).FindStringSubmatch(document); len(got) == 0 || got[1] != coordinate(float64(d.width)*0.75)+".00" && got[1] != coordinate(float64(d.width)*0.75) {
		t.Errorf("the page is %v wide, the drawing %d pixels", got, d.width)
	}
}

func TestPDFSaysWhatItsFontLacks(t *testing.T) {
	document, lacking := pdfOf(t, drawn(t, attentiontest.Foreign(), false))
	if want := foreignWords; lacking != want {
		t.Errorf("lacking %q, want %q", lacking, want)
	}
	if !strings.Contains(document, inPDF("□□")) || !strings.Contains(document, inPDF("□: the font of this picture lacks 9 characters, which SVG shows")) {
		t.Error("no boxes, or no line that explains them")
	}
}

// The dots of a scatter and its turned and level words arrive.
func TestPDFOfAScatter(t *testing.T) {
	d, err := Scatter(attentiontest.Animals(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	document, _ := pdfOf(t, d)
	if !strings.Contains(document, "("+inPDF("16 word vectors")+") Tj") {
		t.Error("no heading")
	}
	if got, want := strings.Count(document, " c\n"), 4*len(d.dots); got < want {
		t.Errorf("%d curves, want %d for %d dots", got, want, len(d.dots))
	}
}
