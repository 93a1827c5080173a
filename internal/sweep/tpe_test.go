package sweep

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"attend/internal/statistics"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"
)

// search returns the observations of a search of n trials.
func search(axes []Axis, seed uint64, n int, loss func(point []string) float64) (observed []observation) {
	for i := range n {
		point := tpePoint(axes, seed, i, observed)
		observed = append(observed, observation{point, loss(point)})
	}
	return observed
}

// randomSearch returns the observations of a random search of n trials.
func randomSearch(axes []Axis, seed uint64, n int, loss func(point []string) float64) (observed []observation) {
	for i := range n {
		point := randomPoint(axes, seed, i)
		observed = append(observed, observation{point, loss(point)})
	}
	return observed
}

// lowest returns the lowest loss of observations.
func lowest(observed []observation) float64 {
	return slices.MinFunc(observed, func(a, b observation) int { return cmp.Compare(a.loss, b.loss) }).loss
}

func sameObservation(a, b observation) bool {
	return a.loss == b.loss && slices.Equal(a.point, b.point)
}

// On the recorded losses of 400 settings, the best of 30 trials of TPE is better than the best of 30 random trials: in the mean
// over 50 seeds, and far beyond chance. Both searches repeat exactly.
func TestTPEBeatsRandomSearch(t *testing.T) {
	const seeds, trials = 50, 30
	axes, losses := recordedAxes(t), recorded(t)
	loss := func(point []string) float64 {
		l, ok := losses[strings.Join(point, " ")]
		if !ok {
			t.Fatalf("%q was not recorded", point)
		}
		return l
	}
	var tpe, uniform []float64
	for seed := range uint64(seeds) {
		for _, s := range []struct {
			search func([]Axis, uint64, int, func([]string) float64) []observation
			best   *[]float64
		}{{search, &tpe}, {randomSearch, &uniform}} {
			observed, again := s.search(axes, seed, trials, loss), s.search(axes, seed, trials, loss)
			if !slices.EqualFunc(observed, again, sameObservation) {
				t.Fatalf("seed %d: %v, then %v", seed, observed, again)
			}
			*s.best = append(*s.best, lowest(observed))
		}
	}
	test := statistics.PairedT(tpe, uniform)
	t.Logf("mean best loss of %d seeds: TPE %.4f, random search %.4f; t = %.1f, p = %.1g",
		seeds, stat.Mean(tpe, nil), stat.Mean(uniform, nil), test.Statistic, test.P)
	if !(test.Statistic < 0 && test.P < 1e-4) {
		t.Errorf("TPE is not better than random search: %+v", test)
	}
}

// Points of TPE are the same in every version.
func TestTPEPointsArePinned(t *testing.T) {
	axes := axes(t, "lr", "1e-4..1e-1", "dim", "64,16,32", "layers", "1..4", "positions", "learned,none")
	observed := search(axes, 1, 20, func(p []string) float64 { return math.Abs(math.Log(number(p[0])/0.01)) + number(p[2]) })
	for i, want := range []string{"0.0965 16 1 learned", "0.0323 16 1 learned", "0.03 16 1 learned"} {
		if got := strings.Join(tpePoint(axes, 1, 20+i, observed), " "); got != want {
			t.Errorf("point %d is %s, want %s", 20+i, got, want)
		}
	}
}

// The order of the observations does not matter, also if losses are equal.
func TestTPEOfObservationsInAnyOrder(t *testing.T) {
	axes := axes(t, "lr", "1e-4..1e-1", "dim", "64,16,32", "positions", "learned,none")
	observed := search(axes, 1, 40, func(p []string) float64 { return float64(len(p[0]) / 3) })
	want := tpePoint(axes, 1, 40, observed)
	rapid.Check(t, func(rt *rapid.T) {
		if got := tpePoint(axes, 1, 40, rapid.Permutation(observed).Draw(rt, "observed")); !slices.Equal(got, want) {
			rt.Fatalf("%q, and %q in another order", want, got)
		}
	})
}

// TPE comes closer to the minimum of a function of real numbers than random search.
func TestTPEOfRanges(t *testing.T) {
	axes := axes(t, "lr", "1e-5..1", "dropout", "0..0.9", "hidden", "1..4096")
	loss := func(p []string) float64 {
		a, b, c := math.Log10(number(p[0]))+3, number(p[1])-0.2, number(p[2])/4096-0.7
		return a*a + 4*b*b + c*c
	}
	var tpe, uniform float64
	for seed := range uint64(20) {
		tpe += lowest(search(axes, seed, 40, loss)) / 20
		uniform += lowest(randomSearch(axes, seed, 40, loss)) / 20
	}
	if tpe > uniform/2 {
		t.Errorf("mean of the lowest losses: TPE %.4f, random search %.4f", tpe, uniform)
	}
}

// Where trials fail, few more are proposed. Failed ones are never taken for good, even if they are most.
func TestTPEAvoidsFailures(t *testing.T) {
	axes := axes(t, "lr", "1e-4..100", "dropout", "0..0.5")
	failed := 0
	for seed := range uint64(10) {
		observed := search(axes, seed, 40, func(p []string) float64 {
			if x := number(p[0]); x < 0.1 {
				return x
			}
			return math.NaN()
		})
		for _, o := range observed[startupPoints:] {
			if math.IsNaN(o.loss) {
				failed++
			}
		}
	}
	if failed > 30 { // of 300; at random, half
		t.Errorf("%d of 300 proposed points fail", failed)
	}
}

// Of 20 observations 2 are good, but never a failed one. If all failed, the search is random.
func TestFailuresAreNotGood(t *testing.T) {
	axes := axes(t, "lr", "1e-4..100")
	observed := randomSearch(axes, 1, 20, func([]string) float64 { return math.Inf(1) })
	if got, want := tpePoint(axes, 1, 20, observed), randomPoint(axes, 1, 20); !slices.Equal(got, want) {
		t.Errorf("all failed: %q, want %q", got, want)
	}
	for finite, want := range []int{0, 1, 2, 2} {
		for i := range finite {
			observed[5*i].loss = float64(-i)
		}
		good, others := splitByLoss(observed)
		if len(good) != want || len(good)+len(others) != 20 || want > 0 && good[0].loss != float64(1-finite) {
			t.Errorf("%d did not fail: good are %v", finite, good)
		}
	}
}

// A value that its axis no longer has is left out of the estimates.
func TestTPEOfChangedAxes(t *testing.T) {
	before := axes(t, "dim", "8,16,32", "lr", "0.001..1", "positions", "none,learned")
	after := axes(t, "dim", "64,16", "lr", "0.01..0.1", "positions", "learned,sinusoidal")
	observed := search(before, 1, 15, func(p []string) float64 { return number(p[1]) })
	for i := range 5 {
		if point := tpePoint(after, 1, 15+i, observed); point == nil || point[0] == "8" || point[2] == "none" {
			t.Errorf("proposed %q", point)
		}
	}
	p := newParzen(newDomain(after[1]), nil)
	got := newDensity(newDomain(after[1]), []observation{{point: []string{"8", "0.5", "none"}}}, 1)
	if !slices.Equal(got.(parzen).kernels, p.kernels) {
		t.Errorf("%v, want the prior alone", got)
	}
}

// Of three values, one was observed once and another twice.
func TestFrequencies(t *testing.T) {
	got := newFrequencies(3, []float64{2, 0, 2})
	for k, want := range []float64{2. / 6, 1. / 6, 3. / 6} {
		if !near(got[k], want, 1) {
			t.Errorf("p(%d) = %g, want %g", k, got[k], want)
		}
	}
}

// Means 2 and 3 are observed in the interval from 0 to 10, and 5 is the prior. The least deviation is 10/4.
func TestParzenDeviations(t *testing.T) {
	a := axes(t, "clip", "0..10")[0]
	p := newParzen(newDomain(a), []float64{3, 2})
	want := [][2]float64{{2, 2.5}, {3, 2.5}, {5, 10}}
	for i, k := range p.kernels {
		if k.Mu != want[i][0] || k.Sigma != want[i][1] {
			t.Errorf("kernel %d: mean %g and deviation %g, want %v", i, k.Mu, k.Sigma, want[i])
		}
	}
	p = newParzen(newDomain(a), []float64{9, 1})
	want = [][2]float64{{1, 4}, {5, 10}, {9, 4}}
	for i, k := range p.kernels {
		if k.Mu != want[i][0] || k.Sigma != want[i][1] {
			t.Errorf("kernel %d: mean %g and deviation %g, want %v", i, k.Mu, k.Sigma, want[i])
		}
	}
}

// Each density sums or integrates to 1, and draws follow it.
func TestDensities(t *testing.T) {
	for _, test := range []struct {
		name, values string
		observed     []string
	}{
		{"positions", "learned,sinusoidal,none", []string{"none", "none", "learned"}},
		{"lr", "0.1,0.001,0.01", []string{"0.001", "0.001"}},
		{"layers", "1..6", []string{"1", "2", "6"}},
		{"lr", "0.001..10", []string{"0.001", "0.002", "9"}},
		{"dropout", "0..0.5", nil},
	} {
		a := axes(t, test.name, test.values)[0]
		d := newDomain(a)
		var observed []observation
		for _, v := range test.observed {
			observed = append(observed, observation{point: []string{v}})
		}
		p := newDensity(d, observed, 0)
		const draws = 20000
		rng := rand.New(rand.NewPCG(1, 2))
		xs := make([]float64, draws)
		for i := range xs {
			xs[i] = p.draw(rng)
		}
		density := func(x float64) float64 { return math.Exp(p.logProb(x)) }
		total, lower := 0.0, 0.0 // mass of all, and of what is below the middle
		middle := (d.low + d.high) / 2
		if d.whole() {
			for x := math.Ceil(d.low); x < d.high; x++ {
				total += density(x)
				if x < middle {
					lower += density(x)
				}
			}
		} else {
			total, lower = quad.Fixed(density, d.low, d.high, 200, nil, 0), quad.Fixed(density, d.low, middle, 200, nil, 0)
		}
		if math.Abs(total-1) > 1e-6 {
			t.Errorf("--%s %s: the density sums to %g", test.name, test.values, total)
		}
		below := float64(floats.Count(func(x float64) bool { return x < middle }, xs)) / draws
		if math.Abs(below-lower) > 5*math.Sqrt(lower*(1-lower)/draws) {
			t.Errorf("--%s %s: %.4f of the draws are below %g, want %.4f", test.name, test.values, below, middle, lower)
		}
	}
}
