package train

import (
	"runtime"
	"sync"
	"sync/atomic"

	"attend/internal/param"
)

// inParallel calls f for 0 to n-1 on GOMAXPROCS goroutines, one of which is the caller. The result of f(i) must not depend on the
// goroutine that calls it.
func inParallel(n int, f func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	var next atomic.Int64
	work := func() {
		for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
			f(int(i))
		}
	}
	var group sync.WaitGroup
	for range workers - 1 {
		group.Go(work)
	}
	work()
	group.Wait()
}

// chunk is the part of the parameters that one call of inParallel works on: ranges with chunkSize values together, or fewer in
// the last.
type chunk struct {
	ranges  []paramRange
	squares float64 // sum of the squares of the gradient
}

// paramRange is a range of the values of one parameter.
type paramRange struct{ param, from, to int }

// chunkSize is so large that the time to start a goroutine does not count beside the arithmetic of a chunk.
const chunkSize = 1 << 15

// chunksOf divides the values of all parameters, in order, into chunks. The division depends only on the shapes, so that sums
// over chunks have the same rounding on any machine.
func chunksOf(weights *param.Set) []chunk {
	var chunks []chunk
	left := 0 // values that the last chunk can still take
	for i, p := range weights.All() {
		for from := 0; from < len(p.Data); {
			if left == 0 {
				chunks, left = append(chunks, chunk{}), chunkSize
			}
			to := min(from+left, len(p.Data))
			last := &chunks[len(chunks)-1]
			last.ranges = append(last.ranges, paramRange{i, from, to})
			left -= to - from
			from = to
		}
	}
	return chunks
}
