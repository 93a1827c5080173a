package data

// Layout is how the tokens of a text stand in sequences: what one sequence is, what
// stands at its ends, and how rows of a batch are cut from them. A model predicts
// each token of a row but its first, from those before it in the row.
type Layout interface {
	// Sentences reports whether each line of a text is a sequence of its own. If not,
	// the whole text is one.
	Sentences() bool

	// boundary reports whether [BoundaryToken] stands at both ends of a sequence.
	boundary() bool
	// postProcessor is how tokenizer.json says that.
	postProcessor() any
	// split makes the corpus of a text. name is how errors call it.
	split(name, text string, t Tokenizer, o Options) (*Corpus, error)
	// check reports whether rows of seq predictions can hold the set.
	check(s Set, seq int) error
	// rows returns how many rows hold every prediction once, and row one of them.
	rows(s Set, seq int) int
	row(s Set, i, seq int) IDs
	// draws returns how many rows a training draws from, all equally likely, and drawn
	// one of them. It is an error when there is none.
	draws(s Set, seq int) (int, error)
	drawn(s Set, i, seq int) IDs
	// lengths returns the predictions of the longest row, and the mean of all.
	lengths(s Set, seq int) (longest, mean float64)
}

const (
	// BoundaryToken stands before the first word of a sentence and after the last.
	BoundaryToken = "<s>"
	// UnknownToken stands for every token that the vocabulary does not hold.
	UnknownToken = "<unk>"
)

// specials are the tokens that no text can spell, in the order of their ids.
func specials(l Layout) []string {
	if l.boundary() {
		return []string{BoundaryToken, UnknownToken}
	}
	return []string{UnknownToken}
}
