package memory

import (
	"fmt"
	"math"
	"os"
	"syscall"
)

// addressSpace returns how much memory the limit of the process's addresses (RLIMIT_AS) leaves, what it has already
// included: the addresses that Go reserves and does not use count against the limit.
func addressSpace() float64 {
	var limit syscall.Rlimit
	const unlimited = math.MaxUint64
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &limit); err != nil || limit.Cur == unlimited {
		return math.Inf(1)
	}
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return math.Inf(1)
	}
	var pages float64
	if _, err := fmt.Sscan(string(b), &pages); err != nil {
		return math.Inf(1)
	}
	const arena = 64 << 20 // Go takes addresses in steps of this size
	return max(0, float64(limit.Cur)-pages*float64(os.Getpagesize())-arena) + Taken()
}
