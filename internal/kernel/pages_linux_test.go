package kernel

import (
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"unsafe"
)

// pages is memory between pages that nobody may touch.
type pages []float32

// regions is more than a kernel has arguments.
const regions, regionBytes = 12, 1 << 20

// newPages maps as many regions as the arguments of a kernel need.
func newPages(t *testing.T) []pages {
	page := syscall.Getpagesize()
	mapped, err := syscall.Mmap(-1, 0, regions*(regionBytes+page)+page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(mapped) })
	var all []pages
	for i := range regions {
		region := mapped[page+i*(regionBytes+page):][:regionBytes]
		if err := syscall.Mprotect(region, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
			t.Fatal(err)
		}
		all = append(all, unsafe.Slice((*float32)(unsafe.Pointer(&region[0])), len(region)/4))
	}
	return all
}

// place returns n numbers at one end of the region, and some around them on its inner side.
func (p pages) place(n int, atEnd bool) (whole []float32, from int) {
	const border = 64
	if atEnd {
		return p[len(p)-n-border:], border
	}
	return p[: n+border : n+border], 0
}

// faults returns what f panicked with, a fault of memory too.
func faults(f func()) (problem any) {
	old := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(old)
	defer func() { problem = recover() }()
	f()
	return nil
}

// Nothing is read or written before the first or after the last number of an argument: the page there
// may not be touched.
func TestNothingBeyondASliceIsTouched(t *testing.T) {
	all := newPages(t)
	var sum float32
	for _, outside := range []unsafe.Pointer{unsafe.Add(unsafe.Pointer(&all[0][0]), -4), unsafe.Add(unsafe.Pointer(&all[0][len(all[0])-1]), 4)} {
		if faults(func() { sum += *(*float32)(outside) }) == nil {
			t.Fatalf("reading beyond a region is no fault: %g", sum)
		}
	}
	eachSet(t, func(t *testing.T, set *instructions) {
		call := func(t *testing.T, what string, seed uint64, run func(m *memory)) {
			t.Helper()
			for _, atEnd := range []bool{true, false} {
				next := 0
				m := &memory{values: generator(seed), place: func(n int) ([]float32, int) {
					next++
					return all[next-1].place(n, atEnd)
				}}
				if problem := faults(func() { run(m) }); problem != nil {
					t.Fatalf("%s, at the end %v: %v", what, atEnd, problem)
				}
				if err := m.kept(); err != nil {
					t.Fatalf("%s, at the end %v: %v", what, atEnd, err)
				}
			}
		}
		for _, trial := range trials {
			t.Run(trial.name, func(t *testing.T) {
				step := 1
				if testing.Short() {
					step = 2 // with the odd sizes of one round and the even ones of the next
				}
				for round := range 4 {
					for n := 1 + round%step; n <= 70; n += step {
						call(t, fmt.Sprintf("n %d", n), uint64(round*100+n), func(m *memory) { trial.run(m, n) })
					}
				}
			})
		}
		t.Run("larger MatMul", func(t *testing.T) {
			for i, x := range larger {
				call(t, x.String(), uint64(i), func(m *memory) { x.run(m) })
			}
		})
	})
}

// A product writes to no byte before or after the scratch memory that it asked for.
func TestProductsKeepToTheirScratchMemory(t *testing.T) {
	all := newPages(t)
	products := append([]multiplication{}, larger...)
	for cols := 1; cols <= 70; cols++ {
		products = append(products, multiplication{rows: 2 + cols%5, k: 1 + cols%19, cols: cols, flags: 2, alpha: 1})
		products = append(products, multiplication{rows: packRows + cols%7, k: 1 + cols%19, cols: cols, alpha: 1})
	}
	eachSet(t, func(t *testing.T, set *instructions) {
		t.Cleanup(func() { scratch.free = nil })
		for i, x := range products {
			// A first call shows how much scratch memory it takes, a second gets just that.
			scratch.free = nil
			want := x.run(heap(uint64(i)))
			if len(scratch.free) == 0 {
				continue
			}
			need := cap(scratch.free[0])
			if need == 0 {
				continue
			}
			for _, atEnd := range []bool{true, false} {
				whole, from := all[0].place(need, atEnd)
				for i := range whole {
					whole[i] = math.Float32frombits(guardBits)
				}
				own := whole[from : from : from+need]
				scratch.free = [][]float32{own}
				var got written
				if problem := faults(func() { got = x.run(heap(uint64(i))) }); problem != nil {
					t.Fatalf("%v, at the end %v: %v", x, atEnd, problem)
				}
				if !slices.Equal(got.numbers, want.numbers) {
					t.Fatalf("%v: other numbers in other scratch memory", x)
				}
				if len(scratch.free) != 1 || &scratch.free[0][0] != &whole[from] {
					t.Fatalf("%v: other scratch memory was taken", x)
				}
				m := memory{pieces: []piece{{layout: row(need), whole: whole, from: from}}}
				if err := m.kept(); err != nil {
					t.Fatalf("%v, at the end %v: %v", x, atEnd, err)
				}
			}
		}
	})
}
