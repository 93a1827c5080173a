package sweep

import (
	"fmt"
	"math"
	"slices"

	"attend/internal/statistics"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
)

// A cell is a point of a sweep with its results, one for each seed. A failed trial has none, or an infinite one.
type cell struct {
	point  []string
	values []float64
}

// Effects says which settings matter: an analysis of variance of a full grid, otherwise a rank correlation of each setting.
type Effects struct {
	Cells int `json:"cells"` // points with a result

	// Noise is the standard deviation between the seeds of a point, pooled over all points: the square root of the sum of the
	// squared differences from the mean of the point, divided by the number of results less the number of points. nil: no point
	// has two seeds.
	Noise *float64 `json:"noise"`

	Variance     *Variance     `json:"variance"`
	Correlations []Correlation `json:"correlations"`
	Note         string        `json:"note"` // what is missing and why; "" if nothing is
}

// Variance is a fixed-effects analysis of variance of a full grid with n seeds at each point. The seeds are replicates: the error
// is the variation between the seeds of a point, as in the model with all interactions. With m a mean over the points that have
// the levels in its index, and m without an index the mean of all,
//
//	main effect of level i of A         a(i)    = m(i) - m
//	interaction of A and B              ab(i,j) = m(i,j) - m - a(i) - b(j)
//	sum of squares of an effect         SS = sum over all results of the square of the effect at its point
//	error                               SS = sum over all results of (result - mean of its point)²
//	F = (SS / freedom) / (SS of the error / freedom of the error)
//
// What the points vary beyond main effects and interactions of two settings is in Higher, so that all sums of squares add up to
// Total.
//
// Source: Montgomery 2017, Design and Analysis of Experiments, 9th ed., section 5.4. The `anova_lm` of statsmodels returns the
// same values.
type Variance struct {
	Seeds   int      `json:"seeds"` // at each point
	Mean    float64  `json:"mean"`
	Effects []Effect `json:"effects"` // main effects in the order of the axes, then interactions of two
	Higher  Squares  `json:"higher"`  // interactions of three settings or more
	Error   Squares  `json:"error"`   // between seeds
	Total   float64  `json:"total"`   // sum of squares
}

// Squares is a part of the variation.
type Squares struct {
	Sum     float64 `json:"sum_of_squares"`
	Freedom int     `json:"degrees_of_freedom"`
	Share   float64 `json:"share"` // of the total sum of squares
}

// Effect is the main effect of a setting, or the interaction of two.
type Effect struct {
	Settings []string `json:"settings"`
	Squares
	F *float64 `json:"f"` // nil without noise between seeds
	P *float64 `json:"p"` // probability of such an F or a larger one, if there is no effect

	Levels []Level `json:"levels"` // of a main effect
	Range  float64 `json:"range"`  // the largest mean of a level less the smallest
}

// Level is a value of a setting with the mean of all results that have it.
type Level struct {
	Value         string   `json:"value"`
	Mean          float64  `json:"mean"`
	StandardError *float64 `json:"standard_error"` // [Effects.Noise] / sqrt(number of results); nil as that
}

// Correlation says how the results, the mean of each point, go with the values of one setting alone. Method is [Spearman] for
// numbers, true and false, and two choices in the order of the axis; [KruskalWallis] for more choices.
type Correlation struct {
	Setting string           `json:"setting"`
	Method  string           `json:"method"`
	Test    *statistics.Test `json:"test"` // nil: less than three points have a result, or all have one value of the setting or one result
}

// The methods of a [Correlation].
const (
	Spearman      = "Spearman"
	KruskalWallis = "Kruskal-Wallis"
)

// effects analyses the results of different points. Axes with one value have no effect and are left out.
func effects(axes []Axis, cells []cell) Effects {
	var e Effects
	squares, freedom := 0.0, 0
	cells = slices.Clone(cells)
	for i := range cells {
		cells[i].values = slices.DeleteFunc(slices.Clone(cells[i].values), func(x float64) bool {
			return math.IsNaN(x) || math.IsInf(x, 0)
		})
		squares += squaresWithin(cells[i].values)
		freedom += max(0, len(cells[i].values)-1)
	}
	cells = slices.DeleteFunc(cells, func(c cell) bool { return len(c.values) == 0 })
	e.Cells = len(cells)
	if freedom > 0 {
		noise := math.Sqrt(squares / float64(freedom))
		e.Noise = &noise
	}
	grid, why := newFullGrid(axes, cells)
	if why != "" {
		e.Note = "rank correlations instead of an analysis of variance: " + why
		for k, a := range axes {
			if a.IsRange() || len(a.Values) > 1 {
				e.Correlations = append(e.Correlations, correlation(a, k, cells))
			}
		}
		return e
	}
	e.Variance = grid.variance(squares, freedom)
	if e.Noise == nil {
		e.Note = "every point has one seed: the noise between seeds is unknown, and there is no F and no p"
	}
	return e
}

// squaresWithin returns the sum of the squared differences from the mean.
func squaresWithin(values []float64) float64 {
	if len(values) < 2 {
		return 0
	}
	_, variance := stat.MeanVariance(values, nil)
	return variance * float64(len(values)-1)
}

// correlation returns the rank correlation of axis k with the means of the cells.
func correlation(a Axis, k int, cells []cell) Correlation {
	var xs, means []float64
	groups := make([][]float64, len(a.Values))
	for _, c := range cells {
		mean, value, level := stat.Mean(c.values, nil), c.point[k], slices.Index(a.Values, c.point[k])
		x := float64(level)
		switch {
		case a.Numeric():
			x = number(value)
		case value == "true":
			x = 1
		case value == "false":
			x = 0
		}
		xs, means = append(xs, x), append(means, mean)
		if level >= 0 {
			groups[level] = append(groups[level], mean)
		}
	}
	if !a.Numeric() && len(a.Values) > 2 {
		return Correlation{a.Setting.Name, KruskalWallis, statistics.KruskalWallis(groups)}
	}
	return Correlation{a.Setting.Name, Spearman, statistics.RankCorrelation(xs, means)}
}

// fullGrid is the results of a full grid: every combination of the levels of its axes, the last axis the fastest, with the mean
// of its seeds.
type fullGrid struct {
	names  []string
	levels [][]string
	means  []float64 // [levels of the first axis * ... * levels of the last]
	seeds  int
}

// newFullGrid returns the full grid of cells, or says in a few words why it is not full.
func newFullGrid(axes []Axis, cells []cell) (g fullGrid, why string) {
	size := 1
	var used []int // axes with more than one value
	for k, a := range axes {
		levels, err := a.Listed()
		if err != nil {
			return g, a.Setting.Name + " is a range"
		}
		if len(levels) > 1 {
			used = append(used, k)
			g.names, g.levels = append(g.names, a.Setting.Name), append(g.levels, levels)
			size *= len(levels)
		}
	}
	if len(cells) != size {
		return g, fmt.Sprintf("%d of the %d points of the grid have a result", len(cells), size)
	}
	g.means = make([]float64, size)
	fewest, most := len(cells[0].values), len(cells[0].values)
	for _, c := range cells {
		at := 0
		for i, k := range used {
			at = at*len(g.levels[i]) + slices.Index(g.levels[i], c.point[k])
		}
		g.means[at] = stat.Mean(c.values, nil)
		fewest, most = min(fewest, len(c.values)), max(most, len(c.values))
	}
	if fewest < most {
		return g, fmt.Sprintf("its points have the results of %d to %d seeds", fewest, most)
	}
	g.seeds = fewest
	return g, ""
}

// variance returns the analysis of variance, with the sum of squares of the error and its degrees of freedom.
func (g fullGrid) variance(errorSum float64, errorFreedom int) *Variance {
	rest := slices.Clone(g.means)      // what the effects so far leave
	floats.AddConst(-g.means[0], rest) // so that equal results are 0, without rounding
	mean := stat.Mean(rest, nil)
	floats.AddConst(-mean, rest)
	v := &Variance{Seeds: g.seeds, Mean: mean + g.means[0], Effects: []Effect{}}
	v.Error = Squares{Sum: errorSum, Freedom: errorFreedom}
	v.Total = errorSum + g.sumOfSquares(rest)
	share := func(s *Squares) {
		if v.Total > 0 {
			s.Share = s.Sum / v.Total
		}
	}
	higher := len(rest) - 1 // degrees of freedom
	add := func(axes ...int) {
		e := Effect{Squares: Squares{Freedom: 1}}
		for _, k := range axes {
			e.Settings = append(e.Settings, g.names[k])
			e.Freedom *= len(g.levels[k]) - 1
		}
		higher -= e.Freedom
		before := slices.Clone(rest)
		means := g.subtract(rest, axes)
		e.Sum = g.sumOfSquares(floats.SubTo(before, before, rest))
		share(&e.Squares)
		if errorSum > 0 {
			f := e.Sum / float64(e.Freedom) / (errorSum / float64(errorFreedom))
			p := survivalF(f, float64(e.Freedom), float64(errorFreedom))
			e.F, e.P = &f, &p
		}
		if len(axes) == 1 {
			e.Range = floats.Max(means) - floats.Min(means)
			floats.AddConst(v.Mean, means)
			e.Levels = g.meansOfLevels(axes[0], means, errorSum/float64(errorFreedom))
		}
		v.Effects = append(v.Effects, e)
	}
	for k := range g.names {
		add(k)
	}
	for k := range g.names {
		for l := k + 1; l < len(g.names); l++ {
			add(k, l)
		}
	}
	if v.Higher.Freedom = higher; higher > 0 {
		v.Higher.Sum = g.sumOfSquares(rest)
	}
	share(&v.Higher)
	share(&v.Error)
	return v
}

// meansOfLevels returns the levels of an axis with their means. variance is that between the seeds of a point, NaN without seeds.
func (g fullGrid) meansOfLevels(axis int, means []float64, variance float64) (levels []Level) {
	results := float64(g.seeds * len(g.means) / len(means)) // of a level
	for i, value := range g.levels[axis] {
		level := Level{Value: value, Mean: means[i]}
		if standardError := math.Sqrt(variance / results); !math.IsNaN(standardError) {
			level.StandardError = &standardError
		}
		levels = append(levels, level)
	}
	return levels
}

// sumOfSquares returns the sum over all results of the square of x at their points.
func (g fullGrid) sumOfSquares(x []float64) float64 { return float64(g.seeds) * floats.Dot(x, x) }

// subtract subtracts from each x the mean over all points that have the same levels of some axes, and returns these means, the
// last axis the fastest.
func (g fullGrid) subtract(x []float64, axes []int) []float64 {
	groups := 1
	group := make([]int, len(x)) // of each point
	for _, k := range axes {
		count, stride := len(g.levels[k]), 1
		for _, later := range g.levels[k+1:] {
			stride *= len(later)
		}
		for i := range group {
			group[i] = group[i]*count + i/stride%count
		}
		groups *= count
	}
	means := make([]float64, groups)
	for i, at := range group {
		means[at] += x[i] * float64(groups) / float64(len(x))
	}
	for i, at := range group {
		x[i] -= means[at]
	}
	return means
}

// survivalF returns the probability that a variable of the F distribution is at least f. Unlike 1 minus the distribution
// function, it is precise where it is small.
func survivalF(f, freedom, errorFreedom float64) float64 {
	return mathext.RegIncBeta(errorFreedom/2, freedom/2, errorFreedom/(errorFreedom+freedom*f))
}
