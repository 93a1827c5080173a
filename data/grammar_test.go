package data

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// smallGrammar has the savanna's shapes with few words, so that every derivation
// can be listed.
func smallGrammar() *Grammar {
	l := savannaLexicon()
	for i, k := range l.kinds {
		n := 2
		if slices.Contains([]string{"day", "adjective", "region", "regions", "landmark", "landmarks"}, k.name) {
			n = 1
		}
		l.kinds[i].words = k.words[:n]
	}
	l.places[1] = []string{"dry river", "acacia"} // a place of two words
	shapes := SavannaGrammar().shapes
	for i := range shapes {
		shapes[i].slots = nil
	}
	return newGrammar(l, shapes)
}

// everyDerivation lists all sentences of a grammar with their probabilities, by
// plain enumeration; what the grammar computes cleverly is compared with it.
func everyDerivation(g *Grammar) []Derivation {
	var all []Derivation
	var fill func(sh shape, k int, words []string, st state, p float64)
	fill = func(sh shape, k int, words []string, st state, p float64) {
		if k == len(sh.slots) {
			all = append(all, Derivation{Words: words, Shape: sh.text, Probability: p})
			return
		}
		g.each(sh.slots[k], st, func(filling []string, q float64, next state) {
			fill(sh, k+1, append(words[:len(words):len(words)], filling...), next, p*q)
		})
	}
	for _, sh := range g.shapes {
		fill(sh, 0, nil, state{}, sh.probability)
	}
	return all
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, math.Abs(b)) }

func TestSmallGrammarAgainstEveryDerivation(t *testing.T) {
	g := smallGrammar()
	all := everyDerivation(g)
	sentences := map[string]bool{}
	next := map[string]map[string]float64{} // P(prefix, w)
	var total, entropy, predicted float64
	for _, d := range all {
		sentence := strings.Join(d.Words, " ")
		if sentences[sentence] {
			t.Fatalf("%q can be drawn in two ways", sentence)
		}
		sentences[sentence] = true
		total += d.Probability
		entropy -= d.Probability * math.Log(d.Probability)
		predicted += d.Probability * float64(len(d.Words)+1)
		for i := range len(d.Words) + 1 {
			prefix, word := strings.Join(d.Words[:i], " "), BoundaryToken
			if i < len(d.Words) {
				word = d.Words[i]
			}
			if next[prefix] == nil {
				next[prefix] = map[string]float64{}
			}
			next[prefix][word] += d.Probability
		}
	}
	t.Logf("%d sentences, %d prefixes", len(all), len(next))
	if !near(total, 1) {
		t.Errorf("the probabilities sum to %.15g", total)
	}
	if nats, words := g.Entropy(); !near(words, predicted) || !near(nats, entropy/predicted) {
		t.Errorf("entropy %.15g over %.15g words, want %.15g over %.15g", nats, words, entropy/predicted, predicted)
	}
	for _, d := range all {
		parsed, ok := g.Parse(d.Words)
		if !ok || parsed.Shape != d.Shape || !near(parsed.Probability/d.Probability, 1) {
			t.Fatalf("%q parses as %+v (%v), want %+v", d.Words, parsed, ok, d)
		}
		if loss, ok := g.SentenceLoss(d.Words); !ok || !near(loss, -math.Log(d.Probability)) {
			t.Fatalf("%q costs %.15g (%v), want %.15g", d.Words, loss, ok, -math.Log(d.Probability))
		}
	}
	for prefix, want := range next {
		got, ok := g.NextWord(strings.Fields(prefix))
		if !ok || len(got) != len(want) {
			t.Fatalf("after %q: %v, want the words of %v", prefix, got, want)
		}
		sum := 0.0
		for _, p := range want {
			sum += p
		}
		for word, p := range want {
			if !near(got[word], p/sum) {
				t.Fatalf("after %q: P(%s) = %.15g, want %.15g", prefix, word, got[word], p/sum)
			}
		}
	}
}

func TestNotASentence(t *testing.T) {
	g := SavannaGrammar()
	for _, sentence := range []string{
		"",
		"the",
		"the lion saw",
		"The lion saw the zebra",
		"the lion saw the zebra near the acacia",
		"the lion saw the zebra near the river today",
		"the lion from the valley are calm",
		"the lion saw the zebra because that zebra was calm",
		"the lion saw the zebra because that lion were calm",
		"the old brave lion saw the zebra",
	} {
		words := strings.Fields(sentence)
		if d, ok := g.Parse(words); ok {
			t.Errorf("%q parses as %+v", sentence, d)
		}
		if loss, ok := g.SentenceLoss(words); ok {
			t.Errorf("%q costs %g", sentence, loss)
		}
	}
	for _, prefix := range []string{
		"lion", "at the", "the lion saw the zebra near the acacia", "the lion from the valley are", "the lion " + BoundaryToken,
		"the lion saw the zebra near the river near",
	} {
		if next, ok := g.NextWord(strings.Fields(prefix)); ok {
			t.Errorf("after %q: %v", prefix, next)
		}
	}
}

// The words of a sentence, of every shape, are 5 to 14, and the shapes' shares sum
// to 1.
func TestShapes(t *testing.T) {
	total := 0.0
	for _, sh := range SavannaGrammar().shapes {
		total += sh.probability
	}
	if !near(total, 1) {
		t.Errorf("the shapes' probabilities sum to %.15g", total)
	}
	least, most := math.MaxInt, 0
	for _, d := range everyDerivation(smallGrammar()) {
		least, most = min(least, len(d.Words)), max(most, len(d.Words))
	}
	if least < 5 || most > 14 || least == most {
		t.Errorf("%d to %d words, want 5 to 14", least, most)
	}
}

// The table of places: the preposition alone leaves four places open, the animal alone
// four, and no two animals go together with more than one preposition, so that neither
// cause can stand in for the other.
func TestPlaceTable(t *testing.T) {
	l := savannaLexicon()
	all := map[string]bool{}
	animals, preps := l.words("animal"), l.words("preposition")
	for a, places := range l.places {
		if len(places) != len(preps) {
			t.Fatalf("%s has %d places for %d prepositions", animals[a], len(places), len(preps))
		}
		if own := slices.Compact(slices.Sorted(slices.Values(places))); len(own) != len(places) {
			t.Errorf("%s is in one place twice: %q", animals[a], places)
		}
		for b, others := range l.places[:a] {
			shared := 0
			for i := range preps {
				if places[i] == others[i] {
					shared++
				}
			}
			if shared > 1 {
				t.Errorf("%s and %s share %d places", animals[a], animals[b], shared)
			}
		}
	}
	for i, prep := range preps {
		count := map[string]int{}
		for _, places := range l.places {
			count[places[i]]++
			all[places[i]] = true
		}
		for place, n := range count {
			if n != 2 {
				t.Errorf("%d animals are %s the %s, want 2", n, prep, place)
			}
		}
	}
	if len(all) != 16 {
		t.Errorf("%d places, want 16", len(all))
	}
	for _, noun := range slices.Concat(l.forms("region"), l.forms("landmark")) {
		if all[noun] {
			t.Errorf("%s is a place and between subject and verb", noun)
		}
	}
}

func TestSubstitutes(t *testing.T) {
	g := SavannaGrammar()
	for word, want := range map[string]struct {
		kind  string
		some  string
		count int
	}{
		"zebra": {"animal", "lion", 7}, "lions": {"animals", "zebras", 7}, "near": {"preposition", "under", 3},
		"river": {"place", "cave", 15}, "is": {"copula", "was", 1}, "valleys": {"regions", "plains", 3},
		"dawn": {"hour", "night", 3}, "the": {"", "", 0}, "spoon": {"", "", 0},
	} {
		kind, others := g.Substitutes(word)
		if kind != want.kind || len(others) != want.count || want.some != "" && !slices.Contains(others, want.some) || slices.Contains(others, word) {
			t.Errorf("substitutes of %s: %q %q, want %d of kind %q with %s", word, kind, others, want.count, want.kind, want.some)
		}
	}
}

func TestOtherNumber(t *testing.T) {
	g := SavannaGrammar()
	for word, want := range map[string]string{"lion": "animals: lions zebras", "zebras": "animal: lion zebra", "valley": "regions: valleys plains",
		"bridges": "landmark: path bridge", "river": ": ", "is": ": ", "near": ": ", "the": ": ", "spoon": ": "} {
		kind, others := g.OtherNumber(word)
		if got := kind + ": " + strings.Join(others[:min(2, len(others))], " "); got != want {
			t.Errorf("other number of %s: %q, want %q", word, got, want)
		}
	}
}

// A sentence with a substitute has words of the corpus alone, and no word is of two kinds.
func TestSubstitutesAreWordsOfTheCorpus(t *testing.T) {
	corpus, err := Savanna()
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]string{}
	for _, k := range corpus.Grammar.lexicon.kinds {
		if len(k.words) < 2 {
			t.Errorf("%s has %d words", k.name, len(k.words))
		}
		for _, word := range k.words {
			if _, known := corpus.Vocabulary.ID(word); !known {
				t.Errorf("%s of kind %s is not in the vocabulary", word, k.name)
			}
			if other, twice := of[word]; twice {
				t.Errorf("%s is of kind %s and of kind %s", word, other, k.name)
			}
			of[word] = k.name
		}
	}
	var alone []string
	for id := range corpus.Vocabulary.Len() {
		if word := corpus.Vocabulary.Key(id); of[word] == "" {
			alone = append(alone, word)
		}
	}
	if want := []string{BoundaryToken, UnknownToken, "at", "by", "that", "the"}; !slices.Equal(alone, want) {
		t.Errorf("words without substitutes: %q, want %q", alone, want)
	}
}
