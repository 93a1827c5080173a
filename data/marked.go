package data

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"attend/internal/printable"
)

// Marked is a sentence with a rule that decides one of its tokens: marks name the cause words and what is allowed.
type Marked struct {
	Line   int    // of the text that was read, from 1
	Text   string // the sentence, without marks and escapes
	Tokens []Token
	Rule   // positions count tokens, without boundary; the first key in Correct is that of the sentence
}

// MarkedName is the name of a rule without one.
const MarkedName = "marked"

// Limits of a text of marked sentences.
const (
	longestMarked     = 1_000_000 // bytes of a line
	longestMarkedName = 40        // characters of the name of a rule
)

// ReadMarked reads sentences, one a line, whose marks say which words decide another one:
//
//	place: the lion saw the [zebra] [near] the {river}
//	agreement: the [lions] from the valley {are|were} hungry
//
// Square brackets mark cause words, and braces the word that they decide. Other words that the rule allows there follow in the
// braces, each after a |. A line may begin with the name of its rule, of letters, digits, _ and -, with a colon and a blank;
// without a name it is [MarkedName]. A sentence in which several words are decided stands on several lines. Blank lines, and
// lines that begin with #, are skipped. A backslash before [ ] { } | : # or a backslash makes that character a part of the
// sentence, and \n is a line feed, which a text of characters can hold.
//
// Marks go around whole tokens: brackets around one or more, braces around one. All cause words come before the decided word, and
// the vocabulary has all of these. The first line that is not so is an error, which names the line.
func ReadMarked(v *Vocabulary, text string) ([]Marked, error) {
	var all []Marked
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		number++
		m, err := v.readMarked(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if m.Text != "" {
			m.Line = number
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("it holds no sentence: write one a line, such as " + markedExample)
	}
	return all, nil
}

const markedExample = "the lion saw the [zebra] [near] the {river}"

// readMarked reads one line. The text is empty if the line is to be skipped.
func (v *Vocabulary) readMarked(line string) (m Marked, err error) {
	if len(line) > longestMarked {
		return m, fmt.Errorf("it is longer than %s: put one sentence on a line", printable.Size(longestMarked))
	}
	if at := badByte(line); at >= 0 {
		return m, errors.New(badByteMessage(line, at))
	}
	if v.Layout().Sentences() {
		line = strings.TrimSpace(line)
	}
	if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
		return m, nil
	}
	if m.Name, line, err = cutName(line); err != nil {
		return m, err
	}
	parts, err := cutMarks(line)
	if err != nil {
		return m, err
	}
	noun := v.Tokenizer().Noun()
	m.Predicted = -1
	var sentence strings.Builder
	var allowed []string
	for _, part := range parts {
		tokens, err := v.Tokenize(part.texts[0])
		if err != nil {
			return m, err
		}
		switch part.mark {
		case '[':
			if len(tokens) == 0 {
				return m, fmt.Errorf("there is no %s in the square brackets: put them around a cause word", noun)
			}
			for i := range tokens {
				m.Causes = append(m.Causes, len(m.Tokens)+i)
			}
		case '{':
			if m.Predicted >= 0 {
				return m, fmt.Errorf("two %ss are in braces: write the sentence on two lines, each with one of them", noun)
			}
			m.Predicted, allowed = len(m.Tokens), part.texts
		}
		sentence.WriteString(part.texts[0])
		m.Tokens = append(m.Tokens, tokens...)
	}
	m.Text = sentence.String()
	switch whole, _ := v.Tokenize(m.Text); { // its bytes are checked
	case !slices.EqualFunc(whole, m.Tokens, func(a, b Token) bool { return a.Key == b.Key }):
		return m, fmt.Errorf("a mark begins or ends inside a %s: put marks around whole %ss", noun, noun)
	case m.Predicted < 0:
		return m, fmt.Errorf("no %s is in braces: mark the %s that is decided, as in %s", noun, noun, markedExample)
	case len(m.Causes) == 0:
		return m, fmt.Errorf("no %s is in square brackets: mark the %ss that decide, as in %s", noun, noun, markedExample)
	case m.Causes[len(m.Causes)-1] > m.Predicted:
		return m, fmt.Errorf("the cause %s %s comes after the decided %s %s: a model reads only what comes before",
			noun, printable.Quote(m.Tokens[m.Causes[len(m.Causes)-1]].Text), noun, printable.Quote(m.Tokens[m.Predicted].Text))
	}
	for _, cause := range m.Causes {
		if err := v.checkMarked("cause", m.Tokens[cause]); err != nil {
			return m, err
		}
	}
	m.Correct, err = v.allowed(allowed)
	return m, err
}

// checkMarked returns an error unless the vocabulary has a token that is marked.
func (v *Vocabulary) checkMarked(what string, t Token) error {
	if _, known := v.ID(t.Key); known {
		return nil
	}
	return fmt.Errorf("the %s %s %s is not in the vocabulary of this run: mark %ss of its training text",
		what, v.Tokenizer().Noun(), printable.Quote(t.Text), v.Tokenizer().Noun())
}

// allowed returns the keys of the tokens in braces, each once.
func (v *Vocabulary) allowed(texts []string) (keys []string, err error) {
	for _, text := range texts {
		tokens, err := v.Tokenize(text)
		if err != nil {
			return nil, err
		}
		if len(tokens) != 1 {
			return nil, fmt.Errorf("%s in braces is %s, want one: several that are allowed are written as {is|was}",
				printable.Quote(text), printable.Count(len(tokens), v.Tokenizer().Noun()))
		}
		if err := v.checkMarked("decided", tokens[0]); err != nil {
			return nil, err
		}
		if !slices.Contains(keys, tokens[0].Key) {
			keys = append(keys, tokens[0].Key)
		}
	}
	return keys, nil
}

// cutName returns the name of the rule of a line, and the line after it.
func cutName(line string) (name, rest string, err error) {
	end := strings.IndexFunc(line, func(r rune) bool { return !isWordRune(r) && r != '_' && r != '-' })
	if end < 1 || line[end] != ':' {
		return MarkedName, line, nil
	}
	r, n := utf8.DecodeRuneInString(line[end+1:])
	if !unicode.IsSpace(r) {
		return MarkedName, line, nil
	}
	if name = line[:end]; utf8.RuneCountInString(name) > longestMarkedName {
		return "", "", fmt.Errorf("the name of the rule has more than %d characters: shorten it, "+
			"or write \\: for a colon of the sentence", longestMarkedName)
	}
	return name, line[end+1+n:], nil
}

// part is a part of a line: what is in a mark, or between marks.
type part struct {
	mark  rune     // '[', '{' or 0
	texts []string // one, or in braces all that are allowed
}

// cutMarks splits a line at its marks, and resolves its escapes.
func cutMarks(line string) (parts []part, err error) {
	closing := map[rune]rune{'[': ']', '{': '}'}
	var at part
	var text strings.Builder
	end := func() { // of a text
		at.texts = append(at.texts, text.String())
		text.Reset()
	}
	next := func(mark rune) {
		if end(); at.mark != 0 || at.texts[0] != "" {
			parts = append(parts, at)
		}
		at = part{mark: mark}
	}
	for rest := line; rest != ""; {
		r, n := utf8.DecodeRuneInString(rest)
		rest = rest[n:]
		switch {
		case r == '\\':
			escaped, n := utf8.DecodeRuneInString(rest)
			rest = rest[n:]
			switch {
			case n > 0 && strings.ContainsRune(`\[]{}|:#`, escaped):
				text.WriteRune(escaped)
			case escaped == 'n':
				text.WriteByte('\n')
			default:
				return nil, errors.New(`a backslash comes before none of [ ] { } | : # \ and n: write \\ for a backslash of the sentence`)
			}
		case closing[r] != 0 && at.mark == 0:
			next(r)
		case at.mark != 0 && r == closing[at.mark]:
			next(0)
		case r == '|' && at.mark == '{':
			end()
		case at.mark != 0 && closing[r] != 0:
			return nil, fmt.Errorf(`a %c has no %c before the next %c: close the mark, or write \%c for one of the sentence`,
				at.mark, closing[at.mark], r, at.mark)
		case strings.ContainsRune("[]{}", r):
			return nil, fmt.Errorf(`there is a %c that neither begins nor ends a mark: write \%c for one of the sentence`, r, r)
		default:
			text.WriteRune(r)
		}
	}
	if at.mark != 0 {
		return nil, fmt.Errorf(`a %c has no %c after it: close the mark, or write \%c for one of the sentence`,
			at.mark, closing[at.mark], at.mark)
	}
	next(0)
	return parts, nil
}
