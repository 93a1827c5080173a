package text

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
	"attend/internal/term"
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
	of, with := render.Origins(c.Of, c.With)
	b.WriteString(o.hanging("A: ", "%s, %s", term.Isolated(printable.Sentence(c.A.Text)), of))
	b.WriteString(o.hanging("B: ", "%s, %s", term.Isolated(printable.Sentence(c.B.Text)), with))
	if c.Losses != nil {
		b.WriteString("\n" + losses(*c.Losses, o))
	} else if c.Unlike != "" {
		b.WriteString("\n" + o.paragraph("held-out losses are not compared: %s", c.Unlike))
	}
	if len(c.Settings) > 0 {
		t := term.Table{Columns: []term.Column{{Title: "setting", Left: true}, {Title: "A", Left: true}, {Title: "B", Left: true}}}
		for _, p := range c.Settings {
			t.Add(p.Name, term.Isolated(printable.Sentence(p.A)), term.Isolated(printable.Sentence(p.B)))
		}
		b.WriteString("\n" + t.Text(o.width()))
	}
	if c.Matches != nil {
		b.WriteString("\n" + o.paragraph("heads matched by their attention, since their order is arbitrary; "+
			"the smaller the difference, the more similar they are:"))
		t := term.Table{Columns: []term.Column{{Title: "layer"}, {Title: "head of A"}, {Title: "head of B"}, {Title: "mean difference"}}}
		for _, m := range c.Matches {
			t.Add(fmt.Sprint(m.Layer+1), fmt.Sprint(m.A+1), fmt.Sprint(m.B+1), render.Significant(m.Distance))
		}
		b.WriteString(t.Text(o.width()) + leftOut(c, o))
	}
	b.WriteString("\n" + predictionTable(c.A.Next, c.B.Next).Text(o.width()) + "\n")
	if err := c.Comparable(); err != nil {
		b.WriteString(o.paragraph("%s", err))
		return render.Write(w, &b)
	}
	words := pairedLabels(render.Labels(c.A.Encoded), render.Labels(c.B.Encoded))
	for _, v := range differences(c, o) {
		writeGrid(&b, words, v, o)
		b.WriteByte('\n')
	}
	b.WriteString(largestDifferences(c, words, o) + o.unknownNote(c.A.Unknown, c.B.Unknown))
	return render.Write(w, &b)
}

// losses writes the held-out losses of two runs, what they were measured on, and whether their difference may be chance.
func losses(l attention.Losses, o Options) string {
	noun := "sentence"
	if l.Pieces {
		noun = "piece"
	}
	on := fmt.Sprintf("on the %s that both hold out (of %s and %s)", printable.Count(l.Sentences, noun),
		printable.Thousands(l.HeldOut[0]), printable.Thousands(l.HeldOut[1]))
	if l.HeldOut == [2]int{l.Sentences, l.Sentences} {
		on = "on the whole held-out text, " + printable.Count(l.Sentences, noun)
	}
	on += ", " + printable.Count(l.Tokens, "token")
	if l.LeftOut > 0 {
		on += fmt.Sprintf(", without %s that one of the two vocabularies lacks", printable.Thousands(l.LeftOut))
	}
	sure := ""
	switch {
	case l.StandardError == nil:
		sure = ", without a standard error: that takes two different " + noun + "s"
	case *l.StandardError > 0:
		sure = fmt.Sprintf(", standard error %.4f over %ss: ", *l.StandardError, noun)
		if l.Interval[0] <= 0 && 0 <= l.Interval[1] {
			sure += "no "
		}
		sure += fmt.Sprintf("more than chance by the choice of %ss", noun)
	}
	return o.paragraph("held-out loss: A %.4f, B %.4f nats per token, %s", l.A, l.B, on) +
		o.paragraph("difference A - B: %+.4f%s", l.Difference, sure)
}

// differences are the differences of the maps: of the means, or with All of each pair of heads.
func differences(c attention.Comparison, o Options) (list []render.View) {
	a, other := c.Aligned()
	if !o.All {
		heads := printable.Count(len(a.Attention[0]), "head")
		if layers := len(a.Attention); layers > 1 {
			heads = printable.Count(layers, "layer") + " of " + heads
		}
		return []render.View{{Title: "difference of attention, A - B, mean of " + heads, Weights: c.Difference(), Signed: true}}
	}
	for layer := range a.Attention {
		for head := range a.Attention[layer] {
			name := fmt.Sprintf("difference of attention, A - B, layer %d, head %d", layer+1, head+1)
			if c.Matches != nil {
				m := c.Matches[layer*len(a.Attention[0])+head]
				name = fmt.Sprintf("difference of attention, layer %d, head %d of A - head %d of B", layer+1, m.A+1, m.B+1)
			}
			weights := attention.Difference(a.Mean(layer, head), other.Mean(layer, head))
			list = append(list, render.View{Title: name, Weights: weights, Signed: true})
		}
	}
	return list
}

// predictionTable has the predictions of both, those that differ most first. Where one has no such word it cannot
// be compared, and comes last.
func predictionTable(a, b []attention.Prediction) term.Table {
	var words []string
	pairs := map[string]*[2]float64{} // NaN for the one that has no such word
	for side, next := range [2][]attention.Prediction{a, b} {
		for _, p := range next {
			if pairs[p.Word] == nil {
				words, pairs[p.Word] = append(words, p.Word), &[2]float64{math.NaN(), math.NaN()}
			}
			pairs[p.Word][side] = p.Probability
		}
	}
	gap := func(word string) float64 { return math.Abs(pairs[word][0] - pairs[word][1]) } // NaN is below all numbers
	slices.SortStableFunc(words, func(x, y string) int { return cmp.Compare(gap(y), gap(x)) })
	cell := func(format string, x float64, none string) string {
		if math.IsNaN(x) {
			return none
		}
		return fmt.Sprintf(format, x)
	}
	t := term.Table{Columns: []term.Column{{Title: "next", Left: true}, {Title: "A"}, {Title: "B"}, {Title: "A - B"}}}
	for _, word := range words[:min(len(words), shownPairs)] {
		x, y := pairs[word][0], pairs[word][1]
		difference := cell("%+.3f", x-y, "")
		if strings.HasSuffix(difference, "0.000") {
			difference = "0.000" // of either sign
		}
		t.Add(term.Fit(render.Spelling(word), render.WidestLabel), cell("%.3f", x, "-"), cell("%.3f", y, "-"), difference)
	}
	return t
}

// leftOut says which layers and heads have no counterpart.
func leftOut(c attention.Comparison, o Options) string {
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
	return o.paragraph("without a counterpart, and left out of the difference: %s", strings.Join(parts, ", "))
}

// pairedLabels names the positions of two sentences: by the word where they share it, by both where they do not.
func pairedLabels(a, b []render.Label) []render.Label {
	list := slices.Clone(a)
	for i := range list {
		if a[i] != b[i] {
			list[i] = render.Label{Word: a[i].String() + "/" + b[i].String()}
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
		return o.paragraph("no link differs: the maps are the same")
	case render.PrintedDifference(links[0].less) == 0:
		return o.paragraph("no link differs by as much as 0.01")
	}
	marked := numbered(words)
	var parts []string
	for _, l := range links[:min(most, len(links))] {
		if render.PrintedDifference(l.less) == 0 {
			break
		}
		parts = append(parts, fmt.Sprintf("%s -> %s %+.2f", marked[l.query], marked[l.key], render.PrintedDifference(l.less)))
	}
	return o.paragraph("largest differences: %s", strings.Join(parts, ", "))
}

// shownRecurring is how many links are shown.
const shownRecurring = 24

// Recurrence writes which links recur over seeds.
func Recurrence(w io.Writer, r attention.Recurrence, o Options) error {
	var b bytes.Buffer
	b.WriteString(o.title("%s with %s", term.Isolated(printable.Sentence(r.Text)), printable.Count(len(r.Seeds), "seed")))
	seeds := term.Table{Columns: []term.Column{{Title: "seed"}, {Title: "held-out loss"}, {Title: "next", Left: true}}}
	var losses []float64
	for _, s := range r.Seeds {
		loss := ""
		if s.HeldOutLoss != nil {
			losses = append(losses, *s.HeldOutLoss)
			loss = fmt.Sprintf("%.4f", *s.HeldOutLoss)
		}
		next := term.Fit(render.Spelling(s.Next.Word), render.WidestLabel)
		seeds.Add(fmt.Sprint(s.Seed), loss, fmt.Sprintf("%s %.3f", next, s.Next.Probability))
	}
	b.WriteString("\n" + seeds.Text(o.width()))
	if len(losses) > 0 {
		mean, deviation := stat.MeanStdDev(losses, nil)
		b.WriteString(o.paragraph("held-out loss: mean %.4f, standard deviation over seeds %.4f", mean, deviation))
	}
	b.WriteString("\n")
	if len(r.Links) == 0 {
		b.WriteString(o.paragraph("no link has that weight with any seed"))
		return render.Write(w, &b)
	}
	words := numbered(render.Labels(r.Encoded))
	links := term.Table{Columns: []term.Column{{Title: "link", Left: true}, {Title: "seeds"}, {Title: "weight"}, {Left: true, Spare: 1}}}
	always := 0
	for i, l := range r.Links {
		if l.Seeds == len(r.Seeds) {
			always++
		}
		if i < shownRecurring {
			link := words[l.Query].Fit(render.WidestLabel) + " -> " + words[l.Key].Fit(render.WidestLabel)
			links.Add(link, fmt.Sprintf("%d of %d", l.Seeds, len(r.Seeds)),
				printable.Rounded(l.Weight), tableBar(float64(l.Seeds), float64(len(r.Seeds)), o))
		}
	}
	b.WriteString(links.Text(o.width()))
	if more := len(r.Links) - shownRecurring; more > 0 {
		b.WriteString(o.paragraph("and %s more", printable.Count(more, "link")))
	}
	b.WriteString("\n" + o.paragraph("%d of %d links recur with every seed. A link is there when some head gives it %s or more; "+
		"weight is that of the head that gives most, mean over seeds.", always, len(r.Links), printable.Rounded(r.Least)) + o.unknownNote(r.Unknown))
	return render.Write(w, &b)
}
