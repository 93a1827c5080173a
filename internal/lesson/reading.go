package lesson

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"attend/data"
	"attend/internal/analysis"
	"attend/internal/attention"
	"attend/internal/printable"
)

// reading is chapter 9: a sentence of the reader's, its attention and the effects of its words.
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
			if err != nil {
				return nil, err
			}
			v["words"], v["target"], v["probability"] = effects(y), printable.Quote(y.Target), y.Probability
			return v, nil
		},
		"redundant": c.redundant,
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

// effects lists the words, those first whose replacement has the largest effect.
func effects(y attention.Why) (words []values) {
	for _, w := range y.Ranked() {
		left := "-"
		if w.AttentionRemoved != nil {
			p := y.Probability * math.Exp(-*w.AttentionRemoved)
			if left = fmt.Sprintf("%.3f", p); p < 0.01 {
				left = fmt.Sprintf("%.5f", p)
			}
		}
		words = append(words, values{"word": placed(y, w), "attention": w.Attention,
			"left": left, "removed": signed(w.AttentionRemoved), "replaced": signed(w.Replaced)})
	}
	return words
}

// signed writes an effect with two decimals, or a dash where there is none.
func signed(effect *float64) string {
	if effect == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", math.Round(*effect*100)/100+0) // + 0: no -0
}

// placed is a word, with its position where the sentence has it twice.
func placed(y attention.Why, w attention.WordEffect) string {
	name := printable.Short(w.Word, printable.MaxQuote)
	for _, other := range y.Words {
		if other.Position != w.Position && strings.EqualFold(other.Word, w.Word) {
			return fmt.Sprintf("%s (word %d)", name, w.Position)
		}
	}
	return name
}

// redundant finds the river sentence with another animal, whose replacement changes the prediction and whose removed attention
// does not, because the model predicts the same without the attention to the zebra of the river sentence. It also returns the
// probability of that prediction there.
func (c *Course) redundant() (values, error) {
	words := strings.Fields(river)
	_, animals := data.SavannaGrammar().Substitutes(words[zebra])
	var found *attention.Why
	animal := zebra + 1 // behind the boundary token
	for _, name := range animals {
		sentence := slices.Clone(words)
		if sentence[zebra] = name; name == words[1] {
			continue
		}
		y, err := analysis.Why(c.model, analysis.Question{Text: strings.Join(sentence, " ")}, nil)
		if err != nil {
			return nil, err
		}
		w := y.Words[animal]
		if math.Abs(*w.AttentionRemoved) < attention.LeastEffect && (found == nil || w.Attention > found.Words[animal].Attention) {
			found = &y
		}
	}
	if found == nil {
		return values{"found": false}, nil
	}
	without, err := analysis.Why(c.model, analysis.Question{Text: river, Word: found.Target}, nil)
	if err != nil {
		return nil, err
	}
	w := found.Words[animal]
	return values{"found": true, "sentence": found.Text, "animal": w.Word, "guess": found.Target, "attention": w.Attention,
		"removed": signed(w.AttentionRemoved), "replaced": *w.Replaced,
		"without": without.Probability * math.Exp(-*without.Words[animal].AttentionRemoved)}, nil
}
