package picture

import (
	"math"
	"strings"
	"testing"

	"attend/internal/render"
)

func TestWidths(t *testing.T) {
	f := new(typeface)
	if one, five := f.width("n", 10, false), f.width("nnnnn", 20, false); math.Abs(five-10*one) > 1e-9 {
		t.Errorf("five letters in twice the size are %v wide, one is %v", five, one)
	}
	if f.width("lion", 10, true) <= f.width("lion", 10, false) {
		t.Error("bold is not wider")
	}
	// Digits of the Go fonts share a width of 0.556 em.
	if w := f.width("0123456789", 1, false); math.Abs(w-5.56) > 0.1 {
		t.Errorf("ten digits are %v em wide", w)
	}
	if composed, apart := f.width("é", 10, false), f.width("e\u0301", 10, false); composed != apart {
		t.Errorf("é is %v or %v wide", composed, apart)
	}
	has := func(c character) bool { return f.glyph(c) != 0 }
	if has(character{'狮', false}) || !has(character{'ж', false}) || !has(character{'λ', true}) || !has(character{'…', false}) || !has(character{'−', false}) {
		t.Error("the fonts have Latin, Greek and Cyrillic, and no Chinese")
	}
	if w := f.width("狮", 10, false); w < 10 {
		t.Errorf("a Chinese character is %v wide at size 10", w)
	}
}

// An emoji is as wide as on a terminal, however many characters it has, and a joiner has no width.
func TestWidthsOfEmoji(t *testing.T) {
	var face typeface
	one := face.width("🦁", 10, false)
	for _, s := range []string{"👨‍👩‍👧", "🇫🇷", "👍🏽", "❤️", "1️⃣"} {
		if got := face.width(s, 10, false); got != one || one != 10*2*missingAdvance {
			t.Errorf("%q is %v wide, want %v", s, got, one)
		}
	}
	if with, without := face.width("می\u200cم", 10, false), face.width("میم", 10, false); with != without {
		t.Errorf("with a joiner it is %v wide, want %v", with, without)
	}
}

func TestCut(t *testing.T) {
	f := new(typeface)
	for _, s := range []string{"lion", "достопримечательность", "狮子看见斑马", strings.Repeat("W", 500), "e\u0301le\u0301phant", "🦁🦁🦁🦁"} {
		for room := 20.0; room < 200; room += 7 {
			got := f.cut(s, 12, false, room)
			if w := f.svgWidth(got, 12, false); w > room && got != "…" {
				t.Errorf("cut(%q, %v) = %q is %v wide", s, room, got, w)
			}
			kept, isCut := strings.CutSuffix(got, "…")
			if !strings.HasPrefix(s, kept) || isCut == (f.svgWidth(s, 12, false) <= room) {
				t.Errorf("cut(%q, %v) = %q", s, room, got)
			}
			if next := []rune(strings.TrimPrefix(s, kept)); isCut && f.svgWidth(kept+string(next[:min(3, len(next))])+"…", 12, false) <= room {
				t.Errorf("cut(%q, %v) = %q leaves room for more", s, room, got)
			}
		}
	}
	if got := f.cutLabel(render.Label{Word: strings.Repeat("n", 50), Mark: "?"}, 12, 60); !strings.HasSuffix(got, "…?") || f.svgWidth(got, 12, false) > 60 {
		t.Errorf("the label is %q", got)
	}
	if got := f.cut("lion", 12, false, 1); got != "…" {
		t.Errorf("without room: %q", got)
	}
}

func TestParagraph(t *testing.T) {
	f := new(typeface)
	text := "the lion saw the zebra near the river and the hyena under the acacia"
	room := f.svgWidth("the lion saw the zebra", 12, false)
	for most := 1; most < 6; most++ {
		lines := f.paragraph(text, 12, false, room, most)
		joined := strings.Join(lines, " ")
		if len(lines) > most {
			t.Errorf("%d lines, want at most %d", len(lines), most)
		}
		for _, l := range lines {
			if f.svgWidth(l, 12, false) > room {
				t.Errorf("%q is too long", l)
			}
		}
		if short, isCut := strings.CutSuffix(joined, "…"); isCut != (most < 4) || !strings.HasPrefix(text, short) {
			t.Errorf("%d lines: %q", most, lines)
		}
	}
	if lines := f.paragraph("", 12, false, 100, 4); len(lines) != 1 || lines[0] != "" {
		t.Errorf("nothing is %q", lines)
	}
	if lines := f.paragraph("a "+strings.Repeat("w", 200)+" b", 12, false, 100, 4); len(lines) != 3 || !strings.HasSuffix(lines[1], "…") || lines[2] != "b" {
		t.Errorf("a long word within: %q", lines)
	}
}
