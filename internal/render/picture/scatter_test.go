package picture

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/crc32"
	"image/color"
	"io"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render"
	"attend/internal/render/rendertest"
)

// scatterOf is the picture of a scatter.
func scatterOf(t testing.TB, s attention.Scatter, o Options) Drawing {
	t.Helper()
	d, err := Scatter(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// places are the middles of the dots.
func places(d Drawing) (points [][2]float64) {
	for _, o := range d.dots {
		points = append(points, [2]float64{o.x, o.y})
	}
	return points
}

func TestScatterSVGGolden(t *testing.T) {
	joined := attentiontest.Animals()
	joined.Joined = true
	rendertest.Golden(t, "scatter-svg-light", []byte(svgOf(t, scatterOf(t, attentiontest.Animals(), Options{Width: 600}))))
	rendertest.Golden(t, "scatter-svg-dark", []byte(svgOf(t, scatterOf(t, joined, Options{Dark: true}))))
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
			if known := "svg title desc metadata attend rect path g circle text"; !strings.Contains(known, e.Name.Local) {
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
	s := attentiontest.Animals()
	s.Source.Run = `runs/"<a>"`
	document := []byte(svgOf(t, scatterOf(t, s, Options{})))
	titles, _, err := svgTexts(document, "title")
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
	_, attributes, err := svgTexts(document, "attend")
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
		p := Options{Dark: dark}.palette()
		on := func(c color.RGBA) float64 { return render.Contrast(c, p.background) }
		if on(p.ink) < 7 || on(p.muted) < 4.5 || on(p.scale.Weight(1)) < 3 || on(p.leader) < 3 {
			t.Errorf("dark %v: contrasts %.1f %.1f %.1f %.1f", dark, on(p.ink), on(p.muted), on(p.scale.Weight(1)), on(p.leader))
		}
	}
}

// pngTexts reads the chunks of a PNG image strictly and returns its iTXt texts by keyword.
func pngTexts(file []byte) (map[string]string, error) {
	texts := map[string]string{}
	for rest := file[8:]; len(rest) > 0; {
		if len(rest) < 12 {
			return nil, errors.New("a short chunk")
		}
		length := binary.BigEndian.Uint32(rest)
		if uint64(length)+12 > uint64(len(rest)) {
			return nil, errors.New("a chunk longer than the file")
		}
		body := rest[4 : 8+length]
		if binary.BigEndian.Uint32(rest[8+length:]) != crc32.ChecksumIEEE(body) {
			return nil, errors.New("a wrong checksum")
		}
		if string(body[:4]) == "iTXt" {
			keyword, text, ok := strings.Cut(string(body[4:]), "\x00\x00\x00\x00\x00")
			if !ok {
				return nil, errors.New("no iTXt")
			}
			texts[keyword] = text
		}
		rest = rest[12+length:]
	}
	return texts, nil
}

func TestScatterPNGMetadata(t *testing.T) {
	_, file, _ := pixels(t, scatterOf(t, attentiontest.Animals(), Options{Width: 400}))
	texts, err := pngTexts(file)
	if err != nil {
		t.Fatal(err)
	}
	for keyword, want := range map[string]string{"Title": "16 word vectors", "Run": "runs/lion", "Step": "1500", "Variance": "0.410000 0.215000", "Software": "attend"} {
		if texts[keyword] != want {
			t.Errorf("%s %q, want %q", keyword, texts[keyword], want)
		}
	}
	if !strings.Contains(texts["Description"], "together 62.5%") {
		t.Errorf("description %q", texts["Description"])
	}
}

// The dots are where the layout has them, in their colour on the colour of the paper.
func TestScatterPNGDots(t *testing.T) {
	for _, dark := range []bool{false, true} {
		o := Options{Width: 500, Dark: dark}
		d, tags, _ := layoutScatter(attentiontest.Animals(), o)
		picture, file, _ := pixels(t, d)
		if _, again, _ := pixels(t, scatterOf(t, attentiontest.Animals(), o)); !bytes.Equal(file, again) {
			t.Error("two drawings differ")
		}
		if picture.Bounds().Dx() != 2*d.width || picture.Bounds().Dy() < 2*d.height {
			t.Errorf("size %v, want twice %d by %d or more", picture.Bounds(), d.width, d.height)
		}
		for i, o := range d.dots {
			if got := at(picture, int(2*o.x), int(2*o.y)); got != d.scale.Weight(1) {
				t.Errorf("dark %v, point %d: %v, want %v", dark, i, got, d.scale.Weight(1))
			}
		}
		if got := at(picture, 6, 6); got != d.background {
			t.Errorf("paper %v, want %v", got, d.background)
		}
		inked := 0
		tag := tags[0].at
		for x := int(2 * tag.x); x < int(2*(tag.x+tag.width)); x++ {
			for y := int(2 * tag.y); y < int(2*(tag.y+tag.height)); y++ {
				if at(picture, x, y) == d.ink {
					inked++
				}
			}
		}
		if inked < 20 {
			t.Errorf("dark %v: the first name has %d pixels of ink", dark, inked)
		}
	}
}

func TestScatterTellsWhatTheFontLacks(t *testing.T) {
	if _, _, got := pixels(t, scatterOf(t, attentiontest.Animals(), Options{})); got != "狮子 ␛[31mred" {
		t.Errorf("lacking %q", got)
	}
	fine := attention.Scatter{Points: []attention.Point{{Name: "zebra"}, {Name: "лев"}, {Name: "λέων"}, {Name: "naïve"}}}
	if _, _, got := pixels(t, scatterOf(t, fine, Options{})); got != "" {
		t.Errorf("lacking %q", got)
	}
}

// A long path keeps its end, by which runs of one kind differ.
func TestScatterNamesItsRun(t *testing.T) {
	s := attentiontest.ScatterOf("lion", 1, -1)
	s.Source.Run = strings.Repeat("a-long-folder/", 10) + "seed-2/run"
	d, err := Scatter(s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	drawn := ""
	for _, text := range d.texts {
		drawn += text.s
	}
	if !strings.Contains(drawn, "seed-2/run, step 0") {
		t.Errorf("the picture says %q", drawn)
	}
}
