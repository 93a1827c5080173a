package analysis

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
)

// CompareSentences returns the maps of two sentences in one run, such as a minimal pair.
func CompareSentences(r *run.Run, a, b string) (attention.Comparison, error) {
	maps, err := Maps(r, r.Config.Vocab, a, b)
	if err != nil {
		return attention.Comparison{}, err
	}
	return attention.Comparison{Of: r.Source(), With: r.Source(), A: maps[0], B: maps[1]}, nil
}

// Compare returns the maps of one sentence in two runs, their held-out losses, and matches the heads of the runs. ofA and
// ofB are the texts of the two runs, or nil if they are not available. Heads are matched on the sentence and, if ofA is not nil, on
// its held-out sentences; losses are measured if neither is nil, see [CompareLosses].
func Compare(a, b *run.Run, text string, ofA, ofB *data.Corpus) (attention.Comparison, error) {
	c := attention.Comparison{Of: a.Source(), With: b.Source(), Settings: settingPairs(a.Settings, b.Settings)}
	if ofA != nil {
		if err := a.CheckText(ofA); err != nil {
			return c, err
		}
	}
	var err error
	for _, of := range []struct {
		run *run.Run
		to  *attention.Map
	}{{a, &c.A}, {b, &c.B}} {
		if *of.to, err = mapWithin(of.run, sharedContext(a, b), text); err != nil {
			return c, err
		}
	}
	if c.Matches, err = MatchHeads(a, b, matchTexts(a, b, text, ofA)); err != nil {
		return c, err
	}
	if ofA == nil || ofB == nil {
		c.Unlike = "the training text is not available"
		return c, nil
	}
	c.Losses, c.Unlike, err = CompareLosses(a, b, ofA, ofB)
	return c, err
}

// sharedContext returns the context in which two runs read the same tokens of every sentence: the smaller of theirs.
func sharedContext(a, b *run.Run) int { return min(a.Config.Context, b.Config.Context) }

// mapWithin returns the map of a text, of its last tokens if it has more than the context, with all next tokens.
func mapWithin(r *run.Run, context int, text string) (attention.Map, error) {
	session, err := r.NewSessionOf(1, context)
	if err != nil {
		return attention.Map{}, err
	}
	defer session.Close()
	m, err := session.Map(text, r.Config.Vocab)
	if err != nil {
		err = fmt.Errorf("%s: %w", printable.Path(r.Path), err)
	}
	return m, err
}

// settingPairs returns the settings in which two runs differ, sorted by name.
func settingPairs(a, b run.Settings) (pairs []attention.SettingPair) {
	for _, setting := range run.AllSettings() {
		if x, y := setting.Text(&a), setting.Text(&b); x != y {
			pairs = append(pairs, attention.SettingPair{Name: setting.Name, A: x, B: y})
		}
	}
	slices.SortFunc(pairs, func(x, y attention.SettingPair) int { return cmp.Compare(x.Name, y.Name) })
	return pairs
}

// matchSentences is the number of held-out sentences that heads are matched on, besides the sentence that is shown.
const matchSentences = 100

// MatchHeads pairs the heads of two runs in each layer so that the mean absolute difference of their attention weights over the
// texts is smallest. If one run has more heads, some of them have no match.
func MatchHeads(a, b *run.Run, texts []string) ([]attention.HeadMatch, error) {
	// [layer][head of a][head of b]
	sums := attention.PerHead(min(a.Config.Layers, b.Config.Layers), a.Config.Heads, func(int, int) []float64 {
		return make([]float64, b.Config.Heads)
	})
	var sessions [2]*run.Session
	for i, r := range []*run.Run{a, b} {
		session, err := r.NewSessionOf(1, sharedContext(a, b))
		if err != nil {
			return nil, err
		}
		defer session.Close()
		sessions[i] = session
	}
	cells := 0.0
	for _, text := range texts {
		var maps [2]attention.Map
		for i, s := range sessions {
			var err error
			if maps[i], err = s.Map(text, 1); err != nil {
				return nil, err
			}
		}
		x, y := maps[0], maps[1]
		if len(x.Tokens) != len(y.Tokens) {
			return nil, fmt.Errorf("%s has %d tokens and %s has %d for one text: compare runs with the same --unit",
				printable.Path(a.Path), len(x.Tokens), printable.Path(b.Path), len(y.Tokens))
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
		for _, pair := range hungarian(cost) {
			matches = append(matches, attention.HeadMatch{Layer: layer, A: pair[0], B: pair[1], Distance: cost[pair[0]][pair[1]] / cells})
		}
	}
	return matches, nil
}

// weightDistance returns the sum of the absolute differences of two heads' weights, [query][key].
func weightDistance(a, b [][]float32) float64 {
	var sum float64
	for q, row := range a {
		for k, w := range row {
			sum += math.Abs(float64(w) - float64(b[q][k]))
		}
	}
	return sum
}

// matchTexts returns the text that is shown and, if there is a corpus, held-out texts that both runs read as a whole.
func matchTexts(a, b *run.Run, text string, corpus *data.Corpus) []string {
	texts := []string{text}
	if corpus == nil || !corpus.Vocabulary.Layout().Sentences() {
		return texts
	}
	_, others := corpus.Measured()
	for _, other := range others.All() {
		if len(texts) > matchSentences {
			break
		}
		ofA, errA := a.Encode(other)
		ofB, errB := b.Encode(other)
		if errA == nil && errB == nil && ofA.Omitted+ofB.Omitted == 0 {
			texts = append(texts, other)
		}
	}
	return texts
}
