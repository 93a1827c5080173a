package lesson

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorgonia.org/gorgonia"

	"attend/internal/attention"
	"attend/internal/node"
	"attend/layers"
)

// described is a sentence whose words are described by features, one number each.
type described struct {
	words, features []string
	vectors         []float32 // [word, feature]
}

// riverByHand is the river sentence as a person may describe it.
func riverByHand() described {
	return described{strings.Fields(river), []string{"animal", "striped", "preposition", "late"}, []float32{
		0, 0, 0, 0, // The
		1, 0, 0, .2, // lion
		0, 0, 0, .3, // saw
		0, 0, 0, .5, // the
		1, 1, 0, .7, // zebra
		0, 0, 1, .8, // near
		0, 0, 0, 1, // the
	}}
}

// byHand are the matrices [feature, heads*headDim] of an attention.
type byHand struct {
	heads             int
	query, key, value []float32
}

// oneHead looks for animals and prepositions at once, late ones rather than early ones.
func oneHead() byHand {
	return byHand{
		heads: 1,
		query: []float32{0, 0, 0, 0, 0, 0, 3, 3},
		key:   []float32{1, 0, 0, 0, 0, 1, 1, 0},
		value: []float32{0, 0, 1, 0, 0, 1, 0, 0},
	}
}

// projections is chapter 5: where queries, keys and values come from.
func (c *Course) projections(_ context.Context, show Show) error {
	s, m := riverByHand(), oneHead()
	words, features := s.words, s.features
	if err := show(
		Paragraph("So far the vectors were given. In a model each word has one vector, and three tables of numbers, matrices, make its query, its key and its value. They are three because a word looks for something else than it is: the last \"the\" is an article, and what it needs is an animal and a preposition."),
		Paragraph("Here is the river sentence with vectors that a person can read. Four numbers describe each word; the last says how late in the sentence it stands."),
		rowsOf("", "word", words, features, s.vectors),
		Paragraph("To multiply a word by a matrix: take each row of the matrix as often as the word has of that feature, and add. Each matrix makes two numbers of four:"),
	); err != nil {
		return err
	}
	if err := show(
		rowsOf("Query: what a word looks for. The later it stands, the more it asks for an animal and a preposition.", "feature", features, []string{"animal?", "prep.?"}, m.query),
		rowsOf("Key: what it can be found by. A late word is easier to find as an animal.", "feature", features, []string{"animal", "prep."}, m.key),
		rowsOf("Value: what it hands over.", "feature", features, []string{"striped", "prep."}, m.value),
		Paragraph("For example the key of zebra, which is 1 animal, 1 striped, 0 preposition and 0.7 late:"),
		Formula("1·[1 0] + 1·[0 0] + 0·[0 1] + 0.7·[1 0] = [1.7 0]"),
	); err != nil {
		return err
	}
	heads, p, err := projected(s, m, layers.AttentionOptions{})
	if err != nil {
		return err
	}
	last := len(words) - 1
	query, keys := heads.Query(0, 0, last), make([]Vector, len(words))
	for i, word := range words {
		keys[i] = Vector{word, slices.Clone(heads.Key(0, 0, i))}
	}
	weights, output := slices.Clone(heads.Row(0, 0, last)), heads.Output(0, 0, last)
	if err := show(
		Paragraph(fmt.Sprintf("The last \"the\" has the vector %s, so its query is %s: find me an animal, find me a preposition.", written(s.vectors[4*last:]), written(query))),
		Question{
			Ask:     "Zebra and lion are both animals. Which of the two will it look at more?",
			Choices: []string{"lion", "zebra", "both alike"},
			Right:   1,
			Because: "Zebra stands later, .7 against .2, and the key matrix adds lateness to animal: 1.7 against 1.2. Nothing else tells the animal seen from the one that acts.",
		},
	); err != nil {
		return err
	}
	t := Table{Caption: "From the last \"the\":", Head: []string{"word", "key", "score", "/ sqrt(2)", "weight", "value"}, Words: 2}
	scores := products(query, keys)
	for i, word := range words {
		t.Rows = append(t.Rows, []string{word, written(keys[i].Numbers), short(scores[i]), fmt.Sprintf("%.2f", float64(scores[i])/1.4142136), fmt.Sprintf("%.2f", weights[i]), written(heads.Value(0, 0, i))})
	}
	if err := show(t,
		Paragraph(fmt.Sprintf("Its output is the mix of the values: %s. Read it: the word ahead follows something striped, and near it. That is what is needed to say \"river\"; the rest of the model, which turns such a mix into the next word, has an easy task.", roundedTo2(output))),
	); err != nil {
		return err
	}
	picture, err := byHandMap(p, mean(), "matrices written by hand")
	if err != nil {
		return err
	}
	return show(
		Paragraph("Every word does so at the same time, each with its own query. All rows together are the map:"),
		picture,
		Paragraph("The output is then added to the vector of the word, which so keeps what it was and knows more. One such round over the sentence is called a layer; large models have many, one after the other."),
		Paragraph("Nobody writes such matrices. A model starts with random ones, predicts, is wrong, and each number is moved a little to where the loss gets smaller: it learns them. Its vectors are learned too, and their numbers have no names."),
		Try{
			{"attend lesson 5 -o map.svg", "the map as a picture"},
			{"attend lesson 3 --query 3,3 --key lion=1.2,0 --key zebra=1.7,0 --key near=0.8,1", "the same query on three of the words, without the division"},
			{"attend lesson 6", "the next chapter"},
		},
	)
}

// projected runs a sentence through projections and attention. The map has their weights; it is not valid where
// the mask is lifted.
func projected(s described, m byHand, options layers.AttentionOptions) (*layers.Attended, attention.Map, error) {
	g := gorgonia.NewGraph()
	seq, in := len(s.words), len(s.features)
	out := len(m.query) / in
	x := node.Weights(g, "x", []int{seq, in}, s.vectors)
	var weights, biases [3]*gorgonia.Node
	for i, matrix := range [][]float32{m.query, m.key, m.value} {
		name := []string{"query", "key", "value"}[i]
		weights[i] = node.Weights(g, name+".weight", []int{in, out}, matrix)
		biases[i] = node.Weights(g, name+".bias", []int{out}, make([]float32, out))
	}
	p, err := layers.Project("attn", x, weights, biases)
	if err != nil {
		return nil, attention.Map{}, err
	}
	heads, err := layers.Attend("attn.heads", p, m.heads, seq, options)
	if err != nil {
		return nil, attention.Map{}, err
	}
	if err := runGraph(g, heads.Mixed); err != nil {
		return nil, attention.Map{}, err
	}
	result := attention.Map{Text: strings.Join(s.words, " "), Tokens: s.words, Attention: [][][][]float32{make([][][]float32, m.heads)}}
	for head := range m.heads {
		for query := range seq {
			row := make([]float32, seq)
			copy(row, heads.Row(0, head, query))
			result.Attention[0][head] = append(result.Attention[0][head], row)
		}
	}
	return heads, result, nil
}

// rowsOf is a matrix as a table, its rows and columns named.
func rowsOf(caption, corner string, rows, columns []string, numbers []float32) Table {
	t := Table{Caption: caption, Head: append([]string{corner}, columns...), Words: 1}
	for i, name := range rows {
		row := []string{name}
		for _, x := range numbers[i*len(columns) : (i+1)*len(columns)] {
			row = append(row, short(x))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// roundedTo2 is a vector with two decimals a number.
func roundedTo2(numbers []float32) string {
	texts := make([]string, len(numbers))
	for i, x := range numbers {
		texts[i] = fmt.Sprintf("%.2f", x)
	}
	return "[" + strings.Join(texts, " ") + "]"
}
