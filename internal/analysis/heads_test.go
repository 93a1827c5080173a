package analysis

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/run"
	"attend/internal/run/runtest"
	"attend/layers"
)

// twoBefore is sentences in which each word from the third on is decided by the word two before it.
func twoBefore() string {
	words := strings.Fields("ant bee cat dog elk fox gnu hen")
	var b strings.Builder
	for i := range 8 * 8 * 4 {
		s := []int{i % 8, i / 8 % 8}
		for len(s) < 5+i/64 {
			s = append(s, (s[len(s)-2]*3+1)%8)
		}
		for _, word := range s {
			b.WriteString(words[word] + " ")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// needsAttention is a run on [twoBefore] that has learned to attend.
func needsAttention(t *testing.T, layers int) *run.Run {
	s := small()
	s.Layers, s.Dim, s.Hidden, s.Batch, s.Steps, s.LR = layers, 16, 32, 16, 250, 2e-2
	return trained(t, s, twoBefore())
}

// Scores, shares, entropy, offsets and effects of a head of the last layer once more, sentence by sentence.
func TestHeadsByHand(t *testing.T) {
	r := needsAttention(t, 1)
	corpus, err := loadText(twoBefore())(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := Heads(r, corpus, rulesOf(t, r, corpus, nil))
	if err != nil {
		t.Fatal(err)
	}
	if len(heads) != 4 {
		t.Fatalf("%d heads", len(heads))
	}
	last := slices.MaxFunc(heads, func(a, b attention.Head) int { return cmp.Compare(*a.Effect, *b.Effect) })
	head := last.Head
	outputs, err := NewHeadOutputs(r, corpus)
	if err != nil {
		t.Fatal(err)
	}
	h := heads[head]
	if h.Layer != 0 || h.Head != head {
		t.Fatalf("head %d is %d.%d", head, h.Layer, h.Head)
	}
	var tokens, entropy, rows, queries, costs float64
	var rises, lengths []float64 // by sentence
	costly := 0
	score, uniform, cases, share := map[string]float64{}, map[string]float64{}, map[string]float64{}, map[string]float64{}
	weighted, weightedUniform := map[string]float64{}, map[string]float64{}
	offsets, offsetCases := make([]float64, 9), make([]float64, 9)
	for _, sequence := range corpus.HeldOut.Rows(r.Config.Context, 0) {
		ids := sequence[:len(sequence)-1]
		f, err := layers.NewInference(r.Config, r.Parameters, 1, len(ids))
		if err != nil {
			t.Fatal(err)
		}
		losses := func() (list []float64) {
			if err := f.Run(ids); err != nil {
				t.Fatal(err)
			}
			for position := range ids {
				list = append(list, -math.Log(softmax(f.LogitsAt(0, position))[sequence[position+1]]))
			}
			return list
		}
		plain := losses()
		weights := make([][]float32, len(ids))
		for query := range ids {
			weights[query] = slices.Clone(f.Attention[0].Row(0, head, query))
		}
		if err := f.Attention[0].SetZ(0, head, outputs.Means[0][head]); err != nil {
			t.Fatal(err)
		}
		ablated := losses()
		f.Close()
		rise := 0.0
		for query, row := range weights {
			cost := ablated[query] - plain[query]
			rise += cost
			if query < 2 || cost < 0.3 {
				cost = 0
			} else {
				costly++
			}
			costs += cost
			queries++
			add := func(role string, first int, keys ...int) {
				for _, key := range keys {
					share[role] += float64(row[key])
				}
				if query < 2 || query < first || len(keys) == 0 {
					return
				}
				cases[role]++
				for _, key := range keys {
					weighted[role] += cost * float64(row[key])
					weightedUniform[role] += cost / float64(query+1)
					score[role] += float64(row[key])
					uniform[role] += 1 / float64(query+1)
				}
			}
			var same, after []int
			for key := range query {
				if ids[key] == ids[query] {
					same, after = append(same, key), append(after, key+1)
				}
			}
			add(attention.RoleDuplicate, 0, same...)
			add(attention.RoleInduction, 0, after...)
			add(attention.RoleCurrent, 0, query)
			add(attention.RoleBoundary, 0, 0)
			if query > 0 {
				add(attention.RolePrevious, 0, query-1)
				add(attention.RoleFirst, 3, 1)
				nats := 0.0
				for key, w := range row {
					nats -= float64(w) * math.Log(float64(w))
					if key > 0 {
						offsets[query-key] += float64(w)
						offsetCases[query-key]++
					}
				}
				entropy += nats / math.Log(float64(query+1))
				rows++
			}
		}
		rises, lengths = append(rises, rise), append(lengths, float64(len(ids)))
		tokens += float64(len(ids))
	}
	effect, squares, n := 0.0, 0.0, float64(len(rises))
	for _, rise := range rises {
		effect += rise / tokens
	}
	for i := range rises {
		squares += (rises[i] - lengths[i]*effect) * (rises[i] - lengths[i]*effect)
	}
	near(t, "entropy", h.NormalizedEntropy, entropy/rows, 1e-5)
	near(t, "effect", *h.Effect, effect, 1e-5)
	near(t, "standard error", *h.EffectError, math.Sqrt(n/(n-1)*squares)/tokens, 1e-5)
	near(t, "queries", float64(h.Tokens), rows, 0)
	near(t, "predictions", float64(h.AblatedTokens), tokens, 0)
	near(t, "costly tokens", float64(h.CostlyTokens), float64(costly), 0)
	for k, mean := range h.ByOffset {
		near(t, "offset", mean, offsets[k]/offsetCases[k], 1e-5)
	}
	if len(h.ByOffset) < 5 || costly < 10 {
		t.Errorf("%d offsets, %d costly tokens", len(h.ByOffset), costly)
	}
	found := 0
	for _, s := range h.Scores {
		if _, general := cases[s.Role]; !general {
			continue
		}
		found++
		near(t, s.Role, s.Score, score[s.Role]/cases[s.Role], 1e-5)
		near(t, s.Role+", uniform", s.Uniform, uniform[s.Role]/cases[s.Role], 1e-9)
		near(t, s.Role+", cases", float64(s.Cases), cases[s.Role], 0)
		near(t, s.Role+", share", s.Share, share[s.Role]/queries, 1e-5)
		if s.Weighted != nil {
			near(t, s.Role+", weighted", *s.Weighted, weighted[s.Role]/costs, 1e-4)
			near(t, s.Role+", weighted uniform", *s.WeightedUniform, weightedUniform[s.Role]/costs, 1e-4)
			found += 10
		}
	}
	if found != 66 {
		t.Errorf("scores %+v, want those of %v, all weighted", h.Scores, score)
	}
	if named, role := ChooseRole(h); h.Named != named || h.Role != role {
		t.Errorf("role %s", h.Role)
	}
}

// pattern is an attention pattern: the key that each query gives nearly all of its attention, -1 for uniform attention.
type pattern func(ids []int, query int) int

// described describes a head with a pattern in sentences, and with another in the same sentences of random tokens. cost is of
// ablating it at a query, nil for 0; effect is that of ablating it over the whole text, with a standard error of 0.001.
func described(t *testing.T, text string, on, random pattern, cost func(ids []int, query int) float64, effect float64) attention.Head {
	t.Helper()
	settings := small()
	settings.HoldOut = 0 // all sentences, in their order
	corpus, err := loadText(text)(settings)
	if err != nil {
		t.Fatal(err)
	}
	r := started(t, settings, corpus, false)
	sentences := inputs(corpus.Train.Rows(r.Config.Context, 0))
	standardError := 0.001
	h := attention.Head{Effect: &effect, EffectError: &standardError}
	d := &describer{head: &h, first: 1, sums: newHeadSums(longestOf(sentences), corpus.Vocabulary.Len())}
	costs := make([][]float64, len(sentences))
	for i, ids := range sentences {
		costs[i] = make([]float64, len(ids))
		for query := range ids {
			if cost != nil {
				costs[i][query] = cost(ids, query)
			}
		}
	}
	d.weightBy(costs)
	rows := func(sentences [][]int, p pattern, visit func(s sentence, query int, row []float32)) {
		for i, ids := range sentences {
			for query := range ids {
				row := make([]float32, query+1)
				key := p(ids, query)
				for k := range row {
					switch {
					case key < 0:
						row[k] = 1 / float32(query+1)
					case k == key:
						row[k] = 0.95 + 0.05/float32(query+1)
					default:
						row[k] = 0.05 / float32(query+1)
					}
				}
				visit(sentence{i, ids}, query, row)
			}
		}
	}
	rows(sentences, on, func(s sentence, query int, row []float32) {
		if query > 0 {
			d.addRow(s, query, row)
		}
	})
	d.finishRows()
	d.begin(r.Vocabulary, generalRoles(r, nil, nil))
	rows(sentences, on, func(s sentence, query int, row []float32) { d.measure(s, query, row, 0) })
	rows(randomTokens(r, sentences), random, func(s sentence, query int, row []float32) { d.measure(s, query, row, 1) })
	d.finish(r)
	return h
}

// scrambled returns sentences of different lengths in which words repeat at different distances.
func scrambled() string {
	words := strings.Fields("ant bee cat dog elk fox gnu hen owl pig rat yak , .")
	var b strings.Builder
	x := uint64(7)
	for range 120 {
		n := 6 + (x>>40)%6
		for range n {
			x = (x*6364136223846793005 + 1442695040888963407)
			b.WriteString(words[(x>>33)%uint64(len(words))] + " ")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// back is the pattern of a fixed offset, as far as there is one.
func back(offset int) pattern {
	return func(_ []int, query int) int { return max(0, query-offset) }
}

// lastOf is the pattern of the last key for which is holds, otherwise <s>.
func lastOf(is func(ids []int, query, key int) bool) pattern {
	return func(ids []int, query int) int {
		for key := query; key > 0; key-- {
			if is(ids, query, key) {
				return key
			}
		}
		return 0
	}
}

// Each role is named in its own pattern.
func TestRolesOfPatterns(t *testing.T) {
	text := scrambled()
	corpus, err := loadText(text)(small())
	if err != nil {
		t.Fatal(err)
	}
	id := func(word string) int {
		n, known := corpus.Vocabulary.ID(word)
		if !known {
			t.Fatalf("%s is not in the vocabulary", word)
		}
		return n
	}
	comma, stop, owl := id(","), id("."), id("owl")
	duplicate := lastOf(func(ids []int, query, key int) bool { return key < query && ids[key] == ids[query] })
	induction := lastOf(func(ids []int, query, key int) bool { return ids[key-1] == ids[query] })
	mark := lastOf(func(ids []int, _, key int) bool { return ids[key] == comma || ids[key] == stop })
	fixed := func(position int) pattern { return func(_ []int, query int) int { return min(query, position) } }
	uniform := func([]int, int) int { return -1 }
	afterOwl := func(p pattern) pattern { // sharp only where the query is owl
		return func(ids []int, query int) int {
			if ids[query] == owl {
				return p(ids, query)
			}
			return -1
		}
	}
	far := func(_ []int, query int) int { // 10 words before, in the longest sentences
		if query == 11 {
			return 1
		}
		return -1
	}
	atOwl := func(ids []int, query int) float64 {
		if ids[query] == owl && query > 2 {
			return 2
		}
		return 0.01
	}
	repeats := func(p pattern) func(ids []int, query int) float64 { // costs where the pattern finds a key
		return func(ids []int, query int) float64 { return float64(min(1, p(ids, query))) }
	}
	for _, c := range []struct {
		name       string
		on, random pattern
		cost       func(ids []int, query int) float64
		role       string
		n          int // offset, position or number of words
	}{
		{"one before", back(1), back(1), nil, attention.RolePrevious, 0},
		{"two before", back(2), back(2), nil, attention.RoleOffset, 2},
		{"seven before", back(7), back(7), nil, attention.RoleOffset, 7},
		{"itself", back(0), back(0), nil, attention.RoleCurrent, 0},
		{"first", fixed(1), fixed(1), nil, attention.RoleFirst, 0},
		{"sink", fixed(0), fixed(0), nil, attention.RoleBoundary, 0},
		{"third", fixed(3), fixed(3), nil, attention.RolePosition, 3},
		{"duplicate", duplicate, duplicate, repeats(duplicate), attention.RoleDuplicate, 0},
		{"induction", induction, induction, repeats(induction), attention.RoleInduction, 0},
		{"duplicate, without costs", duplicate, duplicate, nil, attention.RoleDuplicate, 0},
		{"induction, without costs", induction, induction, nil, attention.RoleInduction, 0},
		{"marks", mark, fixed(0), repeats(mark), attention.RoleWords, 2},
		{"marks, without costs", mark, fixed(0), nil, attention.RoleWords, 2},
		{"uniform", uniform, uniform, nil, attention.RoleBroad, 0},
		{"sharp where it matters", afterOwl(back(2)), afterOwl(back(2)), atOwl, attention.RoleOffset, 2},
		{"an offset that hardly exists", far, far, nil, attention.RoleBroad, 0},
		{"sharp where nothing is measured", afterOwl(back(2)), afterOwl(back(2)), nil, attention.RoleBroad, 0},
	} {
		h := described(t, text, c.on, c.random, c.cost, 0.1)
		if h.Role != c.role {
			t.Errorf("%s: %s, want %s: %+v", c.name, h.Role, c.role, h.Scores)
			continue
		}
		if h.Named < 0 {
			continue
		}
		s, n := h.Scores[h.Named], 0
		switch {
		case s.Offset != nil:
			n = *s.Offset
		case s.Position != nil:
			n = *s.Position
		default:
			n = len(s.Words)
		}
		if n != c.n || (s.Weighted != nil) != (c.cost != nil) || len(h.Examples) == 0 {
			t.Errorf("%s: %+v with %d examples, want %d", c.name, s, len(h.Examples), c.n)
		}
		if c.cost != nil && *s.Weighted < 0.9 {
			t.Errorf("%s: weighted %g of the attention", c.name, *s.Weighted)
		}
		if len(s.WordIDs) != len(s.Words) {
			t.Errorf("%s: ids %v of %q", c.name, s.WordIDs, s.Words)
		}
		for _, e := range h.Examples { // the text has a space before a comma
			if !strings.Contains(text, e.Text) || e.IDs[len(e.IDs)-1] != e.QueryID || !slices.Contains(e.IDs, e.KeyID) ||
				!strings.HasSuffix(e.Text, e.Query) {
				t.Errorf("%s: example %+v", c.name, e)
			}
		}
	}
}

// Where ablating the head costs nothing in the mean, weighted scores count only if they are very clear.
func TestWeightedScoresNeedAnEffect(t *testing.T) {
	text := scrambled()
	uniform := func([]int, int) int { return -1 }
	sharp := func(every int) pattern { // at the fifth words of some sentences
		return func(ids []int, query int) int {
			if query == 5 && ids[1]%every == 0 {
				return 3
			}
			return -1
		}
	}
	cost := func(_ []int, query int) float64 {
		if query == 5 {
			return 2
		}
		return 0
	}
	for _, c := range []struct {
		on       pattern
		effect   float64
		weighted bool
	}{{sharp(1), 0.1, true}, {sharp(1), 0, true}, {sharp(1), -0.1, true}, {sharp(2), 0.1, true}, {sharp(2), 0.0049, false}, {sharp(2), -0.1, false}} {
		h := described(t, text, c.on, uniform, cost, c.effect)
		if got := h.Scores[0].Weighted != nil; got != c.weighted {
			t.Errorf("effect %g: weighted scores %v, want %v; called %s", c.effect, got, c.weighted, h.Role)
		}
	}
}

// A set of words that half of the sentences show, and the others do not, is chance.
func TestWordsAreScoredInOtherSentences(t *testing.T) {
	var b strings.Builder
	for i, line := range strings.Split(strings.TrimSpace(scrambled()), "\n") {
		if i%2 == 1 {
			line = strings.NewReplacer(",", "owl", ".", "pig").Replace(line)
		}
		b.WriteString(line + "\n")
	}
	corpus, err := loadText(b.String())(small())
	if err != nil {
		t.Fatal(err)
	}
	comma, _ := corpus.Vocabulary.ID(",")
	mark := func(ids []int, query int) int {
		return slices.Index(ids[:query+1], comma) // -1 is uniform attention
	}
	if h := described(t, b.String(), mark, mark, nil, 0); h.Role == attention.RoleWords {
		t.Errorf("%s: %+v", h.Role, h.Scores[h.Named])
	}
}

// A set holds the tokens that each add to the lift, and not too many.
func TestWordsOfASet(t *testing.T) {
	corpus, err := data.Savanna()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		weights []float64
		want    int
	}{{[]float64{0.5, 0.3, 0.02}, 2}, {[]float64{0.5, 0.3, 0.05}, 3}, {slices.Repeat([]float64{0.05}, 20), mostInSet}, {nil, 0}} {
		h := newHeadSums(1, corpus.Vocabulary.Len())
		h.even[0] = 100
		for i, w := range c.weights {
			h.tokens[10+i].weight[0] = 100 * w
		}
		if ids := h.words(corpus.Vocabulary, 0); len(ids) != c.want || c.want > 0 && ids[0] != 10 {
			t.Errorf("%v: ids %v, want %d", c.weights, ids, c.want)
		}
	}
}

func TestHeadsOfTheSavannaHaveItsRules(t *testing.T) {
	r, corpus := savannaRun(t, 2)
	heads, err := Heads(r, corpus, rulesOf(t, r, corpus, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range corpus.Grammar.RuleNames() {
		if !slices.ContainsFunc(heads[0].Scores, func(s attention.RoleScore) bool { return s.Role == rule && s.Rule && s.Cases > 50 }) {
			t.Errorf("no score of %s: %+v", rule, heads[0].Scores)
		}
	}
}

func TestHeadsOfCharacters(t *testing.T) {
	s := small()
	s.Unit, s.Context = data.Char, 16
	r := trained(t, s, runtest.Text())
	corpus, err := loadSmall(r.Settings)
	if err != nil {
		t.Fatal(err)
	}
	heads, err := Heads(r, corpus, rulesOf(t, r, corpus, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, score := range heads[0].Scores {
		if score.Role == attention.RoleBoundary {
			t.Errorf("characters have no %s", score.Role)
		}
	}
}

func TestExamplesAreTheStrongestOfDifferentSentences(t *testing.T) {
	var b bestExamples
	for i, score := range []float64{0.2, 0.9, 0.5, 0.95, 0.1, 0.6, 0.94} {
		b.offer(example{roleCase: roleCase{sentence: i / 2, ids: []int{i%6 + 3*(i/6)}}, score: score}) // the last as the fourth
	}
	var got []string
	for _, e := range b {
		got = append(got, string(rune('a'+e.sentence)))
	}
	if strings.Join(got, "") != "bac" || b[2].score != 0.6 {
		t.Errorf("kept %v", b)
	}
}
