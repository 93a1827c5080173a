package lesson

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"attend/internal/attention"
	"attend/internal/node"
	"attend/internal/render"
	"attend/layers"
)

// river is the sentence that the course is built around.
const river = "The lion saw the zebra near the"

// features describe a word of it, one number each.
var features = []string{"animal", "striped", "preposition", "late"}

// riverByHand is the river sentence as a person may describe it, [word, feature].
var riverByHand = []float32{
	0, 0, 0, 0, // The
	1, 0, 0, .2, // lion
	0, 0, 0, .3, // saw
	0, 0, 0, .5, // the
	1, 1, 0, .7, // zebra
	0, 0, 1, .8, // near
	0, 0, 0, 1, // the
}

// Indices of words in it.
const zebra, near, last = 4, 5, 6

// byHand is matrices of query, key and value, [feature, heads*headDim].
type byHand [3][]float32

var (
	// oneHead asks for animals and prepositions at once, late ones rather than early ones.
	oneHead = byHand{{0, 0, 0, 0, 0, 0, 3, 3}, {1, 0, 0, 0, 0, 1, 1, 0}, {0, 0, 1, 0, 0, 1, 0, 0}}
	// twoHeads asks for late animals in the first head, for prepositions in the second.
	twoHeads = byHand{
		{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 8, 0},
		{1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0},
		{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0},
	}
	// animals asks for animals, late ones more, among words of the features word, lion, zebra and late.
	animals = byHand{{2, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 1, 0, 1, 0, 1, 0}, {0, 0, 1, 0, 0, 1, 0, 0}}
)

// attend runs a sentence, [word, feature], through projections and attention.
func (m byHand) attend(sentence []float32, heads int, o layers.AttentionOptions) (*layers.LayerAttention, error) {
	g := gorgonia.NewGraph()
	in := len(features)
	seq, out := len(sentence)/in, len(m[0])/in
	var weights, biases [3]*gorgonia.Node
	for i, role := range roles {
		weights[i] = node.Input(g, role+".weight", []int{in, out}, m[i])
		biases[i] = node.Input(g, role+".bias", []int{out}, make([]float32, out))
	}
	p, err := layers.Project("attn", node.Input(g, "x", []int{seq, in}, sentence), weights, biases)
	if err != nil {
		return nil, err
	}
	return attendIn(g, p, heads, seq, o)
}

// river runs the river sentence, and makes a picture of the attention of each head.
func (m byHand) river(heads int, origin string) (*layers.LayerAttention, []Picture, error) {
	a, err := m.attend(riverByHand, heads, layers.AttentionOptions{})
	if err != nil {
		return nil, nil, err
	}
	words := strings.Fields(river)
	rows := slices.Collect(slices.Chunk(a.Weights(), len(words)))
	all := attention.Map{Encoded: attention.Encoded{Text: river, Tokens: words}, Attention: [][][][]float32{slices.Collect(slices.Chunk(rows, len(words)))}}
	if heads == 1 { // chapter 5, which comes before heads are explained
		all.Name = "attention weights"
	}
	var pictures []Picture
	for head := range heads {
		pictures = append(pictures, pictured(all, attention.Source{Run: origin, Step: render.Made}, head))
	}
	return a, pictures, nil
}

// projections is chapter 5: where queries, keys and values come from.
func (c *Course) projections(context.Context) (values, error) {
	a, pictures, err := oneHead.river(1, "matrices written by hand")
	if err != nil {
		return nil, err
	}
	query, weights := a.Query(0, 0, last), a.Row(0, 0, last)
	var words, rows []values
	for i, word := range strings.Fields(river) {
		key := numbers(a.Key(0, 0, i))
		dot := products(query, []Vector{{word, key}})[0]
		words = append(words, values{
			"word": word, "vector": numbers(riverByHand[i*len(features):][:len(features)]), "key": key,
			"value": numbers(a.Value(0, 0, i)), "dot": dot, "score": float64(dot) / math.Sqrt2, "weight": weights[i],
		})
	}
	for i, name := range features {
		row := values{"name": name}
		for j, role := range roles {
			row[role] = oneHead[j][2*i : 2*i+2]
		}
		rows = append(rows, row)
	}
	return values{
		"words": words, "features": rows, "map": pictures[0],
		"vector": words[last]["vector"], "query": numbers(query), "output": a.Z(0, 0, last),
	}, nil
}

// headsAndPositions is chapter 7: several heads, and what a model without positions cannot tell.
func (c *Course) headsAndPositions(context.Context) (values, error) {
	one, _, err := oneHead.river(1, "")
	if err != nil {
		return nil, err
	}
	two, pictures, err := twoHeads.river(2, "two heads written by hand")
	if err != nil {
		return nil, err
	}
	var orders []values
	var score float64 // of the first animal for the word after it, with the mask
	var example string
	for _, model := range []struct {
		name    string
		late    float32 // of the last word
		options layers.AttentionOptions
	}{
		{"no mask, no positions", 0, layers.AttentionOptions{NoMask: true}}, {"mask", 0, layers.AttentionOptions{}},
		{"mask and positions", 1, layers.AttentionOptions{}},
	} {
		var outputs [2]*layers.LayerAttention
		for i, text := range whoSees {
			var sentence []float32
			for place, word := range strings.Fields(text) {
				v := []float32{1, 0, 0, model.late * float32(place) / last}
				switch word {
				case "lion":
					v[1] = 1
				case "zebra":
					v[2] = 1
				}
				sentence = append(sentence, v...)
			}
			if outputs[i], err = animals.attend(sentence, 1, model.options); err != nil {
				return nil, err
			}
		}
		if saw := outputs[0]; model.late == 0 && !model.options.NoMask {
			score = float64(products(saw.Query(0, 0, 2), []Vector{{"lion", saw.Key(0, 0, 1)}})[0]) / math.Sqrt2
			e := math.Exp(score)
			example = fmt.Sprintf("e^%.3f / (e^0 + e^%.3f + e^0) = %.2f / %.2f = %.2f", score, score, e, e+2, saw.Row(0, 0, 2)[1])
		}
		for _, position := range []int{2, last} {
			orders = append(orders, values{"model": model.name, "word": map[int]string{2: "saw", last: "last word"}[position],
				"a": outputs[0].Z(0, 0, position), "b": outputs[1].Z(0, 0, position)})
		}
	}
	return values{
		"oneHead":  values{"zebra": one.Row(0, 0, last)[zebra], "near": one.Row(0, 0, last)[near]},
		"twoHeads": values{"zebra": two.Row(0, 0, last)[zebra], "near": two.Row(0, 1, last)[near]},
		"head1":    pictures[0], "head2": pictures[1], "score": score, "example": example, "a": whoSees[0], "b": whoSees[1], "orders": orders,
	}, nil
}

// whoSees are two sentences of the same words.
var whoSees = [2]string{"the lion saw the zebra near the", "the zebra saw the lion near the"}
