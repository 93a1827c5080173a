package data

import (
	"strings"
	"testing"
)

// Words that differ in capitals alone within sentences are counted, whatever spelling comes first.
func TestCapitalsThatFellTogether(t *testing.T) {
	const end = `; --case keep distinguishes them.`
	for text, want := range map[string]string{
		"1. e4 Bxc3\nthen bxc3 wins\n":                   `1 word written with different capitals within sentences, such as "Bxc3" and "bxc3": each is one word to the model` + end,
		"then bxc3 wins\nthe Bxc3 move\n":                `1 word written with different capitals within sentences, such as "Bxc3" and "bxc3": each is one word to the model` + end,
		"the CO level\nthe Co salt\n":                    `1 word written with different capitals within sentences, such as "CO" and "Co": each is one word to the model` + end,
		"CO kills\nwe saw Co\n":                          `1 word written with different capitals within sentences, such as "CO" and "Co": each is one word to the model` + end,
		"an iPhone, an IPhone\nvitamin A is a vitamin\n": `2 words written with different capitals within sentences, such as "A" and "a", "IPhone" and "iPhone": each is one word to the model` + end,
		"yes, May came in may\n\"May I?\" we asked\n":    `1 word written with different capitals within sentences, such as "May" and "may": each is one word to the model` + end,
		"die Äpfel\ndie äpfel essen\n":                   `1 word written with different capitals within sentences, such as "Äpfel" and "äpfel": each is one word to the model` + end,
		// The beginning of a sentence is no reason, in a line too, nor is a name that always has its capital.
		"The lion saw the zebra\nthe lion\n":                    "",
		"He ran. The lion saw: \"The zebra?\" the end\nHe he\n": "",
		"A lion\nI saw a lion\n- A zebra, a lion\n":             "",
		"we met Ann\nAnn met us\n":                              "",
		"NASA flew\nwe saw NASA\n":                              "",
		"Won’t he\nshe won't\nWon't she\n":                      "",
		"ΟΔΟΣ\nοδος\nοδοσ\n":                                    `1 word written with different capitals within sentences, such as "ΟΔΟΣ" and "οδος": each is one word to the model` + end,
	} {
		for _, of := range []string{Lower, Keep, Former} {
			c, err := Load("text", strings.NewReader(text+"x\n"), Options{Unit: Word, Case: of, MinCount: 1, By: ByTokens})
			if err != nil {
				t.Fatal(err)
			}
			var got string
			for _, note := range c.Notes {
				if strings.Contains(note, "capitals") {
					got = note
				}
			}
			if wanted := want; got != wanted && of == Lower || got != "" && of == Keep {
				t.Errorf("%q, %s:\n got %s\nwant %s", text, of, got, wanted)
			}
		}
	}
}
