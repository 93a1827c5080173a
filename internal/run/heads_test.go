package run

import (
	"math"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/render"
	"attend/layers"
)

// Scores, entropy and effect of every head once more, sentence by sentence.
func TestHeadsByHand(t *testing.T) {
	r := deep(t)
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := r.Heads(corpus)
	if err != nil {
		t.Fatal(err)
	}
	if len(heads) != 8 {
		t.Fatalf("%d heads", len(heads))
	}
	means, err := r.HeadMeans(corpus)
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
	for _, sequence := range corpus.HeldOut.Sequences {
		ids := sequence[:len(sequence)-1]
		f, err := layers.NewInference(r.Config, r.Weights, 1, len(ids))
		if err != nil {
			t.Fatal(err)
		}
		loss := func() (sum float64) {
			if err := f.Run(ids); err != nil {
				t.Fatal(err)
			}
			for place := range ids {
				sum -= math.Log(softmax(f.LogitsAt(0, place))[sequence[place+1]])
			}
			return sum
		}
		plain += loss()
		tokens += float64(len(ids))
		for query := range ids {
			row := f.Layers[1].Row(0, 2, query)
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
			add(render.RolePrevious, row[query-1], query+1)
			add(render.RoleItself, row[query], query+1)
			add(render.RoleBoundary, row[0], query+1)
			if query > 2 {
				add(render.RoleFirst, row[1], query+1)
			}
			for key := 1; key < query; key++ {
				if ids[key] == ids[query] { // "the" alone is there twice
					add(render.RoleSame, row[key], query+1)
				}
			}
		}
		if err := f.Layers[1].Fix(0, 2, means[1][2]); err != nil {
			t.Fatal(err)
		}
		off += loss()
		f.Close()
	}
	near(t, "entropy", h.Entropy, entropy/rows, 1e-5)
	near(t, "effect", *h.Effect, (off-plain)/tokens, 1e-5)
	if len(h.Scores) != len(scores) {
		t.Errorf("scores %+v, want those of %v", h.Scores, scores)
	}
	for _, s := range h.Scores {
		near(t, s.Role, s.Score, scores[s.Role]/cases[s.Role], 1e-5)
		near(t, s.Role+" evenly spread", s.Uniform, uniform[s.Role]/cases[s.Role], 1e-9)
		near(t, s.Role+" cases", float64(s.Cases), cases[s.Role], 0)
	}
	if h.Role != render.ChooseRole(h.Scores, h.Entropy) {
		t.Errorf("role %s", h.Role)
	}
}

func TestHeadsOfTheSavannaHaveItsRules(t *testing.T) {
	r, corpus := savannaRun(t, 2)
	heads, err := r.Heads(corpus)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range corpus.Grammar.RuleNames() {
		if !slices.ContainsFunc(heads[0].Scores, func(s render.RoleScore) bool { return s.Role == rule && s.Cases > 50 }) {
			t.Errorf("no score of %s: %+v", rule, heads[0].Scores)
		}
	}
}

func TestHeadsOfCharacters(t *testing.T) {
	s := small()
	s.Unit, s.Context = string(data.Char), 16
	r := trained(t, s, smallText())
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := r.Heads(corpus)
	if err != nil {
		t.Fatal(err)
	}
	for _, score := range heads[0].Scores {
		if score.Role == render.RoleBoundary || score.Role == render.RoleFirst {
			t.Errorf("characters have no %s", score.Role)
		}
	}
}

func TestExamplesAreTheStrongestOfDifferentSentences(t *testing.T) {
	var b bestExamples
	for i, score := range []float64{0.2, 0.9, 0.5, 0.95, 0.1, 0.6, 0.94} {
		b.offer(example{roleCase: roleCase{sentence: i / 2}, score: score, seen: []int{i%6 + 3*(i/6)}}) // the last as the fourth
	}
	var got []string
	for _, e := range b.kept {
		got = append(got, string(rune('a'+e.sentence)))
	}
	if strings.Join(got, "") != "bac" || b.kept[2].score != 0.6 {
		t.Errorf("kept %v", b.kept)
	}
}
