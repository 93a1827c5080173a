// Package param holds the parameters of a model: named float32 tensors in a fixed order, independent of any graph. All graphs of
// a model read the same slices, the optimizer writes them, and a run folder stores them. A layer adds its parameters in a
// [Scope]:
//
//	var set param.Set
//	mlp := set.Scope().In("h.0").In("mlp")
//	weight := mlp.Add("weight", param.Normal(0.02), 32, 128) // "h.0.mlp.weight"
//	set.Allocate()
//	weight.Init(rand.New(rand.NewPCG(1, 2)), weight.Data)
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
	Init  Init      // initial distribution; nil: zeros
}

// Init writes the initial values of a parameter.
type Init func(r *rand.Rand, data []float32)

// Ones initialises all values with 1.
func Ones(_ *rand.Rand, data []float32) {
	for i := range data {
		data[i] = 1
	}
}

// Normal initialises with normally distributed values of mean 0 and the given standard deviation.
func Normal(std float64) Init {
	return func(r *rand.Rand, data []float32) {
		for i := range data {
			data[i] = float32(r.NormFloat64() * std)
		}
	}
}

// Count returns the number of elements, as a float64 since it may overflow an int.
func (p *Param) Count() float64 {
	count := 1.0
	for _, n := range p.Shape {
		count *= float64(n)
	}
	return count
}

// IsMatrix reports whether the tensor has at least two axes. Weight decay acts on matrices only, not on biases and gains of
// norms.
func (p *Param) IsMatrix() bool { return len(p.Shape) >= 2 }

// Set is an ordered collection of parameters. The zero value is empty and ready.
type Set struct {
	list   []*Param
	byName map[string]*Param
}

// Add appends a parameter of zeros and returns it. It panics if the set has a parameter of that name.
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

// Allocate sets the data of each parameter to zeros.
func (s *Set) Allocate() {
	for _, p := range s.list {
		p.Data = make([]float32, int(p.Count()))
	}
}

// Scope adds the parameters of one part of a model. Their names begin with the path of the part.
type Scope struct {
	set  *Set
	name string // path of the part, "" for the whole model
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

// Name returns the path of the part.
func (s Scope) Name() string { return s.name }

// Add adds a parameter of the part. Its data is nil until [Set.Allocate]. It panics if the set has a parameter of that name.
func (s Scope) Add(name string, init Init, shape ...int) *Param {
	return s.set.add(&Param{Name: s.In(name).name, Shape: shape, Init: init})
}

// Get returns the parameter of that name, or nil if there is none.
func (s *Set) Get(name string) *Param { return s.byName[name] }

// All returns the parameters in the order they were added.
func (s *Set) All() []*Param { return s.list }

// Count returns the number of elements of all parameters.
func (s *Set) Count() int {
	n := 0
	for _, p := range s.list {
		n += len(p.Data)
	}
	return n
}
