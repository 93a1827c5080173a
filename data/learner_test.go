package data

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// bytePairs is byte-pair encoding as GPT-2's: tokens are bytes, spelled as GPT-2 spells them, and the pairs that were the most
// frequent in a text. It stands for all tokenizers that are made from a text.
type bytePairs struct{ merges [][2]string }

const merges = 40

// spelled returns a byte as GPT-2 spells it: itself if it is a visible character of Latin-1, else one from U+0100 on.
func spelled(b byte) rune {
	others := rune(0x100)
	for c := range int(b) + 1 {
		visible := c > ' ' && c < 0x7f || c > 0xa0 && c != 0xad
		switch {
		case c == int(b) && visible:
			return rune(b)
		case c == int(b):
			return others
		case !visible:
			others++
		}
	}
	panic("no such byte")
}

func bytesOf(key string) (all []byte) {
	for _, r := range key {
		for b := range 256 {
			if spelled(byte(b)) == r {
				all = append(all, byte(b))
			}
		}
	}
	return all
}

func (bytePairs) Noun() string                           { return "piece" }
func (bytePairs) FoldsCase() bool                        { return false }
func (bytePairs) Spaced() bool                           { return false }
func (p bytePairs) inCase(name string) (Tokenizer, bool) { return p, name == "" || name == Keep }
func (bytePairs) Join(tokens []string) string            { return strings.Join(tokens, "|") }

func (bytePairs) Continue(text string, keys []string) string {
	return strings.ToValidUTF8(text+string(bytesOf(strings.Join(keys, ""))), "\ufffd")
}

func (p bytePairs) split(text string) []string {
	var tokens []string
	for _, b := range []byte(text) {
		tokens = append(tokens, string(spelled(b)))
	}
	for _, merge := range p.merges {
		for i := 0; i+1 < len(tokens); i++ {
			if tokens[i] == merge[0] && tokens[i+1] == merge[1] {
				tokens = slices.Replace(tokens, i, i+2, merge[0]+merge[1])
			}
		}
	}
	return tokens
}

func (p bytePairs) each(text string, visit func(start, end int, token string)) {
	at := 0
	for _, token := range p.split(text) {
		start, end := at, at+len([]rune(token))
		at = end
		if !utf8.ValidString(text[start:end]) {
			start, end = -1, -1
		}
		visit(start, end, token)
	}
}

func (bytePairs) key(token string) string { return token }

func (p bytePairs) form(file *tokenizerJSON) {
	file.PreTokenizer = object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}
	file.Decoder = object{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}
	file.Model.Type = "BPE"
	for _, merge := range p.merges {
		file.Model.Merges = append(file.Model.Merges, merge[0]+" "+merge[1])
	}
}

func (bytePairs) learn(texts Texts) learner {
	var p bytePairs
	text := strings.Join(all(texts), "\n")
	for range merges {
		counts, best := map[[2]string]int{}, [2]string{}
		tokens := p.split(text)
		for i := range len(tokens) - 1 {
			pair := [2]string{tokens[i], tokens[i+1]}
			counts[pair]++
			if n := counts[pair]; n > counts[best] || n == counts[best] && pair[0]+" "+pair[1] < best[0]+" "+best[1] {
				best = pair
			}
		}
		if counts[best] < 2 {
			break
		}
		p.merges = append(p.merges, best)
	}
	return p
}

func (bytePairs) restore(file tokenizerJSON) (learner, bool) {
	var p bytePairs
	for _, merge := range file.Model.Merges {
		a, b, ok := strings.Cut(merge, " ")
		if !ok {
			return nil, false
		}
		p.merges = append(p.merges, [2]string{a, b})
	}
	return p, file.Model.Type == "BPE"
}

func (p bytePairs) keys() (all []string) {
	for b := range 256 {
		all = append(all, string(spelled(byte(b))))
	}
	for _, merge := range p.merges {
		all = append(all, merge[0]+merge[1])
	}
	return all
}

// A tokenizer that is made from the text is a type and a line in Units: nothing else knows it.
func TestTokenizerMadeFromTheText(t *testing.T) {
	before := Units
	t.Cleanup(func() { Units = before })
	text := strings.Repeat("the lion saw the zebra\nthe zebra saw the λιον\n", 20) + "a hungry hyena barks\n"
	for _, layout := range []Layout{sentences{}, stream{}} {
		Units = slices.Concat(before, before[:1])
		Units[len(Units)-1].Name, Units[len(Units)-1].Choice = "pairs", Unit{bytePairs{}, layout, "pieces"}
		c, err := Load("lions", strings.NewReader(text), Options{Unit: "pairs", HoldOut: 0.4, MinCount: 1000, Seed: 1, By: ByTokens})
		if err != nil {
			t.Fatal(err)
		}
		v := c.Vocabulary
		special, longest := []string{BoundaryToken}, 41 // of few tokens before the merges, of many after them
		if !layout.Sentences() {
			special, longest = nil, 0
		}
		if c.LongestLine != longest {
			t.Errorf("the longest line is %d, want %d", c.LongestLine, longest)
		}
		want := slices.Concat(special, bytePairs{}.learn(c.TrainText).keys())
		if !slices.Equal(v.keys.all(), want) || v.Len() < len(special)+256+10 {
			t.Errorf("the keys are %q, want the bytes and the merges of the training text alone: %q", v.keys.all(), want)
		}
		if id, ok := v.Unknown(); ok || id != -1 || len(c.Notes) > 2 {
			t.Errorf("unknown id %d, %v; notes %q", id, ok, c.Notes)
		}
		b, err := v.TokenizerJSON()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(`"added_tokens": null`)) || bytes.Contains(b, []byte(UnknownToken)) {
			t.Errorf("the tokenizers library does not read %.200s", b)
		}
		read, err := ParseTokenizerJSON(b)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"the lion saw", "日本語 é", "the zebra", ""} {
			tokens, err := v.Tokenize(text)
			if err != nil {
				t.Fatal(err)
			}
			again, err := read.Tokenize(text)
			if err != nil || !slices.Equal(again, tokens) {
				t.Errorf("%q: %v, and read back %v (%v)", text, tokens, again, err)
			}
			ids, unknown := v.Encode(tokens)
			if got := NewSpelling(v).Text(ids); got != text || unknown > 0 {
				t.Errorf("%q is %q after its ids, %d unknown", text, got, unknown)
			}
		}
		if tokens, _ := v.Tokenize("the zebra"); len(tokens) > 4 {
			t.Errorf("%v is not merged", tokens)
		}
		// A file whose keys or merges were changed is not one of this tokenizer.
		for _, change := range [][2]string{{`"Ā":`, `"Ȁ":`}, {`"merges": [`, `"merges": ["x y",`}, {`"BPE"`, `"Unigram"`}} {
			changed := bytes.Replace(b, []byte(change[0]), []byte(change[1]), 1)
			if bytes.Equal(changed, b) {
				t.Fatalf("no %s in the file", change[0])
			}
			if _, err := ParseTokenizerJSON(changed); err == nil {
				t.Errorf("%s in place of %s is read", change[1], change[0])
			}
		}
	}
}
