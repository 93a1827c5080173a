package data

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attend/internal/printable"
)

// A hint is one line on a text that reads worse than it could: its unit does not suit it, or something repeats in every line that
// is not part of the sentences. It ends with a flag or with a command that mends it.

// hint returns the most fitting hint for a text, or "" for ordinary sentences. Only a part of a long text is read. The commands that it
// names read the file as it came.
func hint(path, text string, came sourceForm, u Unit) string {
	s := sampleOf(path, text)
	s.came = came
	if len(s.lines) == 0 {
		return ""
	}
	for _, of := range []func() string{
		s.markup, s.json, s.subtitles, s.verses, s.stamps, s.numbers, s.columns, s.beginnings, s.repeated,
	} {
		if said := of(); said != "" {
			return said
		}
	}
	if u.Layout.Sentences() && u.Tokenizer.Spaced() {
		return s.unit(u.Tokenizer)
	}
	return ""
}

// WithHint returns the error of a text with the hint for it, if there is one.
func WithHint(err error, hint string) error {
	if err == nil || hint == "" {
		return err
	}
	return fmt.Errorf("%w; %s", err, hint)
}

// textSample is a part of a text in lines.
type textSample struct {
	path  string
	came  sourceForm
	first string   // line of the text, which may be a header
	lines []string // that are not blank, without white space at their ends
}

// Bounds of a sample: the bytes of a text that is sampled as a whole, and of the three parts of a longer one.
const (
	sampledWhole = 1 << 17
	sampledPart  = 1 << 15
)

// sampleOf returns the lines of a text, or of its beginning, its middle and its end.
func sampleOf(path, text string) textSample {
	s := textSample{path: path}
	parts := []string{text}
	if len(text) > sampledWhole {
		middle := len(text) / 2
		parts = []string{text[:sampledPart], text[middle : middle+sampledPart], text[len(text)-sampledPart:]}
	}
	for i, part := range parts {
		if i > 0 { // from the next line on
			part = part[strings.IndexByte(part, '\n')+1:]
		}
		if i < len(parts)-1 {
			part = part[:strings.LastIndexByte(part, '\n')+1]
		}
		s.lines = slices.Grow(s.lines, strings.Count(part, "\n")+1)
		for line := range strings.SplitSeq(part, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				s.lines = append(s.lines, line)
			}
		}
	}
	if len(s.lines) > 0 {
		s.first = s.lines[0]
	}
	return s
}

// fewLines is the number of lines below which nothing is said of what repeats in them.
const fewLines = 5

// share returns the share of the lines that have a property; 0 in a text of fewer than fewLines.
func (s textSample) share(has func(line string) bool) float64 {
	if len(s.lines) < fewLines {
		return 0
	}
	return float64(count(s.lines, has)) / float64(len(s.lines))
}

// count returns how many lines have a property.
func count(lines []string, has func(line string) bool) (n int) {
	for _, line := range lines {
		if has(line) {
			n++
		}
	}
	return n
}

// nearlyAll is the share of the lines that what is said of every line holds for.
const nearlyAll = 0.9

// mostHint is the number of characters of a hint with the paths of its text, fewer than those of a line that is not shortened.
const mostHint = 380

// withCommand returns what is wrong with a text, and the command that mends it, in which IN and OUT are files.
func (s textSample) withCommand(wrong, command string) string {
	out := ""
	if s.path != "" {
		extension := filepath.Ext(s.path)
		out = strings.TrimSuffix(s.path, extension) + "-text.txt"
	}
	plain := wrong + ": " + s.came.plain(command)
	said := replaceWords(plain, "IN", commandPath(s.path, "FILE"), "OUT", commandPath(out, "OUT"))
	if utf8.RuneCountInString(said) > mostHint { // which would be shortened, and a shortened command is none
		return replaceWords(plain, "IN", "FILE")
	}
	return said
}

// unspaced are scripts whose words stand without spaces between them, with the names of their languages.
func unspaced() []struct {
	name   string
	script *unicode.RangeTable
} {
	return []struct {
		name   string
		script *unicode.RangeTable
	}{
		{"Japanese", unicode.Hiragana}, {"Japanese", unicode.Katakana}, {"Chinese characters", unicode.Han}, {"Thai", unicode.Thai},
		{"Khmer", unicode.Khmer}, {"Lao", unicode.Lao}, {"Burmese", unicode.Myanmar}, {"Javanese", unicode.Javanese},
		{"Balinese", unicode.Balinese}, {"Tai Tham", unicode.Tai_Tham}, {"Tai Le", unicode.Tai_Le},
		{"New Tai Lue", unicode.New_Tai_Lue}, {"Yi", unicode.Yi},
	}
}

// What a text in words is measured by.
const (
	mostBetween  = 7   // letters of an unspaced script between two spaces, in a text whose words are separated
	mostHan      = 3   // the same of Chinese characters, of which a word has one to four
	longestWords = 30  // letters of a word; few languages have longer ones
	longLines    = 100 // tokens of a line; a sentence has fewer
	manyWords    = 200 // words of which nearly all are different only in a text without repetition
)

// unit proposes --unit char for a text that has no words, or no sentences, as [Word] reads them.
func (s textSample) unit(tokenizer Tokenizer) string {
	const char = "--unit " + Char + " reads the text character by character"
	if script := s.unspacedScript(); script != "" {
		return "words are recognised by the spaces between them, and this text, in " + script + ", has few or none: " + char
	}
	letters, inLong, tokens, words, single := 0, 0, 0, 0, 0
	distinct := map[string]bool{}
	n, ofWords := 0, 0 // tokens and words of a line
	visit := func(_, _ int, token string) {
		n++
		if r, _ := utf8.DecodeRuneInString(token); !isWordRune(r) {
			return
		}
		ofWords++
		size := utf8.RuneCountInString(token)
		letters += size
		if size > longestWords {
			inLong += size
		}
		if len(distinct) < 10*manyWords {
			words++
			distinct[tokenizer.key(token)] = true
		}
	}
	for _, line := range s.lines {
		n, ofWords = 0, 0
		tokenizer.each(line, visit)
		tokens += n
		if ofWords == 1 && n <= 2 {
			single++
		}
	}
	switch lines := len(s.lines); {
	case 2*inLong > letters:
		return fmt.Sprintf("most of the text is in words of more than %d letters: if these are not words, %s", longestWords, char)
	case lines >= fewLines && float64(single) >= nearlyAll*float64(lines):
		return "each line is a sentence, and these have one word each, so there is no other word to attend to: did you mean --unit " + Char +
			", which reads the text character by character?"
	case words >= manyWords && float64(len(distinct)) > 0.95*float64(words):
		return "nearly every word of the text occurs once, so there is nothing to learn of it: " + char
	case lines > 1 && tokens > longLines*lines:
		return fmt.Sprintf("each line is a sentence, and these have %s tokens in the mean: put one sentence on a line, or choose --unit %s "+
			"for one long text", printable.Thousands(tokens/lines), Char)
	}
	return ""
}

// unspacedScript returns the name of the unspaced script that most letters of the text are of, if the words are not separated by
// spaces or zero-width spaces, or "".
func (s textSample) unspacedScript() string {
	scripts := unspaced()
	counts := make([]int, len(scripts))
	letters, marked, chunks, spaced := 0, 0, 0, 0 // letters in all and of these scripts, stretches with such letters, lines with several
	for _, line := range s.lines {
		inLine := 0
		for chunk := range strings.FieldsFuncSeq(line, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' }) {
			in := 0
			for _, r := range chunk {
				if !unicode.IsLetter(r) {
					continue
				}
				letters++
				for i := range scripts {
					if r >= 0x0e00 && unicode.Is(scripts[i].script, r) { // the first of them is Thai
						counts[i]++
						in++
						break
					}
				}
			}
			if in > 0 {
				marked += in
				inLine++
			}
		}
		chunks += inLine
		if inLine > 1 {
			spaced++
		}
	}
	if 2*marked <= letters || marked == 0 {
		return ""
	}
	most := 0
	for i := range counts {
		if counts[i] > counts[most] {
			most = i
		}
	}
	name, between := scripts[most].name, mostBetween
	kana := counts[0] + counts[1]
	switch {
	case 10*kana > marked:
		name = scripts[0].name
	case name == "Chinese characters":
		between = mostHan
	}
	if marked > between*chunks || 10*spaced < len(s.lines) {
		return name
	}
	return ""
}
