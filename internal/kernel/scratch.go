package kernel

import "sync"

// scratchPool keeps slices for copies between calls. The garbage collector does not empty it, unlike a
// sync.Pool, so that a product allocates nothing once warm. It holds as many slices as there were ever
// products at once.
type scratchPool struct {
	mutex sync.Mutex
	free  [][]float32
}

// scratch serves all products.
var scratch scratchPool

// get returns a slice of n numbers, which hold what their last user left.
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

// ScratchBytes returns how much memory a product of k columns with [k, n] takes for copies, at most.
func ScratchBytes(n, k int) float64 {
	if active.tiles == nil {
		return 4 * float64(k) * float64(n)
	}
	return 4 * (float64(min(k, depth))*float64(n) + blockSize)
}
