// Package statistics has the tests of significance by which results of a few trials, words or seeds are compared:
//
//	test := statistics.RankCorrelation(x, y)
//	if test != nil && test.P <= 0.05 { ... }
//
// Functions return nil where a statistic is not defined.
package statistics

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Summary describes the values of one point, one for each seed.
type Summary struct {
	N         int      `json:"n"`
	Mean      float64  `json:"mean"`
	Deviation *float64 `json:"standard_deviation"` // of the sample, with n-1 in the denominator; nil: of one value there is none
	Min       float64  `json:"min"`
	Max       float64  `json:"max"`
}

// Summarise describes at least one value.
func Summarise(values []float64) Summary {
	s := Summary{N: len(values), Min: slices.Min(values), Max: slices.Max(values)}
	mean, deviation := stat.MeanStdDev(values, nil)
	s.Mean = mean
	if s.N > 1 {
		s.Deviation = &deviation
	}
	return s
}

// Test is the result of a test of significance.
type Test struct {
	Statistic float64 `json:"statistic"` // t, rho or H
	P         float64 `json:"p"`         // p-value: probability of a statistic at least this extreme under the null hypothesis
}

// PairedT is the paired t-test of Student: whether the mean of a[i] - b[i] is zero. With d the n differences,
//
//	t = mean(d) / (s(d) / sqrt(n)),   p = P(|T| >= |t|) with n-1 degrees of freedom
//
// where s is the sample standard deviation. It is nil for less than two pairs, and if all differences are equal, since their
// noise is then unknown. scipy.stats.ttest_rel returns the same values.
//
// Source: Student 1908, "The probable error of a mean", Biometrika 6.
func PairedT(a, b []float64) *Test {
	n := float64(len(a))
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	if n < 2 || slices.Min(d) == slices.Max(d) {
		return nil
	}
	mean, deviation := stat.MeanStdDev(d, nil)
	t := mean / stat.StdErr(deviation, n)
	return &Test{t, twoSided(t, n-1)}
}

// twoSided returns the probability that a variable of Student's distribution is at least as far from 0 as t.
func twoSided(t, freedom float64) float64 {
	return 2 * distuv.StudentsT{Sigma: 1, Nu: freedom}.CDF(-math.Abs(t))
}

// RankCorrelation is the rank correlation rho of Spearman of two variables, of which equal values share the mean rank. The p of
// no association is exact for up to 8 pairs: the share of all orders of y with a rho at least as far from 0. For more it is
// approximate, see spearman. It is nil for less than three pairs, and if one of the variables is constant. Values may be
// infinite.
//
// Source: Spearman 1904, "The proof and measurement of association between two things", American Journal of Psychology 15.
func RankCorrelation(x, y []float64) *Test {
	test := spearman(x, y)
	if test != nil && len(x) <= mostPermuted {
		test.P = permutationP(x, y, test.Statistic)
	}
	return test
}

// spearman is the rank correlation rho of two variables: the correlation of Pearson of their ranks, of which equal values share
// the mean. The p of no association is approximate:
//
//	t = rho sqrt((n-2) / (1 - rho²)),   p = P(|T| >= |t|) with n-2 degrees of freedom
//
// It is nil for less than three pairs, and if one of the variables is constant. Values may be infinite. scipy.stats.spearmanr
// returns the same values.
//
// Source: Spearman 1904, "The proof and measurement of association between two things", American Journal of Psychology 15;
// Kendall and Stuart 1973, The Advanced Theory of Statistics, section 31.18, for the approximation.
func spearman(x, y []float64) *Test {
	if len(x) < 3 || slices.Min(x) == slices.Max(x) || slices.Min(y) == slices.Max(y) {
		return nil
	}
	rankX, _ := ranks(x)
	rankY, _ := ranks(y)
	rho := min(max(stat.Correlation(rankX, rankY, nil), -1), 1) // rounding can exceed 1
	freedom := float64(len(x) - 2)
	if math.Abs(rho) == 1 {
		return &Test{rho, 0}
	}
	return &Test{rho, twoSided(rho*math.Sqrt(freedom/((1-rho)*(1+rho))), freedom)}
}

// ranks returns the rank of each value, from 1; equal values share the mean of their ranks. ties is the sum of t³ - t over groups
// of t equal values.
func ranks(values []float64) (ranks []float64, ties float64) {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	ranks = make([]float64, len(values))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = float64(from+to+1) / 2
		}
		t := float64(to - from)
		ties += t*t*t - t
		from = to
	}
	return ranks, ties
}

// mostPermuted is the largest number of points for which all orders are tried: 40,320 of 8. The approximation of [spearman] is
// far too small for few points, 0 in place of 1/3 for three in order.
const mostPermuted = 8

// permutationP returns the p-value of a rank correlation: the share of all orders of y in which it is at least as far from 0.
func permutationP(x, y []float64, rho float64) float64 {
	rankX, _ := ranks(x)
	rankY, _ := ranks(y)
	extreme, all := 0, 0
	var permute func(i int)
	permute = func(i int) {
		if i == len(rankY) {
			all++
			if math.Abs(stat.Correlation(rankX, rankY, nil)) >= math.Abs(rho)-1e-9 {
				extreme++
			}
			return
		}
		for k := i; k < len(rankY); k++ {
			rankY[i], rankY[k] = rankY[k], rankY[i]
			permute(i + 1)
			rankY[i], rankY[k] = rankY[k], rankY[i]
		}
	}
	permute(0)
	return float64(extreme) / float64(all)
}

// KruskalWallis is the test of Kruskal and Wallis: whether groups of values have the same distribution, judged by the ranks of
// all N values together. With n(j) the size of group j and R(j) the sum of its ranks,
//
//	H = (12 / (N (N+1)) sum R(j)² / n(j) - 3 (N+1)) / (1 - sum (t³ - t) / (N³ - N))
//
// where t runs over the sizes of groups of equal values. p is that of the chi-squared distribution with one degree of freedom
// less than there are groups. Empty groups are left out. It is nil for less than two groups, and if all values are equal. Values
// may be infinite. scipy.stats.kruskal returns the same values.
//
// Source: Kruskal and Wallis 1952, "Use of ranks in one-criterion variance analysis", Journal of the American Statistical
// Association 47.
func KruskalWallis(groups [][]float64) *Test {
	groups = slices.DeleteFunc(slices.Clone(groups), func(g []float64) bool { return len(g) == 0 })
	all := slices.Concat(groups...)
	if len(groups) < 2 || slices.Min(all) == slices.Max(all) {
		return nil
	}
	ranks, ties := ranks(all)
	n := float64(len(all))
	squares := 0.0
	for _, g := range groups {
		sum := floats.Sum(ranks[:len(g)])
		squares += sum * sum / float64(len(g))
		ranks = ranks[len(g):]
	}
	h := (12/(n*(n+1))*squares - 3*(n+1)) / (1 - ties/(n*n*n-n))
	return &Test{h, distuv.ChiSquared{K: float64(len(groups) - 1)}.Survival(h)}
}
