package train

import (
	"runtime"
	"sync"
	"sync/atomic"

	"attend/internal/param"
)

// inParallel calls f for 0 to n-1, on as many goroutines as there are processors, this one
// among them. Which of them makes a call must not matter to its result.
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

// chunk is what one call of inParallel does to the parameters: ranges of about chunkSize numbers in all.
type chunk struct {
	ranges  []paramRange
	squares float64 // of the gradient, summed
}

// paramRange is some of the numbers of one parameter.
type paramRange struct{ param, from, to int }

// chunkSize is large enough for handing over to cost nothing beside it.
const chunkSize = 1 << 15

// chunksOf divides the numbers of all parameters, in their order, into chunks. It depends on
// the shapes alone, so that sums over the chunks round alike on any machine.
func chunksOf(weights *param.Set) []chunk {
	var chunks []chunk
	left := 0 // in the last chunk
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
