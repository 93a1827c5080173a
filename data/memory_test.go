package data

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// allocated returns what a function allocates, garbage included, in bytes.
func allocated(f func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}

// What loading a text allocates, garbage included, stays within a few times its size.
func TestMemoryOfTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector, with which the short tests run, allocates too")
	}
	random := rand.New(rand.NewPCG(1, 1))
	var short, distinct, prose strings.Builder
	for range 1_000_000 {
		fmt.Fprintf(&short, "%c%c\n", 'a'+random.IntN(20), 'a'+random.IntN(20))
	}
	for i := range 200_000 {
		fmt.Fprintf(&distinct, "%x", 0x100000+5*i)
		distinct.WriteByte(" \n"[min(1, i%10/9)])
	}
	for range 30_000 {
		for range 8 + random.IntN(8) {
			fmt.Fprintf(&prose, "word%d ", int(1000*random.ExpFloat64()))
		}
		prose.WriteByte('\n')
	}
	for _, c := range []struct {
		name, unit, text string
		most             float64 // times the size of the text
	}{
		{"short lines", Word, short.String(), 13}, {"distinct words", Word, distinct.String(), 30},
		{"prose", Word, prose.String(), 3.2}, {"characters", Char, prose.String(), 2.6},
	} {
		for _, minCount := range []int{1, 0} {
			file, err := fstest.MapFS{"text": {Data: []byte(c.text)}}.Open("text") // whose size is known
			if err != nil {
				t.Fatal(err)
			}
			bytes := allocated(func() {
				if _, err = Load("text", file, Options{Unit: c.unit, HoldOut: 0.1, MinCount: minCount, Seed: 1, By: ByTokens}); err != nil {
					t.Fatal(err)
				}
			})
			times := bytes / float64(len(c.text))
			t.Logf("%s, minimum count %d: %.1f times its size", c.name, minCount, times)
			if times > c.most {
				t.Errorf("%s, minimum count %d: %.1f times its size, want at most %g", c.name, minCount, times, c.most)
			}
		}
	}
}

// Space for the rest of a text is what its beginning needs, but a short beginning is not trusted.
func TestReserved(t *testing.T) {
	for _, c := range []struct{ length, done, least, most int }{
		{10_000, 500_000, 10_000, 12_000}, {10_000, 999_999, 1024, 1250}, {10_000, 100, 30_000, 30_000}, {0, 0, 1024, 1024},
	} {
		list := make([]uint32, c.length)
		for i := range list {
			list[i] = uint32(i)
		}
		got := reserved(slices.Clip(list), 1, c.done, 1_000_000)
		if more := cap(got) - c.length; more < c.least || more > c.most || !slices.Equal(got, list) {
			t.Errorf("%d elements after %d bytes: space for %d more, want %d to %d", c.length, c.done, more, c.least, c.most)
		}
		if again := reserved(got, 1, c.done, 1_000_000); cap(again) != cap(got) {
			t.Errorf("space for %d becomes space for %d", cap(got), cap(again))
		}
	}
}

// A vocabulary whose tokenizer.json could not be read is refused with a minimum count that works, or with characters.
func TestTooLargeVocabulary(t *testing.T) {
	var text strings.Builder
	long := strings.Repeat("x", 1000)
	for i := range 40_000 {
		fmt.Fprintf(&text, "%s%d\n", long, i)
	}
	o := Options{Unit: Word, MinCount: 1, Seed: 1, By: ByTokens}
	_, err := Load("a.txt", strings.NewReader(text.String()), o)
	const hint = "; most of the text is in words of more than 30 letters: if these are not words, --unit char reads the text character by character"
	want := "a.txt: with --min-count 1 the vocabulary has 40,000 words and its tokenizer.json 41 MB, more than 32 MB: choose --unit char"
	if err == nil || err.Error() != want+hint {
		t.Errorf(" got %v\nwant %s", err, want+hint)
	}
	for i := range 20_000 {
		fmt.Fprintf(&text, "%s%d often\n", long, i)
	}
	_, err = Load("a.txt", strings.NewReader(text.String()), o)
	want = "a.txt: with --min-count 1 the vocabulary has 40,001 words and its tokenizer.json 41 MB, more than 32 MB: " +
		"choose --min-count 2, which keeps 20,001 words, or --unit char"
	if err == nil || err.Error() != want+hint {
		t.Errorf(" got %v\nwant %s", err, want+hint)
	}
	o.MinCount = 2
	c := load(t, text.String(), o)
	b, err := c.Vocabulary.TokenizerJSON()
	if err != nil || c.Vocabulary.Len() != 20_003 {
		t.Fatalf("%d tokens, %v", c.Vocabulary.Len(), err)
	}
	if _, err := ParseTokenizerJSON(b); err != nil {
		t.Error(err)
	}
}
