package train

import (
	"testing"

	"gorgonia.org/gorgonia"

	"attend/internal/node"
	"attend/layers"
)

// valueOf returns what a node held in the last run.
func valueOf(n *gorgonia.Node) gorgonia.Value {
	_, value, _ := node.Result(n)
	return value
}

// Every operation of ours, forward and backward, computes into memory of its own: a run
// allocates nothing for it.
func TestOperationsAllocateNothing(t *testing.T) {
	for _, dropout := range []float64{0, 0.1} {
		c := toyConfig
		c.Dropout = dropout
		_, build := toyModel(t, c)
		const batch, seq = 4, 7
		r, err := newReplica(build, layers.Options{Batch: batch, Seq: seq, Training: true}, true)
		if err != nil {
			t.Fatal(err)
		}
		defer r.machine.Close()
		ids, targets := make([]int, batch*seq), make([]int, batch*seq)
		chain{c.Vocab, seq}.Fill(1, ids, targets)
		r.load(ids, targets, 1, 0.1)
		if err := r.run(); err != nil {
			t.Fatal(err)
		}
		operations := 0
		for _, n := range r.ExprGraph.AllNodes() {
			op, ours := n.Op().(interface {
				gorgonia.Op
				Name() string
			})
			if !ours || n.Value() == nil { // a part, which the machine need not run
				continue
			}
			operations++
			var inputs []gorgonia.Value
			for from := r.ExprGraph.From(n.ID()); from.Next(); {
				inputs = append(inputs, valueOf(from.Node().(*gorgonia.Node)))
			}
			allocations := testing.AllocsPerRun(5, func() {
				if _, err := op.Do(inputs...); err != nil {
					t.Fatal(err)
				}
			})
			if allocations > 0 {
				t.Errorf("%s allocates %v times", op.Name(), allocations)
			}
		}
		if operations < 30 {
			t.Errorf("only %d operations were seen", operations)
		}
	}
}
