package analysis

import (
	"fmt"
	"slices"
	"testing"

	"attend/internal/attention"
	"attend/internal/run"
)

// Interventions have the same results with a base sentence as without, bit for bit, and with it compute only the tokens that
// change.
func TestPassesWithABaseSentence(t *testing.T) {
	r := deep(t)
	e, err := r.Encode("The otter likes the dog near")
	if err != nil {
		t.Fatal(err)
	}
	query := len(e.IDs) - 1
	list := []intervention{{ids: e.IDs}}
	for i := 0; len(list) < leastSaved/2; i++ {
		key := i % query
		changed := slices.Clone(e.IDs)
		changed[key] = i % r.Config.Vocab
		list = append(list,
			intervention{ids: changed, from: key},
			intervention{ids: e.IDs, from: query, edit: removeAttention(i%3-1, query, key)},
			intervention{ids: e.IDs, edit: removeAttention(attention.All, max(1, key), 0)})
	}
	for _, lastOnly := range []bool{false, true} {
		results := func(base []int) (results []string, computed int, order []int) {
			t.Helper()
			results = make([]string, len(list))
			all := slices.Clone(list)
			for i := range all {
				all[i].read = func(out run.ForwardResult) {
					results[i] = fmt.Sprint(out.Logits(query), out.Weights(1, 0, query), out.Z(0, 0, query))
					computed += out.Activation("embed")[0].Rows
					order = append(order, i)
				}
			}
			if err := (passes{base: base, lastOnly: lastOnly, hookPoints: []string{"embed"}}).forward(r, all); err != nil {
				t.Fatal(err)
			}
			return results, computed, order
		}
		want, all, order := results(nil)
		if len(order) != len(list) || !slices.IsSorted(order) {
			t.Errorf("without a base sentence %d interventions of %d are computed, in order %v", len(order), len(list), order)
		}
		got, some, order := results(e.IDs)
		if !slices.Equal(got, want) {
			t.Error("a base sentence changes results")
		}
		saved := 0
		for _, v := range list {
			saved += v.from
		}
		if saved < leastSaved || some != all-saved {
			t.Errorf("%d tokens are computed, want %d of %d", some, all-saved, all)
		}
		for i := 1; i < len(order); i++ {
			a, b := list[order[i-1]], list[order[i]]
			if a.from == b.from && order[i-1] > order[i] || a.from > 0 && b.from == 0 {
				t.Fatalf("intervention %d from position %d on comes before %d from position %d on", order[i-1], a.from, order[i], b.from)
			}
		}
	}

	few := []intervention{{ids: e.IDs, from: query, read: func(out run.ForwardResult) {
		if rows := out.Activation("embed")[0].Rows; rows != len(e.IDs) {
			t.Errorf("a graph for one intervention with %d tokens", rows)
		}
	}}}
	if err := (passes{base: e.IDs, hookPoints: []string{"embed"}}).forward(r, few); err != nil {
		t.Fatal(err)
	}
}

// All interventions of Why change nothing before the positions from which they are computed in long sentences.
func TestWhyComputesAllThatAnInterventionChanges(t *testing.T) {
	r := deep(t)
	a, err := encodeQuestion(r, Question{Text: "The otter likes the dog near"})
	if err != nil {
		t.Fatal(err)
	}
	p, reference := newPrediction(r, a), referenceOf(t, r)
	y, every := attention.Why{Words: make([]attention.WordEffect, len(a.IDs))}, make([]int, len(a.IDs))
	for position := range y.Words {
		y.Words[position].Position, every[position] = position, position
	}
	p.removeEach(y.Words)
	p.ablateHeads(&y, reference)
	p.replace(y.Words, every, newReplacer(r, reference))
	for position := range y.Words {
		p.testRedundancy(y, &attention.Redundancy{Position: position})
	}
	queue, saved := slices.Clone(p.queue), 0
	for saved < leastSaved {
		for _, v := range p.queue {
			queue, saved = append(queue, v), saved+v.from
		}
	}
	results := func(base []int) []string {
		all, results := slices.Clone(queue), make([]string, len(queue))
		for i := range all {
			all[i].read = func(out run.ForwardResult) { results[i] = fmt.Sprint(out.Logits(p.query)) }
		}
		if err := (passes{base: base, lastOnly: true}).forward(r, all); err != nil {
			t.Fatal(err)
		}
		return results
	}
	want := results(nil)
	for i, got := range results(p.ids) {
		if got != want[i] {
			t.Errorf("intervention %d on %v, computed from position %d on: logits %s, want %s", i, queue[i].ids, queue[i].from, got, want[i])
		}
	}
}

// A base sentence that an intervention does not begin with is an error, and not another result.
func TestPassesWithAnotherBaseSentence(t *testing.T) {
	r := deep(t)
	e, err := r.Encode("The otter likes the dog near")
	if err != nil {
		t.Fatal(err)
	}
	other := slices.Clone(e.IDs)
	other[2] = other[1]
	list := make([]intervention, leastSaved)
	for i := range list {
		list[i] = intervention{ids: e.IDs, from: 4, read: func(run.ForwardResult) { t.Fatal("it is computed") }}
	}
	wantError(t, (passes{base: other}).forward(r, list), "its tokens before are not those of the base sentence")
	wantError(t, (passes{base: e.IDs, hookPoints: []string{"nothing"}}).forward(r, list), "no hook point")
}
