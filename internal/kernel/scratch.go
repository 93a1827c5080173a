package kernel

import "sync"

// scratchPool keeps temporary slices between calls. Unlike a sync.Pool it is not emptied by the garbage collector, so that a
// product allocates no memory after the first calls. It holds one slice for each product that has run at the same time.
type scratchPool struct {
	mutex sync.Mutex
	free  [][]float32
}

// scratch is the pool of all products.
var scratch scratchPool

// get returns a slice of n numbers with undefined values.
func (p *scratchPool) get(n int) []float32 {
	var s []float32
	p.mutex.Lock()
	if last := len(p.free) - 1; last >= 0 {
		s, p.free = p.free[last], p.free[:last]
	}
	p.mutex.Unlock()
	if cap(s) < n {
		s = make([]float32, n)
	}
	return s[:n]
}

// put returns a slice to the pool.
func (p *scratchPool) put(s []float32) {
	p.mutex.Lock()
	p.free = append(p.free, s)
	p.mutex.Unlock()
}

// ScratchBytes returns the largest temporary memory in bytes of a product [m, k] [k, n].
func ScratchBytes(n, k int) float64 {
	if active.tiles == nil {
		return 4 * float64(k) * float64(n)
	}
	return 4 * (float64(min(k, depth))*float64(n) + groupSize)
}
