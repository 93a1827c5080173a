package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var (
	wordOptions = Options{Unit: Word, HoldOut: 0.25, MinCount: 1, Seed: 1, By: BySentences}
	charOptions = Options{Unit: Char, HoldOut: 0.25, MinCount: 1, Seed: 1, By: ByTokens}
)

func load(t *testing.T, text string, o Options) *Corpus {
	t.Helper()
	c, err := Load("test.txt", strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	return c
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
		texts Texts
	}{"train": {c.Train, c.TrainText}, "held out": {c.HeldOut, c.HeldOutText}} {
		if x.set.Len() == 0 || x.set.Len() != x.texts.Len() || x.set.Layout != v.Layout() {
			t.Fatalf("%s: %d sequences, %d texts, layout %T", side, x.set.Len(), x.texts.Len(), x.set.Layout)
		}
		for i, text := range x.texts.All() {
			tokens, err := v.Tokenize(text)
			if err != nil {
				t.Fatalf("%s: %v", side, err)
			}
			want, _ := v.Encode(tokens)
			if id, ok := v.Boundary(); ok {
				want = append(append([]int{id}, want...), id)
			}
			if got := x.set.Sequence(i).Ints(); !slices.Equal(want, got) {
				t.Fatalf("%s: %q has ids %v, want %v", side, text, got, want)
			}
		}
	}
	var learned [][]Token
	for _, text := range c.TrainText.All() {
		tokens, _ := v.Tokenize(text)
		learned = append(learned, tokens)
	}
	if want, err := countedVocabulary(v.unit, slices.Concat(learned...), o.MinCount); err != nil || !slices.Equal(v.keys.all(), want.keys.all()) {
		t.Fatalf("the vocabulary is %q, that of the training text %v (%v)", v.keys.all(), want, err)
	}
	keyed := func(text string) string {
		tokens, _ := v.Tokenize(text)
		return keysOf(tokens)
	}
	if !v.Layout().Sentences() {
		var starts []int
		v.Tokenizer().each(c.TrainText.At(0)+c.HeldOutText.At(0), func(start, _ int, _ string) { starts = append(starts, start) })
		first := len(starts) - o.heldOutCount(len(starts), 2)
		for starts[first] < 0 { // the text cannot be split there
			first--
		}
		if held := c.HeldOut.ids.Len(); held != len(starts)-first {
			t.Fatalf("%d of %d tokens held out, want %d", held, len(starts), len(starts)-first)
		}
		return
	}
	held, learnedTokens := map[string]int{}, map[string]int{} // tokens of each distinct sentence with its end, in all copies
	size := func(text string) int {
		tokens, _ := v.Tokenize(text)
		return len(tokens) + 1
	}
	total := 0
	for _, text := range c.HeldOutText.All() {
		held[keyed(text)] += size(text)
		total += size(text)
	}
	for _, text := range c.TrainText.All() {
		if held[keyed(text)] > 0 {
			t.Fatalf("%q is learned and held out", text)
		}
		learnedTokens[keyed(text)] += size(text)
		total += size(text)
	}
	if o.By == BySentences {
		if n := len(learnedTokens) + len(held); len(held) != o.heldOutCount(n, 1) {
			t.Fatalf("%d of %d distinct sentences held out, want %d", len(held), n, o.heldOutCount(n, 1))
		}
		return
	}
	missing, longest := o.HoldOut*float64(total), 0 // how many tokens too few are held out
	for _, n := range held {
		missing -= float64(n)
		longest = max(longest, n)
	}
	if len(held) == 0 || len(learnedTokens) == 0 || missing < -float64(longest)/2-1e-9 && len(held) > 1 {
		t.Fatalf("%v held out of %d tokens, %g too many", held, total, -missing)
	}
	for sentence, n := range learnedTokens {
		if float64(n)/2 < missing-1e-9 && len(learnedTokens) > 1 {
			t.Fatalf("%g tokens too few held out, and %q of %d is not", missing, sentence, n)
		}
	}
}

// A line that the text repeats takes the held-out share neither up nor down.
func TestRepeatedSentencesAreBalanced(t *testing.T) {
	text := ""
	for i := range 400 {
		text += fmt.Sprintf("sentence number x%d y%d\n", i, i%7)
		if i%4 == 0 {
			text += "this is the refrain\n"
		}
	}
	for seed := range uint64(40) {
		c := load(t, text, Options{Unit: Word, HoldOut: 0.1, MinCount: 1, Seed: seed, By: ByTokens})
		share := float64(c.HeldOut.Predictions()) / float64(c.HeldOut.Predictions()+c.Train.Predictions())
		if math.Abs(share-0.1) > 0.003 {
			t.Errorf("seed %d holds out %.3f", seed, share)
		}
	}
}

func keysOf(tokens []Token) string {
	var keys []string
	for _, token := range tokens {
		keys = append(keys, token.Key)
	}
	return strings.Join(keys, " ")
}

func TestLoadProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("aaAb c.\n\n\ré"))).Draw(t, "text")
		o := Options{
			Unit:     rapid.SampledFrom(Units.Names()).Draw(t, "unit"),
			HoldOut:  rapid.Float64Range(0.01, 0.99).Draw(t, "hold out"),
			MinCount: rapid.IntRange(1, 3).Draw(t, "min count"),
			Seed:     rapid.Uint64().Draw(t, "seed"),
			By:       rapid.SampledFrom([]string{ByTokens, BySentences}).Draw(t, "by"),
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

// Any tokenizer goes with any layout.
func TestEveryTokenizerInEveryLayout(t *testing.T) {
	for _, tokenizer := range Units {
		for _, layout := range Units {
			u := Unit{tokenizer.Choice.Tokenizer, layout.Choice.Layout, ""}
			rapid.Check(t, func(t *rapid.T) {
				text := rapid.StringOf(rapid.SampledFrom([]rune("aaAb c.\n\n\ré"))).Draw(t, "text")
				o := Options{HoldOut: rapid.Float64Range(0.01, 0.99).Draw(t, "hold out"), MinCount: 1, Seed: 1}
				if c, err := u.Layout.split(text, newNumbering("x", u), o); err == nil {
					checkCorpus(t, c, o)
				}
			})
		}
	}
}

// Where normalisation moves a mark over the edge of the first token that is held out, the
// token before it is held out too.
func TestWordsInAStream(t *testing.T) {
	u := Unit{words{}, stream{}, ""}
	c, err := u.Layout.split("a b\nc =\u0316\u0338 d", newNumbering("x", u), Options{HoldOut: 0.34, MinCount: 1})
	if err != nil {
		t.Fatal(err)
	}
	if c.TrainText.At(0) != "a b\nc " || c.HeldOutText.At(0) != "=\u0316\u0338 d" || c.HeldOut.ids.Len() != 3 {
		t.Errorf("train %q, held out %q, %d tokens", all(c.TrainText), all(c.HeldOutText), c.HeldOut.ids.Len())
	}
}

// Ids are as narrow as the vocabulary needs, and become wider while a text is read.
func TestManyKeys(t *testing.T) {
	var some, all []rune
	for r := rune(0x4e00); r < 0x9fff; r++ { // words too, by their spaces
		some = append(some, r, ' ')
	}
	all = append(all, some...)
	for r := rune(0x20000); r < 0x2f000; r++ {
		all = append(all, r, ' ')
	}
	for _, c := range []struct {
		text  string
		width int
	}{{strings.Repeat("few letters\n", 100), 1}, {string(some), 2}, {string(all), 4}} {
		o := Options{HoldOut: 0.01, MinCount: 1}
		u := Unit{chars{}, stream{}, ""}
		corpus, err := u.Layout.split(c.text, newNumbering("x", u), o)
		if err != nil {
			t.Fatal(err)
		}
		checkCorpus(t, corpus, o)
		if got := len(corpus.Train.ids.bytes) / corpus.Train.ids.Len(); got != c.width {
			t.Errorf("%d ids take %d bytes each, want %d", corpus.Vocabulary.Len(), got, c.width)
		}
	}
}

// A file, whose size is known, gives what any other reader gives.
func TestLoadFile(t *testing.T) {
	text := "\ufeffA lion\r\na zebra\r\n\r\nan otter\n"
	for _, o := range []Options{wordOptions, charOptions} {
		file, err := fstest.MapFS{"test.txt": {Data: []byte(text)}}.Open("test.txt")
		if err != nil {
			t.Fatal(err)
		}
		got, err := Load("test.txt", file, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			if want, err := Load("test.txt", r, o); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: from a file %v, else %v (%v)", o.Unit, got, want, err)
			}
		}
	}
}

func TestHeldOutIsRoundedAndLeavesBothSides(t *testing.T) {
	for _, c := range []struct {
		fraction       float64
		n, least, want int
	}{{0.25, 7, 1, 2}, {0.25, 5, 1, 1}, {0.01, 10, 1, 1}, {0.99, 10, 1, 9}, {0.5, 2, 1, 1}, {0.1, 5, 2, 2}, {0.9, 5, 2, 3}} {
		if got := (Options{HoldOut: c.fraction}).heldOutCount(c.n, c.least); got != c.want {
			t.Errorf("%g of %d, at least %d: %d, want %d", c.fraction, c.n, c.least, got, c.want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	const oneSentence = "a.txt holds one distinct sentence, and one must be held out: " +
		"give at least two that differ, one a line, or hold out nothing with --holdout 0"
	with := func(o Options, change func(*Options)) Options { change(&o); return o }
	for _, c := range []struct {
		text string
		o    Options
		want string
	}{
		{"", wordOptions, "a.txt holds no text: give it some, such as sentences, one a line"},
		{"\ufeff \r\n\n", wordOptions, "a.txt holds no text: give it some, such as sentences, one a line"},
		{" \n ", charOptions, "a.txt holds no text: give it some, such as sentences, one a line"},
		{"A lion\na LION\n", wordOptions, oneSentence},
		{"abc", charOptions, "a.txt has 3 characters, too few to split: want at least 4"},
		{"a\nb\x00", wordOptions, `a.txt: line 2: byte 3 of the file is NUL, so this is binary data, or damaged text: convert it: tr -d '\000' < a.txt > a-utf8.txt`},
		{"a\n\nb\xe9c", charOptions, "a.txt: line 3: byte 0xe9 is not UTF-8, and the bytes are like those of windows-1252: add --encoding windows-1252, " +
			"or convert it: iconv -f WINDOWS-1252 -t UTF-8 a.txt > a-utf8.txt"},
		{"a b\nc d", with(wordOptions, func(o *Options) { o.MinCount = 2 }), "a.txt: no word of the training text occurs 2 times (the most frequent: 1), so all would be <unk>: lower --min-count"},
		{"abcd", with(charOptions, func(o *Options) { o.MinCount = 2 }), "a.txt: no character of the training text occurs 2 times (the most frequent: 1), so all would be <unk>: lower --min-count"},
		{"a\nb", with(wordOptions, func(o *Options) { o.HoldOut = -0.1 }), "the held-out fraction is -0.1, want 0 or more and less than 1, for example 0.1"},
		{"a\nb", with(wordOptions, func(o *Options) { o.HoldOut = 1 }), "the held-out fraction is 1, want 0 or more and less than 1, for example 0.1"},
		{"a\nb", with(wordOptions, func(o *Options) { o.MinCount = -1 }), "the minimum count is -1, want 1 or more, or 0 to choose it by the size of the text"},
		{strings.Repeat("lion ", 21), wordOptions, "a.txt is one line of 21 words, and each line is a sentence: " +
			"put one sentence on a line, or choose --unit char for one long text"},
		{strings.Repeat("lion ", 20), wordOptions, oneSentence},
		{"a\nb", with(wordOptions, func(o *Options) { o.Unit = "line" }), `no unit "line": choose ` + strings.Join(Units.Names(), ", ")},
	} {
		if _, err := Load("a.txt", strings.NewReader(c.text), c.o); err == nil || err.Error() != c.want {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
	if _, err := Load("a.txt", iotest.ErrReader(io.ErrUnexpectedEOF), wordOptions); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("reading: %v", err)
	}
}

// The minimum count that is not given follows from the number of tokens in the training text, and that is noted.
func TestMinCountBySize(t *testing.T) {
	const kept, dropped = "kept in the vocabulary although seen once", "seen fewer than 2 times in the training text became <unk>"
	for _, c := range []struct {
		tokens, given, want int
		note, without       string // the beginning of a note after its count, and of none
	}{
		{SmallText - 1, 0, 1, kept, dropped}, {SmallText, 0, 2, dropped, kept}, {SmallText - 1, 2, 2, dropped, kept},
		{SmallText, 1, 1, "", kept}, {3 * SmallText, 3, 3, "seen fewer than 3 times", kept},
	} {
		// All sentences but the held-out one, of as many tokens in the training text whichever that is.
		var text strings.Builder
		held := 0
		for i := range 11 {
			n := c.tokens / 10
			if i == 0 {
				n += c.tokens % 10
			}
			fmt.Fprintf(&text, "once%d %s\n", i, strings.Repeat("often ", n-1))
		}
		for seed := range uint64(100) { // until the first sentence is not held out
			o := Options{Unit: Word, HoldOut: 0.01, MinCount: c.given, Seed: seed, By: BySentences}
			corpus := load(t, text.String(), o)
			if strings.HasPrefix(corpus.HeldOutText.At(0), "once0 ") {
				continue
			}
			held++
			notes := strings.Join(corpus.Notes, "\n")
			_, known := corpus.Vocabulary.ID("once0")
			if corpus.MinCount != c.want || known != (c.want == 1) || !strings.Contains(notes, c.note) || strings.Contains(notes, c.without) {
				t.Errorf("%d tokens, given %d: %d, once0 known: %v, notes %s", c.tokens, c.given, corpus.MinCount, known, notes)
			}
			if advice := strings.Contains(notes, "--min-count 1 keeps them"); advice != (c.given == 0 && c.want == 2) {
				t.Errorf("%d tokens, given %d: notes %s", c.tokens, c.given, notes)
			}
			break
		}
		if held == 0 {
			t.Fatal("the first sentence is always held out")
		}
	}
	var unique strings.Builder
	for i := range 2 * SmallText {
		fmt.Fprintf(&unique, "w%d\n", i)
	}
	if c := load(t, unique.String(), Options{Unit: Word, HoldOut: 0.1, Seed: 1, By: ByTokens}); c.MinCount != 1 {
		t.Errorf("where no word occurs twice the minimum count is %d", c.MinCount)
	}
}

func FuzzLoad(f *testing.F) {
	for _, s := range []string{"A lion\na LION\nA zebra\n", "\ufeffa\r\n\r\nb\r\n", "a\x00", "\xff\xfea", "one line", "\u2028\u2029\n=\u0338", string(alphabet)} {
		f.Add([]byte(s), true, 0.5, 1, uint64(1))
		f.Add([]byte(s), false, 0.1, 2, uint64(2))
	}
	f.Fuzz(func(t *testing.T, text []byte, words bool, holdOut float64, minCount int, seed uint64) {
		o := Options{Unit: Char, HoldOut: holdOut, MinCount: minCount, Seed: seed, By: ByTokens}
		if words {
			o.Unit = Word
		}
		c, err := Load("fuzz", strings.NewReader(string(text)), o)
		if err != nil {
			if m := err.Error(); strings.Contains(m, "\n") || !utf8.ValidString(m) {
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
