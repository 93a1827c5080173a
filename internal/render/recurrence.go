package render

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"attend/internal/printable"
)

// Recurrence says which links of a sentence come back when the same settings are trained with other seeds.
type Recurrence struct {
	Text   string          `json:"text"`
	Tokens []string        `json:"tokens"`
	Least  float64         `json:"least"` // weight from which on a link counts as there
	Seeds  []SeedResult    `json:"seeds"`
	Links  []RecurringLink `json:"links"` // those that are there with one seed at least, the most frequent first
}

// SeedResult is what one seed led to.
type SeedResult struct {
	Seed        uint64     `json:"seed"`
	HeldOutLoss float64    `json:"heldout_loss"`
	Next        Prediction `json:"next"` // the likeliest
}

// RecurringLink is a link and how often it is there.
type RecurringLink struct {
	Query  int     `json:"query"`
	Key    int     `json:"key"`
	Seeds  int     `json:"seeds"`  // in which some head gives it the least weight or more
	Weight float64 `json:"weight"` // of the head that gives most, mean over all seeds
}

// Recurring counts in how many maps of one sentence each link is there: in some layer some head gives the key
// `least` of its attention or more. The first token, which sees nothing but itself, has no link.
func Recurring(maps []Map, least float64) []RecurringLink {
	var links []RecurringLink
	for q := 1; q < len(maps[0].Tokens); q++ {
		for k := range q + 1 {
			l := RecurringLink{Query: q, Key: k}
			for _, m := range maps {
				top := 0.0
				for _, heads := range m.Attention {
					for _, weights := range heads {
						top = max(top, float64(weights[q][k]))
					}
				}
				if top >= least {
					l.Seeds++
				}
				l.Weight += top / float64(len(maps))
			}
			if l.Seeds > 0 {
				links = append(links, l)
			}
		}
	}
	slices.SortStableFunc(links, func(a, b RecurringLink) int {
		if a.Seeds != b.Seeds {
			return b.Seeds - a.Seeds
		}
		return cmp.Compare(b.Weight, a.Weight)
	})
	return links
}

// shownRecurring is how many links are shown.
const shownRecurring = 24

// RecurrenceText writes which links recur over seeds.
func RecurrenceText(w io.Writer, r Recurrence, o TextOptions) error {
	var b bytes.Buffer
	b.WriteString(title(fmt.Sprintf("%s with %s", printable.Sentence(r.Text), counted(len(r.Seeds), "seed")), o))
	seed, loss, next := column{title: "seed"}, column{title: "loss, held-out sample"}, column{title: "next", left: true}
	for _, s := range r.Seeds {
		seed.cells = append(seed.cells, fmt.Sprint(s.Seed))
		loss.cells = append(loss.cells, fmt.Sprintf("%.4f", s.HeldOutLoss))
		next.cells = append(next.cells, fit(spelling(s.Next.Word), widestLabel)+fmt.Sprintf(" %.3f", s.Next.Probability))
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
		link.cells = append(link.cells, words[l.Query].fit(widestLabel)+" -> "+words[l.Key].fit(widestLabel))
		times.cells = append(times.cells, fmt.Sprintf("%d of %d", l.Seeds, len(r.Seeds)))
		weight.cells = append(weight.cells, share(l.Weight))
		bars.cells = append(bars.cells, tintedBar(float64(l.Seeds), float64(len(r.Seeds)), o))
	}
	if len(r.Links) == 0 {
		b.WriteString(wrap("no link has that weight with any seed", o.width()))
		return write(w, &b)
	}
	b.WriteString(table([]column{link, times, weight, bars}, o.width()))
	if more := len(r.Links) - shownRecurring; more > 0 {
		b.WriteString(wrap(fmt.Sprintf("and %s more", counted(more, "link")), o.width()))
	}
	b.WriteString("\n" + wrap(strings.Join([]string{
		fmt.Sprintf("%d of %d links recur with every seed.", always, len(r.Links)),
		fmt.Sprintf("A link is there when some head gives it %s or more; weight is that of the head that gives most, mean over seeds.", share(r.Least)),
	}, " "), o.width()))
	return write(w, &b)
}
