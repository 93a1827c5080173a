package data

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var (
	wordOptions = Options{Unit: Word, HoldOut: 0.25, MinCount: 1, Seed: 1}
	charOptions = Options{Unit: Char, HoldOut: 0.25, MinCount: 1, Seed: 1}
)

func load(t *testing.T, text string, o Options) *Corpus {
	t.Helper()
	c, err := Load("test.txt", strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoadWords(t *testing.T) {
	text := "\ufeffA lion\r\n\r\n  B zebra.\nC\n a  LION \nD hyena ran\n \n"
	c := load(t, text, wordOptions)
	all := append(slices.Clone(c.TrainText), c.HeldOutText...)
	slices.Sort(all)
	if want := []string{"A lion", "B zebra.", "C", "D hyena ran", "a  LION"}; !reflect.DeepEqual(all, want) {
		t.Errorf("sentences %q, want %q", all, want)
	}
	sum := sha256.Sum256([]byte(text))
	if c.Name != "test.txt" || c.Unit != Word || c.Grammar != nil || c.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("name %q, unit %q, grammar %v, sum %s", c.Name, c.Unit, c.Grammar, c.SHA256)
	}
	if c.LongestLine != 3 {
		t.Errorf("the longest line is %d, want 3", c.LongestLine)
	}
	checkCorpus(t, c, wordOptions)
	for _, want := range []string{"2 blank lines skipped.", "1 sentence occurred more than once"} {
		if !strings.Contains(strings.Join(c.Notes, "\n"), want) {
			t.Errorf("no note %q in %q", want, c.Notes)
		}
	}
	if c := load(t, "a\nb", wordOptions); len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "1 token of the held-out text not seen") {
		t.Errorf("notes %q", c.Notes)
	}
}

// checkCorpus checks what holds of every corpus.
func checkCorpus(t interface {
	Helper()
	Fatalf(string, ...any)
}, c *Corpus, o Options) {
	t.Helper()
	v := c.Vocabulary
	for side, x := range map[string]struct {
		set   Set
		texts []string
	}{"train": {c.Train, c.TrainText}, "held out": {c.HeldOut, c.HeldOutText}} {
		if len(x.set.Sequences) == 0 || len(x.set.Sequences) != len(x.texts) || x.set.Unit != o.Unit {
			t.Fatalf("%s: %d sequences, %d texts, unit %q", side, len(x.set.Sequences), len(x.texts), x.set.Unit)
		}
		for i, text := range x.texts {
			tokens, err := Tokenize(o.Unit, text)
			if err != nil {
				t.Fatalf("%s: %v", side, err)
			}
			want, _ := v.Encode(tokens)
			if id, ok := v.Boundary(); ok {
				want = append(append([]int{id}, want...), id)
			}
			if !slices.Equal(want, x.set.Sequences[i]) {
				t.Fatalf("%s: %q has ids %v, want %v", side, text, x.set.Sequences[i], want)
			}
		}
	}
	if o.Unit == Char {
		return
	}
	held := map[string]bool{}
	for _, text := range c.HeldOutText {
		held[keyed(text)] = true
	}
	distinct := map[string]bool{}
	for _, text := range c.TrainText {
		if held[keyed(text)] {
			t.Fatalf("%q is learned and held out", text)
		}
		distinct[keyed(text)] = true
	}
	if n := len(distinct) + len(held); len(held) != o.heldOut(n, 1) {
		t.Fatalf("%d of %d distinct sentences held out, want %d", len(held), n, o.heldOut(n, 1))
	}
}

func keyed(text string) string {
	var keys []string
	for _, token := range appendWords(nil, text) {
		keys = append(keys, token.Key)
	}
	return strings.Join(keys, " ")
}

func TestLoadProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("aaAb c.\n\n\ré"))).Draw(t, "text")
		o := Options{
			Unit:     rapid.SampledFrom([]Unit{Word, Char}).Draw(t, "unit"),
			HoldOut:  rapid.Float64Range(0.01, 0.99).Draw(t, "hold out"),
			MinCount: rapid.IntRange(1, 3).Draw(t, "min count"),
			Seed:     rapid.Uint64().Draw(t, "seed"),
		}
		c, err := Load("x", strings.NewReader(text), o)
		if err != nil {
			return
		}
		checkCorpus(t, c, o)
		again, err := Load("x", strings.NewReader(text), o)
		if err != nil || !reflect.DeepEqual(c, again) {
			t.Fatalf("loaded twice, the corpora differ (%v)", err)
		}
	})
}

// Each side keeps the order of the text, and another seed holds out other sentences.
func TestLoadWordsOrderAndSeed(t *testing.T) {
	var lines []string
	for i := range 100 {
		lines = append(lines, strings.Repeat("x ", i)+"y")
	}
	text := strings.Join(lines, "\n")
	c := load(t, text, wordOptions)
	for _, set := range []Set{c.Train, c.HeldOut} {
		if !slices.IsSortedFunc(set.Sequences, func(a, b []int) int { return len(a) - len(b) }) {
			t.Error("not in the order of the text")
		}
	}
	if len(c.HeldOutText) != 25 || c.LongestLine != 100 {
		t.Errorf("%d held out, longest line %d", len(c.HeldOutText), c.LongestLine)
	}
	o := wordOptions
	o.Seed = 2
	if reflect.DeepEqual(load(t, text, o).HeldOutText, c.HeldOutText) {
		t.Error("seeds 1 and 2 hold out the same sentences")
	}
}

func TestLoadChars(t *testing.T) {
	c := load(t, "\ufeffabcé\r\nabx", charOptions) // 8 characters
	if c.TrainText[0] != "abcé\r\na" || c.HeldOutText[0] != "bx" {
		t.Fatalf("train %q, held out %q", c.TrainText, c.HeldOutText)
	}
	if want := []string{UnknownToken, "\n", "a", "b", "c", "é"}; !reflect.DeepEqual(c.Vocabulary.keys, want) {
		t.Errorf("keys %q, want %q", c.Vocabulary.keys, want)
	}
	checkCorpus(t, c, charOptions)
	if len(c.Notes) != 1 || !strings.HasPrefix(c.Notes[0], "1 token of the held-out text not seen") {
		t.Errorf("notes %q", c.Notes)
	}
	o := charOptions
	o.MinCount = 2
	c = load(t, "aabcaabb", o)
	if want := [][]int{{1, 1, 0, 0, 1, 1}}; !reflect.DeepEqual(c.Train.Sequences, want) {
		t.Errorf("ids %v, want %v", c.Train.Sequences, want)
	}
	if want := "2 chars seen fewer than 2 times in the training text became <unk>: 2 tokens there."; c.Notes[0] != want {
		t.Errorf("note %q, want %q", c.Notes[0], want)
	}
}

func TestLoadErrors(t *testing.T) {
	with := func(o Options, change func(*Options)) Options { change(&o); return o }
	for _, c := range []struct {
		text string
		o    Options
		want string
	}{
		{"", wordOptions, "data: a.txt holds no text (0 bytes): give it at least two sentences, one a line"},
		{"\ufeff \r\n\n", wordOptions, "data: a.txt holds no text (7 bytes): give it at least two sentences, one a line"},
		{" \n ", charOptions, "data: a.txt holds no text (3 bytes): give it at least two sentences, one a line"},
		{"A lion\na LION\n", wordOptions, "data: a.txt holds one distinct sentence, and one must be held out: give at least two that differ, one a line"},
		{"abc", charOptions, "data: a.txt has 3 characters, too few to split: want at least 4"},
		{"a\nb\x00", wordOptions, "data: a.txt: line 2: byte 3 is NUL, so this is binary data (or UTF-16): want plain text in UTF-8"},
		{"a\n\nb\xe9c", charOptions, "data: a.txt: line 3: byte 4 (0xe9) is not UTF-8: convert the text first, for example with iconv -t UTF-8"},
		{"a b\nc d", with(wordOptions, func(o *Options) { o.MinCount = 2 }), "data: a.txt: no word of the training text occurs 2 times (the most frequent: 1), so all would be <unk>: lower --min-count"},
		{"abcd", with(charOptions, func(o *Options) { o.MinCount = 2 }), "data: a.txt: no char of the training text occurs 2 times (the most frequent: 1), so all would be <unk>: lower --min-count"},
		{"a\nb", with(wordOptions, func(o *Options) { o.HoldOut = 0 }), "data: the held-out fraction is 0, want more than 0 and less than 1, for example 0.1"},
		{"a\nb", with(wordOptions, func(o *Options) { o.HoldOut = 1 }), "data: the held-out fraction is 1, want more than 0 and less than 1, for example 0.1"},
		{"a\nb", with(wordOptions, func(o *Options) { o.MinCount = 0 }), "data: the minimum count is 0, want 1 or more"},
		{"a\nb", with(wordOptions, func(o *Options) { o.Unit = "line" }), `data: the unit is "line", want "word" or "char"`},
	} {
		if _, err := Load("a.txt", strings.NewReader(c.text), c.o); err == nil || err.Error() != c.want {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
	if _, err := Load("a.txt", iotest.ErrReader(io.ErrUnexpectedEOF), wordOptions); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("reading: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, s := range []string{"A lion\na LION\nA zebra\n", "\ufeffa\r\n\r\nb\r\n", "a\x00", "\xff\xfea", "one line", "\u2028\u2029\n=\u0338", string(alphabet)} {
		f.Add([]byte(s), true, 0.5, 1, uint64(1))
		f.Add([]byte(s), false, 0.1, 2, uint64(2))
	}
	f.Fuzz(func(t *testing.T, text []byte, words bool, holdOut float64, minCount int, seed uint64) {
		o := Options{Unit: Char, HoldOut: holdOut, MinCount: minCount, Seed: seed}
		if words {
			o.Unit = Word
		}
		c, err := Load("fuzz", strings.NewReader(string(text)), o)
		if err != nil {
			if m := err.Error(); !strings.HasPrefix(m, "data: ") || strings.Contains(m, "\n") || !utf8.ValidString(m) {
				t.Fatalf("the error is not one plain line: %q", m)
			}
			return
		}
		checkCorpus(t, c, o)
		if c.Train.Predictions() < 1 || c.HeldOut.Predictions() < 1 {
			t.Fatal("a side predicts nothing")
		}
	})
}
