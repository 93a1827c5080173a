package picture

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render"
)

// figure is what the picture of a map shows: panels over the words of one sentence.
type figure struct {
	title  string // what the panels are, in a few words
	source attention.Source
	words  attention.Map   // the sentence
	panels [][]render.View // rows of matrices, the last perhaps shorter
	signed bool            // some are differences
	norm   bool            // they are norms
}

// Map draws the matrices of a selection: one panel, or with All a row of panels for each layer. The heads of a single layer
// fill a rectangle that is about as wide as it is high. With a baseline that is not nil, a row is three panels: the selected
// matrix, that of the baseline, and the first minus the second. The error says what is wrong with the map, the baseline or
// the selection, or that the picture would be too large.
func Map(m attention.Map, baseline *attention.Baseline, s attention.Source, which render.Selection, o Options) (Drawing, error) {
	f, err := newFigure(m, baseline, s, which)
	if err != nil {
		return Drawing{}, err
	}
	return f.layout(o)
}

func newFigure(m attention.Map, baseline *attention.Baseline, s attention.Source, selection render.Selection) (figure, error) {
	if err := m.Validate(); err != nil {
		return figure{}, err
	}
	// Refused before the matrices are made.
	const mostCells = 1 << 19 // of all panels, those of the future included
	layers, heads, seq := len(m.Attention), len(m.Attention[0]), len(m.Tokens)
	maps := 1
	if selection.All {
		maps = heads
		if selection.Layer == attention.All {
			maps *= layers
		}
	}
	panels := maps
	if baseline != nil {
		panels *= 3
	}
	if float64(panels)*float64(seq)*float64(seq) > mostCells {
		return figure{}, tooLarge(panels, seq, maps > 1)
	}
	list, err := render.Views(m, selection)
	if err != nil {
		return figure{}, err
	}
	f := figure{title: cmp.Or(m.Name, "attention"), source: s, words: m, signed: baseline != nil, norm: selection.Norm}
	abreast := heads
	if baseline != nil {
		base, err := render.BaselineViews(*baseline, m, selection)
		if err != nil {
			return figure{}, err
		}
		abreast = 3
		if shown, _ := selection.Of(m); !selection.All {
			list[0].Title = render.Title(m, shown.Layer, shown.Head) // the figure's title says the rest
		}
		var compared []render.View
		for i, v := range list {
			compared = append(compared, v, render.View{Title: "baseline: " + baseline.Name, Weights: base[i].Weights},
				render.View{Title: "difference", Weights: attention.Difference(v.Weights, base[i].Weights), Signed: true})
		}
		list = compared
	} else if len(list) <= heads { // of a single layer
		abreast = columns(len(list))
	}
	if m.Name == "" {
		f.title += ", " + selectionTitle(selection, m)
	}
	if selection.Norm {
		f.title += render.NormTitle
	}
	if baseline != nil {
		f.title += ", compared with " + describeBaseline(*baseline)
	}
	f.panels = slices.Collect(slices.Chunk(list, abreast))
	return f, nil
}

// columns is how many of n panels are side by side: the square root of n, rounded up, or one more if the last row is fuller then.
func columns(n int) int {
	c := int(math.Ceil(math.Sqrt(float64(n))))
	if (n+c-1)/c*c > (n+c)/(c+1)*(c+1) {
		c++
	}
	return c
}

// tooLarge is the error of a figure that no screen or page would hold; heads reports whether it shows several.
func tooLarge(panels, seq int, heads bool) error {
	advice := "a shorter sentence"
	if heads {
		advice = "one layer or head, or " + advice
	}
	return fmt.Errorf("too large for one picture: %s of %s; show %s",
		printable.Count(panels, "map"), printable.Count(seq, "word"), advice)
}

// selectionTitle names a selection.
func selectionTitle(s render.Selection, m attention.Map) string {
	heads := printable.Count(len(m.Attention[0]), "head")
	switch {
	case !s.All:
		return render.SelectionTitle(m, s)
	case s.Layer != attention.All && len(m.Attention) > 1:
		return fmt.Sprintf("layer %d, %s", s.Layer+1, heads)
	case len(m.Attention) == 1:
		return heads
	}
	return fmt.Sprintf("%s of %s", printable.Count(len(m.Attention), "layer"), heads)
}

// describeBaseline names the baseline within a sentence.
func describeBaseline(b attention.Baseline) string {
	built := map[string]string{
		"untrained": "the untrained model", "uniform": "uniform attention", "position": "the mean for these positions",
	}
	return cmp.Or(built[b.Name], printable.Sentence(b.Name))
}

// sentence is the text as it is shown: without the blanks around it.
func (f figure) sentence() string { return printable.Sentence(strings.TrimSpace(f.words.Text)) }

// subject returns what a figure is about.
func (f figure) subject() subject {
	title, run := printable.Sentence(f.title), printable.Path(f.source.Run)
	what := "Weights, 0 to 1, with which each word of the sentence attends to the words up to it"
	if f.words.Name != "" {
		what = "Weights, 0 to 1, of the words up to each word of the sentence"
	}
	if f.norm {
		what = "Norms of what the attention of each word of the sentence to the words up to it adds, as shares of their sum"
	}
	description := fmt.Sprintf("%s: %s. Rows are queries, columns are keys. Run %s.", what, title, render.Origin(f.source))
	return subject{
		heading: f.sentence() + " (" + title + ")", description: description,
		metadata: fmt.Sprintf(`<attend:picture xmlns:attend="urn:attend:picture"><attend:title>%s</attend:title>`+
			`<attend:run>%s</attend:run><attend:step>%d</attend:step><attend:sentence>%s</attend:sentence></attend:picture>`,
			escaped(title), escaped(run), f.source.Step, escaped(f.sentence())),
		entries: [][2]string{{"Title", title}, {"Sentence", f.sentence()}, {"Run", run}, {"Step", strconv.Itoa(f.source.Step)}},
	}
}
