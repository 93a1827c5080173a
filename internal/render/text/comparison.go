package text

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// shownPairs is how many predictions of two models or sentences are compared.
const shownPairs = 6

// Comparison writes two maps side by side: what differs in settings and losses, which heads belong together,
// what comes next, and the signed difference of the maps.
func Comparison(w io.Writer, c attention.Comparison, o Options) error {
	for _, m := range []attention.Map{c.A, c.B} {
		if err := m.Validate(); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	b.WriteString(hanging("A: ", printable.Sentence(c.A.Text)+", "+render.Origin(c.Of), o))
	b.WriteString(hanging("B: ", printable.Sentence(c.B.Text)+", "+render.Origin(c.With), o))
	if len(c.Losses) == 2 {
		b.WriteString("\n" + wrap(fmt.Sprintf("loss on a sample of held-out text: %.4f and %.4f nats a token, difference %+.4f", c.Losses[0], c.Losses[1], c.Losses[0]-c.Losses[1]), o.width()))
	}
	if len(c.Settings) > 0 {
		b.WriteString("\n" + table(settingColumns(c.Settings), o.width()))
	}
	if c.Matches != nil {
		b.WriteString("\n" + wrap("heads matched by what they look at, since their order is arbitrary; the smaller the difference, the more alike they are:", o.width()))
		b.WriteString(table(matchColumns(c.Matches), o.width()))
		if left := leftOut(c); left != "" {
			b.WriteString(wrap(left, o.width()))
		}
	}
	b.WriteString("\n" + table(predictionColumns(c.A.Next, c.B.Next), o.width()) + "\n")
	if err := c.Comparable(); err != nil {
		b.WriteString(wrap(err.Error(), o.width()))
		return render.Write(w, &b)
	}
	a, other := c.Aligned()
	words := pairedLabels(render.Labels(c.A), render.Labels(c.B))
	heads := printable.Count(len(a.Attention[0]), "head")
	if layers := len(a.Attention); layers > 1 {
		heads = printable.Count(layers, "layer") + " of " + heads
	}
	if !o.All {
		writeGrid(&b, words, render.View{Title: "difference of attention, A less B, mean of " + heads, Weights: c.Difference(), Signed: true}, o)
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
				writeGrid(&b, words, render.View{Title: name, Weights: attention.Difference(a.Mean(layer, head), other.Mean(layer, head)), Signed: true}, o)
			}
		}
	}
	b.WriteString("\n" + largestDifferences(c, words, o))
	return render.Write(w, &b)
}

// settingColumns are the settings that differ.
func settingColumns(pairs []attention.SettingPair) []column {
	name, a, b := column{title: "setting", left: true}, column{title: "A", left: true}, column{title: "B", left: true}
	for _, p := range pairs {
		name.cells, a.cells, b.cells = append(name.cells, p.Name), append(a.cells, printable.Sentence(p.A)), append(b.cells, printable.Sentence(p.B))
	}
	return []column{name, a, b}
}

// matchColumns are the heads that belong together.
func matchColumns(matches []attention.HeadMatch) []column {
	layer, a, b, distance := column{title: "layer"}, column{title: "head of A"}, column{title: "head of B"}, column{title: "mean difference"}
	for _, m := range matches {
		layer.cells = append(layer.cells, fmt.Sprint(m.Layer+1))
		a.cells, b.cells = append(a.cells, fmt.Sprint(m.A+1)), append(b.cells, fmt.Sprint(m.B+1))
		distance.cells = append(distance.cells, render.Significant(m.Distance))
	}
	return []column{layer, a, b, distance}
}

// predictionColumns are the predictions of both, those that differ most first. Where one has no such word it cannot
// be compared, and comes last.
func predictionColumns(a, b []attention.Prediction) []column {
	inA, inB := byWord(a), byWord(b)
	var all []string
	for _, list := range [][]attention.Prediction{a, b} {
		for _, p := range list {
			if !slices.Contains(all, p.Word) {
				all = append(all, p.Word)
			}
		}
	}
	gap := func(word string) float64 {
		x, known := inA[word]
		y, both := inB[word]
		if !known || !both {
			return -1
		}
		return math.Abs(x - y)
	}
	slices.SortStableFunc(all, func(x, y string) int { return cmp.Compare(gap(y), gap(x)) })
	next, first, second, less := column{title: "next", left: true}, column{title: "A"}, column{title: "B"}, column{title: "A less B"}
	for _, word := range all[:min(len(all), shownPairs)] {
		next.cells = append(next.cells, render.Fit(render.Spelling(word), render.WidestLabel))
		x, known := inA[word]
		y, both := inB[word]
		cells := [3]string{fmt.Sprintf("%.3f", x), fmt.Sprintf("%.3f", y), fmt.Sprintf("%+.3f", x-y)}
		if math.Abs(x-y) < 0.0005 {
			cells[2] = "0.000"
		}
		if !known {
			cells[0], cells[2] = "-", ""
		}
		if !both {
			cells[1], cells[2] = "-", ""
		}
		first.cells, second.cells, less.cells = append(first.cells, cells[0]), append(second.cells, cells[1]), append(less.cells, cells[2])
	}
	return []column{next, first, second, less}
}

// byWord indexes predictions.
func byWord(list []attention.Prediction) map[string]float64 {
	of := make(map[string]float64, len(list))
	for _, p := range list {
		of[p.Word] = p.Probability
	}
	return of
}

// leftOut says which layers and heads have no counterpart.
func leftOut(c attention.Comparison) string {
	var parts []string
	for _, of := range []struct {
		name string
		m    attention.Map
	}{{"A", c.A}, {"B", c.B}} {
		shared := min(len(c.A.Attention), len(c.B.Attention))
		if more := len(of.m.Attention) - shared; more > 0 {
			parts = append(parts, fmt.Sprintf("%s of %s", printable.Count(more, "layer"), of.name))
		}
		if more := len(of.m.Attention[0])*shared - len(c.Matches); more > 0 {
			parts = append(parts, fmt.Sprintf("%s of %s", printable.Count(more, "head"), of.name))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "without a counterpart, and left out of the difference: " + strings.Join(parts, ", ")
}

// pairedLabels names the places of two sentences: by the word where they share it, by both where they do not.
func pairedLabels(a, b []render.Label) []render.Label {
	list := slices.Clone(a)
	for i := range list {
		if a[i] != b[i] {
			list[i] = render.Label{Word: a[i].Word + a[i].Mark + "/" + b[i].Word + b[i].Mark}
		}
	}
	return list
}

// largestDifferences names the links that differ most.
func largestDifferences(c attention.Comparison, words []render.Label, o Options) string {
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
	case render.PrintedDifference(links[0].less) == 0:
		return wrap("no link differs by as much as 0.01", o.width())
	}
	marked := numbered(words)
	var parts []string
	for _, l := range links[:min(most, len(links))] {
		if render.PrintedDifference(l.less) == 0 {
			break
		}
		parts = append(parts, fmt.Sprintf("%s -> %s %+.2f", marked[l.query].Word+marked[l.query].Mark, marked[l.key].Word+marked[l.key].Mark, render.PrintedDifference(l.less)))
	}
	return wrap("largest differences: "+strings.Join(parts, ", "), o.width())
}

// shownRecurring is how many links are shown.
const shownRecurring = 24

// Recurrence writes which links recur over seeds.
func Recurrence(w io.Writer, r attention.Recurrence, o Options) error {
	var b bytes.Buffer
	b.WriteString(title(fmt.Sprintf("%s with %s", printable.Sentence(r.Text), printable.Count(len(r.Seeds), "seed")), o))
	seed, loss, next := column{title: "seed"}, column{title: "loss, held-out sample"}, column{title: "next", left: true}
	for _, s := range r.Seeds {
		seed.cells = append(seed.cells, fmt.Sprint(s.Seed))
		loss.cells = append(loss.cells, fmt.Sprintf("%.4f", s.HeldOutLoss))
		next.cells = append(next.cells, render.Fit(render.Spelling(s.Next.Word), render.WidestLabel)+fmt.Sprintf(" %.3f", s.Next.Probability))
	}
	b.WriteString("\n" + table([]column{seed, loss, next}, o.width()) + "\n")

	words := numberedWords(r.Tokens)
	link, times, weight, bars := column{title: "link", left: true}, column{title: "seeds"}, column{title: "weight"}, column{left: true, spare: 1}
	always := 0
	for i, l := range r.Links {
		if l.Seeds == len(r.Seeds) {
			always++
		}
		if i >= shownRecurring {
			continue
		}
		link.cells = append(link.cells, words[l.Query].Fit(render.WidestLabel)+" -> "+words[l.Key].Fit(render.WidestLabel))
		times.cells = append(times.cells, fmt.Sprintf("%d of %d", l.Seeds, len(r.Seeds)))
		weight.cells = append(weight.cells, share(l.Weight))
		bars.cells = append(bars.cells, tintedBar(float64(l.Seeds), float64(len(r.Seeds)), o))
	}
	if len(r.Links) == 0 {
		b.WriteString(wrap("no link has that weight with any seed", o.width()))
		return render.Write(w, &b)
	}
	b.WriteString(table([]column{link, times, weight, bars}, o.width()))
	if more := len(r.Links) - shownRecurring; more > 0 {
		b.WriteString(wrap(fmt.Sprintf("and %s more", printable.Count(more, "link")), o.width()))
	}
	b.WriteString("\n" + wrap(strings.Join([]string{
		fmt.Sprintf("%d of %d links recur with every seed.", always, len(r.Links)),
		fmt.Sprintf("A link is there when some head gives it %s or more; weight is that of the head that gives most, mean over seeds.", share(r.Least)),
	}, " "), o.width()))
	return render.Write(w, &b)
}
