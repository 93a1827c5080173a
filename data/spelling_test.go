package data

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// spellingTexts are texts of several kinds, and the shares of their sentences that are written as they were from their keys: of those
// that the statistics are made of; and, but for capitals, of every fourth, which they are not made of.
var spellingTexts = []struct {
	name           string
	training, rest float64
}{
	{"code", 1, 0.95}, {"prices", 1, 0.95}, {"chat", 1, 0.95}, {"poem", 0.9, 0.9}, {"german", 1, 0.9}, {"hebrew", 1, 0.9},
}

func corpusOf(t testing.TB, text string) *Corpus {
	t.Helper()
	c, err := Load("text", strings.NewReader(text), Options{Unit: Word, MinCount: 1, Seed: 1, By: ByTokens})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func spellingTextOf(t testing.TB, name string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "spelling", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// rewritten writes the keys of a sentence.
func rewritten(t testing.TB, s *Spelling, sentence string) string {
	t.Helper()
	return s.Continue("", keysIn(t, s.vocabulary, sentence))
}

func keysIn(t testing.TB, v *Vocabulary, text string) (keys []string) {
	t.Helper()
	tokens, err := v.Tokenize(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens {
		keys = append(keys, token.Key)
	}
	return keys
}

func shareRewritten(t testing.TB, s *Spelling, sentences []string) float64 {
	t.Helper()
	same := 0
	for _, sentence := range sentences {
		if got := rewritten(t, s, sentence); got == sentence {
			same++
		} else if testing.Verbose() {
			t.Logf("%q, want %q", got, sentence)
		}
	}
	return float64(same) / float64(len(sentences))
}

func TestSpellingWritesSentencesAsTheyWere(t *testing.T) {
	for _, c := range spellingTexts {
		t.Run(c.name, func(t *testing.T) {
			var learned, rest []string
			for i, sentence := range spellingTextOf(t, c.name) {
				if i%4 == 3 {
					rest = append(rest, sentence)
				} else {
					learned = append(learned, sentence)
				}
			}
			s := corpusOf(t, strings.Join(learned, "\n")).Spelling()
			if share := shareRewritten(t, s, learned); share < c.training {
				t.Errorf("%.3f of the sentences of the statistics, want %g", share, c.training)
			}
			same := 0
			for _, sentence := range rest { // words that are not known have no capitals
				if got := rewritten(t, s, sentence); strings.EqualFold(got, sentence) {
					same++
				} else if testing.Verbose() {
					t.Logf("%q, want the white space of %q", got, sentence)
				}
			}
			share := float64(same) / float64(len(rest))
			if share < c.rest {
				t.Errorf("the white space of %.3f of other sentences, want %g", share, c.rest)
			}
			if share := shareRewritten(t, NewSpelling(s.vocabulary), learned); share > c.training-0.05 {
				t.Errorf("without statistics it is %.3f: the text shows nothing", share)
			}
		})
	}
}

// The spelling of one text, with prompts that are kept as they are.
func TestSpellingContinues(t *testing.T) {
	s := corpusOf(t, strings.Join([]string{
		`Anna saw "The Book" in Rome.`, `it costs 9.50 (or less), said Anna.`, `it costs 12.75 (or more).`, `she said "no" to Ben. He left.`,
		`set x_y at http://a.b/d now`, `see ((=o) at 9.50`, `is it CO or is it not? It is CO.`, `I think that I saw Ben.`, `they don’t know 5% of $5, it is 7%`,
		`he asked "why?" and left.`, `then he left. She saw Rome.`,
	}, "\n")).Spelling()
	for _, c := range []struct{ prompt, keys, want string }{
		{"it costs", "9 . 50 ( or less )", "it costs 9.50 (or less)"},
		{"it costs ", "9 . 50", "it costs 9.50"},
		{"it costs\t", "9 . 75", "it costs\t9.75"},
		{"see", "x _ y at http : / / a . b / d", "see x_y at http://a.b/d"},
		{"", "see ( ( = o ) at", "see ((=o) at"},
		{"", `anna said " no " .`, `Anna said "no".`},
		{`Anna said "`, `no " .`, `Anna said "no".`},
		{"she left.", "he left .", "she left. He left."},
		{"she left. ", "he left .", "she left. He left."},
		{"is it", "co ? it is .", "is it CO? It is."},
		{"i", "think i saw ben .", "i think I saw Ben."},
		{"they don't", "know 7 % of $ 7", "they don't know 7% of $7"},
		{"they", "don’t know", "they don’t know"},
		{"it is\u200b", "5", "it is\u200b5"},
		{"", "", ""},
		{"  Kept  as it is ", "", "  Kept  as it is "},
	} {
		if got := s.Continue(c.prompt, strings.Fields(c.keys)); got != c.want {
			t.Errorf("%q + %q: %q, want %q", c.prompt, c.keys, got, c.want)
		}
	}
}

// A word that the text has only where sentences begin, or only within them, is written for the other place.
func TestSpellingBeginnings(t *testing.T) {
	s := corpusOf(t, strings.Join([]string{
		`USA is one. However we went. The lions went.`, `Won’t we go? The two went.`, `"No." Then the two left.`, `"Yes." Soon the two left.`,
		`"Why?" said the two.`, `"How?" asked the two.`, `Is it so? Then the two went.`, `Will it go? Soon.`, `Who? Rome went.`,
		`In Rome the two went soon, then left.`, `The iPhone is one of two.`, `Note: the lions said so.`, `İstanbul is one.`,
	}, "\n")).Spelling()
	for _, c := range []struct{ prompt, keys, want string }{
		{"The two of", "usa", "The two of USA"}, {"The two of", "istanbul", "The two of istanbul"}, {"The two", "however", "The two however"}, {"The two", "won’t go", "The two won’t go"},
		{"", "rome is two .", "Rome is two."}, {"", "said the two", "Said the two"}, {"", "iphone", "IPhone"},
		{"The two. ", "went", "The two. Went"}, {`"Soon."`, "asked", `"Soon." Asked`}, {`"Soon?"`, "then", `"Soon?" then`}, {"Note:", "we", "Note: we"},
		{"So a.", "the", "So a. The"}, {"the 9.", "50 the", "the 9.50 the"},
	} {
		if got := s.Continue(c.prompt, strings.Fields(c.keys)); got != c.want {
			t.Errorf("%q + %q: %q, want %q", c.prompt, c.keys, got, c.want)
		}
	}
	if got := NewSpelling(s.vocabulary).Continue("", []string{"the", "usa"}); got != "the usa" {
		t.Errorf("without statistics: %q", got)
	}
}

// A word that begins sentences alone keeps its capital where that in lower case is another word, as İ was to earlier versions.
func TestSpellingOfAWordWithItsCapital(t *testing.T) {
	text := "İstanbul is one. Rome is one.\nThe one is in it.\nİstanbul went.\nIt went in.\n"
	for of, want := range map[string]string{Former: "it is İstanbul", Lower: "it is istanbul"} {
		c, err := Load("text", strings.NewReader(text), Options{Unit: Word, Case: of, MinCount: 1, By: ByTokens})
		if err != nil {
			t.Fatal(err)
		}
		b, err := c.Spelling().JSON()
		if err != nil {
			t.Fatal(err)
		}
		s, err := ParseSpelling(c.Vocabulary, b)
		if err != nil {
			t.Fatalf("%s: %v", of, err)
		}
		if got := s.Continue("it is", []string{c.Vocabulary.Tokenizer().key("İstanbul")}); got != want {
			t.Errorf("%s: %q, want %q", of, got, want)
		}
	}
}

// In a Turkish text the capital of i is İ, of a word too that begins no sentence in it.
func TestSpellingDottedI(t *testing.T) {
	const turkish = "İki kedi gördü. İyi bir işi vardı.\nKedi iki iş için gitti. İki iyi iş.\nBu ılık su için iki lira.\n"
	s := corpusOf(t, turkish).Spelling()
	for keys, want := range map[string]string{"için gitti .": "İçin gitti.", "ılık su .": "Ilık su.", "iki iş . işi iyi .": "İki iş. İşi iyi."} {
		if got := s.Continue("", strings.Fields(keys)); got != want {
			t.Errorf("%q: %q, want %q", keys, got, want)
		}
	}
	s = corpusOf(t, "In the end it is İstanbul. I said so. It is.\nWe went in. She had said it is.\n").Spelling()
	if got := s.Continue("", []string{"is", "it"}); got != "Is it" {
		t.Errorf("%q", got)
	}
}

// The spelling of any text is one that its file returns, and leaves a prompt as it is.
func TestSpellingOfAnyText(t *testing.T) {
	hard := []string{"İ", "i", "I", "ß", "ẞ", "ǆ", "ǅ", "é", "e\u0301", "\u0301", "Σ", "ς", "'", "’", "\"", "“", "”", ".", ",", "?", ":", "5", "٫", "(", "_", " ", "  ", "\t", "\u00a0",
		"\u2028", "文", "。", "ת", "😀", "\u200d", "\u200b", "\u200f", "\u00ad", "❤\ufe0f", "\u0640", "=", "\u0338", "A", "b", "<unk>"}
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.Map(rapid.SliceOfN(rapid.SampledFrom(hard), 1, 12), func(s []string) string { return strings.Join(s, "") })
		text := strings.Join(rapid.SliceOfN(line, 1, 8).Draw(t, "lines"), "\n")
		c, err := Load("text", strings.NewReader(text), Options{Unit: rapid.SampledFrom([]string{Word, Char}).Draw(t, "unit"), MinCount: 1, By: ByTokens})
		if err != nil {
			return // it is too short
		}
		s := c.Spelling()
		b, err := s.JSON()
		if err != nil {
			t.Fatal(err)
		}
		read, err := ParseSpelling(c.Vocabulary, b)
		if err != nil {
			t.Fatalf("%s\n%s", err, b)
		}
		for _, sentence := range c.TrainText.All() {
			var keys []string
			tokens, _ := c.Vocabulary.Tokenize(sentence)
			for _, token := range tokens {
				keys = append(keys, token.Key)
			}
			prompt := line.Draw(t, "prompt")
			got, again := s.Continue(prompt, keys), read.Continue(prompt, keys)
			if got != again || !strings.HasPrefix(got, prompt) {
				t.Fatalf("%q, from the file %q, want one text that begins with %q", got, again, prompt)
			}
		}
	})
}

// What no text showed is written by rules.
func TestSpellingByRule(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{`a , b ( c ) .`, `a, b (c).`}, {`" a b " , she said`, `"a b", she said`}, {`a / b _ c`, `a/b_c`}, {`9 . 50 € or $ 5`, `9.50 € or $5`},
		{`so … 5 %`, `so… 5%`}, {`今天 ， 天气 好 。`, `今天，天气好。`}, {`مرحبا ، كيف حالك ؟`, `مرحبا، كيف حالك؟`}, {`« ja » – nein`, `«ja» – nein`},
		{`¿ qué ? ¡ sí !`, `¿qué? ¡sí!`}, {`तब वह आया ।`, `तब वह आया।`}, {`בית ־ ספר`, `בית־ספר`}, {`a 😀 b`, `a 😀 b`}, {`x = 5`, `x = 5`}, {`the <unk> ran`, `the <unk> ran`},
	} {
		if got := (words{}).Continue("", strings.Fields(c.keys)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// The statistics decide where texts differ: each text is written as itself.
func TestSpellingFollowsTheText(t *testing.T) {
	for _, text := range []string{
		"« Oui » , dit-il ; « non » , dit-elle !\nIl dit « oui » ; elle dit « non » !",
		"»Ja«, sagt er. »Nein«, sagt sie.\nEr sagt: »Nein.«",
		"”Ja”, sade han. ”Nej”, sade hon.\nHan sade: ”Nej.”",
		"it is 5 % of 20 °C\nnow 7 % of 21 °C",
		"it is 5% of 20°C\nnow 7% of 21°C",
		"1,000 or 2,500\n1, 2 or 3",
		"`a` and *b* and `c`\n*a* or `b`",
		"lower case. all of it. here too\nhere it is. all lower case",
		"A\tB\tC\nD\tE\tF",
		"the lion\nThe lions of the\nthe zebras of the\nlions in the",
		"tel: 030-12 34\ntel: 040-56 78",
		"ខ្ញុំ\u200bទៅ\u200bផ្សារ។\nខ្ញុំ\u200bទៅ\u200bសាលា។",
	} {
		s := corpusOf(t, text).Spelling()
		for line := range strings.SplitSeq(text, "\n") {
			if got := rewritten(t, s, line); got != line && line != "The lions of the" {
				t.Errorf("%q, want %q", got, line)
			}
		}
	}
}

// A text of one line keeps with what its sentences begin.
func TestSpellingFirst(t *testing.T) {
	for text, want := range map[string]map[string]int{
		"one\ntwo\n\n three\n": {},
		"one. two.\n":          {"o": 1, "t": 1},
		"one. two! and three":  {"o": 1, "t": 1, "a": 1},
		"acgtacgt":             {"a": 1},
	} {
		c, err := Load("text", strings.NewReader(text), Options{Unit: Char, MinCount: 1, By: ByTokens})
		if err != nil {
			t.Fatal(err)
		}
		s := c.Spelling()
		if fmt.Sprint(s.First) != fmt.Sprint(want) {
			t.Errorf("%q: %v, want %v", text, s.First, want)
		}
		if got := s.Continue("a ", []string{"o", "t"}); got != "a ot" {
			t.Errorf("%q", got)
		}
	}
}

// A spelling that is read from its file is written as the same file, and equal texts give equal files.
func TestSpellingJSON(t *testing.T) {
	for _, c := range spellingTexts {
		corpus := corpusOf(t, strings.Join(spellingTextOf(t, c.name), "\n"))
		b, err := corpus.Spelling().JSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := corpus.Spelling().JSON()
		if err != nil || !bytes.Equal(b, again) {
			t.Errorf("%s: two files of one text differ (%v)", c.name, err)
		}
		s, err := ParseSpelling(corpus.Vocabulary, b)
		if err != nil {
			t.Fatal(err)
		}
		if written, err := s.JSON(); err != nil || !bytes.Equal(b, written) {
			t.Errorf("%s: the file is not written as it was read (%v)", c.name, err)
		}
	}
}

// The file of a text with many exceptions keeps the most frequent ones.
func TestSpellingBounded(t *testing.T) {
	var lines []string
	long := strings.Repeat("x", 60)
	for i := range 30000 {
		lines = append(lines, fmt.Sprintf("the %sA%d one", long, i), fmt.Sprintf("a %sA%d two", long, i))
	}
	for range 3 {
		lines = append(lines, "the London one")
	}
	s := corpusOf(t, strings.Join(lines, "\n")).Spelling()
	b, err := s.JSON()
	if err != nil || len(b) > MaxSpellingJSON || len(b) < MaxSpellingJSON/2 {
		t.Errorf("%d bytes (%v)", len(b), err)
	}
	if s.Written["london"] != "London" {
		t.Error("a frequent word is left out")
	}
}

// Files that no run writes are refused in one line.
func TestParseSpellingErrors(t *testing.T) {
	v := corpusOf(t, "the lion saw the Zebra\nthe zebra").Vocabulary
	for text, part := range map[string]string{
		``: "parse", `[]`: "parse", `{"gaps": 1}`: "parse", `{"other": {}}`: "other", `{} {}`: "more after it", "{\"gaps\": [\"\xff\"]}": "UTF-8",
		`{"gaps": ["x"]}`: "not white space", `{"gaps": ["\n         "]}`: "not white space",
		`{"gaps": ["", " "], "kinds": {"letters letters": 2}}`: "there are 2", `{"pairs": {"a b": 0}}`: "there are 0",
		`{"written": {"zebra": "Lion"}}`: "another word", `{"written": {"zebra": "zebra crossing"}}`: "another word",
		`{"written": {"gnu": "Gnu"}}`: "another word", `{"beginnings": {"zebra": "\u001b[2J"}}`: "another word", `{"written_pair": {"the zebra": "zebras"}}`: "another word",
		`{"first": {"gnu": 1}}`: "gnu", `{"first": {"lion": -1}}`: "lion",
		`{"gaps": ["` + strings.Repeat(`","`, 40) + `"]}`: "at most", `{"paired": "` + strings.Repeat("x", MaxSpellingJSON) + `"}`: "at most",
	} {
		_, err := ParseSpelling(v, []byte(text))
		if err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60s: error %v, want one line with %q", text, err, part)
		}
	}
}

// Any file is refused or gives a spelling that adds to a text and leaves it as it is.
func FuzzParseSpelling(f *testing.F) {
	c := corpusOf(f, "The lion saw \"the Zebra\", 9.50\nthe lion (no) zebra.\n")
	b, err := c.Spelling().JSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, "the lion ", "zebra . the lion")
	f.Fuzz(func(t *testing.T, b []byte, prompt, keys string) {
		s, err := ParseSpelling(c.Vocabulary, b)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("an error of several lines: %v", err)
			}
			return
		}
		if written, err := s.JSON(); err != nil || !json.Valid(written) {
			t.Error(err)
		}
		if badByte(prompt) >= 0 {
			return
		}
		var known []string
		for _, key := range strings.Fields(keys) {
			if _, ok := c.Vocabulary.ID(key); ok {
				known = append(known, key)
			}
		}
		got := s.Continue(prompt, known)
		if !strings.HasPrefix(got, prompt) {
			t.Errorf("%q does not begin with %q", got, prompt)
		}
	})
}

func BenchmarkSpelling(b *testing.B) {
	var lines []string
	for i := range 4000 {
		for _, c := range spellingTexts {
			text := spellingTextOf(b, c.name)
			lines = append(lines, text[i%len(text)])
		}
	}
	text := strings.Join(lines, "\n")
	c := corpusOf(b, text)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		c.Spelling()
	}
}

// A text with very many words is counted in bounded memory: of the later ones the spelling is not known.
func TestSpellingOfManyWords(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds under the race detector")
	}
	var text strings.Builder
	for i := range mostSpelled + 1000 {
		fmt.Fprintf(&text, "a W%d b\n", i)
	}
	c := load(t, text.String(), Options{Unit: Word, MinCount: 1, By: ByTokens})
	s := c.Spelling()
	for word, want := range map[string]string{"w7": "a W7 b", fmt.Sprint("w", mostSpelled+900): fmt.Sprint("a w", mostSpelled+900, " b")} {
		if got := s.Continue("", []string{"a", word, "b"}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
