package analysis

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
)

// causeBefore is sentences whose last word is decided by the word so many before the word before it.
func causeBefore(offset int) string {
	rng := rand.New(rand.NewPCG(6, uint64(offset)))
	words := strings.Fields("ant bee cat dog elk fox gnu hen")
	var b strings.Builder
	for range 1000 {
		var s []string
		at := 0
		for range offset + 1 + rng.IntN(4) {
			at = rng.IntN(len(words))
			s = append(s, words[at])
		}
		at = slices.Index(words, s[len(s)-1-offset])
		fmt.Fprintln(&b, strings.Join(s, " "), "so"+words[at])
	}
	return b.String()
}

// sharp returns the roles that have more than 0.9 of the attention of a head, in the mean over the queries at which mean ablation
// of the head raises the loss of the prediction by more than 0.3 nats; by other code than that of [Heads].
func sharp(t *testing.T, r *run.Run, corpus *data.Corpus, layer, head int) (found []string) {
	t.Helper()
	outputs, err := NewHeadOutputs(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	sequences := corpus.HeldOut.Rows(r.Config.Context, 60)
	queries, sums, plain := 0.0, map[string]float64{}, map[[2]int]float64{}
	measure := func(edit run.Edit, read func(i, query int, loss float64, out run.ForwardResult)) {
		err := forward(r, each(inputs(sequences), edit, func(i int, out run.ForwardResult) {
			for query, target := range sequences[i][1:] {
				read(i, query, -LogProbability(out.Logits(query), target), out)
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
	}
	measure(nil, func(i, query int, loss float64, _ run.ForwardResult) { plain[[2]int{i, query}] = loss })
	measure(outputs.Means.ablate(layer, head), func(i, query int, loss float64, out run.ForwardResult) {
		if query == 0 || loss-plain[[2]int{i, query}] < 0.3 {
			return
		}
		queries++
		ids := sequences[i]
		for key, w := range out.Weights(layer, head, query) {
			w := float64(w)
			sums[fmt.Sprint(attention.RoleOffset, " ", query-key)] += w
			sums[fmt.Sprint(attention.RolePosition, " ", key)] += w
			if key < query && ids[key] == ids[query] {
				sums[attention.RoleDuplicate] += w
			}
			if key > 0 && ids[key-1] == ids[query] {
				sums[attention.RoleInduction] += w
			}
		}
	})
	if queries < 10 {
		return nil
	}
	for role, sum := range sums {
		if sum/queries > 0.9 {
			found = append(found, role)
		}
	}
	return found
}

// Every head that gives more than 0.9 of its attention to one role where ablating it costs more than 0.3 nats is named for such
// a role.
func TestHeadsAreNamedWhereTheyMatter(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for some seconds")
	}
	text, some := causeBefore(2), false
	for seed := range uint64(2) {
		s := small()
		s.Dim, s.Hidden, s.Batch, s.Steps, s.LR, s.Warmup, s.Heads = 16, 32, 32, 400, 2e-2, 50, 2
		s.Seed = seed
		r := trained(t, s, text)
		corpus, err := loadText(text)(r.Settings)
		if err != nil {
			t.Fatal(err)
		}
		heads, err := Heads(r, corpus, &Rules{})
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range heads {
			found := sharp(t, r, corpus, h.Layer, h.Head)
			if len(found) == 0 {
				continue
			}
			some = true
			role := h.Role
			if h.Named >= 0 {
				switch s := h.Scores[h.Named]; {
				case s.Offset != nil:
					role = fmt.Sprint(s.Role, " ", *s.Offset)
				case s.Position != nil:
					role = fmt.Sprint(s.Role, " ", *s.Position)
				}
			}
			switch role {
			case attention.RoleCurrent:
				role = attention.RoleOffset + " 0"
			case attention.RolePrevious:
				role = attention.RoleOffset + " 1"
			case attention.RoleBoundary:
				role = attention.RolePosition + " 0"
			case attention.RoleFirst:
				role = attention.RolePosition + " 1"
			}
			if !slices.Contains(found, role) {
				t.Errorf("layer %d, head %d is called %s; where it matters it attends to %q", h.Layer+1, h.Head+1, role, found)
			}
			t.Logf("layer %d, head %d: %s of %q, effect %.3f", h.Layer+1, h.Head+1, role, found, *h.Effect)
		}
	}
	if !some {
		t.Error("no head is sharp")
	}
}
