// Package memory says how much memory a program may use, and refuses what would take more:
//
//	bound, err := memory.Find()
//	if bytes > bound.Bytes { ... bound.Source ... }
//
// Sizes are in bytes, in floating point, since those of unchecked settings overflow an int.
package memory

import (
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"

	"attend/internal/printable"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/shirou/gopsutil/v4/mem"
)

// Bound is the most memory that this process may take.
type Bound struct {
	Bytes  float64
	Source string // what sets it, to be read behind "the limit is 2.1 GB, "
}

// Find returns the smallest of what the system could give to this process now, what it has already
// included, the limit of its control group and what the limit of its address space leaves. Where the system tells neither, there is no bound.
func Find() Bound {
	bound := Bound{Bytes: math.Inf(1)}
	if system, err := mem.VirtualMemory(); err == nil && system.Available > 0 {
		bound = Bound{float64(system.Available) + Taken(), "what is available now"}
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
func Taken() float64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return programBytes + float64(samples[0].Value.Uint64()) - float64(samples[1].Value.Uint64())
}

// Kept returns what remains of [Taken] when garbage is collected, which it does.
func Kept() float64 {
	runtime.GC()
	samples := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
		{Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/unused:bytes"},
	}
	metrics.Read(samples)
	kept := programBytes + float64(samples[0].Value.Uint64())
	for _, s := range samples[1:] {
		kept -= float64(s.Value.Uint64())
	}
	return kept
}

// programBytes is about what the pages of the program itself take: code and read-only data that were used.
const programBytes = 15e6

// Parse reads a size such as 8GB, 1.5 GB, 500MB or, in bytes, 1000000.
func Parse(s string) (float64, error) {
	digits, factor := s, 1.0
	for _, u := range printable.Units {
		if n := len(s) - len(u.Name); n >= 0 && strings.EqualFold(s[n:], u.Name) {
			digits, factor = strings.TrimSuffix(s[:n], " "), u.Bytes
			break
		}
	}
	x, err := strconv.ParseFloat(digits, 64)
	plain := strings.Trim(digits, "0123456789.") == ""
	if err != nil || !plain || x*factor < 1 || math.IsInf(x*factor, 0) {
		return 0, fmt.Errorf("a size such as 8GB, 500MB or 2000000 is wanted, not %.40q", s)
	}
	return x * factor, nil
}
