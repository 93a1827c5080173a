package render

import (
	"errors"
	"io"

	"attend/internal/printable"
)

// HTML writes the maps as one page for a browser: every layer and head of every sentence to choose
// from, the lines from each word to those it attends to, the likely next words and, where a map has
// its vectors, the arithmetic of each cell. Words pass [printable.Text] first.
//
// The page needs nothing beside itself and asks for nothing: its policy forbids every request and
// every script but its own. Equal maps give equal bytes. Without a map, or with one that is not
// valid, it writes nothing and the error says why.
func HTML(w io.Writer, s Source, maps []Map) error { return HTMLBeside(w, s, maps, nil) }

// HTMLBeside is HTML with what each map is compared with, all by one name; nil is none. The grid then shows the
// attention, that of the baseline, or the difference. The error also tells in what a baseline's shape differs.
func HTMLBeside(w io.Writer, s Source, maps []Map, beside []Baseline) error {
	if len(maps) == 0 {
		return errors.New("a page wants a sentence and got none")
	}
	if err := checkBeside(maps, beside); err != nil {
		return err
	}
	d := newPageData(s)
	d.Frames = []pageFrame{{Step: s.Step}}
	for _, m := range maps {
		d.Sentences = append(d.Sentences, pageSentenceOf(m))
		d.Frames[0].Sentences = append(d.Frames[0].Sentences, pageWeightsOf(m))
	}
	if len(beside) > 0 {
		d.Baseline = printable.Sentence(beside[0].Name)
		d.Frames = append(d.Frames, pageFrame{Step: s.Step})
		for _, b := range beside {
			d.Frames[1].Sentences = append(d.Frames[1].Sentences, pageWeightsOf(b.Map))
		}
	}
	return d.write(w, pageText{
		Heading: "Which words each word looks at",
		Title:   d.title(""),
	})
}
