package node

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"
	"slices"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Apply adds an operation to the graph of its inputs, as [gorgonia.ApplyOp] does.
//
// gorgonia takes nodes of one 32-bit hash for the same node. Where the hash of the new node is taken
// already, a salt is added to what is hashed, which depends on the graph alone. The name stays as
// it is: dropout masks are drawn by it.
func Apply(op Operation) (*gorgonia.Node, error) {
	o := op.shared()
	if len(o.inputs) == 0 {
		return nil, fmt.Errorf("operation %q has no input", o.name)
	}
	o.self, o.hashes = op, hashesOf(o.inputs)
	for o.hashes.taken(hashOf(gorgonia.TypeOf(o.Result()), o.Result().Shape(), op.WriteHash, o.inputs)) {
		o.salt++
	}
	return gorgonia.ApplyOp(op, o.inputs...)
}

// ApplySeveral adds an operation with several results to the graph, and returns a node of each. The names, unique in the graph,
// are those of the results; the first of all results may lack one and is then the operation itself.
func ApplySeveral(op Operation, names ...string) (gorgonia.Nodes, error) {
	source, err := Apply(op)
	results := op.shared().results
	unnamed := len(results) - len(names)
	nodes := gorgonia.Nodes{source}[:unnamed]
	for i, name := range names {
		if err != nil {
			break
		}
		p := &part{of(name, results[unnamed+i:][:1], gorgonia.Nodes{source})}
		p.PassGradient(0)
		var n *gorgonia.Node
		n, err = Apply(p)
		nodes = append(nodes, n)
	}
	return nodes, err
}

// part is one of several results of an operation: one of gorgonia has a single output, so one node computes all
// results and a part for each returns it. The edge between them makes the machine run the operation first.
type part struct{ Op }

// Forward does nothing: the input is the result.
func (p *part) Forward(...gorgonia.Value) {}

// Backward does nothing: the gradient passes.
func (p *part) Backward(*Gradient) {}

// hashOf returns the hash that gorgonia will give to a node of this type, shape and inputs: see
// WriteHash of gorgonia.Node.
func hashOf(of hm.Type, shape tensor.Shape, name func(hash.Hash), inputs gorgonia.Nodes) uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "%v%v", of, shape)
	name(h)
	b := []byte{byte(len(inputs))}
	for _, in := range inputs {
		b = binary.LittleEndian.AppendUint32(b, in.Hashcode())
	}
	h.Write(b)
	return h.Sum32()
}

// hashes are those of the nodes of a graph. The operations of a graph share them.
type hashes struct {
	graph *gorgonia.ExprGraph
	seen  int // how many of the graph's nodes are in the set
	set   map[uint32]bool
}

// hashesOf returns those of the first input that has any, or else new ones.
func hashesOf(inputs gorgonia.Nodes) *hashes {
	for _, in := range inputs {
		if op, ours := in.Op().(Operation); ours && op.shared().hashes != nil {
			return op.shared().hashes
		}
	}
	return &hashes{graph: inputs[0].Graph(), set: map[uint32]bool{}}
}

// taken reports whether a node of the graph has the hash.
func (h *hashes) taken(hash uint32) bool {
	all := h.graph.AllNodes()
	for ; h.seen < len(all); h.seen++ {
		h.set[all[h.seen].Hashcode()] = true
	}
	return h.set[hash]
}

// inputName returns the name by which an input is added to a graph, which is all that its hash is made
// of beside its type: its own, or where a node of the graph has the hash of that, its own with a number.
func inputName(g *gorgonia.ExprGraph, name string, of hm.Type, shape tensor.Shape) string {
	salted := name
	for i := 1; ; i++ {
		hash := hashOf(of, shape, func(h hash.Hash) { fmt.Fprint(h, salted) }, nil)
		if !slices.ContainsFunc(g.AllNodes(), func(n *gorgonia.Node) bool { return n.Hashcode() == hash }) {
			return salted
		}
		salted = fmt.Sprintf("%s %d", name, i)
	}
}

// CheckUnique returns an error if two nodes of the graph hash alike, since gorgonia
// would silently compute one of them in place of both, or if two operations of ours have
// one name. It cannot see a second operation of the same name and inputs: gorgonia has
// dropped that one while the graph was built.
func CheckUnique(g *gorgonia.ExprGraph) error {
	seen, named := map[uint32]*gorgonia.Node{}, map[string]bool{}
	for _, n := range g.AllNodes() {
		if other, ok := seen[n.Hashcode()]; ok && other != n {
			return fmt.Errorf("%v and %v have the same hash %#x: rename one", other, n, n.Hashcode())
		}
		seen[n.Hashcode()] = n
		if op, ours := n.Op().(Operation); ours {
			name := op.shared().name
			if named[name] {
				return fmt.Errorf("two operations are named %q: rename one", name)
			}
			named[name] = true
		}
	}
	return nil
}
