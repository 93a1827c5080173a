package analysis

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"attend/internal/attention"
	"attend/internal/kernel"
	"attend/internal/printable"
	"attend/internal/run"
)

// LinkName names a link of a sentence in one head: a query, and a key that it attends to.
type LinkName struct {
	Text        string
	Layer, Head int    // from 0
	Query, Key  string // a word of the sentence, such as zebra, or the:2 for its second occurrence, or a position from 1
}

// Explain returns the arithmetic of the attention weight of one link: every number from the query and key vectors to the
// contribution of the value, as the operations computed them.
func Explain(r *run.Run, n LinkName) (attention.Explanation, error) {
	session, err := r.NewSession(1)
	if err != nil {
		return attention.Explanation{}, err
	}
	defer session.Close()
	m, err := session.MapWithVectors(n.Text, 1)
	if err != nil {
		return attention.Explanation{}, err
	}
	before := untyped(r)
	query, err := positionOf(m.Tokens, before, n.Query, len(m.Tokens)-1)
	if err != nil {
		return attention.Explanation{}, fmt.Errorf("query: %w", err)
	}
	links := attention.Links(widened(m.Attention[n.Layer][n.Head][query]), 1)
	key, err := positionOf(m.Tokens, before, n.Key, links[0].Key)
	if err != nil {
		return attention.Explanation{}, fmt.Errorf("key: %w", err)
	}
	if key > query {
		spelled := func(position int) string {
			return fmt.Sprintf("%s (position %d)", printable.Quote(m.Tokens[position]), position+1-before)
		}
		return attention.Explanation{}, fmt.Errorf("%s comes after %s, and no query attends to a later key: "+
			"choose an earlier key, or %s itself", spelled(key), spelled(query), spelled(query))
	}
	return explanation(m, n.Layer, n.Head, query, key), nil
}

// untyped returns the number of tokens before the first that was typed: 1 with a boundary token, else 0.
func untyped(r *run.Run) int {
	if _, ok := r.Vocabulary.Boundary(); ok {
		return 1
	}
	return 0
}

// explanation returns the numbers of a link of a map with vectors.
func explanation(m attention.Map, layer, head, query, key int) attention.Explanation {
	v := m.Vectors[layer][head]
	headDim := len(v.Query[query])
	x := attention.Explanation{
		Text: m.Text, Tokens: m.Tokens, IDs: m.IDs, Unknown: m.Unknown, Layer: layer, Head: head, Query: query, Key: key,
		QueryVector: v.Query[query], KeyVector: v.Key[key], ValueVector: v.Value[key],
		Scale: float32(1 / math.Sqrt(float64(headDim))), Products: make([]float32, query+1), Scores: v.Scores[query],
		Weights: m.Attention[layer][head][query][:query+1], Contribution: make([]float32, headDim), Z: v.Z[query],
	}
	// The operation scales while it multiplies, so no hook point has the unscaled products.
	keys := slices.Concat(v.Key[:query+1]...)
	all := kernel.Dense(keys, query+1, headDim)
	kernel.MatMul(kernel.Dense(x.Products, 1, query+1), 1, kernel.Dense(x.QueryVector, 1, headDim), all.T(), 0)
	for i, value := range x.ValueVector {
		x.Contribution[i] = x.Weights[key] * value
	}
	return x
}

// mostListed is the largest number of characters of a sentence in an error.
const mostListed = 120

// positionOf returns the position of a token: given as a word that occurs once, as the:2 for the second occurrence of the, or as
// the number of a token as typed, from 1; so many tokens come before the first that was typed. An empty word means the fallback.
func positionOf(tokens []string, before int, word string, fallback int) (int, error) {
	if word == "" {
		return fallback, nil
	}
	found := positionsOf(tokens, word)
	if i := strings.LastIndexByte(word, ':'); i >= 0 && len(found) == 0 {
		if n, err := strconv.Atoi(word[i+1:]); err == nil {
			if found = positionsOf(tokens, word[:i]); n >= 1 && n <= len(found) {
				return found[n-1], nil
			}
			return 0, fmt.Errorf("%s occurs %d times in the sentence, so there is no %s",
				printable.Quote(word[:i]), len(found), printable.Short(word, printable.MaxQuote))
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		if n, err := strconv.Atoi(word); err == nil && n >= 1 && n-1+before < len(tokens) {
			return n - 1 + before, nil
		}
		return 0, fmt.Errorf("%s is not in the sentence: choose one of %s, or a position from 1 to %d",
			printable.Quote(word), printable.Short(strings.Join(tokens, " "), mostListed), len(tokens)-before)
	}
	return 0, fmt.Errorf("%s occurs %d times: say which by %s to %s",
		printable.Quote(word), len(found), printable.Short(word+":1", printable.MaxQuote),
		printable.Short(fmt.Sprintf("%s:%d", word, len(found)), printable.MaxQuote))
}

// positionsOf returns the positions of a word: with exactly these letters or, if there are none, ignoring case.
func positionsOf(tokens []string, word string) (found []int) {
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for i, token := range tokens {
			if same(token, word) {
				found = append(found, i)
			}
		}
		if len(found) > 0 {
			break
		}
	}
	return found
}
