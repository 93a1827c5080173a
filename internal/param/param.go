// Package param holds the learned numbers of a model: named float32 tensors in a
// fixed order, with no graph around them. Every copy of the graph reads the same
// slices, the optimizer writes them, and a run folder stores them.
package param

import (
	"fmt"
	"math/rand/v2"
)

// Param is one learned tensor.
type Param struct {
	Name  string
	Shape []int
	Data  []float32 // row-major; nil until [Set.Allocate]
	Start Start     // how the numbers begin, nil for zeros
}

// Start fills a parameter before training.
type Start func(r *rand.Rand, data []float32)

// Ones starts with 1 everywhere.
func Ones(_ *rand.Rand, data []float32) {
	for i := range data {
		data[i] = 1
	}
}

// Normal starts with normally distributed numbers of mean 0.
func Normal(deviation float64) Start {
	return func(r *rand.Rand, data []float32) {
		for i := range data {
			data[i] = float32(r.NormFloat64() * deviation)
		}
	}
}

// Count returns how many numbers the tensor has, which may be more than an int holds.
func (p *Param) Count() float64 {
	count := 1.0
	for _, n := range p.Shape {
		count *= float64(n)
	}
	return count
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
	p := s.add(&Param{Name: name, Shape: shape})
	p.Data = make([]float32, int(p.Count()))
	return p
}

func (s *Set) add(p *Param) *Param {
	if _, ok := s.byName[p.Name]; ok {
		panic(fmt.Sprintf("param: two parameters named %q", p.Name))
	}
	if s.byName == nil {
		s.byName = map[string]*Param{}
	}
	s.byName[p.Name] = p
	s.list = append(s.list, p)
	return p
}

// Allocate gives each parameter its numbers, all zero.
func (s *Set) Allocate() {
	for _, p := range s.list {
		p.Data = make([]float32, int(p.Count()))
	}
}

// Scope adds the parameters of one part of a model: their names begin with where the part stands in it.
type Scope struct {
	set  *Set
	name string // of the part, "" for the whole model
}

// Scope returns the scope of the whole model.
func (s *Set) Scope() Scope { return Scope{set: s} }

// In returns the scope of a part: the part "mlp.up" of the scope "h.0" is "h.0.mlp.up".
func (s Scope) In(part string) Scope {
	if s.name != "" {
		part = s.name + "." + part
	}
	return Scope{s.set, part}
}

// Name returns the name of the part.
func (s Scope) Name() string { return s.name }

// Add adds a parameter of the part, without its numbers: see [Set.Allocate].
func (s Scope) Add(name string, start Start, shape ...int) *Param {
	return s.set.add(&Param{Name: s.In(name).name, Shape: shape, Start: start})
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
