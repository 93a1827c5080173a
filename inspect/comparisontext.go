package inspect

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// shownPairs is how many predictions of two models or sentences are compared.
const shownPairs = 6

// ComparisonText writes two maps side by side: what differs in settings and losses, which heads belong together,
// what comes next, and the signed difference of the maps.
func ComparisonText(w io.Writer, c Comparison, o TextOptions) error {
	for _, m := range []Map{c.A, c.B} {
		if err := m.Validate(); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	b.WriteString(hanging("A: ", Printable(c.A.Text)+", "+c.Of.origin(), o))
	b.WriteString(hanging("B: ", Printable(c.B.Text)+", "+c.With.origin(), o))
	if len(c.Losses) == 2 {
		b.WriteString("\n" + wrap(fmt.Sprintf("held-out loss: %.4f and %.4f nats a token, difference %+.4f", c.Losses[0], c.Losses[1], c.Losses[0]-c.Losses[1]), o.width()))
	}
	if len(c.Settings) > 0 {
		b.WriteString("\n" + table(settingColumns(c.Settings), o.width()))
	}
	if c.Matches != nil {
		b.WriteString("\n" + wrap("heads that do the same, matched by their weights (the order of heads is arbitrary):", o.width()))
		b.WriteString(table(matchColumns(c.Matches), o.width()))
	}
	b.WriteString("\n" + table(predictionColumns(c.A.Next, c.B.Next), o.width()) + "\n")
	if err := c.Comparable(); err != nil {
		b.WriteString(wrap(strings.TrimPrefix(err.Error(), "inspect: "), o.width()))
		return write(w, &b)
	}
	a, other := c.Aligned()
	words := pairedLabels(labels(c.A), labels(c.B))
	heads := counted(len(a.Attention[0]), "head")
	if !o.All {
		writeGrid(&b, words, view{"difference of attention, A less B, mean of " + heads, c.Difference(), true}, o)
	} else {
		for layer := range a.Attention {
			for head := range a.Attention[layer] {
				if layer+head > 0 {
					b.WriteByte('\n')
				}
				name := fmt.Sprintf("difference of attention, A less B, layer %d, head %d", layer+1, head+1)
				if c.Matches != nil {
					m := c.Matches[layer*len(a.Attention[0])+head]
					name = fmt.Sprintf("difference of attention, layer %d, head %d of A less head %d of B", layer+1, m.A+1, m.B+1)
				}
				writeGrid(&b, words, view{name, difference(a.mean(layer, head), other.mean(layer, head)), true}, o)
			}
		}
	}
	b.WriteString("\n" + largestDifferences(c, words, o))
	return write(w, &b)
}

// settingColumns are the settings that differ.
func settingColumns(pairs []SettingPair) []column {
	name, a, b := column{title: "setting", left: true}, column{title: "A", left: true}, column{title: "B", left: true}
	for _, p := range pairs {
		name.cells, a.cells, b.cells = append(name.cells, p.Name), append(a.cells, Printable(p.A)), append(b.cells, Printable(p.B))
	}
	return []column{name, a, b}
}

// matchColumns are the heads that belong together.
func matchColumns(matches []HeadMatch) []column {
	layer, a, b, distance := column{title: "layer"}, column{title: "head of A"}, column{title: "head of B"}, column{title: "mean difference"}
	for _, m := range matches {
		layer.cells = append(layer.cells, fmt.Sprint(m.Layer+1))
		a.cells, b.cells = append(a.cells, fmt.Sprint(m.A+1)), append(b.cells, fmt.Sprint(m.B+1))
		distance.cells = append(distance.cells, significant(m.Distance))
	}
	return []column{layer, a, b, distance}
}

// predictionColumns are the predictions of both, those that differ most first. A word that is not among the likeliest
// of one is not known there.
func predictionColumns(a, b []Prediction) []column {
	in := func(list []Prediction, word string) (float64, bool) {
		i := slices.IndexFunc(list, func(p Prediction) bool { return p.Word == word })
		if i < 0 {
			return 0, false
		}
		return list[i].Probability, true
	}
	var all []string
	for _, list := range [][]Prediction{a, b} {
		for _, p := range list {
			if !slices.Contains(all, p.Word) {
				all = append(all, p.Word)
			}
		}
	}
	gap := func(word string) float64 {
		x, _ := in(a, word)
		y, _ := in(b, word)
		return x - y
	}
	slices.SortStableFunc(all, func(x, y string) int { return cmp.Compare(math.Abs(gap(y)), math.Abs(gap(x))) })
	next, first, second, less := column{title: "next", left: true}, column{title: "A"}, column{title: "B"}, column{title: "A less B"}
	for _, word := range all[:min(len(all), shownPairs)] {
		next.cells = append(next.cells, fit(spelling(word), widestLabel))
		x, inA := in(a, word)
		y, inB := in(b, word)
		first.cells, second.cells = append(first.cells, known(x, inA)), append(second.cells, known(y, inB))
		less.cells = append(less.cells, fmt.Sprintf("%+.3f", x-y))
	}
	return []column{next, first, second, less}
}

// known prints a probability, or a dash where it is none of the likeliest.
func known(p float64, ok bool) string {
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.3f", p)
}

// pairedLabels names the places of two sentences: by the word where they share it, by both where they do not.
func pairedLabels(a, b []label) []label {
	list := slices.Clone(a)
	for i := range list {
		if a[i] != b[i] {
			list[i] = label{word: a[i].word + a[i].mark + "/" + b[i].word + b[i].mark}
		}
	}
	return list
}

// largestDifferences names the links that differ most.
func largestDifferences(c Comparison, words []label, o TextOptions) string {
	const most = 3
	type link struct {
		query, key int
		less       float64
	}
	var links []link
	for q, row := range c.Difference() {
		for k, d := range row[:q+1] {
			links = append(links, link{q, k, d})
		}
	}
	slices.SortStableFunc(links, func(x, y link) int { return cmp.Compare(math.Abs(y.less), math.Abs(x.less)) })
	switch {
	case links[0].less == 0:
		return wrap("no link differs: the maps are the same", o.width())
	case printedDifference(links[0].less) == 0:
		return wrap("no link differs by as much as 0.01", o.width())
	}
	marked := numbered(words)
	var parts []string
	for _, l := range links[:min(most, len(links))] {
		if printedDifference(l.less) == 0 {
			break
		}
		parts = append(parts, fmt.Sprintf("%s -> %s %+.2f", marked[l.query].word+marked[l.query].mark, marked[l.key].word+marked[l.key].mark, printedDifference(l.less)))
	}
	return wrap("largest differences: "+strings.Join(parts, ", "), o.width())
}
