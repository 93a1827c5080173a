package analysis

import (
	"context"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"attend/internal/attention"
	"attend/internal/param"
	"attend/internal/run"
	"attend/internal/run/runtest"
	"attend/layers"
)

// shuffled returns the run with the heads of each layer in another order: head i of the new one is
// order[layer][i] of the old one, with its columns of the projections and its rows of the output.
func shuffled(t *testing.T, r *run.Run, order [][]int) *run.Run {
	t.Helper()
	weights := layers.ZeroParameters(r.Config)
	headDim, dim := r.Config.HeadDim(), r.Config.Dim
	of := map[string]*param.Param{}
	for _, p := range r.Parameters.All() {
		of[p.Name] = p
	}
	for _, p := range weights.All() {
		copy(p.Data, of[p.Name].Data)
	}
	for layer, heads := range order {
		name := []string{"h.0.attn.", "h.1.attn."}[layer]
		for _, p := range weights.All() {
			from := of[p.Name].Data
			switch p.Name {
			case name + "query.weight", name + "key.weight", name + "value.weight", name + "query.bias", name + "key.bias", name + "value.bias":
				for row := range len(p.Data) / dim {
					for i, old := range heads {
						copy(p.Data[row*dim+i*headDim:][:headDim], from[row*dim+old*headDim:][:headDim])
					}
				}
			case name + "output.weight":
				for i, old := range heads {
					copy(p.Data[i*headDim*dim:][:headDim*dim], from[old*headDim*dim:][:headDim*dim])
				}
			}
		}
	}
	other := *r
	other.Parameters = weights
	return &other
}

// A planted order of heads is found, and then nothing differs.
func TestCompareFindsShuffledHeads(t *testing.T) {
	r := deep(t)
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	order := [][]int{{2, 0, 3, 1}, {1, 3, 2, 0}}
	other := shuffled(t, r, order)
	c, err := Compare(r, other, "The otter likes the dog near rocks", corpus, corpus)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Matches) != 8 {
		t.Fatalf("%d matches", len(c.Matches))
	}
	for i, m := range c.Matches {
		if m.Layer != i/4 || m.A != i%4 || order[m.Layer][m.B] != m.A {
			t.Errorf("match %+v, the planted order is %v", m, order)
		}
		// The second layer reads sums of heads in another order, which round otherwise.
		if m.Layer == 0 && m.Distance != 0 || m.Distance > 1e-7 {
			t.Errorf("distance %g in layer %d", m.Distance, m.Layer)
		}
	}
	a, b := c.Aligned()
	for head := range 4 {
		if weightDistance(a.Attention[0][head], b.Attention[0][head]) != 0 {
			t.Errorf("head %d of the first layer differs", head)
		}
		if d := weightDistance(a.Attention[1][head], b.Attention[1][head]); d > 1e-5 {
			t.Errorf("head %d of the second layer differs by %g", head, d)
		}
	}
	for _, row := range c.Difference() {
		for _, d := range row {
			if math.Abs(d) > 1e-6 {
				t.Errorf("a difference of %g", d)
			}
		}
	}
	if l := c.Losses; len(c.Settings) != 0 || l == nil || l.A == 0 || math.Abs(l.Difference) > 1e-6 || l.Sentences != corpus.HeldOut.Len() {
		t.Errorf("settings %v, losses %+v", c.Settings, l)
	}
}

func TestCompareNamesWhatDiffers(t *testing.T) {
	s := small()
	s.Sample = "The lion sees the ant"
	a := trained(t, s, runtest.Text())
	s.Heads, s.Seed, s.Layers = 2, 7, 2
	b := trained(t, s, runtest.Text())
	c, err := Compare(a, b, "The otter likes the dog", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []attention.SettingPair{{Name: "heads", A: "4", B: "2"}, {Name: "layers", A: "1", B: "2"}, {Name: "seed", A: "1", B: "7"}}
	if !slices.Equal(c.Settings, want) {
		t.Errorf("settings %v, want %v", c.Settings, want)
	}
	if len(c.Matches) != 2 || c.Matches[0].B == c.Matches[1].B || c.Matches[0].Layer != 0 || c.Matches[1].Layer != 0 {
		t.Errorf("matches of 4 heads and 2: %+v", c.Matches)
	}
	turned, err := Compare(b, a, "The otter likes the dog", nil, nil)
	if err != nil || len(turned.Matches) != 2 {
		t.Fatalf("matches of 2 heads and 4: %+v, error %v", turned.Matches, err)
	}
	for _, m := range turned.Matches {
		if !slices.ContainsFunc(c.Matches, func(o attention.HeadMatch) bool { return o.A == m.B && o.B == m.A }) {
			t.Errorf("turned around, %+v is not among %+v", m, c.Matches)
		}
	}
	_, err = Compare(a, b, "spoon", nil, nil)
	wantError(t, err, a.Path, "in the vocabulary of this run")
}

func TestCompareSentences(t *testing.T) {
	r := deep(t)
	c, err := CompareSentences(r, "the dog likes the otter", "the otter likes the dog")
	if err != nil {
		t.Fatal(err)
	}
	m, err := session(t, r, 1).Map("the otter likes the dog", 1)
	if err != nil {
		t.Fatal(err)
	}
	if c.Comparable() != nil || c.Matches != nil || c.Losses != nil || c.B.Attention[1][2][5][3] != m.Attention[1][2][5][3] {
		t.Errorf("%+v", c)
	}
	mean := c.A.Mean(attention.All, attention.All)[5][3] - c.B.Mean(attention.All, attention.All)[5][3]
	near(t, "difference", c.Difference()[5][3], mean, 1e-12)
	if c, err = CompareSentences(r, "the dog", "the otter likes"); err != nil {
		t.Fatal(err)
	}
	wantError(t, c.Comparable(), "3 and 4 tokens")
	_, err = CompareSentences(r, "the dog", "")
	wantError(t, err, "the sentence is empty")
}

// A seed is trained as `attend train` would, the run's own is the first, and nothing is left behind.
func TestSeeds(t *testing.T) {
	aside := t.TempDir()
	t.Setenv("TMPDIR", aside)
	s := small()
	r := trained(t, s, runtest.Text())
	corpus, err := loadSmall(s)
	if err != nil {
		t.Fatal(err)
	}
	const text = "The otter likes the dog"
	heard := 0
	result, err := Seeds(context.Background(), r, corpus, text, 3, 0.3, func(done int) { heard += done })
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Seeds) != 3 || heard != 6 || !slices.Equal(result.Tokens, []string{"<s>", "The", "otter", "likes", "the", "dog"}) {
		t.Fatalf("%+v, heard %d", result, heard)
	}
	var all []attention.Map
	for i, got := range result.Seeds {
		s.Seed = uint64(1 + i)
		other := r
		if i > 0 {
			settings := r.Settings
			settings.Seed = s.Seed
			other = started(t, settings, corpus, true)
		}
		m, err := session(t, other, 1).Map(text, 1)
		if err != nil {
			t.Fatal(err)
		}
		report, err := Evaluate(other, corpus)
		if err != nil {
			t.Fatal(err)
		}
		if got.Seed != s.Seed || got.Next != m.Next[0] || *got.HeldOutLoss != report.HeldOutLoss {
			t.Errorf("seed %d: %+v, want %+v, held-out loss %g", s.Seed, got, m.Next[0], report.HeldOutLoss)
		}
		all = append(all, m)
	}
	if want := Recurring(all, 0.3); !slices.Equal(result.Links, want) {
		t.Errorf("links %v, want %v", result.Links, want)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Seeds(ctx, r, corpus, text, 2, 0.3, nil); err == nil {
		t.Error("an interrupted training gives no error")
	}
	left, err := os.ReadDir(aside)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, error %v", left, err)
	}
}

// Two runs of different contexts are compared on the last words that both read, and their heads matched on those.
func TestCompareDifferentContexts(t *testing.T) {
	s := small()
	s.Sample = "The lion sees the ant"
	a := trained(t, s, runtest.Text())
	s.Context = 12
	b := trained(t, s, runtest.Text())
	const long = "The otter likes the dog near rocks now and then"
	for _, runs := range [][2]*run.Run{{a, b}, {b, a}} {
		c, err := Compare(runs[0], runs[1], long, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"<s>", "the", "dog", "near", "rocks", "now", "and", "then"}
		if want = want[len(want)-a.Config.Context+1:]; !slices.Equal(c.A.Tokens[1:], want) || !slices.Equal(c.B.Tokens, c.A.Tokens) || c.A.Omitted != 10-len(want) {
			t.Errorf("tokens %q and %q, %d omitted", c.A.Tokens, c.B.Tokens, c.A.Omitted)
		}
	}
}

// Each analysis answers a sentence longer than the context for its last words, and counts the others.
func TestLongSentences(t *testing.T) {
	r := trained(t, small(), runtest.Text())
	const long, part = "rocks now near The otter likes the dog near rocks", "The otter likes the dog near rocks"
	y, err := Why(r, Question{Text: long}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Why(r, Question{Text: part}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if y.Omitted != 3 || want.Omitted != 0 {
		t.Errorf("why: %d and %d omitted", y.Omitted, want.Omitted)
	}
	if y.Omitted, y.Text = 0, part; !reflect.DeepEqual(y, want) {
		t.Error("why: the answer is not that for the last words")
	}
	x, err := Explain(r, LinkName{Text: long, Query: "#3", Key: "otter"})
	if err != nil || x.Omitted != 3 || x.Query != 3 || x.Key != 2 {
		t.Errorf("explain: %d omitted, query %d, key %d, error %v", x.Omitted, x.Query, x.Key, err)
	}
	p, err := Patch(r, PatchQuestion{Clean: long, Corrupted: "rocks now near The otter likes the cat near rocks", Word: "rocks", Against: "the"})
	if err == nil && (p.Clean.Omitted != 3 || p.Corrupted.Omitted != 3 || !slices.Equal(p.Differ, []int{5})) {
		t.Errorf("patch: %d and %d omitted, %v differ", p.Clean.Omitted, p.Corrupted.Omitted, p.Differ)
	} else if err != nil {
		wantError(t, err, "nearly the same in both sentences")
	}
	_, err = Patch(r, PatchQuestion{Clean: long, Corrupted: "now near The otter likes the cat near rocks"})
	wantError(t, err, "these have 10 and 9")
	maps, err := Maps(r, 3, long)
	if err != nil {
		t.Fatal(err)
	}
	if err := MeasureEffects(r, &maps[0]); err != nil || maps[0].Omitted != 3 {
		t.Errorf("effects: error %v, %d omitted", err, maps[0].Omitted)
	}
	marked := marks(t, r, "far: "+strings.Repeat("now ", 9)+"The [otter] likes the {dog}")
	rule, ok, err := RuleAt(r, Question{Text: strings.Repeat("now ", 9) + "The otter likes the"}, marked)
	if err != nil || !ok || !slices.Equal(rule.Causes, []int{5}) {
		t.Errorf("the rule at the end of a long sentence: %+v, %v, error %v", rule, ok, err)
	}
	far := marks(t, r, "far: [otter] "+strings.Repeat("now ", 9)+"likes the {dog}")
	if rule, ok, err := RuleAt(r, Question{Text: "otter " + strings.Repeat("now ", 9) + "likes the"}, far); err != nil || ok {
		t.Errorf("a rule whose causes are not read: %+v, error %v", rule, err)
	}
}
