package data

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"attend/internal/random"
)

// BenchmarkLoad measures the whole way from the bytes of a text to a corpus ready
// for training, in MB/s of text.
func BenchmarkLoad(b *testing.B) {
	english := pseudoText(100e6)
	type text struct {
		name  string
		bytes []byte
	}
	texts := []text{
		{"1MB", english[:1e6]},
		{"10MB", english[:10e6]},
		{"100MB", english},
		{"cyrillic", cyrillic(english[:10e6])},
		{"hyphenated", bytes.ReplaceAll(english[:10e6], []byte("in"), []byte("in\u00ad"))},
	}
	if shakespeare, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "tinyshakespeare.txt")); err == nil {
		texts = append(texts, text{"shakespeare", shakespeare})
	}
	for _, unit := range Units.Names() {
		for _, t := range texts {
			b.Run(fmt.Sprintf("%s/%s", unit, t.name), func(b *testing.B) {
				b.SetBytes(int64(len(t.bytes)))
				b.ReportAllocs()
				for b.Loop() {
					o := Options{Unit: unit, HoldOut: 0.1, MinCount: 2, Seed: 1, By: ByTokens}
					if _, err := Load(t.name, bytes.NewReader(t.bytes), o); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// pseudoText is n bytes of sentences as long as those of the savanna. They are made
// of 20,000 words, those of the savanna and the same with numbers behind, as often
// as the words of a natural language, by Zipf's law.
func pseudoText(n int) []byte {
	const kinds = 20_000
	sentences := strings.Split(strings.TrimSpace(savannaTrainText), "\n")
	lexicon := strings.Fields(strings.ToLower(savannaHeldOutText))
	slices.Sort(lexicon)
	lexicon = slices.Compact(lexicon)
	words := make([]string, kinds)
	for i := range words {
		words[i] = lexicon[i%len(lexicon)]
		if round := i / len(lexicon); round > 0 {
			words[i] += strconv.Itoa(round)
		}
	}
	r := random.New(1, "pseudo-text")
	zipf := rand.NewZipf(r, 1.1, 3, kinds-1)
	text := make([]byte, 0, n+200)
	for len(text) < n {
		start := len(text)
		for i := range strings.Fields(sentences[r.IntN(len(sentences))]) {
			if i > 0 {
				text = append(text, ' ')
			}
			text = append(text, words[zipf.Uint64()]...)
		}
		text[start] = byte(unicode.ToUpper(rune(text[start])))
		text = append(text, '.', '\n')
	}
	return text[:n]
}

// cyrillic writes the letters of an English text as Cyrillic ones.
func cyrillic(text []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'а'
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'А'
		}
		return r
	}, text)
}

// BenchmarkNewCounts measures how fast the n-grams of a text are counted, in MB/s of text.
func BenchmarkNewCounts(b *testing.B) {
	text := pseudoText(10e6)
	c, err := Load("text", bytes.NewReader(text), Options{Unit: Word, HoldOut: 0.1, MinCount: 2, Seed: 1, By: ByTokens})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		NewCounts(c.Train, c.HeldOut, c.Vocabulary.Len())
	}
}
