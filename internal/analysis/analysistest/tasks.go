// Package analysistest draws texts whose words are decided by known earlier words, for tests of analyses:
//
//	for _, task := range analysistest.Tasks() {
//		train, marked := task.Draw(1)
//		text := analysistest.Text(train)     // one sentence a line
//		causes := analysistest.Marked(marked) // fresh sentences, with their cause words marked, see data.ReadMarked
//	}
package analysistest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"attend/data"
	"attend/internal/random"
)

// Task is a text whose cause words are known, with the model that learns it in seconds. It names the flags of attend train.
type Task struct {
	Name                      string
	Layers, Heads, Dim, Steps int
	LearningRate              float64 // 0: by the size of the model
	Sentences                 int     // of the text that Draw returns

	sentence func(d *draws)
}

// Sentence is a sentence of a task, with the rules that decide words of it.
type Sentence struct {
	Words          []string
	Rules          []data.Rule // one for each word that is decided, in order
	LogProbability float64     // of the words and the end, ln P
}

// MarkedSentences is the number of fresh sentences of a task.
const MarkedSentences = 100

// Tasks lists the tasks. All words of a text are in lower case; a fixed offset counts from the token before the decided word, the
// query, to the cause word, the key.
func Tasks() []Task {
	return []Task{
		{"boxes", 1, 4, 32, 1500, 0, 4000, boxes},
		{"offset-2", 1, 2, 32, 1000, 0, 4000, offset(2, 6, 10)},
		{"offset-7", 1, 2, 32, 1500, 0, 5000, offset(7, 10, 14)},
		{"duplicate", 1, 2, 32, 1500, 0, 5000, duplicate},
		{"induction", 2, 4, 64, 3500, 0.004, 20000, induction},
		{"markov", 3, 2, 32, 1000, 0, 4000, markov},
	}
}

// Find returns the task of a name.
func Find(name string) Task {
	tasks := Tasks()
	return tasks[slices.IndexFunc(tasks, func(t Task) bool { return t.Name == name })]
}

// Draw returns the sentences of the text, and MarkedSentences others that are not among them, each with a last rule.
func (t Task) Draw(seed uint64) (text, marked []Sentence) {
	seen := map[string]bool{}
	for i := 0; len(marked) < MarkedSentences; i++ {
		d := &draws{Rand: random.New(seed, "task "+t.Name, uint64(i))}
		t.sentence(d)
		line := strings.Join(d.Words, " ")
		switch {
		case len(text) < t.Sentences:
			text = append(text, d.Sentence)
			seen[line] = true
		case !seen[line] && len(d.Rules) > 0:
			marked = append(marked, d.Sentence)
			seen[line] = true
		}
	}
	return text, marked
}

// Text returns sentences, one a line.
func Text(sentences []Sentence) string {
	var b strings.Builder
	for _, s := range sentences {
		b.WriteString(strings.Join(s.Words, " ") + "\n")
	}
	return b.String()
}

// Marked returns sentences, one a line, each with the cause words of its last rule in square brackets and what that rule allows
// in braces, beginning with the word of the sentence.
func Marked(sentences []Sentence) string {
	var b strings.Builder
	for _, s := range sentences {
		rule := s.Rules[len(s.Rules)-1]
		words := slices.Clone(s.Words)
		for _, cause := range rule.Causes {
			words[cause] = "[" + words[cause] + "]"
		}
		allowed := append([]string{words[rule.Predicted]}, slices.DeleteFunc(slices.Clone(rule.Correct),
			func(word string) bool { return word == words[rule.Predicted] })...)
		words[rule.Predicted] = "{" + strings.Join(allowed, "|") + "}"
		fmt.Fprintf(&b, "%s: %s\n", rule.Name, strings.Join(words, " "))
	}
	return b.String()
}

// Loss returns the loss of the exact probabilities on sentences, in nats per word and sentence end.
func Loss(sentences []Sentence) float64 {
	sum, tokens := 0.0, 0
	for _, s := range sentences {
		sum, tokens = sum-s.LogProbability, tokens+len(s.Words)+1
	}
	return sum / float64(tokens)
}

// draws draws one sentence. The sentence determines every draw, so that the probability of the sentence is their product.
type draws struct {
	*rand.Rand
	Sentence
}

// between draws a number, equally likely from first to last.
func (d *draws) between(first, last int) int {
	d.LogProbability -= math.Log(float64(last - first + 1))
	return first + d.IntN(last-first+1)
}

// chance draws true with a probability.
func (d *draws) chance(p float64) bool {
	yes := d.Float64() < p
	if !yes {
		p = 1 - p
	}
	d.LogProbability += math.Log(p)
	return yes
}

// one draws one of words, equally likely.
func (d *draws) one(words []string) string { return words[d.between(0, len(words)-1)] }

// take draws one of words and removes it from them.
func (d *draws) take(words *[]string) string {
	word := d.one(*words)
	*words = without(*words, word)
	return word
}

// say appends words.
func (d *draws) say(words ...string) { d.Words = append(d.Words, words...) }

// decided appends the word that a rule decides.
func (d *draws) decided(rule, word string, causes ...int) {
	d.Rules = append(d.Rules, data.Rule{Name: rule, Predicted: len(d.Words), Causes: causes, Correct: []string{word}})
	d.say(word)
}

// without returns a copy of words that lacks some of them.
func without(words []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return slices.Contains(some, word) })
}

var (
	animals = strings.Fields("ant bear cat dog eel fox goat hare ibis jay kiwi lion mole newt owl pig quail rat seal toad " +
		"vole wasp yak zebra crab deer emu frog gull heron")
	colours  = strings.Fields("red blue green black white brown pink grey")
	plain    = strings.Fields("cup hat pen coin spoon brush button ribbon candle bottle pebble feather")
	openers  = strings.Fields("key rope oar saw lamp drum seed needle map bell")
	outcomes = strings.Fields("door well boat tree cave dance garden shirt journey school") // of each opener in turn
)

// boxes names two to four boxes of different colours with an object in each. One of the objects, in any box, is an opener: it
// alone decides the last word.
//
//	red box cup blue box [key] green box hat so {door}
func boxes(d *draws) {
	count := d.between(2, 4)
	opener := d.between(0, count-1)
	colours, plain := colours, plain
	cause, outcome := 0, ""
	for i := range count {
		d.say(d.take(&colours), "box")
		if i == opener {
			kind := d.between(0, len(openers)-1)
			cause, outcome = len(d.Words), outcomes[kind]
			d.say(openers[kind])
		} else {
			d.say(d.take(&plain))
		}
	}
	d.say("so")
	d.decided("opener", outcome, cause)
}

// offset draws animals of which each is, in nine of ten cases, the next in the alphabetical list of twenty after the one k+1
// words before it, which is k tokens before the query: earlier ones say nothing more. The last word follows the rule, though by
// chance another can be drawn there too.
func offset(k, shortest, longest int) func(d *draws) {
	const follows = 0.9
	return func(d *draws) {
		animals := animals[:20]
		for range d.between(shortest, longest) {
			cause := len(d.Words) - k - 1
			if cause < 0 {
				d.say(d.one(animals))
				continue
			}
			next := animals[(slices.Index(animals, d.Words[cause])+1)%len(animals)]
			if d.chance(follows) {
				d.decided("shift", next, cause)
			} else {
				d.say(d.one(without(animals, next)))
			}
		}
	}
}

// duplicate follows each animal, one of twelve drawn at random, by "again" if it was named before, and by "new" if not. The rule
// is stated where one earlier mention decides, with the animal named again: another in the place of either would be new.
//
//	[cat] new dog new [cat] {again}
func duplicate(d *draws) {
	for range d.between(4, 7) {
		animal := d.one(animals[:12])
		var earlier []int
		for i, word := range d.Words {
			if word == animal {
				earlier = append(earlier, i)
			}
		}
		d.say(animal)
		switch len(earlier) {
		case 0:
			d.say("new")
		case 1:
			d.decided("again", "again", earlier[0], len(d.Words)-1)
		default:
			d.say("again")
		}
	}
}

// induction names five to eight of twelve animals in random order, and some of them again in that order, beginning with any but
// the last two: what followed an animal follows again. The animal before, its earlier mention and what followed that decide.
//
//	owl [ant] [cat] lion dog ibis fox [ant] {cat} lion dog
func induction(d *draws) {
	animals := animals[:12]
	count := d.between(5, 8)
	for range count {
		d.say(d.take(&animals))
	}
	first := d.between(0, count-3)
	d.say(d.Words[first])
	last := first + d.between(1, count-1-first)
	for earlier := first; earlier < last; earlier++ {
		d.decided("pair", d.Words[earlier+1], earlier, earlier+1, len(d.Words)-1)
	}
}

// markov draws each animal given the one before alone: one of three others, with probabilities 0.7, 0.2 and 0.1.
func markov(d *draws) {
	d.say(d.one(animals))
	for range d.between(5, 11) {
		last := len(d.Words) - 1
		allowed := successors(d.Words[last])
		word := allowed[0]
		if !d.chance(0.7) {
			word = allowed[1]
			if !d.chance(2.0 / 3) {
				word = allowed[2]
			}
		}
		d.decided("before", word, last)
		d.Rules[len(d.Rules)-1].Correct = allowed
	}
}

// successors returns the three animals that can follow one, the same in every sentence.
func successors(animal string) []string {
	others := without(animals, animal)
	r := random.New(0, "successors", uint64(slices.Index(animals, animal)))
	r.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
	return others[:3]
}
