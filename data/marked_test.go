package data

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// markedWords and markedChars are vocabularies for marked sentences.
func markedWords(t testing.TB) *Vocabulary {
	return vocabularyOf(t, Word, 1, "The lion saw the zebra near the river: is was [ ] { } | # \\ Ångström")
}

func markedChars(t testing.TB) *Vocabulary {
	return vocabularyOf(t, Char, 1, "ab c:\n[]{}|#\\\nA")
}

func TestReadMarked(t *testing.T) {
	type read struct {
		line    int
		text    string
		rule    Rule
		inParts []string // keys of the tokens
	}
	for _, c := range []struct {
		v     *Vocabulary
		given string
		want  read
	}{
		{markedWords(t), "place: The lion saw the [Zebra] [near] the {River}\n",
			read{1, "The lion saw the Zebra near the River", Rule{"place", 7, []int{4, 5}, []string{"river"}}, nil}},
		{markedWords(t), "\ufeff# of two\r\n\r\n  the [lion zebra] {is|was|IS} unheard of\r\n",
			read{3, "the lion zebra is unheard of", Rule{MarkedName, 3, []int{1, 2}, []string{"is", "was"}}, nil}},
		{markedWords(t), `a-b_1: [the] \[ \# is:{\]}`,
			read{1, "the [ # is:]", Rule{"a-b_1", 5, []int{0}, []string{"]"}}, []string{"the", "[", "#", "is", ":", "]"}}},
		{markedWords(t), `river\: [the] {lion}`, read{1, "river: the lion", Rule{MarkedName, 3, []int{2}, []string{"lion"}}, nil}},
		{markedWords(t), `is:was [the] {\||\\}`, read{1, "is:was the |", Rule{MarkedName, 4, []int{3}, []string{"|", `\`}}, nil}},
		{markedWords(t), "[Ångström] {is}", // decomposed
			read{1, "Ångström is", Rule{MarkedName, 1, []int{0}, []string{"is"}}, nil}},
		{markedChars(t), `r:  a[b] \n{c} `, read{1, " ab \nc ", Rule{"r", 5, []int{2}, []string{"c"}}, []string{" ", "a", "b", " ", "\n", "c", " "}}},
		{markedChars(t), " [A a]{:|b}b", read{1, " A a:b", Rule{MarkedName, 4, []int{1, 2, 3}, []string{":", "b"}}, nil}},
	} {
		got, err := ReadMarked(c.v, c.given)
		if err != nil || len(got) != 1 {
			t.Errorf("%q: %+v, error %v", c.given, got, err)
			continue
		}
		m := got[0]
		if m.Line != c.want.line || m.Text != c.want.text || !reflect.DeepEqual(m.Rule, c.want.rule) {
			t.Errorf("%q:\n got line %d %q %+v\nwant line %d %q %+v", c.given, m.Line, m.Text, m.Rule, c.want.line, c.want.text, c.want.rule)
		}
		if c.want.inParts != nil && !slices.Equal(tokenKeys(m.Tokens), c.want.inParts) {
			t.Errorf("%q: tokens %q", c.given, tokenKeys(m.Tokens))
		}
	}
}

func tokenKeys(tokens []Token) (keys []string) {
	for _, t := range tokens {
		keys = append(keys, t.Key)
	}
	return keys
}

func TestReadMarkedManyLines(t *testing.T) {
	got, err := ReadMarked(markedWords(t), "[the] {lion} saw\n# x\n[the] lion {saw}\nr: [saw] {the}")
	if err != nil || len(got) != 3 || got[0].Line != 1 || got[1].Line != 3 || got[2].Line != 4 || got[2].Name != "r" {
		t.Errorf("%+v, error %v", got, err)
	}
}

func TestReadMarkedRefuses(t *testing.T) {
	words := markedWords(t)
	for given, want := range map[string]string{
		"":                         "it holds no sentence: write one a line, such as the lion",
		"# a\n \n":                 "it holds no sentence",
		"[the] {lion}\nthe {lion}": "line 2: no word is in square brackets",
		"[the] lion":               "line 1: no word is in braces",
		"{the} [lion]":             `line 1: the cause word "lion" comes after the decided word "the"`,
		"[the] {lion} {saw}":       "line 1: two words are in braces: write the sentence on two lines",
		"[the] {lion saw}":         `line 1: "lion saw" in braces is 2 words, want one`,
		"[the] {lion|}":            `line 1: "" in braces is 0 words, want one`,
		"[ ] {lion}":               "line 1: there is no word in the square brackets",
		"[the] {spoon}":            `line 1: the decided word "spoon" is not in the vocabulary`,
		"[the] {lion|spoon}":       `line 1: the decided word "spoon" is not`,
		"{the} [lion] \\]":         `line 1: the cause word "lion" comes after`,
		"[spoon] {lion}":           `line 1: the cause word "spoon" is not`,
		"z[ebra] {lion}":           "line 1: a mark begins or ends inside a word: put marks around whole words",
		"ze[the] {lion}":           "line 1: a mark begins or ends inside a word",
		"[the]{is}":                "line 1: a mark begins or ends inside a word",
		"[the] {lion":              `line 1: a { has no } after it: close the mark, or write \{`,
		"[the {lion}]":             `line 1: a [ has no ] before the next {: close the mark, or write \[ for one of the sentence`,
		"[the lion {saw}":          `line 1: a [ has no ] before the next {`,
		"the {lion [saw]":          `line 1: a { has no } before the next [`,
		"the] {lion}":              `line 1: there is a ] that neither`,
		`[the] \q {lion}`:          "line 1: a backslash comes before none of",
		`[the] {lion} \`:           "line 1: a backslash comes before none of",
		"[the] {lion}\x00":         "line 1: byte 12 is NUL",
		"\n[the] \xff{lion}":       "line 2: byte 6 (0xff) is not UTF-8",
		strings.Repeat("n", 41) + ": [the] {lion}":     "line 1: the name of the rule has more than 40 characters",
		"[the] {lion}" + strings.Repeat(" a", 500_000): "line 1: it is longer than 1 MB",
	} {
		got, err := ReadMarked(words, given)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.60q: %+v, error %v, want %q", given, got, err, want)
		}
	}
}

// A long line of marks takes time in proportion to its length: this one would take minutes otherwise.
func TestReadMarkedReadsLongLines(t *testing.T) {
	const marks = 200_000
	got, err := ReadMarked(markedChars(t), strings.Repeat("[a]", marks)+"{b}"+strings.Repeat("c", marks))
	if err != nil || len(got[0].Causes) != marks || len(got[0].Tokens) != 2*marks+1 {
		t.Errorf("%d sentences, error %v", len(got), err)
	}
}

// markedLine writes a sentence of characters with its marks.
func markedLine(m Marked) string {
	escape := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`, "|", `\|`, ":", `\:`, "#", `\#`, "\n", `\n`)
	var b strings.Builder
	b.WriteString(m.Name + ": ")
	for i, t := range m.Tokens {
		switch key := escape.Replace(t.Key); {
		case i == m.Predicted:
			allowed := slices.Clone(m.Correct)
			for j := range allowed {
				allowed[j] = escape.Replace(allowed[j])
			}
			b.WriteString("{" + strings.Join(allowed, "|") + "}")
		case slices.Contains(m.Causes, i):
			b.WriteString("[" + key + "]")
		default:
			b.WriteString(key)
		}
	}
	return b.String()
}

func FuzzReadMarked(f *testing.F) {
	words, chars := markedWords(f), markedChars(f)
	for _, s := range []string{
		"place: the lion saw the [zebra] [near] the {river|is}\n# no\n\n[the] {lion}\r\n", `\[a\] [b]{c}`, "[a]\\n{b}", "r: [a {b}", "\ufeff[A]{\\|}", "=[\u0338]{a}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, v := range []*Vocabulary{words, chars} {
			all, err := ReadMarked(v, text)
			if err != nil {
				if m := err.Error(); strings.Contains(m, "\n") || !utf8.ValidString(m) || !strings.HasPrefix(m, "line ") && !strings.HasPrefix(m, "it holds no ") {
					t.Fatalf("the error is not one plain line: %q", m)
				}
				continue
			}
			for _, m := range all {
				tokens, err := v.Tokenize(m.Text)
				if err != nil || !slices.Equal(tokenKeys(tokens), tokenKeys(m.Tokens)) {
					t.Fatalf("%q has tokens %q, not %q (%v)", m.Text, tokenKeys(tokens), tokenKeys(m.Tokens), err)
				}
				if len(m.Causes) == 0 || !slices.IsSorted(m.Causes) || m.Causes[0] < 0 || m.Causes[len(m.Causes)-1] >= m.Predicted ||
					m.Predicted >= len(tokens) || m.Correct[0] != tokens[m.Predicted].Key || m.Name == "" {
					t.Fatalf("%q: %+v", m.Text, m.Rule)
				}
				if v.Layout().Sentences() {
					continue
				}
				again, err := ReadMarked(v, markedLine(m))
				if err != nil || len(again) != 1 || !reflect.DeepEqual(again[0].Rule, m.Rule) || !slices.Equal(tokenKeys(again[0].Tokens), tokenKeys(m.Tokens)) {
					t.Fatalf("%q comes back as %+v (%v)", markedLine(m), again, err)
				}
			}
		}
	})
}
