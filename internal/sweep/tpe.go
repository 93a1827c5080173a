package sweep

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"attend/internal/random"
)

// The constants of the search are the defaults of the TPESampler of Optuna.
const (
	startupPoints = 10 // random points before the first estimate
	candidates    = 24 // drawn for each axis
	goodShare     = 0.1
	mostGood      = 25
)

// An observation is a point that was tried, and its loss: lower is better. The loss of a failed trial is +Inf; NaN counts as
// +Inf.
type observation struct {
	point []string
	loss  float64
}

// tpePoint returns point i of a search by the Tree-structured Parzen Estimator (TPE). The first points are those of
// [randomPoint]. After these, the observations are split by loss into the good ones, min(ceil(0.1 n), 25) of n, and the others.
// For each axis,
//
//	l(x)   density of the values of the good observations
//	g(x)   density of the values of the other observations
//
// are estimated ([newParzen], [newFrequencies]), candidates are drawn from l, and those with large l(x)/g(x) are taken, since the
// expected improvement rises with that ratio. Of all combinations of the candidates of the axes, the point is the one with the
// largest product of ratios that was not observed.
//
// The values of a list of numbers are ordered: their ranks are whole numbers of a range. So a good value makes its neighbours
// more likely, which a choice among unordered values would not do.
//
// The result is a function of the arguments; the order of the observations does not matter. The point was not observed before,
// except in ranges of real numbers of which almost every value was. It is nil if every point of a grid was observed.
//
// Source: Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization", section 4. As in hyperopt and Optuna, each axis
// has densities of its own. Unlike there, old observations count as much as new ones, and a point is not tried twice.
func tpePoint(axes []Axis, seed uint64, i int, observed []observation) []string {
	seen := map[string]bool{}
	for _, o := range observed {
		seen[pointKey(o.point)] = true
	}
	good, others := splitByLoss(observed)
	if len(observed) < startupPoints || len(good) == 0 {
		return unobservedPoint(axes, seed, i, seen)
	}
	best := []combination{{}}
	for k, a := range axes {
		d := newDomain(a)
		l, g := newDensity(d, good, k), newDensity(d, others, k)
		rng := random.New(seed, "TPE", uint64(i), uint64(k))
		scores := map[string]float64{}
		var values []string // in the order of drawing, which decides between equal scores
		for range candidates {
			x := l.draw(rng)
			if v := d.text(x); !slices.Contains(values, v) {
				values = append(values, v)
				scores[v] = l.logProb(x) - g.logProb(x)
			}
		}
		var longer []combination
		for _, c := range best {
			for _, v := range values {
				longer = append(longer, combination{append(slices.Clone(c.point), v), c.score + scores[v]})
			}
		}
		slices.SortStableFunc(longer, func(a, b combination) int { return cmp.Compare(b.score, a.score) })
		best = longer[:min(len(longer), len(seen)+1)] // one of so many was not observed
	}
	for _, c := range best {
		if !seen[pointKey(c.point)] {
			return c.point
		}
	}
	return unobservedPoint(axes, seed, i, seen)
}

// A combination is the values of the first axes of a point, and the sum of their log(l/g).
type combination struct {
	point []string
	score float64
}

// splitByLoss returns the good observations and the others. Failed ones are never good.
func splitByLoss(observed []observation) (good, others []observation) {
	ranked := slices.Clone(observed)
	finite := 0
	for i, o := range ranked {
		if math.IsNaN(o.loss) {
			ranked[i].loss = math.Inf(1)
		}
		if ranked[i].loss < math.Inf(1) {
			finite++
		}
	}
	slices.SortFunc(ranked, func(a, b observation) int {
		return cmp.Or(cmp.Compare(a.loss, b.loss), slices.Compare(a.point, b.point))
	})
	n := min(int(math.Ceil(goodShare*float64(len(ranked)))), mostGood, finite)
	return ranked[:n], ranked[n:]
}

// A density is the estimated distribution of the coordinates of an axis.
type density interface {
	draw(*rand.Rand) float64
	logProb(coordinate float64) float64
}

// newDensity estimates the distribution of the values of axis k of observations. Values that the domain does not have are left
// out.
func newDensity(d domain, observed []observation, k int) density {
	var xs []float64
	for _, o := range observed {
		if x, ok := d.coordinate(o.point[k]); ok {
			xs = append(xs, x)
		}
	}
	if d.choice {
		return newFrequencies(len(d.values), xs)
	}
	return newParzen(d, xs)
}

// frequencies are the probabilities of the values of a choice.
type frequencies []float64

// newFrequencies estimates the probabilities of K values from the n that were observed:
//
//	p(k) = (1 + times that k was observed) / (K + n)
//
// Source: Bergstra et al. 2011, section 4.2, with a uniform prior.
func newFrequencies(values int, observed []float64) frequencies {
	p := make(frequencies, values)
	for k := range p {
		p[k] = 1
	}
	for _, x := range observed {
		p[int(x)]++
	}
	floats.Scale(1/floats.Sum(p), p)
	return p
}

func (p frequencies) draw(rng *rand.Rand) float64 {
	u := rng.Float64()
	for k, probability := range p {
		if u -= probability; u < 0 {
			return float64(k)
		}
	}
	return float64(len(p) - 1)
}

func (p frequencies) logProb(k float64) float64 { return math.Log(p[int(k)]) }

// parzen is a Parzen estimator: a mixture of normal distributions with equal weights, each truncated to the interval of the
// domain.
type parzen struct {
	domain  domain
	kernels []distuv.Normal
}

// newParzen places a normal distribution at each observed coordinate, and one, the prior, in the middle of the interval. In the
// order of the means, the standard deviation of each is the distance to its neighbour, the farther one of two, but at most the
// width of the interval, and at least that divided by min(100, n+2), for n observations. That of the prior is the width.
//
// Source: Bergstra et al. 2011, section 4.2; the limits and the prior as in adaptive_parzen_normal of hyperopt.
func newParzen(d domain, observed []float64) parzen {
	width := d.high - d.low
	least := width / min(100, float64(len(observed)+2))
	middle := d.low + width/2
	means := append(slices.Clone(observed), middle)
	slices.Sort(means)
	prior := slices.Index(means, middle)
	p := parzen{domain: d}
	for i, mean := range means {
		sigma := 0.0
		if i > 0 {
			sigma = mean - means[i-1]
		}
		if i+1 < len(means) {
			sigma = max(sigma, means[i+1]-mean)
		}
		sigma = min(max(sigma, least), width)
		if i == prior {
			sigma = width
		}
		p.kernels = append(p.kernels, distuv.Normal{Mu: mean, Sigma: sigma})
	}
	return p
}

// draw chooses one of the normal distributions and inverts its truncated distribution function.
func (p parzen) draw(rng *rand.Rand) float64 {
	k := p.kernels[rng.IntN(len(p.kernels))]
	low, high := k.CDF(p.domain.low), k.CDF(p.domain.high)
	x := k.Quantile(low + (high-low)*rng.Float64())
	x = min(max(x, p.domain.low), p.domain.high)
	if p.domain.whole() {
		whole, _ := p.domain.coordinate(p.domain.text(x))
		return whole
	}
	return x
}

// logProb returns the logarithm of the density of a coordinate; of a whole number, of the probability of its interval.
func (p parzen) logProb(x float64) float64 {
	d := p.domain
	sum := 0.0
	for _, k := range p.kernels {
		mass := k.CDF(d.high) - k.CDF(d.low)
		if d.whole() {
			n := math.Round(d.unscale(x))
			sum += (k.CDF(d.scale(n+0.5)) - k.CDF(d.scale(n-0.5))) / mass
		} else {
			sum += k.Prob(x) / mass
		}
	}
	return math.Log(sum / float64(len(p.kernels)))
}
