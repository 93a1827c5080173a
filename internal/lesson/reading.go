package lesson

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/render/text"
)

// reading is chapter 9: a sentence of the reader's, what is attended to and what mattered.
func (c *Course) reading(ctx context.Context) (values, error) {
	return values{
		"model": func() (values, error) {
			r, err := c.known()
			return values{"untrained": r == nil}, err
		},
		"sentence": func() (values, error) {
			if c.model == nil {
				if _, err := c.train(ctx); err != nil {
					return nil, err
				}
			}
			sentence, err := c.ownSentence()
			if err != nil {
				return nil, err
			}
			_, v, err := inspect(c.model, shownPath(c.model), sentence)
			if err != nil {
				return nil, err
			}
			y, err := analysis.Why(c.model, analysis.Question{Text: sentence}, nil)
			v["why"] = Printout{func(w io.Writer, o text.Options) error { return text.Why(w, y, o) }}
			offer(v, y)
			return v, err
		},
	}, nil
}

// ownSentence is the reader's, from the command line or the keyboard, or else one that training did not show.
func (c *Course) ownSentence() (string, error) {
	const fallback = "The hyenas chased the old antelope under the"
	if c.Sentence != "" || c.Ask == nil {
		return cmp.Or(c.Sentence, fallback), nil
	}
	return c.Ask("Type the beginning of a sentence in the words of the savanna (animals: lion zebra hyena antelope "+
		"giraffe elephant leopard rhino; saw chased heard; near under behind beside; ...). The model says what comes next.",
		fallback, func(s string) error {
			_, err := mapOf(c.model, s, 1)
			return err
		})
}

// offer asks for the word whose edge has the largest effect. Nothing is offered where there are too few words to choose from.
func offer(v values, y attention.Why) {
	v["offered"] = nil
	ranked := y.Ranked()
	if len(ranked) < 3 || ranked[0].Ablation == nil || ranked[1].Ablation == nil || *ranked[0].Ablation <= *ranked[1].Ablation {
		return
	}
	most := slices.MaxFunc(append(ranked[:1:1], y.Words...), func(a, b attention.Cause) int {
		return cmp.Compare(a.Attention, b.Attention)
	})
	choices := []attention.Cause{ranked[0], ranked[1], ranked[2], ranked[len(ranked)-1], most}
	slices.SortFunc(choices, func(a, b attention.Cause) int { return a.Position - b.Position })
	choices = slices.CompactFunc(choices, func(a, b attention.Cause) bool { return a.Position == b.Position })
	var offered []values
	for _, w := range choices {
		offered = append(offered, values{"right": w.Position == ranked[0].Position, "word": placed(y, w)})
	}
	cost := "nothing that could be measured"
	if most.Ablation != nil {
		cost = fmt.Sprintf("%.2f", *most.Ablation)
	}
	maps.Copy(v, values{
		"offered": offered, "target": printable.Quote(y.Target), "largestEffect": *ranked[0].Ablation, "nextEffect": *ranked[1].Ablation,
		"both": most.Position == ranked[0].Position, "most": placed(y, most), "attention": most.Attention, "cost": cost,
	})
}

// placed is a word, with its position where the sentence has it twice.
func placed(y attention.Why, w attention.Cause) string {
	name := printable.Short(w.Word, printable.MaxQuote)
	for _, other := range y.Words {
		if other.Position != w.Position && strings.EqualFold(other.Word, w.Word) {
			return fmt.Sprintf("%s (word %d)", name, w.Position)
		}
	}
	return name
}
