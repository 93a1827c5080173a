// Package memory reports how much memory this process may use:
//
//	bound, err := memory.Find()
//	if bytes > bound.Bytes { ... bound.Source ... }
//
// Sizes are in bytes, in floating point, since those of unchecked settings overflow an int.
package memory

import (
	"math"
	"runtime"
	"runtime/metrics"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/shirou/gopsutil/v4/mem"
)

// Bound is the most memory that this process may take.
type Bound struct {
	Bytes  float64
	Source string // what sets it, as the end of a sentence that begins "the limit is 2.1 GB, "
}

// Find returns the smallest of what the system could give to this process now, what it has already
// included, the limit of its control group and what the limit of its address space leaves. Where the system reports none of them, there is no bound.
func Find() Bound {
	bound := Bound{Bytes: math.Inf(1)}
	if system, err := mem.VirtualMemory(); err == nil && system.Available > 0 {
		bound = Bound{float64(system.Available) + Taken(), "the memory that is available now"}
	}
	if group, err := memlimit.FromCgroup(); err == nil && float64(group) < bound.Bytes {
		bound = Bound{float64(group), "that of the control group"}
	}
	if most := addressSpace(); most < bound.Bytes {
		bound = Bound{most, "that of the address space (ulimit -v)"}
	}
	return bound
}

// Taken returns what the process holds of the system's memory now.
func Taken() float64 { return held() }

// Kept returns what remains of [Taken] when garbage is collected, which it does.
func Kept() float64 {
	runtime.GC()
	return held("/memory/classes/heap/free:bytes", "/memory/classes/heap/unused:bytes")
}

// held returns what the process holds of the system's memory now, minus what the named metrics count.
func held(minus ...string) float64 {
	const programBytes = 15e6 // about what the pages of the program itself take: code and read-only data that were used
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	for _, name := range minus {
		samples = append(samples, metrics.Sample{Name: name})
	}
	metrics.Read(samples)
	bytes := programBytes + float64(samples[0].Value.Uint64())
	for _, s := range samples[1:] {
		bytes -= float64(s.Value.Uint64())
	}
	return bytes
}
