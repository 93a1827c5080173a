package render

import (
	"math"

	"attend/internal/printable"
)

// Extent is the part of an axis that a picture shows, from Low to High, and its ticks.
type Extent struct {
	Log       bool // equal ratios have equal distances
	Low, High float64
	Ticks     []Tick
}

// Tick is a number at an axis.
type Tick struct {
	At   float64
	Text string
}

// Part returns where a number is in the extent: 0 at Low, 1 at High. On a logarithmic axis a number that is not above 0 is at
// Low.
func (e Extent) Part(x float64) float64 {
	if !e.Log {
		return (x - e.Low) / (e.High - e.Low)
	}
	if x <= 0 {
		return 0
	}
	return math.Log(x/e.Low) / math.Log(e.High/e.Low)
}

// Shows reports whether the extent has a place for a number: on a logarithmic axis, whether it is at Low or above.
func (e Extent) Shows(x float64) bool { return !e.Log || x >= e.Low }

// newExtent returns the extent from low to high. If it is rounded, it begins and ends at a tick, and if it is linear and low is
// at most a fifth of high, it begins at 0.
func newExtent(low, high float64, log, rounded bool) Extent {
	e := Extent{Log: log, Low: low, High: high}
	if !(low <= high) { // there is nothing to show
		e.Low, e.High = 0.1, 1
	}
	if log {
		e.logTicks(rounded)
	} else {
		e.linearTicks(rounded)
	}
	return e
}

// linearTicks sets the ticks of a linear extent: four to eight.
func (e *Extent) linearTicks(rounded bool) {
	if rounded && e.Low > 0 && e.Low <= e.High/5 {
		e.Low = 0
	}
	if e.Low == e.High { // one number alone
		margin := max(math.Abs(e.Low)/2, 0.5)
		e.Low, e.High = e.Low-margin, e.High+margin
	}
	step := TickStep((e.High - e.Low) / 2)
	first, last := math.Ceil(e.Low/step-1e-9), math.Floor(e.High/step+1e-9)
	if rounded {
		first, last = math.Floor(e.Low/step+1e-9), math.Ceil(e.High/step-1e-9)
		e.Low, e.High = first*step, last*step
	}
	for i := first; i <= last; i++ {
		e.add(i * step)
	}
}

// logTicks sets the ticks of a logarithmic extent: 1, 2 and 5 times powers of ten where these are at most eight, else some
// powers.
func (e *Extent) logTicks(rounded bool) {
	if e.Low == e.High {
		e.Low, e.High = e.Low/1.5, e.High*1.5
	}
	const most = 8
	decades := math.Log10(e.High / e.Low)
	digits, stride := []float64{1, 2, 5}, 1
	if 3*decades > most {
		digits, stride = digits[:1], max(1, int(math.Ceil(decades/most)))
	}
	from, to := int(math.Floor(math.Log10(e.Low)))-stride, int(math.Ceil(math.Log10(e.High)))+stride
	var all []float64
	for power := from; power <= to; power++ {
		if power%stride != 0 {
			continue
		}
		for _, digit := range digits {
			all = append(all, digit*math.Pow10(power))
		}
	}
	if rounded {
		first, last := 0, len(all)-1
		for i, t := range all {
			if t <= e.Low*(1+1e-9) {
				first = i
			}
			if t >= e.High*(1-1e-9) {
				last = min(last, i)
			}
		}
		e.Low, e.High = all[first], all[last]
	}
	for _, t := range all {
		if t >= e.Low*(1-1e-9) && t <= e.High*(1+1e-9) {
			e.add(t)
		}
	}
}

func (e *Extent) add(at float64) { e.Ticks = append(e.Ticks, Tick{at, tickText(at)}) }

// tickText writes a number at an axis: whole ones with commas, others with three significant digits.
func tickText(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e7 {
		return printable.Thousands(x + 0) // never -0
	}
	return Significant(x)
}

// TickStep returns the distance of ticks for a range of that length: 1, 2 or 5 times a power of ten, so that there are two to
// five or so.
func TickStep(length float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(length)))
	for _, s := range [][2]float64{{1.5, 0.5}, {3, 1}, {7, 2}} {
		if length/power < s[0] {
			return s[1] * power
		}
	}
	return 5 * power
}
