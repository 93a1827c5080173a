package analysis

import (
	"fmt"
	"math"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
)

// matchSentences is how many held-out sentences heads are matched on, besides the one that is shown.
const matchSentences = 100

// MatchHeads pairs the heads of two runs, layer by layer, so that the mean absolute difference of their weights over
// the texts is least. Where one run has more heads, some have no match.
func MatchHeads(a, b *run.Run, texts []string) ([]attention.HeadMatch, error) {
	layers := min(a.Config.Layers, b.Config.Layers)
	sums := make([][][]float64, layers) // [layer][head of a][head of b]
	for layer := range sums {
		sums[layer] = make([][]float64, a.Config.Heads)
		for head := range sums[layer] {
			sums[layer][head] = make([]float64, b.Config.Heads)
		}
	}
	ofA, err := a.NewSession(1)
	if err != nil {
		return nil, err
	}
	defer ofA.Close()
	ofB, err := b.NewSession(1)
	if err != nil {
		return nil, err
	}
	defer ofB.Close()
	cells := 0.0
	for _, text := range texts {
		x, err := ofA.Map(text, 1)
		if err != nil {
			return nil, err
		}
		y, err := ofB.Map(text, 1)
		if err != nil {
			return nil, err
		}
		if len(x.Tokens) != len(y.Tokens) {
			return nil, fmt.Errorf("%s reads %d tokens and %s %d: only runs on the same unit can be compared", printable.Path(a.Path), len(x.Tokens), printable.Path(b.Path), len(y.Tokens))
		}
		for layer := range sums {
			for i, row := range sums[layer] {
				for j := range row {
					row[j] += weightDistance(x.Attention[layer][i], y.Attention[layer][j])
				}
			}
		}
		cells += float64(len(x.Tokens) * (len(x.Tokens) + 1) / 2)
	}
	var matches []attention.HeadMatch
	for layer, cost := range sums {
		for _, pair := range pairs(cost) {
			matches = append(matches, attention.HeadMatch{Layer: layer, A: pair[0], B: pair[1], Distance: cost[pair[0]][pair[1]] / cells})
		}
	}
	return matches, nil
}

// pairs assigns rows to columns or, where there are fewer of these, columns to rows; in the order of the rows.
func pairs(cost [][]float64) [][2]int {
	var list [][2]int
	if len(cost) <= len(cost[0]) {
		for row, column := range hungarian(cost) {
			list = append(list, [2]int{row, column})
		}
		return list
	}
	turned := make([][]float64, len(cost[0]))
	for column := range turned {
		for row := range cost {
			turned[column] = append(turned[column], cost[row][column])
		}
	}
	of := hungarian(turned)
	for row := range cost {
		for column, r := range of {
			if r == row {
				list = append(list, [2]int{row, column})
			}
		}
	}
	return list
}

// weightDistance is the sum of the absolute differences of two heads' weights [query][key].
func weightDistance(a, b [][]float32) float64 {
	var sum float64
	for q, row := range a {
		for k, w := range row {
			sum += math.Abs(float64(w) - float64(b[q][k]))
		}
	}
	return sum
}

// matchTexts returns the text that is shown and, if there is a corpus, held-out texts that both runs can read.
func matchTexts(a, b *run.Run, text string, corpus *data.Corpus) []string {
	texts := []string{text}
	if corpus == nil || !corpus.Vocabulary.Layout().Sentences() {
		return texts
	}
	for _, other := range corpus.HeldOutText {
		if len(texts) > matchSentences {
			break
		}
		_, errA := a.Encode(other)
		_, errB := b.Encode(other)
		if errA == nil && errB == nil {
			texts = append(texts, other)
		}
	}
	return texts
}
