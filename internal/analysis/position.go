package analysis

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"attend/internal/printable"
	"attend/internal/run"
)

// untyped returns the number of tokens before the first that was typed: 1 with a boundary token, else 0.
func untyped(r *run.Run) int {
	if _, ok := r.Vocabulary.Boundary(); ok {
		return 1
	}
	return 0
}

// sentenceWords are the tokens of a sentence, which a user names by a word or by a position.
type sentenceWords struct {
	noun   string   // what a token is: "word" or "character"
	tokens []string // as typed, the boundary token first in a run on words
	before int      // number of tokens before the first that was typed
	left   int      // number of tokens typed before these that the context has no space for

	key func(token string) string // its normalised spelling
}

// typedWords returns the words of a sentence that a run has read, with the number of those before them that it left out.
func typedWords(r *run.Run, tokens []string, omitted int) sentenceWords {
	return sentenceWords{r.Vocabulary.Tokenizer().Noun(), tokens, untyped(r), omitted, func(token string) string {
		if read, err := r.Vocabulary.Tokenize(token); err == nil && len(read) == 1 {
			return read[0].Key
		}
		return token
	}}
}

// sentence names what the tokens are in an error: the sentence, or the part of it that the run reads.
func (s sentenceWords) sentence() string {
	if s.left == 0 {
		return "the sentence"
	}
	return fmt.Sprintf("the part of the sentence that this run reads, its last %s of %d",
		printable.Count(len(s.tokens)-s.before, s.noun), len(s.tokens)-s.before+s.left)
}

// position returns the index of the token that a name means:
//
//	#3       the third token as typed, always
//	zebra    the token with these letters or, if there is none, with these letters in another case, in another spelling of one key (won't
//	         for won’t), or shown so, as ␣ for a space
//	the:2    the second of several such tokens
//	3        the token 3, if the sentence has it, otherwise the third token
//
// An empty name means the fallback. Where a number without # is read and the other reading is possible too, or the sentence has
// numbers for words, reading says which of the two was taken and how to ask for the other; otherwise it is "".
func (s sentenceWords) position(name string, fallback int) (at int, reading string, err error) {
	if name == "" {
		return fallback, "", nil
	}
	if digits, ok := strings.CutPrefix(name, "#"); ok && isNumber(digits) {
		at, err = s.numbered(name, digits)
		return at, "", err
	}
	found := s.positionsOf(name)
	if i := strings.LastIndexByte(name, ':'); i >= 0 && len(found) == 0 {
		if n, err := strconv.Atoi(name[i+1:]); err == nil {
			if found = s.positionsOf(name[:i]); n >= 1 && n <= len(found) {
				return found[n-1], "", nil
			}
			return 0, "", fmt.Errorf("%s occurs %s in %s, so there is no %s: choose %s",
				printable.Quote(name[:i]), printable.Count(len(found), "time"), s.sentence(), printable.Short(name, printable.MaxQuote),
				s.occurrences(name[:i], len(found)))
		}
	}
	n, beyond := strconv.Atoi(name)
	isPosition := isNumber(name) && beyond == nil && n >= 1 && n-1+s.before < len(s.tokens)
	switch {
	case len(found) == 1:
		if isPosition && n-1+s.before != found[0] {
			reading = fmt.Sprintf("%s is read as the %s of the sentence, at position %d; %s is the %s at position %d, %s",
				printable.Quote(name), s.noun, found[0]+1-s.before, positionName(n), s.noun, n, printable.Quote(s.tokens[n-1+s.before]))
		}
		return found[0], reading, nil
	case len(found) > 1:
		return 0, "", fmt.Errorf("%s occurs %d times: say which by %s%s",
			printable.Quote(name), len(found), s.occurrences(name, len(found)), s.orPosition(n, isPosition))
	case isPosition:
		at = n - 1 + s.before
		if s.hasNumbers() {
			reading = fmt.Sprintf("the sentence has no %s %s, so it is read as position %d, %s", s.noun, printable.Quote(name), n,
				printable.Quote(s.tokens[at]))
		}
		return at, reading, nil
	}
	shown := make([]string, len(s.tokens))
	for i, token := range s.tokens {
		shown[i] = printable.Token(token)
	}
	return 0, "", fmt.Errorf("%s is not in %s: choose one of %s%s", printable.Quote(name), s.sentence(),
		printable.Short(strings.Join(shown, " "), mostListed), s.positions(", or a position "))
}

// mostListed is the largest number of characters of a sentence in an error.
const mostListed = 120

// numbered returns the index of the token that #digits names.
func (s sentenceWords) numbered(name, digits string) (int, error) {
	if typed := len(s.tokens) - s.before; typed > 0 {
		n, err := strconv.Atoi(digits)
		if err == nil && n >= 1 && n <= typed {
			return n - 1 + s.before, nil
		}
	}
	has := ""
	if s.left == 0 {
		has = ", which has " + printable.Count(len(s.tokens)-s.before, s.noun)
	}
	return 0, fmt.Errorf("%s is no position of %s%s: choose %s", printable.Quote(name), s.sentence(), has, s.positions(""))
}

// occurrences names each of n tokens with the same letters, or the positions of the sentence where there is none. A name that
// begins with # is in quotes, as positionName has them.
func (s sentenceWords) occurrences(word string, n int) string {
	spelled := func(at int) string {
		name := printable.Short(fmt.Sprintf("%s:%d", word, at), printable.MaxQuote)
		if strings.HasPrefix(name, "#") {
			return `"` + name + `"`
		}
		return name
	}
	switch n {
	case 0:
		return s.positions("")
	case 1:
		return spelled(1)
	default:
		return spelled(1) + " to " + spelled(n)
	}
}

// positions names the positions of the sentence, after a text: "#1" to "#5", or "#1" alone.
func (s sentenceWords) positions(before string) string {
	switch typed := len(s.tokens) - s.before; {
	case typed < 1:
		return ""
	case typed == 1:
		return before + positionName(1)
	default:
		return before + positionName(1) + " to " + positionName(typed)
	}
}

// orPosition names the position that a number can be, if it is one.
func (s sentenceWords) orPosition(n int, isPosition bool) string {
	if !isPosition {
		return ""
	}
	return fmt.Sprintf(", or the %s at position %d by %s", s.noun, n, positionName(n))
}

// positionName spells a position, counted from 1, as a user gives it. The quotes are those of a shell, to which # alone begins a
// comment.
func positionName(n int) string { return fmt.Sprintf(`"#%d"`, n) }

// hasNumbers reports whether one of the tokens is a number, so that a number may mean a word or a position.
func (s sentenceWords) hasNumbers() bool {
	for _, token := range s.tokens {
		if isNumber(token) {
			return true
		}
	}
	return false
}

// positionsOf returns the indices of a word: with exactly these letters or, if there are none, ignoring case, or
// with the same key, or as they are shown.
func (s sentenceWords) positionsOf(word string) (found []int) {
	for _, same := range []func(token, word string) bool{
		func(token, word string) bool { return token == word }, strings.EqualFold,
		func(token, word string) bool { return s.key(token) == s.key(word) },
		func(token, word string) bool { return printable.Token(token) == word },
	} {
		for i, token := range s.tokens {
			if same(token, word) {
				found = append(found, i)
			}
		}
		if len(found) > 0 {
			break
		}
	}
	return found
}

// id returns the id of a word that need not be in the sentence: a key, as results show it, a word as typed, or the word at a
// position of the sentence, such as #3. A number is a word.
func (s sentenceWords) id(r *run.Run, word string) (int, error) {
	if id, known := r.Vocabulary.ID(word); known {
		return id, nil
	}
	advice := "choose one of its training text"
	if digits, ok := strings.CutPrefix(word, "#"); ok && isNumber(digits) {
		at, err := s.numbered(word, digits)
		if err != nil {
			return -1, err
		}
		word = s.tokens[at]
	} else if n, err := strconv.Atoi(word); err == nil && isNumber(word) && n >= 1 && n <= len(s.tokens)-s.before {
		advice += fmt.Sprintf(", or write %q for a position of the sentence", "#"+word)
	}
	tokens, err := r.Vocabulary.Tokenize(word)
	if err != nil {
		return -1, err
	}
	if len(tokens) == 1 {
		if id, known := r.Vocabulary.ID(tokens[0].Key); known {
			return id, nil
		}
	}
	return -1, fmt.Errorf("%s is not one %s of this run's vocabulary: %s", printable.Quote(word), s.noun, advice)
}

// isNumber reports whether a text is a whole number in decimal digits.
func isNumber(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// ParsePosition parses a position of a sentence, counted from 1 as a user gives it: 3 or #3.
func ParsePosition(text string) (int, error) {
	digits := strings.TrimPrefix(text, "#")
	n, err := strconv.Atoi(digits)
	if err != nil || !isNumber(digits) {
		return 0, errors.New("want a position such as 3 or \"#3\"")
	}
	return n, nil
}
