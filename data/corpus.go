package data

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"attend/internal/printable"
	"attend/internal/random"
)

// Options decide how [Load] reads a text.
type Options struct {
	Unit     string  // a name of [Units]
	HoldOut  float64 // the fraction of the text to hold out, less than 1; 0: none
	MinCount int     // tokens seen fewer times in the training text become <unk>; 0: chosen by its size, see [Corpus.MinCount]
	Seed     uint64  // draws which sentences are held out
	By       string  // what HoldOut is a fraction of, in a layout of sentences: [ByTokens] or [BySentences]
}

// What a held-out fraction is a fraction of.
const (
	ByTokens    = "tokens"    // of the tokens in all sentences
	BySentences = "sentences" // of the sentences that differ, each counted once
)

func (o Options) validate() error {
	if !(o.HoldOut >= 0 && o.HoldOut < 1) {
		return fmt.Errorf("the held-out fraction is %g, want 0 or more and less than 1, for example 0.1", o.HoldOut)
	}
	if o.By != ByTokens && o.By != BySentences {
		return fmt.Errorf("the held-out fraction is one of %q: want %s or %s", o.By, ByTokens, BySentences)
	}
	if o.MinCount < 0 {
		return fmt.Errorf("the minimum count is %d, want 1 or more, or 0 to choose it by the size of the text", o.MinCount)
	}
	return nil
}

// holdOut draws which sentences are held out, given the number of tokens of each in all of its copies. By tokens, it takes the
// sentences in a random order and holds out each that brings the number of held-out tokens nearer to their fraction. At least one is
// held out, and not all, unless the fraction is 0.
func (o Options) holdOut(tokens []int) []bool {
	order := random.New(o.Seed, "split").Perm(len(tokens))
	held := make([]bool, len(tokens))
	if o.HoldOut == 0 {
		return held
	}
	if o.By == BySentences {
		for _, i := range order[len(order)-o.heldOutCount(len(order), 1):] {
			held[i] = true
		}
		return held
	}
	share, count := 0.0, 0
	for _, n := range tokens {
		share += o.HoldOut * float64(n)
	}
	for _, i := range slices.Backward(order) {
		if n := float64(tokens[i]); n/2 <= share && count < len(tokens)-1 {
			held[i], share = true, share-n
			count++
		}
	}
	if count == 0 { // each is too long: the shortest of them
		held[slices.Index(tokens, slices.Min(tokens))] = true
	}
	return held
}

// heldOutCount returns how many of n parts are held out: the nearest whole number to the
// fraction, but at least least on either side.
func (o Options) heldOutCount(n, least int) int {
	return min(max(int(math.Round(o.HoldOut*float64(n))), least), n-least)
}

// SmallText is the number of tokens of a training text below which tokens that it has once are in the vocabulary, unless a minimum
// count is given. In so short a text they are a large part of the words, and a reader expects to find them; in a longer one most
// of the vocabulary would be vectors that a single sentence has trained.
const SmallText = 5000

// Corpus is a text split into training text and held-out text.
type Corpus struct {
	Name       string
	Vocabulary *Vocabulary
	Train      Set
	HeldOut    Set
	// TrainText and HeldOutText are the texts as written, one for each sequence of the
	// set.
	TrainText   []string
	HeldOutText []string
	MinCount    int      // tokens seen fewer times in the training text are <unk>; if not given, 1 in a text of less than [SmallText], else 2
	SHA256      string   // of the bytes read, in hexadecimal
	Notes       []string // what a user should know of the text, one line each
	Grammar     *Grammar // the grammar the text was drawn from; nil unless the savanna
	LongestLine int      // number of the line with the longest sentence, from 1; 0 in a text of one sequence
}

// Measured returns the text on which a model is measured: the held-out text or, if nothing is held out, the training text.
func (c *Corpus) Measured() (Set, []string) {
	if c.HeldOut.Len() == 0 {
		return c.Train, c.TrainText
	}
	return c.HeldOut, c.HeldOutText
}

// FirstHeldOut returns the corpus with only the first rows of its held-out text, see [Set.First].
func (c *Corpus) FirstHeldOut(rows, seq int) *Corpus {
	if c.HeldOut.Len() == 0 {
		return c
	}
	first := *c
	first.HeldOut = c.HeldOut.First(rows, seq)
	first.HeldOutText = c.HeldOutText[:first.HeldOut.Len()]
	return &first
}

// Load reads a text in UTF-8 and splits it. The vocabulary is that of the training
// text.
//
// A layout of sentences: one a line, blank lines skipped. The distinct sentences
// (those whose keys differ) are taken in an order drawn by the seed. By sentences, the
// first are held out, as many as HoldOut asks for. By tokens, each is held out that brings
// the share of held-out tokens nearer to HoldOut. All copies of a sentence are on one side,
// and each side keeps the order of the text.
//
// A layout of one stream: one long text, whose last HoldOut is held out.
//
// If HoldOut is 0, nothing is held out.
//
// A byte-order mark and lines that end in a carriage return are accepted. It is an
// error when an option is out of its range, when the text is blank, is not UTF-8 or
// is too short to split, or when a given MinCount leaves no token. name names the text in
// errors.
func Load(name string, r io.Reader, o Options) (*Corpus, error) {
	unit, err := Units.Find("unit", o.Unit)
	if err != nil {
		return nil, err
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	name = printable.Path(name) // from here on it is only shown
	text, sum, err := readText(name, r)
	if err != nil {
		return nil, err
	}
	c, err := unit.Layout.split(text, newNumbering(name, unit), o)
	if err != nil {
		return nil, err
	}
	c.SHA256 = sum
	return c, nil
}

// note adds a note that begins with a count, if it is not 0.
func (c *Corpus) note(n int, noun, format string, a ...any) {
	if n > 0 {
		c.Notes = append(c.Notes, printable.Count(n, noun)+" "+fmt.Sprintf(format, a...))
	}
}

// numbering is a text as numbers, before its vocabulary is known: keys are numbered in the order
// of their first occurrence, and each spelling is mapped to its key once.
type numbering struct {
	name  string // of the text
	unit  Unit
	Set                  // the numbers
	texts []string       // each sequence as written
	lines []int          // the line of each sequence, from 1; none in a text of one sequence
	blank int            // how many lines hold no sentence
	keys  []string       // by number
	known map[string]int // the number of each key, and of each spelling of it
	runes []int          // the number + 1 of each token of one rune, or 0
}

func newNumbering(name string, u Unit) *numbering {
	return &numbering{name: name, unit: u, known: map[string]int{}}
}

// read adds the tokens of valid text to the sequence that has not ended.
func (n *numbering) read(text string) { n.unit.Tokenizer.each(text, n.add) }

// end ends a sequence, given how many numbers it and those before it have.
func (n *numbering) end(text string, at int) {
	n.texts, n.ends = append(n.texts, text), append(n.ends, at)
}

// add adds a token that the tokenizer visits. A token of one rune needs no map lookup.
func (n *numbering) add(_, _ int, token string) {
	r, size := utf8.DecodeRuneInString(token)
	if size < len(token) || r == utf8.RuneError {
		n.ids.add(n.number(token))
		return
	}
	if int(r) >= len(n.runes) {
		n.runes = append(n.runes, make([]int, int(r)+1-len(n.runes))...)
	}
	if n.runes[r] == 0 {
		n.runes[r] = n.number(token) + 1
	}
	n.ids.add(n.runes[r] - 1)
}

// number returns the number of the key of a token, a new one for a new key.
func (n *numbering) number(token string) int {
	if number, ok := n.known[token]; ok {
		return number
	}
	key := strings.Clone(n.unit.Tokenizer.key(token)) // cloned, for a part of the text would keep all of it
	number, ok := n.known[key]
	if !ok {
		number = len(n.keys)
		n.keys = append(n.keys, key)
		n.ids.widen(len(n.keys))
		n.known[key] = number
	}
	if token != key {
		n.known[strings.Clone(token)] = number
	}
	return number
}

// distinct returns for each sequence which of the distinct ones it is, from 0, and how many copies each of these has.
func (n *numbering) distinct() (which, copies []int) {
	known := map[string]int{}
	for i := range n.Len() {
		numbers := n.Sequence(i).bytes
		number, ok := known[string(numbers)]
		if !ok {
			number = len(copies)
			known[string(numbers)], copies = number, append(copies, 0)
		}
		which = append(which, number)
		copies[number]++
	}
	return which, copies
}

// longestLine returns the line of the longest sequence, the first of them; 0 in a text of one sequence.
func (n *numbering) longestLine() int {
	line, longest := 0, -1
	for i, at := range n.lines {
		if tokens := n.Sequence(i).Len(); tokens > longest {
			line, longest = at, tokens
		}
	}
	return line
}

// learned numbers the same sequences by the tokenizer that l learns from those that are not held out.
func (n *numbering) learned(l learner, heldOut []bool) *numbering {
	var training []string
	for i, text := range n.texts {
		if !heldOut[i] {
			training = append(training, text)
		}
	}
	again := newNumbering(n.name, Unit{l.learn(training), n.unit.Layout, n.unit.Meaning})
	again.lines, again.blank = n.lines, n.blank
	for _, text := range n.texts {
		for line := range strings.Lines(text) {
			again.read(line)
		}
		again.end(text, again.ids.Len())
	}
	return again
}

// corpus makes the corpus, given which sequences are held out.
func (n *numbering) corpus(heldOut []bool, minCount int) (*Corpus, error) {
	if l, ok := n.unit.Tokenizer.(learner); ok {
		n = n.learned(l, heldOut)
	}
	counts, learned := make([]int, len(n.keys)), 0 // how often the training text has each key, and any
	for i, held := range heldOut {
		numbers := n.Sequence(i)
		for j := 0; j < numbers.Len() && !held; j++ {
			counts[numbers.At(j)]++
			learned++
		}
	}
	automatic := minCount == 0
	if automatic {
		minCount = 2
		if learned < SmallText || slices.Max(counts) < 2 {
			minCount = 1
		}
	}
	v, err := newVocabulary(n.unit, n.keys, counts, minCount)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.name, err)
	}
	rare := 0
	ids := make([]int, len(n.keys))
	for number, key := range n.keys {
		known := false
		if ids[number], known = v.ID(key); !known && counts[number] > 0 {
			rare++
		}
	}
	c := &Corpus{Name: n.name, Vocabulary: v, MinCount: minCount, LongestLine: n.longestLine()}
	c.Train, c.TrainText = n.side(heldOut, false, v, ids, learned)
	c.HeldOut, c.HeldOutText = n.side(heldOut, true, v, ids, n.ids.Len()-learned)
	c.note(n.blank, "blank line", "skipped.")
	if unknown, ok := v.Unknown(); ok {
		c.noteVocabulary(n.unit.Tokenizer.Noun(), unknown, rare, counts, automatic)
	}
	return c, nil
}

// noteVocabulary notes which tokens are <unk>, given how many keys of the training text are, and how often it has each key.
// If the minimum count was chosen automatically, it notes how to choose another.
func (c *Corpus) noteVocabulary(noun string, unknown, rare int, counts []int, automatic bool) {
	other, once := "", 0
	for _, n := range counts {
		if n == 1 && automatic && c.MinCount == 1 {
			once++
		}
	}
	if automatic {
		other = " --min-count 1 keeps them."
	}
	c.note(once, noun, "kept in the vocabulary although seen once, since the text is small: --min-count 2 makes such %ss %s.", noun, UnknownToken)
	c.note(rare, noun, "seen fewer than %d times in the training text became %s: %s there.%s",
		c.MinCount, UnknownToken, printable.Count(c.Train.count(unknown), "token"), other)
	if rare == 0 {
		c.note(c.HeldOut.count(unknown), "token", "of the held-out text not seen in the training text: %s, which is not in the training text, "+
			"so no model learns to predict it.", UnknownToken)
		return
	}
	c.note(c.HeldOut.count(unknown), "token", "of the held-out text not seen in the training text or too rare there: %s.", UnknownToken)
}

// side returns the sequences of one side of the split, given the id of each number, and their texts.
func (n *numbering) side(heldOut []bool, held bool, v *Vocabulary, ids []int, tokens int) (s Set, texts []string) {
	s = Set{Layout: v.Layout(), ids: makeIDs(tokens+2*n.Len(), v.Len())}
	boundary, ok := v.Boundary()
	for i, text := range n.texts {
		if heldOut[i] != held {
			continue
		}
		if ok {
			s.ids.add(boundary)
		}
		for numbers, j := n.Sequence(i), 0; j < numbers.Len(); j++ {
			s.ids.add(ids[numbers.At(j)])
		}
		if ok {
			s.ids.add(boundary)
		}
		s.ends, texts = append(s.ends, s.ids.Len()), append(texts, text)
	}
	return s, texts
}
