package inspect

import (
	"errors"
	"fmt"
	"io"
)

// HTML writes the maps as one page for a browser: every layer and head of every sentence to choose
// from, the lines from each word to those it attends to, the likely next words and, where a map has
// its vectors, the arithmetic of each cell. Words pass [Printable] first.
//
// The page needs nothing beside itself and asks for nothing: its policy forbids every request and
// every script but its own. Equal maps give equal bytes. Without a map, or with one that is not
// valid, it writes nothing and the error says why.
func HTML(w io.Writer, s Source, maps []Map) error {
	if len(maps) == 0 {
		return errors.New("inspect: a page wants a sentence and got none")
	}
	d := newPageData(s)
	frame := pageFrame{Step: s.Step}
	for i, m := range maps {
		if err := m.check(); err != nil {
			return fmt.Errorf("inspect: sentence %d: %w", i, err)
		}
		d.Sentences = append(d.Sentences, pageSentenceOf(m))
		frame.Sentences = append(frame.Sentences, pageWeightsOf(m))
	}
	d.Frames = []pageFrame{frame}
	return d.write(w, pageText{
		Heading: "Which words each word looks at",
		Title:   d.title(""),
	})
}
