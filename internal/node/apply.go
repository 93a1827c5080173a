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

// Apply adds an operation to the graph of its inputs, as [gorgonia.ApplyOp] does. It returns an error if the operation has no
// input.
//
// gorgonia treats nodes with the same 32-bit hash as one node. If a node of the graph has the hash of the new one already, Apply
// adds a salt to the hashed bytes, which depends on the graph alone. The name does not change, since it is a key of dropout
// masks.
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

// ApplySeveral adds an operation with several results to the graph and returns the node of each result. The names of the results
// must be unique in the graph. If there is one name fewer than results, the first result has no name and its node is the
// operation.
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

// part is one of several results of an operation. An operation of gorgonia has a single output, so one node computes all results,
// and a part returns each. The edge between them makes the machine run the operation first.
type part struct{ Op }

// Forward does nothing: the input is the result.
func (p *part) Forward(...gorgonia.Value) {}

// Backward does nothing: the gradient of the input is that of the output.
func (p *part) Backward(*Gradient) {}

// hashOf returns the hash that gorgonia computes for a node of this type, shape and inputs, see WriteHash of gorgonia.Node.
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

// hashes is the set of hashes of the nodes of a graph. The operations of a graph share it.
type hashes struct {
	graph *gorgonia.ExprGraph
	seen  int // number of nodes of the graph that are in the set
	set   map[uint32]bool
}

// hashesOf returns the hashes of the first input that has some, otherwise a new set.
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

// inputName returns the name for an input of a graph, from which gorgonia computes its hash: the given name or, if a node of the
// graph has that hash, the name with a number.
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

// CheckUnique returns an error if two nodes of the graph have the same hash, since gorgonia would compute only one of them, or if
// two operations of this package have the same name. It does not find a second operation with the same name and inputs: gorgonia
// has removed it while the graph was built.
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
