package kernel

import "sync"

// roomStack keeps room for copies between calls. The garbage collector leaves it alone, unlike a
// sync.Pool, so that a product allocates nothing once warm. It holds as many rooms as there were ever
// products at once.
type roomStack struct {
	mutex sync.Mutex
	free  [][]float32
}

// rooms serves all products.
var rooms roomStack

// take returns room for n numbers, with whatever was left in it.
func (r *roomStack) take(n int) []float32 {
	var room []float32
	r.mutex.Lock()
	if last := len(r.free) - 1; last >= 0 {
		room, r.free = r.free[last], r.free[:last]
	}
	r.mutex.Unlock()
	if cap(room) < n {
		room = make([]float32, n)
	}
	return room[:n]
}

// give takes room back.
func (r *roomStack) give(room []float32) {
	r.mutex.Lock()
	r.free = append(r.free, room)
	r.mutex.Unlock()
}

// ScratchBytes returns how much memory a product of k columns with [k, n] takes for copies, at most.
func ScratchBytes(n, k int) float64 {
	if active.tiles == nil {
		return 4 * float64(k) * float64(n)
	}
	return 4 * (float64(min(k, depth))*float64(n) + blockSize)
}
