package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"attend/internal/printable"
	"attend/internal/sweep"
)

// rankedBy says how many trials have ended, and what they are ranked by.
func rankedBy(r sweep.Ranking, objective sweep.Objective) string {
	return fmt.Sprintf("%s of %s, ranked by %s (%s is better)", printable.Thousands(r.Done), printable.Count(r.Trials, "trial"),
		objective.Noun, map[bool]string{true: "higher", false: "lower"}[objective.Higher])
}

// resultCells writes the results of a point: mean, standard deviation, n, best, worst, step, seconds and verdict.
func resultCells(point sweep.Point, objective sweep.Objective) []string {
	cells := []string{"-", "", "0", "", ""}
	if o := point.Objective; o != nil {
		deviation, best, worst := "-", o.Min, o.Max
		if o.Deviation != nil {
			deviation = objectiveNumber(*o.Deviation)
		}
		if objective.Higher {
			best, worst = worst, best
		}
		cells = []string{objectiveNumber(o.Mean), deviation, strconv.Itoa(o.N), objectiveNumber(best), objectiveNumber(worst)}
	}
	return append(cells, printable.Thousands(math.Round(point.Step)), decimals(point.Seconds, 1), verdictsOf(point))
}

// noiseMark follows the rank of a point that is not shown to differ from the first.
const noiseMark = "~"

// rankingNotes says what the cells of a ranking mean. With noise, a point has the mark of it.
func rankingNotes(r sweep.Ranking, noise bool) (notes []string) {
	switch {
	case noise:
		notes = append(notes,
			noiseMark+" no difference to the first is shown (paired t-test over the seeds, p >= 0.05, not corrected for the number of comparisons): "+
				"where the sd is large, a large difference can be hidden")
	case r.Seeds == 1 && len(r.Points) > 1:
		notes = append(notes, "with one seed it cannot be known which differences are noise: add --seeds 3")
	}
	if slices.ContainsFunc(r.Points, func(p sweep.Point) bool { return p.Failed > 0 && p.Objective != nil }) {
		notes = append(notes, "settings with a failed trial come after those without, since the mean is that of the other trials")
	}
	smallest, largest := math.Inf(1), 0.0
	for _, p := range r.Points {
		if o := p.Objective; o != nil && o.Deviation != nil && *o.Deviation > 0 {
			smallest, largest = min(smallest, *o.Deviation), max(largest, *o.Deviation)
		}
	}
	const mostRatio = 10 // of the sd; the analysis of variance assumes that the noise of all settings is equal
	if r.Effects.Variance != nil && largest > mostRatio*smallest {
		notes = append(notes, "the sd differs much between the settings, so that each p of what matters is approximate")
	}
	return append(notes, "step and seconds are means; step is that of the weights with the lowest held-out loss")
}

// verdictsOf writes the verdicts of a point, the most frequent first.
func verdictsOf(p sweep.Point) string {
	var parts []string
	for _, v := range p.Verdicts {
		if len(p.Verdicts) > 1 {
			parts = append(parts, fmt.Sprintf("%d %s", v.Trials, v.Kind))
		} else {
			parts = append(parts, v.Kind)
		}
	}
	if p.Memorised > 0 {
		parts = append(parts, "memorised")
	}
	failed := 0
	for _, t := range p.Trials {
		if t.Failed != "" && t.Verdict == "" {
			failed++
		}
	}
	if failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", failed))
	}
	return strings.Join(parts, ", ")
}

// failuresTitle is above what failuresOf returns.
const failuresTitle = "failed, and not in the means"

// failuresOf says why trials failed, each reason once.
func failuresOf(r sweep.Ranking) (failures []string) {
	reasons := map[string]int{}
	for _, point := range r.Points {
		for _, t := range point.Trials {
			if t.Failed != "" {
				reasons[t.Failed]++
			}
		}
	}
	const most = 5
	sorted := slices.Sorted(maps.Keys(reasons))
	for _, reason := range sorted[:min(most, len(sorted))] {
		failures = append(failures, printable.Count(reasons[reason], "trial")+": "+printable.Message(reason, mostLine))
	}
	if more := len(sorted) - most; more > 0 {
		failures = append(failures, fmt.Sprintf("and %s more reasons: --format csv has them all", printable.Thousands(more)))
	}
	return failures
}

// The titles of the tables of [varianceRows] and [correlationRows].
const (
	varianceTitle = "What matters: the range of the means of a setting's values, its share of the variance between the trials, " +
		"and the p-value of its F test (analysis of variance)"
	correlationTitle = "What matters: the rank correlation of each setting with the objective, which " +
		"says nothing of settings together"
)

// effectRow is a row of a table of what matters, and the size of the effect in 0 to 1, NaN if it has none.
type effectRow struct {
	cells []string
	size  float64
}

// varianceRows returns setting, range, share, p and means of each effect.
func varianceRows(e sweep.Effects) (rows []effectRow) {
	v := e.Variance
	if v == nil || len(v.Effects) == 0 {
		return nil
	}
	for _, effect := range v.Effects {
		var means []string
		for _, level := range effect.Levels {
			means = append(means, level.Value+": "+objectiveNumber(level.Mean))
		}
		width := ""
		if len(effect.Levels) > 0 {
			width = objectiveNumber(effect.Range)
		}
		rows = append(rows, effectRow{[]string{strings.Join(effect.Settings, " x "), width, percent(effect.Share),
			probability(effect.P), strings.Join(means, "  ")}, effect.Share})
	}
	if v.Higher.Freedom > 0 {
		rows = append(rows, effectRow{[]string{"other interactions", "", percent(v.Higher.Share), "", ""}, v.Higher.Share})
	}
	if e.Noise != nil {
		rows = append(rows, effectRow{[]string{"noise of the seeds, sd " + objectiveNumber(*e.Noise), "", percent(v.Error.Share), "", ""},
			v.Error.Share})
	}
	return rows
}

// correlationRows returns setting, statistic, p and method of each correlation.
func correlationRows(e sweep.Effects) (rows []effectRow) {
	for _, c := range e.Correlations {
		statistic, p, size := "-", "-", math.NaN()
		if c.Test != nil {
			statistic, p = decimals(c.Test.Statistic, 2), probability(&c.Test.P)
			if c.Method == sweep.Spearman {
				size = math.Abs(c.Test.Statistic)
			}
		}
		rows = append(rows, effectRow{[]string{c.Setting, statistic, p, c.Method}, size})
	}
	return rows
}

// percent writes a share.
func percent(share float64) string { return fmt.Sprintf("%.0f%%", 100*share) }

// probability writes a p value.
func probability(p *float64) string {
	switch {
	case p == nil:
		return "-"
	case *p < 0.001:
		return "<0.001"
	}
	return decimals(*p, 3)
}
