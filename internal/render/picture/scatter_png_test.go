package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
)

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

func drawnPNG(t *testing.T, s attention.Scatter, o ScatterOptions) ([]byte, image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := ScatterPNG(&b, s, o); err != nil {
		t.Fatal(err)
	}
	file := slices.Clone(b.Bytes())
	picture, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return file, picture
}

func TestScatterPNGMetadata(t *testing.T) {
	file, _ := drawnPNG(t, attentiontest.Animals(), ScatterOptions{Width: 400})
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
	f, err := newTypeface()
	if err != nil {
		t.Fatal(err)
	}
	for _, dark := range []bool{false, true} {
		o := ScatterOptions{Width: 500, Dark: dark}
		file, picture := drawnPNG(t, attentiontest.Animals(), o)
		again, _ := drawnPNG(t, attentiontest.Animals(), o)
		if !bytes.Equal(file, again) {
			t.Error("two drawings differ")
		}
		l, c := layoutScatter(attentiontest.Animals(), o, f), o.colors()
		if picture.Bounds().Dx() != 2*l.width || picture.Bounds().Dy() < 2*l.height {
			t.Errorf("size %v, want twice %d by %d or more", picture.Bounds(), l.width, l.height)
		}
		at := func(x, y float64) color.Color { return color.RGBAModel.Convert(picture.At(int(2*x), int(2*y))) }
		for i, p := range l.points {
			if at(p[0], p[1]) != c.dot {
				t.Errorf("dark %v, point %d: %v, want %v", dark, i, at(p[0], p[1]), c.dot)
			}
		}
		if at(3, 3) != c.paper {
			t.Errorf("paper %v, want %v", at(3, 3), c.paper)
		}
		inked := 0
		tag := l.tags[0].at
		for x := tag.x; x < tag.x+tag.width; x += 0.5 {
			for y := tag.y; y < tag.y+tag.height; y += 0.5 {
				if at(x, y) == c.ink {
					inked++
				}
			}
		}
		if inked < 20 {
			t.Errorf("dark %v: the first name has %d pixels of ink", dark, inked)
		}
	}
}

func TestScatterLackingNamesWhatTheFontLacks(t *testing.T) {
	if got := ScatterLacking(attentiontest.Animals()); !slices.Equal(got, []string{"狮子", "\x1b[31mred"}) {
		t.Errorf("lacking %q", got)
	}
	if got := ScatterLacking(attention.Scatter{Points: []attention.Point{{Name: "zebra"}, {Name: "лев"}, {Name: "λέων"}, {Name: "naïve"}}}); got != nil {
		t.Errorf("lacking %q", got)
	}
}
