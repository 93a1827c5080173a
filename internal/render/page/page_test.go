package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"attend/internal/attention"
	"attend/internal/attention/attentiontest"
	"attend/internal/printable"
	"attend/internal/render"
)

func TestMalformedWritesNoPage(t *testing.T) {
	attentiontest.Thorough(t, func(t *rapid.T) {
		m := attentiontest.AnyMalformed(t)
		attentiontest.Refuses(t, m, map[string]func(io.Writer) error{
			"HTML": func(w io.Writer) error {
				return Maps(w, attention.Source{Run: "run", Step: 1}, []attention.Map{attentiontest.Lion(), m}, nil, unchosen())
			},
		})
	})
}

// parsed is what a browser makes of a page, as far as it must be the same whatever the words are.
type parsed struct {
	tags   []string // of all elements, in order
	policy string
	title  string
	style  string
	script string
	data   pageData
	json   []byte // of the data
}

// parse reads a page and tells what is wrong with it, if anything.
func parse(page []byte) (parsed, error) {
	var p parsed
	if !utf8.Valid(page) {
		return p, errors.New("not UTF-8")
	}
	for _, r := range string(page) {
		if r != '\n' && unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\u202e' {
			return p, fmt.Errorf("%U stands in the page", r)
		}
	}
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return p, err
	}
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			return p, fmt.Errorf("a comment %q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		p.tags = append(p.tags, n.Data)
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") || a.Key == "src" || a.Key == "style" || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				return p, fmt.Errorf("<%s> has %s=%q", n.Data, a.Key, a.Val)
			}
		}
		content := ""
		if n.FirstChild != nil && n.FirstChild.Type == html.TextNode {
			content = n.FirstChild.Data
		}
		switch {
		case n.Data == "title" && n.Namespace == "":
			p.title = content
		case n.Data == "style":
			p.style = content
		case n.Data == "meta" && attributes["http-equiv"] != "":
			p.policy = attributes["content"]
		case n.Data == "script" && attributes["id"] == "data":
			p.json = []byte(content)
			if err := json.Unmarshal(p.json, &p.data); err != nil {
				return p, fmt.Errorf("the data: %w", err)
			}
		case n.Data == "script":
			p.script = content
		}
	}
	return p, nil
}

// pageOf writes and parses a page, whose elements must be those of any other of its kind.
func pageOf(t *rapid.T, write func(b *bytes.Buffer) error, like []string) parsed {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	p, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.tags, like) {
		t.Fatalf("the words changed the elements: %v, want %v", p.tags, like)
	}
	return p
}

// tagsOf are the elements of a page of plain words.
func tagsOf(t *testing.T, write func(b *bytes.Buffer) error) []string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	p, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return p.tags
}

// same compares the numbers of a page with those they come from.
func same(t *rapid.T, what string, got floats, want []float32) {
	t.Helper()
	if len(got) != 4*len(want) {
		t.Fatalf("%s: %d bytes for %d numbers", what, len(got), len(want))
	}
	for i, w := range want {
		if g := math.Float32frombits(binary.LittleEndian.Uint32(got[4*i:])); g != w {
			t.Fatalf("%s: number %d is %v, want %v", what, i, g, w)
		}
	}
}

// weightsIn strings together what a head sees, [layer][head][query][key up to the query].
func weightsIn(attention [][][][]float32) []float32 {
	var list []float32
	for _, heads := range attention {
		for _, rows := range heads {
			for q, row := range rows {
				list = append(list, row[:q+1]...)
			}
		}
	}
	return list
}

// vectorsIn strings together one part of the vectors of all heads.
func vectorsIn(m attention.Map, part func(attention.HeadVectors) [][]float32) []float32 {
	var list []float32
	for _, heads := range m.Vectors {
		for _, v := range heads {
			list = append(list, slices.Concat(part(v)...)...)
		}
	}
	return list
}

// The policy names the very style and script of the page, and nothing else may load.
func TestPagePolicy(t *testing.T) {
	var b bytes.Buffer
	if err := Maps(&b, attention.Source{Run: "runs/lion", Step: 1}, []attention.Map{attentiontest.Lion()}, nil, unchosen()); err != nil {
		t.Fatal(err)
	}
	p, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := "default-src 'none'; style-src " + hash(p.style) + "; script-src " + hash(p.script) + "; base-uri 'none'; form-action 'none'"
	if p.policy != want {
		t.Errorf("the policy is\n%s\nwant\n%s", p.policy, want)
	}
	for _, word := range []string{"http", "innerHTML", "eval(", "import("} {
		if rest := strings.ReplaceAll(p.script, "http://www.w3.org/2000/svg", ""); strings.Contains(rest, word) || strings.Contains(p.style, "url(") {
			t.Errorf("the page says %q", word)
		}
	}
}

// A page holds the words and numbers of its maps, whatever the words are.
func TestPageHoldsItsMaps(t *testing.T) {
	like := tagsOf(t, func(b *bytes.Buffer) error {
		return Maps(b, attention.Source{}, []attention.Map{attentiontest.Lion()}, nil, unchosen())
	})
	attentiontest.Thorough(t, func(t *rapid.T) {
		maps := make([]attention.Map, rapid.IntRange(1, 2).Draw(t, "maps"))
		for i := range maps {
			maps[i] = attentiontest.AnyMap(t)
			if rapid.Bool().Draw(t, "vectors") {
				maps[i] = attentiontest.WithVectors(maps[i], rapid.IntRange(1, 5).Draw(t, "headDim"))
				for range maps[i].Tokens {
					maps[i].NextAt = append(maps[i].NextAt, []attention.Prediction{{Word: attentiontest.Token().Draw(t, "next"), Probability: 0.25}})
				}
			}
		}
		source := attention.Source{Run: attentiontest.Token().Draw(t, "run"), Step: rapid.Int().Draw(t, "step")}
		d := pageOf(t, func(b *bytes.Buffer) error { return Maps(b, source, maps, nil, unchosen()) }, like).data
		if d.Run != printable.Path(source.Run) || d.Step != source.Step || d.Film || len(d.Frames) != 1 || len(d.Sentences) != len(maps) {
			t.Fatalf("run %q, step %d, film %t, %d frames of %d sentences", d.Run, d.Step, d.Film, len(d.Frames), len(d.Sentences))
		}
		for i, m := range maps {
			s := d.Sentences[i]
			if s.Text != printable.Sentence(m.Text) || s.Layers != len(m.Attention) || s.Heads != len(m.Attention[0]) || len(s.Tokens) != len(m.Tokens) {
				t.Fatalf("sentence %d: %+v", i, s)
			}
			for j, token := range m.Tokens {
				if s.Tokens[j] != render.Spelling(token) || slices.Contains(s.Unknown, j) != (m.Unknown != nil && m.Unknown[j]) {
					t.Fatalf("token %d is %q, want %q", j, s.Tokens[j], render.Spelling(token))
				}
			}
			same(t, "weights", d.Frames[0].Sentences[i].Weights, weightsIn(m.Attention))
			if (s.Vectors == nil) != (m.Vectors == nil) {
				t.Fatal("vectors on one side only")
			}
			if m.Vectors != nil {
				same(t, "query", s.Vectors.Query, vectorsIn(m, func(v attention.HeadVectors) [][]float32 { return v.Query }))
				same(t, "key", s.Vectors.Key, vectorsIn(m, func(v attention.HeadVectors) [][]float32 { return v.Key }))
				same(t, "value", s.Vectors.Value, vectorsIn(m, func(v attention.HeadVectors) [][]float32 { return v.Value }))
				same(t, "scores", s.Vectors.Scores, vectorsIn(m, func(v attention.HeadVectors) [][]float32 { return v.Scores }))
			}
			w := d.Frames[0].Sentences[i]
			if len(w.NextAt) != len(m.NextAt) {
				t.Fatalf("next words after %d tokens, want %d", len(w.NextAt), len(m.NextAt))
			}
			for j, next := range append(m.NextAt, m.Next) {
				for k, p := range next {
					got := append(w.NextAt, w.Next)[j][k]
					if got != (attention.Prediction{Word: render.Spelling(p.Word), ID: p.ID, Probability: p.Probability}) {
						t.Fatalf("next word %+v, want %+v", got, p)
					}
				}
			}
			for layer := range w.Sinks {
				for head, sink := range w.Sinks[layer] {
					if sink != render.Sink(m, m.Mean(layer-1, head-1)) {
						t.Fatalf("layer %d, head %d: attention sink %t", layer-1, head-1, sink)
					}
				}
			}
		}
	})
}

// The description of a page names a map once.
func TestPageDescriptionNamesTheMapOnce(t *testing.T) {
	m := attentiontest.Made("a b", []string{"a", "b"}, 1, 1)
	m.Name = "rollout over 2 layers"
	var b bytes.Buffer
	if err := Maps(&b, attention.Source{Run: "runs/lion", Step: 3}, []attention.Map{m}, nil, unchosen()); err != nil {
		t.Fatal(err)
	}
	want := `<meta name="description" content="Which words each word attends to: rollout over 2 layers: a b (runs/lion, step 3)">`
	if !strings.Contains(b.String(), want) {
		t.Errorf("the page has no %s", want)
	}
}

// Words that are markup change no element of a page.
func TestPageHostileWords(t *testing.T) {
	like := tagsOf(t, func(b *bytes.Buffer) error {
		return Maps(b, attention.Source{}, []attention.Map{attentiontest.Lion()}, nil, unchosen())
	})
	var b bytes.Buffer
	if err := Maps(&b, attention.Source{Run: "<script>alert(0)</script>", Step: 1}, []attention.Map{hostile()}, nil, unchosen()); err != nil {
		t.Fatal(err)
	}
	p, err := parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.tags, like) {
		t.Errorf("elements %v, want %v", p.tags, like)
	}
	for i, token := range hostile().Tokens {
		if got := p.data.Sentences[0].Tokens[i]; got != render.Spelling(token) {
			t.Errorf("token %d is %q, want %q", i, got, render.Spelling(token))
		}
	}
}

func TestPageSameBytes(t *testing.T) {
	for name, write := range map[string]func(b *bytes.Buffer) error{
		"map": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{Run: "runs/lion", Step: 1}, lions(), nil, unchosen())
		},
		"film": func(b *bytes.Buffer) error {
			return Film(b, attention.Source{Run: "runs/lion", Step: 1}, forming(), nil, LeastFormed, unchosen())
		},
	} {
		var first bytes.Buffer
		if err := write(&first); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			var b bytes.Buffer
			if err := write(&b); err != nil || !bytes.Equal(first.Bytes(), b.Bytes()) {
				t.Fatalf("%s: other bytes when written again, error %v", name, err)
			}
		}
	}
}

func TestPageTitle(t *testing.T) {
	long := strings.Repeat("lion ", 40)
	for want, maps := range map[string][]attention.Map{
		"The lion saw the zebra near the (runs/lion, step 12)":            {attentiontest.Lion()},
		"The lion saw the zebra near the and 2 more (runs/lion, step 12)": {attentiontest.Lion(), attentiontest.Lion(), attentiontest.Lion()},
		long[:80] + "… (runs/lion, step 12)":                              {attentiontest.Made(long, []string{"lion"}, 1, 1)},
	} {
		var b bytes.Buffer
		if err := Maps(&b, attention.Source{Run: "runs/lion", Step: 12}, maps, nil, unchosen()); err != nil {
			t.Fatal(err)
		}
		if p, err := parse(b.Bytes()); err != nil || p.title != want {
			t.Errorf("title %q, error %v, want %q", p.title, err, want)
		}
	}
}

// A page of what an analysis made of the attention says so in its titles and its text.
func TestPageOfANamedMap(t *testing.T) {
	m := attentiontest.Made("the lion", []string{"the", "lion"}, 1, 1)
	m.Name = "rollout over 2 layers"
	var b bytes.Buffer
	if err := Maps(&b, attention.Source{Run: "runs/lion", Step: 12}, []attention.Map{m}, nil, unchosen()); err != nil {
		t.Fatal(err)
	}
	p, err := parse(b.Bytes())
	if want := "rollout over 2 layers: the lion (runs/lion, step 12)"; err != nil || p.title != want {
		t.Errorf("title %q, error %v, want %q", p.title, err, want)
	}
	if s := p.data.Sentences[0]; s.Name != m.Name || s.Titles[0][0] != m.Name {
		t.Errorf("the page calls it %q, and the choice of all %q", s.Name, s.Titles[0][0])
	}
	for want, has := range map[string]bool{
		"<h1>Which words each word attends to: rollout over 2 layers</h1>": true,
		"This map is the rollout over 2 layers, which an analysis made":    true,
		"value vector in the output of the head":                           false,
	} {
		if strings.Contains(b.String(), want) != has {
			t.Errorf("%q is in the page: %t, want %t", want, !has, has)
		}
	}
}

// The page names each choice of layer and head as the other renderers do.
func TestPageTitlesOfChoices(t *testing.T) {
	got := pageSentenceOf(attentiontest.Halves(), unchosen()).Titles
	if want := [][]string{
		{"mean of 2 layers, 2 heads each", "head 1, mean of 2 layers", "head 2, mean of 2 layers"},
		{"layer 1, mean of 2 heads", "layer 1, head 1", "layer 1, head 2"},
		{"layer 2, mean of 2 heads", "layer 2, head 1", "layer 2, head 2"},
	}; !reflect.DeepEqual(got, want) {
		t.Errorf("titles %q, want %q", got, want)
	}
}

// A page opens with the head that matters most, with what the command chose, or with the mean.
func TestPageStart(t *testing.T) {
	plain, measured := attentiontest.Halves(), attentiontest.Halves()
	measured.Effects = [][]float64{{0, 0.2}, {1.5, -1}}
	plain.Next = []attention.Prediction{{Word: "river", Probability: 0.5}}
	measured.Next = plain.Next
	for name, c := range map[string]struct {
		m         attention.Map
		chosen    render.Selection
		start     [2]int
		important *[2]int
	}{
		"no effects":      {plain, unchosen(), [2]int{-1, -1}, nil},
		"effects":         {measured, unchosen(), [2]int{1, 0}, &[2]int{1, 0}},
		"another chosen":  {measured, render.Selection{Layer: 0, Head: 1}, [2]int{0, 1}, &[2]int{1, 0}},
		"a layer's heads": {plain, render.Selection{Layer: 1, Head: -1}, [2]int{1, -1}, nil},
	} {
		s := pageSentenceOf(c.m, c.chosen)
		if s.Start != c.start || !reflect.DeepEqual(s.Important, c.important) || !reflect.DeepEqual(s.Effects, c.m.Effects) {
			t.Errorf("%s: start %v, important %v, effects %v", name, s.Start, s.Important, s.Effects)
		}
	}
}

func TestPageRefuses(t *testing.T) {
	bad := attentiontest.Lion()
	bad.Attention[0][1][3][2] = float32(math.NaN())
	film := forming()
	film[2].HeldOutLoss = new(math.Inf(1))
	for want, write := range map[string]func(b *bytes.Buffer) error{
		"a page requires a sentence": func(b *bytes.Buffer) error { return Maps(b, attention.Source{}, nil, nil, unchosen()) },
		"sentence 2: layer 1, head 2: query 4, key 3: w": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{}, []attention.Map{attentiontest.Lion(), bad}, nil, unchosen())
		},
		"sentence 1: no head 9: want -1 to 1": func(b *bytes.Buffer) error {
			return Maps(b, attention.Source{}, []attention.Map{attentiontest.Lion()}, nil, render.Selection{Layer: 0, Head: 9})
		},
		"sentence 1: no layer 3: want -1 to 0": func(b *bytes.Buffer) error {
			return Film(b, attention.Source{}, forming(), nil, LeastFormed, render.Selection{Layer: 3, Head: 0})
		},
		"the film has no frames":    func(b *bytes.Buffer) error { return Film(b, attention.Source{}, nil, nil, LeastFormed, unchosen()) },
		"frame 3: the loss is +Inf": func(b *bytes.Buffer) error { return Film(b, attention.Source{}, film, nil, LeastFormed, unchosen()) },
	} {
		var b bytes.Buffer
		if err := write(&b); err == nil || !strings.HasPrefix(err.Error(), want) || b.Len() > 0 {
			t.Errorf("error %v and %d bytes, want %q and none", err, b.Len(), want)
		}
	}
}

// Twelve heads over 64 words, with vectors, must be small enough to send to a class.
func TestPageIsSmall(t *testing.T) {
	var b bytes.Buffer
	if err := Maps(&b, attention.Source{Run: "runs/wide", Step: 1}, []attention.Map{wide()}, nil, unchosen()); err != nil {
		t.Fatal(err)
	}
	if b.Len() >= 3e6 {
		t.Errorf("%d bytes, want fewer than 3,000,000", b.Len())
	}
}

// A baseline of another shape, or one for fewer sentences, writes no page.
func TestPageRefusesBaselinesOfOtherShapes(t *testing.T) {
	for want, beside := range map[string][]attention.Baseline{
		"1 baselines for 2 sentences":     besides()[:1],
		"sentence 1: the baseline has 1 ": {besides()[1], besides()[0]},
	} {
		var b bytes.Buffer
		if err := Maps(&b, attention.Source{Run: "runs/lion", Step: 1}, lions(), beside, unchosen()); err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("error %v and %d bytes, want %s", err, b.Len(), want)
		}
	}
}

// The page of a film holds every frame, and the links that formed.
func TestFilmHoldsItsFrames(t *testing.T) {
	like := tagsOf(t, func(b *bytes.Buffer) error {
		return Film(b, attention.Source{}, forming(), nil, LeastFormed, unchosen())
	})
	rapid.Check(t, func(t *rapid.T) {
		frames := attentiontest.AnyFilm(t)
		losses := []Loss{{Step: frames[0].Step, Training: rapid.Float64Range(0, 9).Draw(t, "loss"), HeldOut: frames[0].HeldOutLoss}}
		d := pageOf(t, func(b *bytes.Buffer) error {
			return Film(b, attention.Source{Run: "run", Step: 7}, frames, losses, LeastFormed, unchosen())
		}, like).data
		if !d.Film || len(d.Frames) != len(frames) {
			t.Fatalf("film %t, %d frames for %d", d.Film, len(d.Frames), len(frames))
		}
		for i, f := range frames {
			if d.Frames[i].Step != f.Step || *d.Frames[i].Loss != *f.HeldOutLoss {
				t.Fatalf("frame %d: step %d, loss %v", i, d.Frames[i].Step, d.Frames[i].Loss)
			}
			for j, s := range f.Sentences {
				same(t, "weights", d.Frames[i].Sentences[j].Weights, weightsIn(s.Attention))
			}
		}
		heldOut, training := d.Chart.Series[0], d.Chart.Series[1]
		if len(heldOut.Points) != len(frames) || !reflect.DeepEqual(training.Points, [][2]float64{{float64(losses[0].Step), losses[0].Training}}) {
			t.Fatalf("curves %v and %v", heldOut, training)
		}
		if want := attention.Formation(frames, LeastFormed); !slices.Equal(d.Formed, want) {
			t.Fatalf("formed %v, want %v", d.Formed, want)
		}
	})
}

// A page calls tokens what they are.
func TestTheNounOfAPage(t *testing.T) {
	for want, m := range map[string]attention.Map{"character": characters(20), "word": lions()[0]} {
		var b bytes.Buffer
		if err := Maps(&b, attention.Source{Run: "runs/x", Step: 1}, []attention.Map{m}, nil, unchosen()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), ">All "+want+"s</h3>") || !strings.Contains(b.String(), `"noun":"`+want+`"`) {
			t.Errorf("the page does not speak of %ss", want)
		}
	}
}
