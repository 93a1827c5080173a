package sweep

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"attend/internal/random"
)

// A point of a search is one value for each axis, as [Axis.Values] and [Axis.Number] write them.

// randomPoint returns point i of a random search. It is a function of its arguments only, so that a search can be continued, and
// its points can be tried in any order. The values of a list are equally likely. A range is uniform, or uniform in the logarithm
// if [Axis.Log]; every whole number of a range is equally likely.
func randomPoint(axes []Axis, seed uint64, i int) []string {
	rng := random.New(seed, "random search", uint64(i))
	point := make([]string, len(axes))
	for k, a := range axes {
		d := newDomain(a)
		point[k] = d.text(d.uniform(rng))
	}
	return point
}

// unobservedPoint returns [randomPoint] i, or if that was observed another random point that was not. In a list, or a range of
// whole numbers that a grid could list, it finds the last one left; nil if none is left.
func unobservedPoint(axes []Axis, seed uint64, i int, observed map[string]bool) []string {
	const tries = 100
	point := randomPoint(axes, seed, i)
	for try := range tries {
		if !observed[pointKey(point)] {
			return point
		}
		point = randomPoint(axes, random.New(seed, "another point", uint64(i)).Uint64(), try)
	}
	return nextUnobserved(axes, point, observed)
}

// nextUnobserved returns the first point of a grid that was not observed, counting up from a point as an odometer does; nil if
// there is none. The point itself is returned if the axes are no grid.
func nextUnobserved(axes []Axis, point []string, observed map[string]bool) []string {
	point = slices.Clone(point)
	values := make([][]string, len(axes))
	for k, a := range axes {
		var err error
		if values[k], err = a.Listed(); err != nil {
			return point
		}
	}
	for range len(observed) + 1 {
		if !observed[pointKey(point)] {
			return point
		}
		for k := len(axes) - 1; k >= 0; k-- {
			next := (slices.Index(values[k], point[k]) + 1) % len(values[k])
			point[k] = values[k][next]
			if next > 0 {
				break
			}
		}
	}
	return nil
}

// pointKey returns a point as the key of a map. No value of a setting contains a zero byte.
func pointKey(point []string) string { return strings.Join(point, "\x00") }

// A domain is an axis as a search sees it: a choice among values without an order, or an interval of numbers.
//
// The numbers of a range are the axis's own, or their logarithms if [Axis.Log]. Those of a list are the ranks of its values, from
// 0. A whole number k has the interval from k-1/2 to k+1/2.
type domain struct {
	axis   Axis
	values []string // of a list, in ascending order if they are numbers
	choice bool     // the values have no order

	low, high float64 // of the interval, unless it is a choice
}

func newDomain(a Axis) domain {
	d := domain{axis: a, low: a.Low, high: a.High, choice: !a.Numeric()}
	if !a.IsRange() {
		d.values = slices.Clone(a.Values)
		if a.Numeric() {
			slices.SortStableFunc(d.values, func(v, w string) int { return cmp.Compare(number(v), number(w)) })
		}
		d.low, d.high = 0, float64(len(d.values)-1)
	}
	if d.whole() {
		d.low, d.high = d.low-0.5, d.high+0.5
	}
	d.low, d.high = d.scale(d.low), d.scale(d.high)
	return d
}

// number reads a value of an axis with numbers, which has been checked.
func number(value string) float64 {
	x, _ := strconv.ParseFloat(value, 64)
	return x
}

// whole reports whether the domain is of whole numbers.
func (d domain) whole() bool { return d.values != nil || d.axis.Integer() }

// scale returns the coordinate of a number, and unscale the number of a coordinate.
func (d domain) scale(x float64) float64 {
	if d.values == nil && d.axis.Log() {
		return math.Log(x)
	}
	return x
}

func (d domain) unscale(x float64) float64 {
	if d.values == nil && d.axis.Log() {
		return math.Exp(x)
	}
	return x
}

// uniform draws a coordinate.
func (d domain) uniform(rng *rand.Rand) float64 { return d.low + (d.high-d.low)*rng.Float64() }

// text returns the value of a coordinate.
func (d domain) text(coordinate float64) string {
	x := d.unscale(coordinate)
	if d.values != nil {
		return d.values[min(max(int(math.Round(x)), 0), len(d.values)-1)]
	}
	return d.axis.Number(min(max(x, d.axis.Low), d.axis.High))
}

// coordinate returns the coordinate of a value; false if it is not of the domain.
func (d domain) coordinate(value string) (float64, bool) {
	if d.values != nil {
		at := slices.Index(d.values, value)
		return float64(at), at >= 0
	}
	x := number(value)
	return d.scale(x), x >= d.axis.Low && x <= d.axis.High
}
