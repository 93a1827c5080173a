package analysis

import (
	"math"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run/runtest"
	"attend/layers"
)

func TestChooseRole(t *testing.T) {
	previous, boundary := attention.RoleScore{Role: attention.RolePrevious, Score: 0.6, Uniform: 0.2}, attention.RoleScore{Role: attention.RoleBoundary, Score: 0.65, Uniform: 0.5}
	for _, c := range []struct {
		scores  []attention.RoleScore
		entropy float64
		want    string
	}{
		{[]attention.RoleScore{previous, boundary}, 0.9, attention.RolePrevious}, // lifts 0.5 and 0.3
		{[]attention.RoleScore{boundary}, 0.2, attention.RoleBoundary},
		{[]attention.RoleScore{{Role: attention.RoleSame, Score: 0.3, Uniform: 0.2}}, 0.7, attention.RoleDiffuse},
		{[]attention.RoleScore{{Role: attention.RoleSame, Score: 0.3, Uniform: 0.2}}, 0.69, attention.RoleMixed},
		{[]attention.RoleScore{{Role: attention.RoleItself, Score: 1, Uniform: 1}}, 0, attention.RoleMixed}, // nothing to gain
		{nil, 1, attention.RoleDiffuse},
	} {
		if got := ChooseRole(c.scores, c.entropy); got != c.want {
			t.Errorf("%+v with entropy %v: %s, want %s", c.scores, c.entropy, got, c.want)
		}
	}
}

// Scores, entropy and effect of every head once more, sentence by sentence.
func TestHeadsByHand(t *testing.T) {
	r := deep(t)
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := Heads(r, corpus, rulesOf(t, r, corpus, nil))
	if err != nil {
		t.Fatal(err)
	}
	if len(heads) != 8 {
		t.Fatalf("%d heads", len(heads))
	}
	means, err := NewHeadMeans(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	h := heads[6]
	if h.Layer != 1 || h.Head != 2 {
		t.Fatalf("head 6 is %d.%d", h.Layer, h.Head)
	}
	var plain, off, tokens, entropy, rows float64
	scores, uniform, cases := map[string]float64{}, map[string]float64{}, map[string]float64{}
	add := func(role string, weight float32, seen int) {
		scores[role] += float64(weight)
		uniform[role] += 1 / float64(seen)
		cases[role]++
	}
	for _, sequence := range corpus.HeldOut.Rows(r.Config.Context, 0) {
		ids := sequence[:len(sequence)-1]
		f, err := layers.NewInference(r.Config, r.Parameters, 1, len(ids))
		if err != nil {
			t.Fatal(err)
		}
		loss := func() (sum float64) {
			if err := f.Run(ids); err != nil {
				t.Fatal(err)
			}
			for position := range ids {
				sum -= math.Log(softmax(f.LogitsAt(0, position))[sequence[position+1]])
			}
			return sum
		}
		plain += loss()
		tokens += float64(len(ids))
		for query := range ids {
			row := f.Attention[1].Row(0, 2, query)
			if query == 0 {
				continue
			}
			var nats float64
			for _, w := range row {
				nats -= float64(w) * math.Log(float64(w))
			}
			entropy += nats / math.Log(float64(query+1))
			rows++
			if query < 2 {
				continue
			}
			add(attention.RolePrevious, row[query-1], query+1)
			add(attention.RoleItself, row[query], query+1)
			add(attention.RoleBoundary, row[0], query+1)
			if query > 2 {
				add(attention.RoleFirst, row[1], query+1)
			}
			for key := 1; key < query; key++ {
				if ids[key] == ids[query] { // "the" alone is there twice
					add(attention.RoleSame, row[key], query+1)
				}
			}
		}
		if err := f.Attention[1].SetZ(0, 2, means[1][2]); err != nil {
			t.Fatal(err)
		}
		off += loss()
		f.Close()
	}
	near(t, "entropy", h.NormalizedEntropy, entropy/rows, 1e-5)
	near(t, "effect", *h.Effect, (off-plain)/tokens, 1e-5)
	if len(h.Scores) != len(scores) {
		t.Errorf("scores %+v, want those of %v", h.Scores, scores)
	}
	for _, s := range h.Scores {
		near(t, s.Role, s.Score, scores[s.Role]/cases[s.Role], 1e-5)
		near(t, s.Role+" evenly spread", s.Uniform, uniform[s.Role]/cases[s.Role], 1e-9)
		near(t, s.Role+" cases", float64(s.Cases), cases[s.Role], 0)
	}
	if h.Role != ChooseRole(h.Scores, h.NormalizedEntropy) {
		t.Errorf("role %s", h.Role)
	}
}

func TestHeadsOfTheSavannaHaveItsRules(t *testing.T) {
	r, corpus := savannaRun(t, 2)
	heads, err := Heads(r, corpus, rulesOf(t, r, corpus, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range corpus.Grammar.RuleNames() {
		if !slices.ContainsFunc(heads[0].Scores, func(s attention.RoleScore) bool { return s.Role == rule && s.Cases > 50 }) {
			t.Errorf("no score of %s: %+v", rule, heads[0].Scores)
		}
	}
}

func TestHeadsOfCharacters(t *testing.T) {
	s := small()
	s.Unit, s.Context = data.Char, 16
	r := trained(t, s, runtest.Text())
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := Heads(r, corpus, rulesOf(t, r, corpus, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, score := range heads[0].Scores {
		if score.Role == attention.RoleBoundary || score.Role == attention.RoleFirst {
			t.Errorf("characters have no %s", score.Role)
		}
	}
}

func TestExamplesAreTheStrongestOfDifferentSentences(t *testing.T) {
	var b bestExamples
	for i, score := range []float64{0.2, 0.9, 0.5, 0.95, 0.1, 0.6, 0.94} {
		b.offer(example{roleCase: roleCase{sentence: i / 2, ids: []int{i%6 + 3*(i/6)}}, score: score}) // the last as the fourth
	}
	var got []string
	for _, e := range b {
		got = append(got, string(rune('a'+e.sentence)))
	}
	if strings.Join(got, "") != "bac" || b[2].score != 0.6 {
		t.Errorf("kept %v", b)
	}
}
