package text

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/render/rendertest"
)

func TestFilmGolden(t *testing.T) {
	frames := lionFilm()
	for color, profile := range map[string]colorprofile.Profile{"plain": colorprofile.ASCII, "ansi256": colorprofile.ANSI256, "truecolor": colorprofile.TrueColor} {
		for _, width := range []int{12, 40, 80} {
			o := Options{Width: width, Layer: attention.All, Head: attention.All, Color: profile}
			var b bytes.Buffer
			if err := FilmStrip(&b, frames, -1, 0, o); err != nil {
				t.Fatal(err)
			}
			if err := Formed(&b, frames, attention.Formation(frames, 0.2), 0, o); err != nil {
				t.Fatal(err)
			}
			rendertest.Golden(t, fmt.Sprintf("film-%d-%s", width, color), b.Bytes())
		}
	}
}

func TestPlanStrip(t *testing.T) {
	for _, c := range []struct {
		seq, label, frames, width int
		want                      stripPlan
	}{
		{8, 5, 7, 80, stripPlan{[]int{0, 1, 2, 3, 4, 5, 6}, dense, 1, 8}},
		{8, 5, 4, 80, stripPlan{[]int{0, 1, 2, 3}, roomy, 1, 16}},
		{8, 5, 100, 80, stripPlan{[]int{0, 14, 28, 42, 57, 71, 85, 99}, dense, 1, 8}},
		{64, 5, 9, 80, stripPlan{[]int{0, 8}, dense, 2, 32}},
		{1, 5, 3, 12, stripPlan{[]int{0, 2}, dense, 1, 5}},
		{300, 5, 3, 12, stripPlan{[]int{0, 2}, dense, 60, 5}},
		{9, 20, 3, 12, stripPlan{[]int{0}, dense, 9, 12}},
	} {
		if got := planStrip(c.seq, c.label, c.frames, c.width); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%d tokens, %d frames in %d columns: %+v, want %+v", c.seq, c.frames, c.width, got, c.want)
		}
	}
}

// The step of the model is named, also where its frame is not shown.
func TestFilmNamesTheStepOfTheModel(t *testing.T) {
	for width, want := range map[int]string{
		80: "model: the weights that the run keeps", 12: "not shown is\nstep 500,\nthe weights\n",
	} {
		var b bytes.Buffer
		if err := FilmStrip(&b, lionFilm(), 500, 0, Options{Width: width, Layer: attention.All, Head: attention.All}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%d columns: want %q in\n%s", width, want, &b)
		}
	}
}

func TestFormedTextOfOneHead(t *testing.T) {
	frames := lionFilm()
	formed := attention.Formation(frames, 0.4)
	var b bytes.Buffer
	if err := Formed(&b, frames, formed, 0, Options{Width: 80, Layer: attention.All, Head: 1}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "head 1") || !strings.Contains(b.String(), " the₃ -> zebra  head 2  0.45  by step 500\n") {
		t.Errorf("got\n%s", &b)
	}
}

func TestNothingFormed(t *testing.T) {
	frames := lionFilm()[:1]
	var b bytes.Buffer
	if err := Formed(&b, frames, attention.Formation(frames, 0.9), 0, Options{Width: 80, Layer: attention.All, Head: attention.All}); err != nil {
		t.Fatal(err)
	}
	want := "no such link formed after the first evaluation\n2 more links had half of their weight before training\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", &b, want)
	}
}

func TestFilmRefuses(t *testing.T) {
	good := lionFilm()
	o := Options{Layer: attention.All, Head: attention.All}
	far := o
	far.Head = 2
	for name, c := range map[string]struct {
		write func(io.Writer) error
		want  string
	}{
		"no frames":   {func(w io.Writer) error { return FilmStrip(w, nil, -1, 0, o) }, "no frames"},
		"no frame":    {func(w io.Writer) error { return Formed(w, nil, nil, 0, o) }, "no frames"},
		"sentence":    {func(w io.Writer) error { return FilmStrip(w, good, -1, 1, o) }, "no sentence 1: want 0 to 0"},
		"sentence -1": {func(w io.Writer) error { return Formed(w, good, nil, -1, o) }, "no sentence -1"},
		"head":        {func(w io.Writer) error { return FilmStrip(w, good, -1, 0, far) }, "no head 2"},
		"that head":   {func(w io.Writer) error { return Formed(w, good, nil, 0, far) }, "no head 2"},
		"link":        {func(w io.Writer) error { return Formed(w, good, []attention.Formed{{Key: 3, Query: 2}}, 0, o) }, "no link from word 2 to word 3"},
		"link's head": {func(w io.Writer) error { return Formed(w, good, []attention.Formed{{Head: 9}}, 0, o) }, "no head 9"},
	} {
		var b bytes.Buffer
		if err := c.write(&b); err == nil || !strings.Contains(err.Error(), c.want) || b.Len() > 0 {
			t.Errorf("%s: error %v, want %q; wrote %q", name, err, c.want, &b)
		}
	}
}

func TestFilmIsTidy(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		frames := attentiontest.AnyFilm(t)
		s := rapid.IntRange(0, len(frames[0].Sentences)-1).Draw(t, "sentence")
		o := anyOptions(t, frames[0].Sentences[s])
		formed := attention.Formation(frames, rapid.Float64Range(0, 1).Draw(t, "least"))
		for name, write := range map[string]func(io.Writer) error{
			"strip":  func(w io.Writer) error { return FilmStrip(w, frames, -1, s, o) },
			"formed": func(w io.Writer) error { return Formed(w, frames, formed, s, o) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if err := tidy(b.String(), o); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	})
}

// lionFilm is the sentence of the manual through seven evaluations.
func lionFilm() []attention.Frame {
	var frames []attention.Frame
	for i := range 7 {
		m := attentiontest.Lion()
		for _, head := range m.Attention[0] {
			for q, row := range head {
				for k := range row[:q+1] { // from uniform to what was learned
					part := float32(i) / 6
					row[k] = part*row[k] + (1-part)/float32(q+1)
				}
			}
		}
		frames = append(frames, attention.Frame{Step: 250 * i, HeldOutLoss: new(4.6 - 0.5*float64(i)), Sentences: []attention.Map{{Encoded: attention.Encoded{Text: m.Text, Tokens: m.Tokens}, Attention: m.Attention}}})
	}
	return frames
}
