package data

import (
	"fmt"
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

// In a text with the letter ı, a capital I is said to be read as i.
func TestNoteOnDotlessI(t *testing.T) {
	turkish := "aslan ırmağın yanında zebrayı gördü\nIşık yandı ve IRMAK aktı\n"
	const said = `2 words with a capital I, such as "Işık", in a text with the letter ı: the model reads I as i; write ı for it, or keep capitals with --case keep.`
	for _, c := range []struct{ text, of, want string }{
		{turkish, Lower, said}, {turkish, Keep, ""}, {strings.ToLower(turkish), Lower, ""},
		{"I saw the lion\n", Lower, ""}, {"I saw Işık " + strings.Repeat("one two three ", 9) + wordsOf(200) + "\n", Lower, ""},
	} {
		corpus, err := Load("text", strings.NewReader(c.text+"x\n"), Options{Unit: Word, Case: c.of, MinCount: 1, By: ByTokens})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, note := range corpus.Notes {
			if strings.Contains(note, "letter ı") {
				got = note
			}
		}
		if got != c.want {
			t.Errorf("%q, %s:\n got %s\nwant %s", c.text[:20], c.of, got, c.want)
		}
	}
}

// wordsOf returns so many different words without the letter ı.
func wordsOf(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "w%d ", i)
	}
	return b.String()
}
