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

// numbersRange is some of the numbers of one parameter.
type numbersRange struct{ param, from, to int }

// shareOfNumbers is what one call of inParallel does to the parameters: about shareSize of
// their numbers.
type shareOfNumbers struct {
	ranges  []numbersRange
	squares float64 // of the gradient, summed
}

// shareSize is large enough for handing over to cost nothing beside it.
const shareSize = 1 << 15

// share divides the numbers of all parameters, in their order, into shares. It depends on
// the shapes alone, so that sums over the shares round alike on any machine.
func share(weights *param.Set) []shareOfNumbers {
	var shares []shareOfNumbers
	room := 0
	for i, p := range weights.All() {
		for from := 0; from < len(p.Data); {
			if room == 0 {
				shares = append(shares, shareOfNumbers{})
				room = shareSize
			}
			to := min(from+room, len(p.Data))
			last := &shares[len(shares)-1]
			last.ranges = append(last.ranges, numbersRange{i, from, to})
			room -= to - from
			from = to
		}
	}
	return shares
}
