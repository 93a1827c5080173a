package data

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"attend/internal/random"
)

func TestSampleParsesBack(t *testing.T) {
	g := SavannaGrammar()
	r := random.New(1, "test")
	shapes, words := map[string]int{}, map[string]bool{}
	const n = 5000
	for range n {
		d := g.Sample(r)
		parsed, ok := g.Parse(d.Words)
		if !ok || parsed.Shape != d.Shape || !reflect.DeepEqual(parsed.Rules, d.Rules) || !near(parsed.Probability/d.Probability, 1) {
			t.Fatalf("%+v parses as %+v (%v)", d, parsed, ok)
		}
		for _, sh := range g.shapes {
			found := 0
			g.follow(sh, d.Words, func(_ path, next string) {
				if next == BoundaryToken {
					found++
				}
			})
			if (found == 1) != (sh.text == d.Shape) || found > 1 {
				t.Fatalf("%q: %d derivations by %q", d.Words, found, sh.text)
			}
		}
		shapes[d.Shape]++
		for _, word := range d.Words {
			words[word] = true
		}
	}
	for _, sh := range g.shapes {
		deviation := math.Sqrt(n * sh.probability * (1 - sh.probability))
		if got := float64(shapes[sh.text]); math.Abs(got-n*sh.probability) > 5*deviation {
			t.Errorf("%q: %g of %d, want %g +- %.0f", sh.text, got, n, n*sh.probability, deviation)
		}
	}
	if len(words) < 90 || len(words) > 110 {
		t.Errorf("%d words, want about a hundred", len(words))
	}
}

// Each sentence must be drawn as often as its probability says.
func TestSampleFrequencies(t *testing.T) {
	l := lexicon{kinds: []kind{
		{"day", []string{"today"}}, {"adjective", []string{"old"}}, {"verb", []string{"saw", "met"}},
		{"animal", []string{"lion"}}, {"animals", []string{"lions"}},
	}}
	g := newGrammar(l, []shape{{probability: 0.7, text: "the adjective? subject verb the seen"}, {probability: 0.3, text: "when? the subject verb"}})
	r := random.New(2, "test")
	const n = 50000
	counts := map[string]int{}
	for range n {
		counts[strings.Join(g.Sample(r).Words, " ")]++
	}
	for _, d := range everyDerivation(g) {
		sentence, want := strings.Join(d.Words, " "), n*d.Probability
		if got := float64(counts[sentence]); math.Abs(got-want) > 5*math.Sqrt(want) {
			t.Errorf("%q: %g times, want %.0f", sentence, got, want)
		}
	}
}

func TestNextWordChainsToSentenceLoss(t *testing.T) {
	g := SavannaGrammar()
	r := random.New(4, "test")
	for range 300 {
		d := g.Sample(r)
		chain := 0.0
		for i, word := range append(d.Words[:len(d.Words):len(d.Words)], BoundaryToken) {
			next, ok := g.NextWord(d.Words[:i])
			sum := 0.0
			for _, p := range next {
				sum += p
			}
			if !ok || !near(sum, 1) {
				t.Fatalf("after %q the probabilities sum to %.15g", d.Words[:i], sum)
			}
			chain -= math.Log(next[word])
		}
		if loss, ok := g.SentenceLoss(d.Words); !ok || !near(loss, chain) || !near(loss, -math.Log(d.Probability)) {
			t.Fatalf("%q costs %.15g, word by word %.15g, drawn %.15g", d.Words, loss, chain, -math.Log(d.Probability))
		}
	}
}

func TestEntropyIsTheMeanLoss(t *testing.T) {
	g := SavannaGrammar()
	r := random.New(5, "test")
	const n = 20000
	var loss, square, predicted float64
	for range n {
		d := g.Sample(r)
		x := -math.Log(d.Probability)
		loss += x
		square += x * x
		predicted += float64(len(d.Words) + 1)
	}
	nats, words := g.Entropy()
	t.Logf("%.4f nats per predicted token, %.4f predicted tokens a sentence", nats, words)
	mean := loss / n
	deviation := math.Sqrt((square/n - mean*mean) / n)
	if math.Abs(mean-nats*words) > 5*deviation {
		t.Errorf("mean loss %.4f of a sentence, entropy %.4f +- %.4f", mean, nats*words, deviation)
	}
	if got := predicted / n; math.Abs(got-words) > 0.1 {
		t.Errorf("%.3f predicted tokens a sentence, want %.3f", got, words)
	}
}

// jointPlaces returns P(cause, place) over the sentences that name a place, given
// what cause of it to look at. The lexicon keeps all animals, prepositions and
// places.
func jointPlaces(cause func(d Derivation, place Rule) string) map[[2]string]float64 {
	l := savannaLexicon()
	for i, k := range l.kinds {
		if slices.Contains([]string{"hour", "day", "adjective", "verb", "posture"}, k.name) {
			l.kinds[i].words = k.words[:1]
		}
	}
	all := SavannaGrammar().shapes[:2]
	for i := range all {
		all[i].slots = nil
		all[i].probability = 0.5
	}
	g := newGrammar(l, all)
	joint := map[[2]string]float64{}
	for _, sh := range g.shapes {
		g.eachPath(sh, path{p: sh.probability}, func(w path) {
			d := g.derivation(sh, w)
			joint[[2]string{cause(d, d.Rules[0]), d.Words[d.Rules[0].Predicted]}] += d.Probability
		})
	}
	return joint
}

// eachPath visits every completion of a path.
func (g *Grammar) eachPath(sh shape, w path, visit func(path)) {
	if len(w.starts) == len(sh.slots) {
		visit(w)
		return
	}
	g.each(sh.slots[len(w.starts)], w.state, func(words []string, p float64, st state) {
		g.eachPath(sh, w.with(append(slices.Clip(w.words), words...), p, st), visit)
	})
}

// information returns the mutual information of a joint distribution in nats, and
// the entropy of its second part.
func information(joint map[[2]string]float64) (mutual, entropy float64) {
	first, second := map[string]float64{}, map[string]float64{}
	for key, p := range joint {
		first[key[0]] += p
		second[key[1]] += p
	}
	for key, p := range joint {
		mutual += p * math.Log(p/(first[key[0]]*second[key[1]]))
	}
	for _, p := range second {
		entropy -= p * math.Log(p)
	}
	return mutual, entropy
}

func TestWhatDecidesThePlace(t *testing.T) {
	subject := func(d Derivation, _ Rule) string {
		for _, word := range d.Words {
			if slices.Contains(savannaLexicon().forms("animal"), word) {
				return word
			}
		}
		return ""
	}
	seen := func(d Derivation, r Rule) string { return d.Words[r.Causes[0]] }
	prep := func(d Derivation, r Rule) string { return d.Words[r.Causes[1]] }
	for _, c := range []struct {
		name     string
		cause    func(Derivation, Rule) string
		from, to float64 // the share of the place's entropy that the cause explains
	}{
		{"the position", func(_ Derivation, r Rule) string { return string(rune('a' + r.Predicted)) }, 0, 0},
		{"the subject", subject, 0, 0},
		{"the animal seen", seen, 0.5, 0.5},
		{"the preposition", prep, 0.5, 0.5},
		{"both", func(d Derivation, r Rule) string { return seen(d, r) + " " + prep(d, r) }, 1, 1},
	} {
		mutual, entropy := information(jointPlaces(c.cause))
		t.Logf("%s: %.3f of %.3f nats", c.name, mutual, entropy)
		if share := mutual / entropy; share < c.from-1e-12 || share > c.to+1e-12 {
			t.Errorf("%s explains %.4f of the place, want %g to %g", c.name, share, c.from, c.to)
		}
	}
}
