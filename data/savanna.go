package data

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"attend/internal/choice"
	"attend/internal/random"
)

// BuiltIn are the texts that come with the program.
var BuiltIn = choice.Table[Dataset]{{Name: "savanna", Choice: Dataset{Savanna, SavannaGrammar}}}

// Dataset is a text drawn from a grammar.
type Dataset struct {
	Load    func() (*Corpus, error)
	Grammar func() *Grammar
}

//go:generate go run ./savanna/generate

const (
	savannaSeed      = 1
	savannaTrain     = 16000 // sentences
	savannaHeldOut   = 2500  // sentences
	savannaFirstLine = "The lion saw the zebra near the river"
)

var (
	//go:embed savanna/train.txt
	savannaTrainText string
	//go:embed savanna/heldout.txt
	savannaHeldOutText string
)

// Savanna returns the built-in corpus: 16,000 sentences to learn from and 2,500
// distinct ones, none of them among the former, to be judged by, all drawn from
// [SavannaGrammar].
func Savanna() (*Corpus, error) {
	unit, err := Units.Find("unit", Word)
	if err != nil {
		return nil, err
	}
	text, n := savannaTrainText+savannaHeldOutText, newNumbering(unit)
	sentences{}.read(text, n)
	heldOut := make([]bool, n.Len())
	for i := savannaTrain; i < len(heldOut); i++ {
		heldOut[i] = true
	}
	c, err := n.corpus(heldOut, 1)
	if err != nil {
		return nil, fmt.Errorf("savanna: %w", err)
	}
	sum := sha256.Sum256([]byte(text))
	c.Name, c.SHA256, c.Grammar = "savanna", hex.EncodeToString(sum[:]), SavannaGrammar()
	return c, nil
}

// GenerateSavanna draws the text of the built-in corpus, one sentence a line. The
// held-out sentences are drawn first, each kept once; the training sentences are
// those drawn after them that are not held out. So the held-out sentences are as
// likely as the grammar makes them, and their mean loss is close to its entropy.
func GenerateSavanna() (train, heldOut []byte) {
	g, held := SavannaGrammar(), map[string]bool{}
	heldOut = appendSentence(nil, savannaFirstLine)
	held[savannaFirstLine] = true
	for r := random.New(savannaSeed, "savanna held out"); len(held) < savannaHeldOut; {
		sentence := capitalised(g.Sample(r).Words)
		if !held[sentence] {
			held[sentence] = true
			heldOut = appendSentence(heldOut, sentence)
		}
	}
	for r, n := random.New(savannaSeed, "savanna train"), 0; n < savannaTrain; {
		sentence := capitalised(g.Sample(r).Words)
		if !held[sentence] {
			train = appendSentence(train, sentence)
			n++
		}
	}
	return train, heldOut
}

func appendSentence(text []byte, sentence string) []byte {
	return append(append(text, sentence...), '\n')
}

// capitalised joins the words to a sentence with a capital first letter.
func capitalised(words []string) string {
	sentence := strings.Join(words, " ")
	r, n := utf8.DecodeRuneInString(sentence)
	var b bytes.Buffer
	b.WriteRune(unicode.ToUpper(r))
	b.WriteString(sentence[n:])
	return b.String()
}
