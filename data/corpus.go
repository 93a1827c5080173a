package data

import (
	"bytes"
	"fmt"
	"hash/maphash"
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
	Encoding string  // of the text, see [Decoded]; "": UTF-8
	Unit     string  // a name of [Units]
	Case     string  // a name of [Cases]; "": the case of the unit
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

// unit returns the unit in its case.
func (o Options) unit() (Unit, error) {
	u, err := Units.Find("unit", o.Unit)
	if err != nil {
		return u, err
	}
	cased, ok := u.Tokenizer.inCase(o.Case)
	if !ok {
		return u, fmt.Errorf("no case %s of %ss: choose %s", printable.Quote(o.Case), u.Tokenizer.Noun(), strings.Join(Cases(), ", "))
	}
	u.Tokenizer = cased
	return u, nil
}

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
func (o Options) holdOut(tokens []uint32) []bool {
	order := make([]uint32, len(tokens))
	for i := range order {
		order[i] = uint32(i)
	}
	random.New(o.Seed, "split").Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
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
	TrainText   Texts
	HeldOutText Texts
	MinCount    int      // tokens seen fewer times in the training text are <unk>; if not given, 1 in a text of less than [SmallText], else 2
	SHA256      string   // of the text as it was read, in UTF-8, in hexadecimal
	Hint        string   // how the text would be read better, one of Notes; "": none
	Notes       []string // what a user should know of the text, one line each
	Grammar     *Grammar // the grammar the text was drawn from; nil unless the savanna
	LongestLine int      // number of the line with the longest sentence, from 1; 0 in a text of one sequence
}

// Measured returns the text on which a model is measured: the held-out text or, if nothing is held out, the training text.
func (c *Corpus) Measured() (Set, Texts) {
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
	first.HeldOutText = c.HeldOutText.First(first.HeldOut.Len())
	return &first
}

// Load reads a text and splits it. The vocabulary is that of the training
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
// error when an option is out of its range, when the text is blank, is not in its encoding (a *[NotTextError]) or
// is too short to split, or when a given MinCount leaves no token. path names the text in
// errors and in the commands that they advise, as a user can type it; "" is standard input.
func Load(path string, r io.Reader, o Options) (*Corpus, error) {
	unit, err := o.unit()
	if err != nil {
		return nil, err
	}
	if err := o.validate(); err != nil {
		return nil, err
	}
	text, came, err := readText(path, r, o.Encoding)
	if err != nil {
		return nil, err
	}
	advice := hint(path, text, came, unit)
	c, err := unit.Layout.split(text, newNumbering(displayName(path), unit), o)
	if err != nil {
		return nil, WithHint(err, advice)
	}
	if c.Hint = advice; advice != "" {
		c.Notes = slices.Insert(c.Notes, 0, advice)
	}
	c.SHA256 = came.sum
	return c, nil
}

// note adds a note that begins with a count, if it is not 0.
func (c *Corpus) note(n int, noun, format string, a ...any) {
	if n > 0 {
		c.Notes = append(c.Notes, printable.Count(n, noun)+" "+fmt.Sprintf(format, a...))
	}
}

// boundaryNumber is the number of [BoundaryToken] in a layout of sentences.
const boundaryNumber = 0

// noteShare notes the share of the tokens that is held out if it is less than half of the fraction that was asked for, or more than
// one and a half times that. In a text of a few sentences without copies this is not unexpected.
func (c *Corpus) noteShare(asked float64, copies bool) {
	const few = 200 // tokens
	heldOut, all := c.HeldOut.Predictions(), c.HeldOut.Predictions()+c.Train.Predictions()
	share := float64(heldOut) / float64(all)
	if math.Abs(share-asked) <= asked/2 || !copies && all < few {
		return
	}
	c.Notes = append(c.Notes, fmt.Sprintf("%.2g%% of the tokens are held out (%s of %s) and not %.2g%%, since a sentence and its copies are on one side.",
		100*share, printable.Thousands(heldOut), printable.Thousands(all), 100*asked))
}

// numbering is a text as numbers, before its vocabulary is known: keys are numbered in the order
// of their first occurrence, and each spelling is mapped to its key once.
type numbering struct {
	name   string // of the text
	unit   Unit
	Set             // the numbers
	text   string   // the text
	starts []uint32 // where the line of each sequence begins; in a stream, the sequence itself
	blank  int      // how many lines hold no sentence
	runes  []uint32 // the number + 1 of each token of one rune, or 0

	keys      []uint32   // which spelling each number is
	spellings stringList // keys, and other spellings of them
	numbers   []uint32   // of each spelling, with the mark of ordinary ones
	known     lookup     // of spellings
	seed      maphash.Seed
	reading   string // the text whose tokens are added

	visit func(start, end int, token string) // add, made once for all lines
}

func newNumbering(name string, u Unit) *numbering {
	n := &numbering{name: name, unit: u, Set: Set{Layout: u.Layout}, seed: maphash.MakeSeed()}
	n.visit = n.add
	if u.Layout.Sentences() {
		n.number("", 0) // which no token is: boundaryNumber
	}
	return n
}

// read adds the tokens of valid text to the sequence that has not ended.
func (n *numbering) read(text string) {
	n.reading = text
	n.unit.Tokenizer.each(text, n.visit)
}

// end ends a sequence, given where it begins in the text.
func (n *numbering) end(start int) {
	n.starts, n.ends = append(n.starts, uint32(start)), append(n.ends, uint32(n.ids.Len()))
}

// reserve makes space for the rest of the text, after `done` bytes of it. Most texts need about as much for each byte as they
// did so far.
func (n *numbering) reserve(done int) {
	total := len(n.text)
	n.starts, n.ends = reserved(n.starts, 1, done, total), reserved(n.ends, 1, done, total)
	n.ids.bytes = reserved(n.ids.bytes, 1<<10, done, total)
}

// reserved returns the list with space for at least `least` elements more. If it has too little, it gets what the rest of a
// text needs that has taken what it holds for the first `done` of its bytes, and a twentieth more: as little as that, since the
// old list is garbage.
func reserved[E any](list []E, least, done, total int) []E {
	const sample = 64 // the part of the text before which this is trusted to a factor of four
	if cap(list)-len(list) >= least {
		return list
	}
	more := int(1.05 * float64(len(list)) * (float64(total)/float64(max(done, 1)) - 1))
	if done < total/sample {
		more = min(more, 3*len(list))
	}
	longer := make([]E, len(list), len(list)+max(more, len(list)/8, 2*least, 1<<10))
	copy(longer, list)
	return longer
}

// add adds a token that the tokenizer visits. A token of one rune that is no capital needs no lookup.
func (n *numbering) add(start, _ int, token string) {
	r, size := utf8.DecodeRuneInString(token)
	if size < len(token) || r == utf8.RuneError || 'A' <= r && r <= 'Z' {
		n.ids.add(n.number(token, start))
		return
	}
	if int(r) >= len(n.runes) {
		n.runes = append(n.runes, make([]uint32, int(r)+1-len(n.runes))...)
	}
	if n.runes[r] == 0 {
		n.runes[r] = uint32(n.number(token, start)) + 1
	}
	n.ids.add(int(n.runes[r]) - 1)
}

// number returns the number of the key of a token, a new one for a new key. The token is at byte start of what is read.
func (n *numbering) number(token string, start int) int {
	if at := n.spelling(token); at >= 0 {
		number := n.numbers[at]
		if number&ordinary != 0 && !(beginsUpper(token) && n.mayBegin(start)) {
			n.numbers[at] &^= ordinary
		}
		return int(number &^ ordinary)
	}
	key := n.unit.Tokenizer.key(token)
	number := uint32(len(n.keys))
	if at := n.spelling(key); at >= 0 {
		number = n.numbers[at] &^ ordinary
	} else {
		n.keys = append(n.keys, uint32(n.spellings.len()))
		n.ids.widen(len(n.keys) + 1) // with the token that is not known
		if n.addSpelling(key, number); token != key {
			n.numbers[len(n.numbers)-1] |= ordinary
		}
	}
	if token != key {
		if n.isOrdinary(token, start) {
			n.addSpelling(token, number|ordinary)
		} else {
			n.addSpelling(token, number)
		}
	}
	return int(number)
}

// spelling returns the index of a spelling, -1 if it is new.
func (n *numbering) spelling(s string) int {
	return n.known.find(maphash.String(n.seed, s), func(i int) bool { return n.spellings.at(i) == s })
}

// addSpelling adds a spelling of the key with a number.
func (n *numbering) addSpelling(s string, number uint32) {
	n.known.add(maphash.String(n.seed, s), func(i int) uint64 { return maphash.String(n.seed, n.spellings.at(i)) })
	n.spellings.add(s)
	n.numbers = append(n.numbers, number)
}

// key returns the key with a number.
func (n *numbering) key(number int) string { return n.spellings.at(int(n.keys[number])) }

// distinct returns for each sentence which of the distinct ones it is, from 0, how many tokens each of these has in all of its
// copies, each with its end, and how many of these have more than one copy.
func (n *numbering) distinct() (which, tokens []uint32, repeated int) {
	var known lookup
	var first []uint32 // sequence that is each of the distinct ones
	numbers := func(sentence int) []byte { return n.Sequence(int(first[sentence])).bytes }
	which = make([]uint32, n.Len())
	for i := range which {
		sequence := n.Sequence(i)
		hash, length := maphash.Bytes(n.seed, sequence.bytes), uint32(sequence.Len()-1)
		sentence := known.find(hash, func(other int) bool { return bytes.Equal(numbers(other), sequence.bytes) })
		switch {
		case sentence < 0:
			sentence = known.add(hash, func(other int) uint64 { return maphash.Bytes(n.seed, numbers(other)) })
			first, tokens = append(first, uint32(i)), append(tokens, 0)
		case tokens[sentence] == length:
			repeated++
		}
		which[i] = uint32(sentence)
		tokens[sentence] += length
	}
	return which, tokens, repeated
}

// longestLine returns the line of the longest sequence, the first of them; 0 in a text of one sequence.
func (n *numbering) longestLine() int {
	if !n.Layout.Sentences() {
		return 0
	}
	start, longest := 0, -1
	for i, at := range n.starts {
		if tokens := n.Sequence(i).Len(); tokens > longest {
			start, longest = int(at), tokens
		}
	}
	return 1 + strings.Count(n.text[:start], "\n")
}

// learned numbers the same sequences by the tokenizer that l learns from those that are not held out.
func (n *numbering) learned(l learner, heldOut []bool) *numbering {
	_, texts := n.sides(heldOut)
	again := newNumbering(n.name, Unit{l.learn(texts[0]), n.unit.Layout, n.unit.Meaning})
	if n.Layout.Sentences() {
		sentences{}.read(n.text, again)
		return again
	}
	again.text = n.text
	for i, start := range n.starts {
		for line := range strings.Lines(n.written(i)) {
			again.read(line)
		}
		again.end(int(start))
	}
	return again
}

// written returns sequence i of a stream as it was written.
func (n *numbering) written(i int) string {
	end := len(n.text)
	if i+1 < len(n.starts) {
		end = int(n.starts[i+1])
	}
	return n.text[n.starts[i]:end]
}

// corpus makes the corpus, given which sequences are held out.
func (n *numbering) corpus(heldOut []bool, minCount int) (*Corpus, error) {
	if l, ok := n.unit.Tokenizer.(learner); ok {
		n = n.learned(l, heldOut)
	}
	counts := make([]int, len(n.keys)) // how often the training text has each key
	for i, held := range heldOut {
		numbers := n.Sequence(i)
		for j := 0; j < numbers.Len() && !held; j++ {
			counts[numbers.At(j)]++
		}
	}
	if n.Layout.Sentences() {
		counts[boundaryNumber] = 0 // it is no key
	}
	learned := 0
	for _, count := range counts {
		learned += count
	}
	automatic := minCount == 0
	if automatic {
		minCount = 2
		if learned < SmallText || slices.Max(counts) < 2 {
			minCount = 1
		}
	}
	v, frequent, err := newVocabulary(n.unit, n.key, counts, minCount)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", n.name, err)
	}
	if err := n.checkFile(v, frequent, counts, minCount); err != nil {
		return nil, err
	}
	unknown, hasUnknown := v.Unknown()
	rare := 0
	for _, count := range counts {
		if hasUnknown && count > 0 && count < minCount {
			rare++
		}
	}
	c := &Corpus{Name: n.name, Vocabulary: v, MinCount: minCount, LongestLine: n.longestLine()}
	n.ids.replace(n.idsOf(v, frequent), v.Len())
	sets, texts := n.sides(heldOut)
	c.Train, c.HeldOut, c.TrainText, c.HeldOutText = sets[0], sets[1], texts[0], texts[1]
	c.note(n.blank, "blank line", "skipped.")
	if hasUnknown {
		c.noteVocabulary(n.unit.Tokenizer.Noun(), unknown, rare, counts, automatic)
	}
	n.noteCapitals(c, counts)
	n.noteDotlessI(c)
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

// idsOf returns the id of each number. frequent are the numbers of the keys in the vocabulary in the order of their ids, unless the
// tokenizer was made from the text.
func (n *numbering) idsOf(v *Vocabulary, frequent []uint32) []uint32 {
	ids := make([]uint32, len(n.keys))
	if unknown, ok := v.Unknown(); ok {
		for number := range ids {
			ids[number] = uint32(unknown)
		}
		for i, number := range frequent {
			ids[number] = uint32(v.Len() - len(frequent) + i)
		}
	} else {
		for number := range ids {
			id, _ := v.ID(n.key(number))
			ids[number] = uint32(id)
		}
	}
	if boundary, ok := v.Boundary(); ok {
		ids[boundaryNumber] = uint32(boundary)
	}
	return ids
}

// sides returns the training text and the held-out text, as sets and as written.
func (n *numbering) sides(heldOut []bool) (sets [2]Set, texts [2]Texts) {
	sets[0].Layout, sets[1].Layout = n.Layout, n.Layout
	if !n.Layout.Sentences() {
		for i := range heldOut { // the held-out part is the second, if there is one
			ids := n.Sequence(i)
			sets[i] = Set{Layout: n.Layout, ids: ids, ends: []uint32{uint32(ids.Len())}, length: ids.Len()}
			texts[i] = Texts{text: n.written(i), starts: []uint32{0}}
		}
		return sets, texts
	}
	count := 0
	for _, held := range heldOut {
		if held {
			count++
		}
	}
	rows := [2][]uint32{make([]uint32, 0, len(heldOut)-count), make([]uint32, 0, count)}
	for i, held := range heldOut {
		if held {
			rows[1] = append(rows[1], uint32(i))
		} else {
			rows[0] = append(rows[0], uint32(i))
		}
	}
	for i := range sets {
		sets[i] = n.Set.of(rows[i])
		texts[i] = Texts{text: n.text, lines: true, starts: n.starts, rows: rows[i]}
	}
	return sets, texts
}
