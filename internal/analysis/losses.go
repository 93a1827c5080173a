package analysis

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"

	"attend/data"
	"attend/internal/attention"
	"attend/internal/printable"
	"attend/internal/run"
)

// HeldOutLoss returns the loss of a run on all held-out text of its corpus, in nats per predicted token.
func HeldOutLoss(r *run.Run, corpus *data.Corpus) (float64, error) {
	sum, tokens := 0.0, 0
	err := eachLoss(r, corpus, func(_ int, loss float64) {
		sum += loss
		tokens++
	})
	return sum / float64(tokens), err
}

// eachLoss calls visit with the id and the loss of each predicted token of the held-out text, in order.
func eachLoss(r *run.Run, corpus *data.Corpus, visit func(target int, loss float64)) error {
	if err := r.CheckText(corpus); err != nil {
		return err
	}
	batches, err := corpus.HeldOut.Batches(r.EvaluationBatch(), r.Config.Context)
	if err != nil {
		return err
	}
	evaluator, err := r.NewEvaluator()
	if err != nil {
		return err
	}
	defer evaluator.Close()
	err = evaluator.Each(batches, 0, func(target int, loss float64, _ bool) { visit(target, loss) })
	if err != nil {
		return fmt.Errorf("%s: %w", printable.Path(r.Path), err)
	}
	return nil
}

// CompareLosses measures two runs on the tokens that both hold out; [attention.Losses] has the equations. ofA and ofB are their
// corpora. If there is nothing to compare, why says so in one line.
//
// Where the vocabularies differ, tokens that one of them lacks are not compared: <unk> stands for more words in the smaller
// vocabulary, so predicting it is easier there.
func CompareLosses(a, b *run.Run, ofA, ofB *data.Corpus) (l *attention.Losses, why string, err error) {
	va, vb := ofA.Vocabulary, ofB.Vocabulary
	_, hasUnknown := va.Unknown()
	switch {
	case a.DataSHA256 != b.DataSHA256:
		return nil, "the runs were trained on different texts", nil
	case a.Settings.Unit != b.Settings.Unit || !hasUnknown && !sameKeys(va, vb):
		return nil, "the runs split the text into different tokens", nil
	}
	l = &attention.Losses{Pieces: !va.Layout().Sentences(), HeldOut: [2]int{ofA.HeldOut.Len(), ofB.HeldOut.Len()}}
	var groups [2]func() int
	count := 0 // of groups
	if l.Pieces {
		size := max(a.Config.Context, b.Config.Context)
		tokens := [2]int{ofA.HeldOut.Predictions(), ofB.HeldOut.Predictions()} // both end where the text ends
		shared := min(tokens[0], tokens[1])
		for i, n := range tokens {
			groups[i], l.HeldOut[i] = byPiece(n-shared, size), ceilDiv(n, size)
		}
		count = ceilDiv(shared, size)
		l.Sentences = count
	} else {
		if groups, count, l.Sentences, err = bySentence(ofA, ofB); err != nil {
			return nil, "", err
		}
	}
	if count == 0 {
		return nil, "no sentence is held out by both runs", nil
	}
	d, n := make([]float64, count), make([]float64, count) // by group, difference of the summed losses and number of tokens
	for i, side := range []struct {
		r        *run.Run
		corpus   *data.Corpus
		compared []bool // by id
		sign     float64
		sum      *float64
	}{{a, ofA, inBoth(va, vb), 1, &l.A}, {b, ofB, inBoth(vb, va), -1, &l.B}} {
		clear(n)
		l.Tokens, l.LeftOut = 0, 0
		err := eachLoss(side.r, side.corpus, func(target int, loss float64) {
			group := groups[i]()
			switch {
			case group < 0:
			case !side.compared[target]:
				l.LeftOut++
			default:
				*side.sum += loss
				d[group] += side.sign * loss
				n[group]++
				l.Tokens++
			}
		})
		if err != nil {
			return nil, "", err
		}
	}
	if l.Tokens == 0 {
		return nil, "the vocabularies of the runs share no token of the sentences that both hold out", nil
	}
	l.A, l.B = l.A/float64(l.Tokens), l.B/float64(l.Tokens)
	l.Difference = l.A - l.B
	count = len(slices.DeleteFunc(slices.Clone(n), func(tokens float64) bool { return tokens == 0 }))
	if count > 1 {
		squares := 0.0
		for i := range d {
			rest := d[i] - n[i]*l.Difference
			squares += rest * rest
		}
		e := math.Sqrt(float64(count)/float64(count-1)*squares) / float64(l.Tokens)
		margin := e * distuv.StudentsT{Sigma: 1, Nu: float64(count - 1)}.Quantile(0.975)
		l.StandardError, l.Interval = &e, &[2]float64{l.Difference - margin, l.Difference + margin}
	}
	return l, "", nil
}

// sameKeys reports whether two vocabularies have the same tokens.
func sameKeys(a, b *data.Vocabulary) bool {
	return a.Len() == b.Len() && !slices.Contains(known(a, b), false)
}

// known returns for each id of a vocabulary whether another one has its token.
func known(v, other *data.Vocabulary) []bool {
	list := make([]bool, v.Len())
	for id := range list {
		_, list[id] = other.ID(v.Key(id))
	}
	return list
}

// inBoth returns for each id of a vocabulary whether its losses can be compared with those of another one: for all if the
// vocabularies are the same, otherwise for the tokens that both have.
func inBoth(v, other *data.Vocabulary) []bool {
	list := known(v, other)
	if unknown, ok := v.Unknown(); ok && !sameKeys(v, other) {
		list[unknown] = false
	}
	return list
}

// byPiece returns a function that returns, call by call, in which piece of a long text each predicted token is: -1 for those that
// are skipped, then from 0.
func byPiece(skip, size int) func() int {
	i := -1 - skip
	return func() int {
		if i++; i < 0 {
			return -1
		}
		return i / size
	}
}

// bySentence numbers the distinct sentences that both corpora hold out; those that differ only in unknown tokens have one number.
// It returns for each corpus a function that returns, call by call, the number of the sentence of each predicted token, -1 if only one
// corpus holds it out; and the count of the distinct sentences, and of all with their copies.
func bySentence(a, b *data.Corpus) (groups [2]func() int, distinct, all int, err error) {
	var keys [2][]string
	held := map[string]int{} // where b has each
	for i, c := range []*data.Corpus{a, b} {
		for _, text := range c.HeldOutText.All() {
			tokens, err := c.Vocabulary.Tokenize(text)
			if err != nil {
				return groups, 0, 0, err
			}
			var key strings.Builder
			for _, t := range tokens {
				key.WriteString(t.Key + "\x00") // which no text holds
			}
			if i == 1 {
				held[key.String()] = len(keys[i])
			}
			keys[i] = append(keys[i], key.String())
		}
	}
	number := map[string]int{}
	for i, set := range []data.Set{a.HeldOut, b.HeldOut} {
		sentence, left, group := -1, 0, -1
		groups[i] = func() int {
			for ; left == 0; left = set.Sequence(sentence).Len() - 1 {
				sentence++
				group = -1
				if n, shared := number[keys[i][sentence]]; shared {
					group = n
				}
			}
			left--
			return group
		}
	}
	same := map[string]int{} // by the ids that the two models read
	for i, key := range keys[0] {
		other, shared := held[key]
		if !shared {
			continue
		}
		ids := fmt.Sprint(a.HeldOut.Sequence(i).Ints(), b.HeldOut.Sequence(other).Ints())
		if _, known := same[ids]; !known {
			same[ids] = len(same)
		}
		number[key] = same[ids]
		all++
	}
	return groups, len(same), all, nil
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
