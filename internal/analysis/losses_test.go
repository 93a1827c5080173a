package analysis

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"attend/data"
	"attend/internal/run"
	"attend/internal/run/runtest"
)

// token is a predicted token of a held-out sentence and its loss.
type token struct {
	key  string
	loss float64
}

// sentenceLosses returns the losses of the held-out sentences by their texts, in float64 from the logits of each.
func sentenceLosses(t *testing.T, r *run.Run, corpus *data.Corpus) map[string][]token {
	t.Helper()
	rows := corpus.HeldOut.Rows(r.Config.Context, 0)
	var in [][]int
	for _, row := range rows {
		in = append(in, row[:len(row)-1])
	}
	all := map[string][]token{}
	err := session(t, r, 4).Forward(in, func(i int, out run.ForwardResult) error {
		text := strings.ToLower(corpus.HeldOutText.At(min(i, corpus.HeldOutText.Len()-1)))
		all[text] = nil // copies have equal losses
		for position := range in[i] {
			id := rows[i][position+1]
			all[text] = append(all[text], token{corpus.Vocabulary.Key(id), -math.Log(softmax(out.Logits(position))[id])})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// corpusOf loads a text as settings say.
func corpusOf(t *testing.T, s run.Settings, text string) *data.Corpus {
	t.Helper()
	corpus, err := loadText(text)(s)
	if err != nil {
		t.Fatal(err)
	}
	return corpus
}

// Two runs are compared on the sentences and tokens that both hold out and know, whatever their splits and vocabularies.
func TestCompareLosses(t *testing.T) {
	// Copies in another spelling, and words that occur once or twice.
	text := runtest.Text() + "the lion sees the ant\nthe ZEBRA likes the bee\nThe lion sees a gnu\nA gnu sees the yak now\nThe yak likes a gnu\n" +
		"The owl likes the emu\nThe emu sees the kid\n"
	for i := range 12 { // which a model that knows none of the words reads as one sentence
		text += fmt.Sprintf("The lion sees the w%d now\n", i)
	}
	base := small()
	base.Sample, base.HoldOut, base.LR = "The lion sees the ant", 0.5, 0.05
	a, of := trained(t, base, text), corpusOf(t, base, text)
	for name, change := range map[string]func(*run.Settings){
		"same split":       func(s *run.Settings) { s.Seed = 7 },
		"other split":      func(s *run.Settings) { s.SplitSeed = 2 },
		"other share":      func(s *run.Settings) { s.HoldOut = 0.25 },
		"by sentences":     func(s *run.Settings) { s.HoldOutBy, s.Seed = data.BySentences, 7 },
		"other vocabulary": func(s *run.Settings) { s.MinCount = 3 },
		"all differ":       func(s *run.Settings) { s.MinCount, s.SplitSeed, s.HoldOut, s.Heads = 3, 3, 0.6, 2 },
	} {
		t.Run(name, func(t *testing.T) {
			s := base
			change(&s)
			b, with := trained(t, s, text), corpusOf(t, s, text)
			l, why, err := CompareLosses(a, b, of, with)
			if err != nil || l == nil {
				t.Fatalf("not compared: %s, error %v", why, err)
			}
			sameVocabulary := sameKeys(of.Vocabulary, with.Vocabulary)
			x, y := sentenceLosses(t, a, of), sentenceLosses(t, b, with)
			var sum [2]float64
			d, n := map[string]float64{}, map[string]float64{} // by what the models read
			tokens, leftOut, sentences := 0, 0, 0
			copies := map[string]int{}
			for _, text := range of.HeldOutText.All() {
				copies[strings.ToLower(text)]++
			}
			for text, list := range x {
				if y[text] == nil {
					continue
				}
				sentences += copies[text]
				count, difference, read := float64(copies[text]), 0.0, ""
				compared := 0
				for i, tok := range list {
					read += tok.key + " " + y[text][i].key + " "
					if !sameVocabulary && (tok.key == data.UnknownToken || y[text][i].key == data.UnknownToken) {
						leftOut += copies[text]
						continue
					}
					compared++
					sum[0] += count * tok.loss
					sum[1] += count * y[text][i].loss
					difference += count * (tok.loss - y[text][i].loss)
				}
				tokens += compared * copies[text]
				d[read] += difference
				n[read] += count * float64(compared)
			}
			mean := (sum[0] - sum[1]) / float64(tokens)
			squares := 0.0
			for i := range d {
				squares += math.Pow(d[i]-n[i]*mean, 2)
			}
			g := float64(len(d))
			if l.Sentences != sentences || l.Tokens != tokens || l.LeftOut != leftOut ||
				l.HeldOut != [2]int{of.HeldOutText.Len(), with.HeldOutText.Len()} {
				t.Errorf("%+v, want %d sentences, %d tokens, %d left out", l, sentences, tokens, leftOut)
			}
			whole := name == "same split" || name == "other vocabulary"
			if whole != (l.Sentences == of.HeldOut.Len()) && name != "by sentences" || sameVocabulary != (leftOut == 0) {
				t.Errorf("%s: %d of %d sentences, %d left out", name, l.Sentences, of.HeldOut.Len(), leftOut)
			}
			near(t, "loss of A", l.A, sum[0]/float64(tokens), 1e-5)
			near(t, "loss of B", l.B, sum[1]/float64(tokens), 1e-5)
			near(t, "difference", l.Difference, mean, 1e-5)
			near(t, "standard error", *l.StandardError/(math.Sqrt(g/(g-1)*squares)/float64(tokens)), 1, 1e-3)
			near(t, "middle of the interval", (l.Interval[0]+l.Interval[1])/2, mean, 1e-5)
			if margin := (l.Interval[1] - l.Interval[0]) / 2 / *l.StandardError; margin < 1.98 || margin > 2.1 {
				t.Errorf("the interval is %g standard errors to each side, want about 2", margin)
			}
			turned, _, err := CompareLosses(b, a, with, of)
			if err != nil || turned.A != l.B || math.Abs(turned.Difference+l.Difference) > 1e-12 || turned.LeftOut != l.LeftOut {
				t.Errorf("turned around: %+v, error %v, want the opposite of %+v", turned, err, l)
			}
		})
	}
}

// The losses of one split are those that [Evaluate] reports.
func TestCompareLossesOfAllHeldOutText(t *testing.T) {
	a, corpus := savannaRun(t, 20)
	b, _ := savannaRun(t, 40)
	l, _, err := CompareLosses(a, b, corpus, corpus)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range []*run.Run{a, b} {
		report, err := Evaluate(r, corpus)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "loss", []float64{l.A, l.B}[i], report.HeldOutLoss, 1e-12)
		if l.Tokens != report.Tokens || l.Sentences != report.Sentences {
			t.Errorf("%d sentences, %d tokens, want %d and %d", l.Sentences, l.Tokens, report.Sentences, report.Tokens)
		}
	}
}

// Of long texts, the end that both hold out is compared, whatever the context.
func TestCompareLossesOfCharacters(t *testing.T) {
	text := strings.Repeat("the lion saw the zebra near the river; ", 8)
	s := small()
	s.Unit, s.Context, s.HoldOut = data.Char, 8, 0.2
	a, of := trained(t, s, text), corpusOf(t, s, text)
	s.Context, s.HoldOut = 12, 0.4
	b, with := trained(t, s, text), corpusOf(t, s, text)
	l, _, err := CompareLosses(a, b, of, with)
	if err != nil {
		t.Fatal(err)
	}
	tokens := of.HeldOut.Predictions()
	var sum float64 // of the last tokens of B
	for i, row := range with.HeldOut.Rows(12, 0) {
		at := with.HeldOut.Predictions() - tokens - 12*i // of the first token of the row that is compared
		err := session(t, b, 1).Forward([][]int{row[:len(row)-1]}, func(_ int, out run.ForwardResult) error {
			for position := max(0, at); position < len(row)-1; position++ {
				sum -= math.Log(softmax(out.Logits(position))[row[position+1]])
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	near(t, "loss of B", l.B, sum/float64(tokens), 1e-5)
	if want := (tokens + 11) / 12; l.Tokens != tokens || l.Sentences != want || !l.Pieces || l.HeldOut[0] != want || l.HeldOut[1] <= want {
		t.Errorf("%+v, want %d tokens in %d pieces", l, tokens, want)
	}
}

// What cannot be compared is not, and one line says why.
func TestCompareLossesSaysWhyNot(t *testing.T) {
	four := "a b c\nb c a\nc a b\nc b a\n"
	s := small()
	s.HoldOut, s.Sample = 0.25, "a b c"
	a, of := trained(t, s, four), corpusOf(t, s, four)
	other := s
	for other.SplitSeed = 2; corpusOf(t, other, four).HeldOutText.At(0) == of.HeldOutText.At(0); {
		other.SplitSeed++
	}
	letters := s
	letters.Unit, letters.Context = data.Char, 5
	for want, c := range map[string]struct {
		s    run.Settings
		text string
	}{
		"no sentence is held out by both runs":          {other, four},
		"the runs were trained on different texts":      {s, four + "b a c\n"},
		"the runs split the text into different tokens": {letters, four},
	} {
		b, with := trained(t, c.s, c.text), corpusOf(t, c.s, c.text)
		if l, why, err := CompareLosses(a, b, of, with); l != nil || why != want || err != nil {
			t.Errorf("%+v, %q, error %v, want %q", l, why, err, want)
		}
	}
	l, _, err := CompareLosses(a, a, of, of) // one sentence
	if err != nil || l.StandardError != nil || l.Interval != nil || l.Sentences != 1 {
		t.Errorf("%+v, error %v, want no standard error", l, err)
	}
}
