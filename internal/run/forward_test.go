package run

import (
	"fmt"
	"slices"
	"testing"

	"attend/internal/run/runtest"
	"attend/layers"
)

// A session with a base sentence gives the results of whole sentences bit for bit, in several batches, with edits that name
// positions of the whole sentence.
func TestForwardFrom(t *testing.T) {
	s := small()
	s.Layers, s.Heads, s.Dim = 2, 2, 10
	r := trained(t, s, smallText())
	e, err := r.Encode("The otter likes the dog near rocks")
	if err != nil {
		t.Fatal(err)
	}
	n := len(e.IDs)
	other := slices.Clone(e.IDs)
	other[3] = e.IDs[1]
	removed := func(f *layers.Inference, sentence int) error {
		return f.Attention[1].RemoveAttention(layers.Link{Sentence: sentence, Head: layers.AllHeads, Query: n - 1, Key: 2})
	}
	sentences := []Input{
		{IDs: e.IDs, From: n - 1, Edit: removed}, {IDs: other, From: 3}, {IDs: other[:5], From: 2}, {IDs: e.IDs, From: n - 1}, {IDs: other[:1]},
	}

	base, err := r.NewSessionOf(1, n)
	if err != nil {
		t.Fatal(err)
	}
	defer base.Close()
	if err := base.Forward([][]int{e.IDs}, func(int, ForwardResult) error { return nil }); err != nil {
		t.Fatal(err)
	}
	results := func(o SessionOptions, from bool) (all []string) {
		t.Helper()
		session, err := r.NewSessionWith(o)
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		if err := session.Request("blocks.0.mlp_out"); err != nil {
			t.Fatal(err)
		}
		list := slices.Clone(sentences)
		if !from {
			for i := range list {
				list[i].From = 0
			}
		}
		if err := session.ForwardFrom(list, func(i int, out ForwardResult) error {
			last := len(list[i].IDs) - 1
			x := fmt.Sprint(out.Logits(last), out.Weights(0, 1, last), out.Weights(1, 0, last), out.Z(1, 1, last))
			hook := out.Activation("blocks.0.mlp_out")[0]
			all = append(all, x+fmt.Sprint(hook.Row(last-list[i].From)))
			if hook.Rows != len(list[i].IDs)-list[i].From {
				t.Errorf("sentence %d: %d rows are computed from position %d on", i, hook.Rows, list[i].From)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	want := results(SessionOptions{Batch: 2, Seq: n}, false)
	if want[0] == want[3] {
		t.Error("an edit changes nothing")
	}
	for _, o := range []SessionOptions{
		{Batch: 2, Seq: n, LastOnly: true}, {Batch: 1, Seq: n - 3, Base: base}, {Batch: 3, Seq: n, Base: base, LastOnly: true},
	} {
		if got := results(o, o.Base != nil); !slices.Equal(got, want) {
			t.Errorf("%+v: %v, want %v", o, got, want)
		}
	}
}

func TestForwardFromErrors(t *testing.T) {
	r := trained(t, small(), smallText())
	e, err := r.Encode("the lion sees")
	if err != nil {
		t.Fatal(err)
	}
	none := func(int, ForwardResult) error { return nil }
	two := reader(t, r, 2)
	_, err = r.NewSessionWith(SessionOptions{Batch: 1, Seq: 1, Base: two})
	runtest.WantError(t, err, "a base session for 2 sentences: want one sentence")
	runtest.WantError(t, two.ForwardFrom([]Input{{IDs: e.IDs, From: 1}}, none), r.Path, "the graph has no base sentence")
	base := reader(t, r, 1)
	if err := base.Forward([][]int{e.IDs}, none); err != nil {
		t.Fatal(err)
	}
	s, err := r.NewSessionWith(SessionOptions{Batch: 1, Seq: 2, Base: base})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	long := []Input{{IDs: make([]int, r.Config.Context+1), From: r.Config.Context}}
	runtest.WantError(t, s.ForwardFrom(long, none), "this session takes at most")
	broken := func(f *layers.Inference, sentence int) error { _, err := f.HookPoint("nothing"); return err }
	runtest.WantError(t, s.ForwardFrom([]Input{{IDs: e.IDs, From: 2, Edit: broken}}, none), "no hook point")
	enough := func(int, ForwardResult) error { return fmt.Errorf("enough") }
	runtest.WantError(t, s.ForwardFrom([]Input{{IDs: e.IDs, From: 2}}, enough), "enough")

	r.options = newOptions([]Option{MaxMemory(1e9)})
	if err := r.CheckSessionWith(SessionOptions{Batch: 2, Seq: 1, Base: base}); err != nil {
		t.Error(err)
	}
	_, err = r.NewSessionWith(SessionOptions{Batch: 1 << 24, Seq: 1, Base: base})
	runtest.WantTooLarge(t, "a batch of last tokens", err)
}
