package data

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var (
	threeSentences = newSet(sentences{}, []int{0, 2, 3, 0}, []int{0, 4, 0}, []int{0, 5, 6, 7, 8, 0})
	tenCharacters  = newSet(stream{}, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
)

// newSet makes a set of sequences whose ids are below 1000.
func newSet(l Layout, sequences ...[]int) Set {
	s := Set{Layout: l, ids: makeIDs(0, 1000)}
	for _, sequence := range sequences {
		for _, id := range sequence {
			s.ids.add(id)
		}
		s.rows, s.ends = append(s.rows, uint32(s.Len())), append(s.ends, uint32(s.ids.Len()))
	}
	s.length = s.ids.Len()
	return s
}

// sequencesOf returns the ids of a set.
func sequencesOf(s Set) [][]int {
	var all [][]int
	for i := range s.Len() {
		all = append(all, s.Sequence(i).Ints())
	}
	return all
}

func TestSetSizes(t *testing.T) {
	for _, c := range []struct {
		set                  Set
		predictions, longest int
	}{{threeSentences, 3 + 2 + 5, 5}, {tenCharacters, 9, 9}, {newSet(sentences{}), 0, 0}} {
		if got := c.set.Predictions(); got != c.predictions {
			t.Errorf("%v: %d predictions, want %d", c.set, got, c.predictions)
		}
		if got := c.set.LongestInput(); got != c.longest {
			t.Errorf("%v: longest input %d, want %d", c.set, got, c.longest)
		}
	}
}

func TestSetErrors(t *testing.T) {
	for _, c := range []struct {
		set        Set
		batch, seq int
		want       string
	}{
		{threeSentences, 2, 4, "sentence 3 has 5 tokens with its boundary but the context is 4: raise the context to 5 or split the sentence"},
		{threeSentences, 0, 5, "the batch is 0 and the context 5, want 1 or more of each"},
		{threeSentences, 2, -1, "the batch is 2 and the context -1, want 1 or more of each"},
		{newSet(sentences{}), 1, 1, "the set holds no text: want at least one sequence"},
		{newSet(stream{}, []int{1}), 1, 1, "sequence 1 has 1 tokens, want 2 or more, so that there is one to predict"},
		{Set{}, 1, 1, "the set holds no text: want at least one sequence"},
	} {
		_, err := c.set.Sampler(c.batch, c.seq, 1)
		if err == nil || err.Error() != c.want {
			t.Errorf("sampler:\n got %v\nwant %s", err, c.want)
		}
		if _, err = c.set.Batches(c.batch, c.seq); err == nil || err.Error() != c.want {
			t.Errorf("blocks:\n got %v\nwant %s", err, c.want)
		}
	}
	want := "the text has 10 tokens, too few for a context of 10, which needs 11: lower the context or give more text"
	if _, err := tenCharacters.Sampler(1, 10, 1); err == nil || err.Error() != want {
		t.Errorf(" got %v\nwant %s", err, want)
	}
}

func TestSpreadRows(t *testing.T) {
	letters := newSet(stream{}, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	for _, c := range []struct {
		set       Set
		seq, most int
		want      [][]int
	}{
		{threeSentences, 5, 10, [][]int{{0, 2, 3, 0}, {0, 4, 0}, {0, 5, 6, 7, 8, 0}}},
		{threeSentences, 5, 2, [][]int{{0, 2, 3, 0}, {0, 4, 0}}},
		{letters, 2, 2, [][]int{{1, 2, 3}, {5, 6, 7}}},
		{letters, 2, 9, [][]int{{1, 2, 3}, {3, 4, 5}, {5, 6, 7}, {7, 8, 9}, {9, 10}}},
		{newSet(sentences{}), 5, 2, [][]int{}},
	} {
		if got := c.set.SpreadRows(c.seq, c.most); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%d rows of %d: %v, want %v", c.most, c.seq, got, c.want)
		}
	}
}

func TestContains(t *testing.T) {
	for _, c := range []struct {
		set  Set
		list []int
		want bool
	}{
		{threeSentences, []int{0, 4, 0}, true}, {threeSentences, []int{0, 2, 3, 0}, true}, {threeSentences, []int{2, 3}, false},
		{threeSentences, []int{0, 2, 4, 0}, false}, {threeSentences, []int{0, 4}, false}, {threeSentences, []int{3, 0, 0, 4}, false},
		{tenCharacters, []int{1}, true}, {tenCharacters, []int{9, 10}, true}, {tenCharacters, []int{4, 5, 6}, true},
		{tenCharacters, []int{4, 6}, false}, {tenCharacters, []int{10, 1}, false}, {tenCharacters, []int{256}, false},
		{tenCharacters, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, false},
	} {
		other := []int{0, 2, 4, 0} // which is in neither
		if got := c.set.Contains([][]int{other, c.list, c.list}); !slices.Equal(got, []bool{false, c.want, c.want}) {
			t.Errorf("%v in %v: %v, want %v", c.list, sequencesOf(c.set), got, c.want)
		}
	}
}

// The answer is that of a search for each list by itself.
func TestContainsAnyLists(t *testing.T) {
	ids := rapid.SliceOfN(rapid.IntRange(1, 3), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		text, lists := ids.Draw(t, "text"), rapid.SliceOfN(ids, 0, 12).Draw(t, "lists")
		vocab := rapid.SampledFrom([]int{4, 300, 70000}).Draw(t, "vocabulary")
		stream, whole := newSet(tenCharacters.Layout, text), newSet(threeSentences.Layout, text)
		for _, set := range []*Set{&stream, &whole} {
			set.ids.widen(vocab)
		}
		got, gotWhole := stream.Contains(lists), whole.Contains(lists)
		for i, list := range lists {
			want := false
			for from := range text {
				want = want || len(list) > 0 && from+len(list) <= len(text) && slices.Equal(text[from:from+len(list)], list)
			}
			if got[i] != want || gotWhole[i] != (len(list) > 0 && slices.Equal(text, list)) {
				t.Fatalf("%v in %v: %t, and whole %t", list, text, got[i], gotWhole[i])
			}
		}
	})
}

// The first rows of a set are those of the whole set, and so are their baselines' counts.
func TestFirst(t *testing.T) {
	for _, set := range []Set{threeSentences, tenCharacters} {
		for rows := 1; rows <= set.RowCount(5)+1; rows++ {
			first := set.First(rows, 5)
			want := set.Rows(5, rows)
			if got := first.Rows(5, 0); !reflect.DeepEqual(got, want) {
				t.Errorf("the first %d rows are %v, want %v", rows, got, want)
			}
			predictions := 0
			for _, row := range want {
				predictions += len(row) - 1
			}
			if first.Predictions() != predictions {
				t.Errorf("the first %d rows have %d predictions, want %d", rows, first.Predictions(), predictions)
			}
		}
	}
}

// Each sentence of a text begins with each of its own beginnings.
func TestBeginningWith(t *testing.T) {
	corpus, err := Savanna()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []int{0, 7, corpus.Train.Len() - 1} {
		ids := corpus.Train.Sequence(row).Ints()
		for n := range len(ids) + 1 {
			var want []int
			for i := range corpus.Train.Len() {
				if of := corpus.Train.Sequence(i).Ints(); len(of) >= n && slices.Equal(of[:n], ids[:n]) {
					want = append(want, i)
				}
			}
			if got := corpus.Train.BeginningWith(ids[:n]); !slices.Equal(got, want) {
				t.Fatalf("%d sentences begin with %v, want %d", len(got), ids[:n], len(want))
			}
		}
	}
	if got := corpus.Train.BeginningWith([]int{300}); got != nil {
		t.Errorf("sentences %v begin with an id that the text cannot have", got)
	}
}
