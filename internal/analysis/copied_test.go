package analysis

import (
	"strings"
	"testing"

	"attend/data"
)

func copiesOf(t *testing.T, unit, text, prompt string, minCount int) *Copies {
	t.Helper()
	corpus, err := data.Load("text", strings.NewReader(text), data.Options{Unit: unit, MinCount: minCount, By: data.ByTokens})
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCopies(corpus, prompt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// added returns the ids of tokens, and of the boundary for "<s>".
func (c *Copies) added(t *testing.T, keys ...string) (ids []int) {
	t.Helper()
	for _, key := range keys {
		id, known := c.corpus.Vocabulary.ID(key)
		if !known && key != data.UnknownToken {
			t.Fatalf("%q is not in the vocabulary", key)
		}
		ids = append(ids, id)
	}
	return ids
}

func TestCopiedSentences(t *testing.T) {
	const text = "the lion saw the zebra\nThe lion saw a gnu\nthe lion ran\nthe lion ran\na zebra ran\n"
	for _, c := range []struct {
		prompt     string
		beginnings int
		added      string
		copied     bool
		text       string
	}{
		{"The lion", 4, "ran <s>", true, "this beginning occurs in 4 training sentences; copied word for word"},
		{"the lion", 4, "saw the zebra <s>", true, "copied word for word"},
		{"the lion", 4, "saw the <s>", false, "this beginning occurs in 4 training sentences; not a copy of a training sentence"},
		{"the lion", 4, "saw the", true, "copied word for word"},
		{"the lion", 4, "saw the gnu", false, "not a copy"},
		{"a zebra", 1, "ran <s>", true, "this beginning occurs in 1 training sentence; copied word for word"},
		{"a zebra ran", 1, "<s>", true, "copied"},
		{"zebra", 0, "ran <s>", false, "this beginning occurs in no training sentence"},
		{"the lion", 4, "<unk> <s>", false, "not a copy"},
		{"", -1, "the lion ran <s>", true, "copied word for word"},
		{"", -1, "lion <s>", false, "not a copy of a training sentence"},
	} {
		of := copiesOf(t, data.Word, text, c.prompt, 1)
		if got := of.Beginnings; (got == nil) != (c.beginnings < 0) || got != nil && *got != c.beginnings {
			t.Errorf("%q begins %v sentences, want %d", c.prompt, got, c.beginnings)
		}
		added := of.added(t, strings.Fields(c.added)...)
		if got := of.Copied(added); got != c.copied {
			t.Errorf("%q + %q: copied %v", c.prompt, c.added, got)
		}
		if got := of.Text(added); !strings.HasSuffix(got, c.text) && !strings.Contains(got, c.text) {
			t.Errorf("%q + %q: %q, want %q", c.prompt, c.added, got, c.text)
		}
	}
}

// Words that are <unk> in the training text are compared by their keys.
func TestCopiedRareWords(t *testing.T) {
	const text = "gnu ran\nkudu ran\nkudu sat\nthe ran\nthe sat\nthe ran\n"
	for prompt, want := range map[string]int{"gnu": 1, "Kudu": 2, "eland": 0, "the": 3} {
		of := copiesOf(t, data.Word, text, prompt, 3)
		if *of.Beginnings != want {
			t.Errorf("%q begins %d sentences, want %d", prompt, *of.Beginnings, want)
		}
	}
	if of := copiesOf(t, data.Word, text, "gnu", 3); !of.Copied(of.added(t, "ran", "<s>")) || of.Copied(of.added(t, "<s>")) {
		t.Error("a sentence with a rare word is not found")
	}
}

func TestCopiedCharacters(t *testing.T) {
	const text = "abab cab\r\nabab cad\r\n"
	for _, c := range []struct {
		prompt     string
		beginnings int
		added      []string
		copied     bool
		text       string
	}{
		{"ab", 5, []string{"a", "b", " ", "c"}, true, "the prompt occurs 5 times in the training text; the 4 characters that follow are copied from it"},
		{"aba", 2, []string{"c", "c"}, false, "the 2 characters that follow are not in it"},
		{"b\n", 1, []string{"a"}, true, "the prompt occurs 1 time in"},
		{"zz", 0, []string{"d", "\n"}, true, "the prompt does not occur in the training text; the 2 characters that follow are copied"},
		{"", -1, []string{"a"}, true, "the 1 character that follows is copied from the training text"},
	} {
		of := copiesOf(t, data.Char, text, c.prompt, 1)
		if got := of.Beginnings; (got == nil) != (c.beginnings < 0) || got != nil && *got != c.beginnings {
			t.Errorf("%q occurs %v times, want %d", c.prompt, got, c.beginnings)
		}
		added := of.added(t, c.added...)
		if got := of.Copied(added); got != c.copied {
			t.Errorf("%q + %q: copied %v", c.prompt, c.added, got)
		}
		if got := of.Text(added); !strings.Contains(got, c.text) {
			t.Errorf("%q + %q: %q, want %q", c.prompt, c.added, got, c.text)
		}
	}
}

// In a run that reads in lower case, what differs in capitals alone is the same.
func TestCopiedCharactersInLowerCase(t *testing.T) {
	corpus, err := data.Load("text", strings.NewReader("The Cat sat.\r\nTHE cat İs.\n"), data.Options{Unit: data.Char, Case: data.Lower, MinCount: 1, By: data.ByTokens})
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCopies(corpus, "tHe cAt")
	if err != nil {
		t.Fatal(err)
	}
	if *c.Beginnings != 2 || !c.Copied(c.added(t, "c", "a", "t", " ", "s", "a", "t", ".", "\n", "t")) || c.Copied(c.added(t, "c", "a", "t", ".")) {
		t.Errorf("%d beginnings: %s", *c.Beginnings, c.Text(c.added(t, "c", "a", "t")))
	}
	if c, err = NewCopies(corpus, "is"); err != nil || *c.Beginnings != 1 {
		t.Errorf("%d beginnings, %v", *c.Beginnings, err)
	}
}
