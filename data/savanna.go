package data

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"math/rand/v2"
	"strings"

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
	savannaFirstLine = "The lion saw the zebra near the river\n"
)

var (
	//go:embed savanna/train.txt
	savannaTrainText string
	//go:embed savanna/heldout.txt
	savannaHeldOutText string
)

// Savanna returns the built-in corpus: 16,000 training sentences and 2,500 distinct
// held-out sentences, none of them among the former, all drawn from [SavannaGrammar].
func Savanna() (*Corpus, error) {
	unit, err := Units.Find("unit", Word)
	if err != nil {
		return nil, err
	}
	text, n := savannaTrainText+savannaHeldOutText, newNumbering("savanna", unit)
	sentences{}.read(text, n)
	heldOut := make([]bool, n.Len())
	for i := savannaTrain; i < len(heldOut); i++ {
		heldOut[i] = true
	}
	c, err := n.corpus(heldOut, 0)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(text))
	c.SHA256, c.Grammar = hex.EncodeToString(sum[:]), SavannaGrammar()
	return c, nil
}

// GenerateSavanna draws the text of the built-in corpus, one sentence a line. The
// held-out sentences are drawn first, each kept once; the training sentences are
// those drawn after them that are not held out. Since each is kept once, frequent
// sentences are rarer among the held-out ones than the grammar makes them. The loss of
// the grammar on them, the mean of [Grammar.SentenceLoss] per token, is 1.3998 nats; its
// expected loss, [Grammar.Entropy], is 1.3990.
func GenerateSavanna() (train, heldOut string) {
	var training, rest strings.Builder
	g, held := SavannaGrammar(), map[string]bool{}
	draw := func(r *rand.Rand) string {
		line := strings.Join(g.Sample(r).Words, " ") + "\n"
		return strings.ToUpper(line[:1]) + line[1:]
	}
	r := random.New(savannaSeed, "savanna held out")
	for line := savannaFirstLine; len(held) < savannaHeldOut; line = draw(r) {
		if !held[line] {
			held[line] = true
			rest.WriteString(line)
		}
	}
	r = random.New(savannaSeed, "savanna train")
	for n := 0; n < savannaTrain; {
		if line := draw(r); !held[line] {
			training.WriteString(line)
			n++
		}
	}
	return training.String(), rest.String()
}
