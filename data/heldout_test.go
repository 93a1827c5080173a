package data

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkShare checks that the held-out share is near the one that was asked for, or noted.
func checkShare(t interface{ Fatalf(string, ...any) }, c *Corpus, asked float64) {
	heldOut, all := c.HeldOut.Predictions(), c.HeldOut.Predictions()+c.Train.Predictions()
	noted := strings.Contains(strings.Join(c.Notes, "\n"), "% of the tokens are held out (")
	if off := math.Abs(float64(heldOut)/float64(all)-asked) > asked/2; off != noted {
		t.Fatalf("%d of %d tokens are held out, asked %g: noted %t, %q", heldOut, all, asked, noted, c.Notes)
	}
}

// Texts in which one sentence has many copies hold out about the share that was asked for, or say what they hold out.
func TestHeldOutShareOfCopies(t *testing.T) {
	chorus := "la la la, carry me over\nla la la, carry me home\n"
	song, half := "", ""
	for i := range 30 {
		song += fmt.Sprintf("verse %d begins here\nand verse %d goes on\n%s", i, i*i, chorus)
		half += fmt.Sprintf("line %d is new\nthe same line\n", i)
	}
	type example struct {
		text string
		near bool // the share that is asked for can be had
	}
	texts := map[string]example{
		"chorus and verses":     {song, true},
		"half is one line":      {half, true},
		"all are one but two":   {strings.Repeat("the same line\n", 98) + "one other\nand another\n", false},
		"a line as long as all": {half + strings.Repeat("word ", 200) + "\n", true},
	}
	if refrain, err := os.ReadFile(filepath.Join("..", "..", "shared", "faults", "refrain.txt")); err == nil {
		texts["refrain"] = example{string(refrain), true}
	}
	for name, x := range texts {
		for seed := range uint64(20) {
			c := load(t, x.text, Options{Unit: Word, HoldOut: 0.1, MinCount: 1, Seed: seed, By: ByTokens})
			checkShare(t, c, 0.1)
			if noted := strings.Contains(strings.Join(c.Notes, "\n"), "are held out ("); noted == x.near {
				t.Errorf("%s, seed %d: %d tokens learned, %d held out, %q", name, seed, c.Train.Predictions(), c.HeldOut.Predictions(), c.Notes)
			}
			checkShare(t, load(t, x.text, Options{Unit: Word, HoldOut: 0.1, MinCount: 1, Seed: seed, By: BySentences}), 0.1)
		}
	}
	c := load(t, texts["all are one but two"].text, Options{Unit: Word, HoldOut: 0.1, MinCount: 1, Seed: 1, By: ByTokens})
	want := "1.5% of the tokens are held out (6 of 398) and not 10%, since a sentence and its copies are on one side."
	if got := c.Notes[len(c.Notes)-2]; got != want {
		t.Errorf("note %q, want %q", got, want)
	}
}

func TestHeldOutShareProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		for i := range rapid.IntRange(2, 30).Draw(t, "sentences") {
			sentence := fmt.Sprintf("s%d%s\n", i, strings.Repeat(" w", rapid.IntRange(0, 9).Draw(t, "words")))
			text.WriteString(strings.Repeat(sentence, rapid.IntRange(1, 40).Draw(t, "copies")))
		}
		text.WriteString("twice\ntwice\n") // so that there are copies
		o := Options{
			Unit: Word, MinCount: 1, HoldOut: rapid.Float64Range(0.02, 0.9).Draw(t, "hold out"), Seed: rapid.Uint64().Draw(t, "seed"),
			By: rapid.SampledFrom([]string{ByTokens, BySentences}).Draw(t, "by"),
		}
		c, err := Load("x", strings.NewReader(text.String()), o)
		if err != nil {
			t.Fatal(err)
		}
		checkShare(t, c, o.HoldOut)
	})
}
