// Package param holds the learned numbers of a model: named float32 tensors in a
// fixed order, with no graph around them. Every copy of the graph reads the same
// slices, the optimizer writes them, and a run folder stores them.
package param

import "fmt"

// Param is one learned tensor.
type Param struct {
	Name  string
	Shape []int
	Data  []float32 // row-major
}

// IsMatrix reports whether the tensor has two axes or more. Weight decay acts on
// matrices alone: shrinking a bias or a LayerNorm gain serves nothing.
func (p *Param) IsMatrix() bool { return len(p.Shape) >= 2 }

// Set is an ordered collection of parameters. The zero value is empty and ready.
type Set struct {
	list   []*Param
	byName map[string]*Param
}

// Add appends a parameter of zeros and returns it. A name that exists already is a
// mistake of the model's author and panics.
func (s *Set) Add(name string, shape ...int) *Param {
	if _, ok := s.byName[name]; ok {
		panic(fmt.Sprintf("param: two parameters named %q", name))
	}
	size := 1
	for _, n := range shape {
		size *= n
	}
	p := &Param{Name: name, Shape: shape, Data: make([]float32, size)}
	if s.byName == nil {
		s.byName = map[string]*Param{}
	}
	s.byName[name] = p
	s.list = append(s.list, p)
	return p
}

// Get returns the parameter of that name, or nil.
func (s *Set) Get(name string) *Param { return s.byName[name] }

// All returns the parameters in the order they were added.
func (s *Set) All() []*Param { return s.list }

// Count returns how many numbers the set holds.
func (s *Set) Count() int {
	n := 0
	for _, p := range s.list {
		n += len(p.Data)
	}
	return n
}
