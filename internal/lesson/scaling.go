package lesson

import (
	"context"
	"fmt"
	"math"
	"slices"

	"attend/internal/kernel"
	"attend/internal/random"
	"attend/internal/render"
	"attend/layers"
)

// Sizes of the experiment of chapter 4.
const (
	scalingKeys   = 16
	scalingTrials = 50
	scalingSeed   = 1
)

// scaling is chapter 4: what happens to softmax when vectors are long.
func (c *Course) scaling(_ context.Context, show Show) error {
	if err := show(
		Paragraph("Before training the numbers of a model are random, and so are its queries and keys. Let d be how many numbers a query has, and a key. Their dot product is a sum of d terms. If these are random, of ordinary size and either sign, they partly cancel. The sum wanders from 0 like one who takes d steps, each forth or back at random: it ends up not d steps away, but about sqrt(d). (The squares of the steps are what adds up: the square of the distance is d on average.) For d = 4 that is 2, for d = 1,024 it is 32."),
		Paragraph("Here are queries and keys of random numbers, 16 keys for each query, at three lengths. Each is tried 50 times. Softmax is done once on the bare scores (divided by 1), and once on the scores divided by sqrt(d)."),
		Question{
			Ask:     "Without dividing, what do the 16 weights look like at d = 1,024?",
			Choices: []string{"about one sixteenth each", "nearly all on one key, though the keys are random", "below 0 for some"},
			Right:   1,
			Because: "Scores of size 32 lie many points apart, and each point is a factor of 2.7. The one that happens to be largest takes all.",
		},
	); err != nil {
		return err
	}
	t := Table{Head: []string{"d", "divided by", "size of scores", "entropy", "largest", "slope"}, Words: 0}
	b := render.Bars{Title: fmt.Sprintf("Entropy of the weights of %d random keys, in nats", scalingKeys)}
	for _, divided := range []bool{false, true} {
		for _, d := range []int{4, 64, 1024} {
			divisor, name := 1.0, "1"
			if divided {
				divisor = math.Sqrt(float64(d))
				name = short(float32(divisor))
			}
			e, err := spread(d, 1/divisor)
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, []string{fmt.Sprint(d), name, fmt.Sprintf("%.1f", e.score), fmt.Sprintf("%.2f", e.entropy), fmt.Sprintf("%.2f", e.largest), fmt.Sprintf("%.3f", e.slope)})
			b.Bars = append(b.Bars, render.Bar{Name: fmt.Sprintf("d = %d, divided by %s", d, name), Value: e.entropy, Text: fmt.Sprintf("%.2f", e.entropy)})
		}
	}
	if err := show(t,
		Paragraph(fmt.Sprintf("The size of the scores is their typical distance from 0. Entropy tells how evenly the weights are spread: %.2f when all 16 are alike, 0 when one has everything. (Chapter 8 takes the entropy of a text, by the same formula: how open its next word is.) Largest is the mean of the largest weight. Slope tells how much the weights answer to their scores: how much each weight changes for a small change of its own score, summed over the keys.", math.Log(scalingKeys))),
		bars(b),
	); err != nil {
		return err
	}
	return show(
		Paragraph("Why the slope matters: a model learns by small corrections. Training asks of every number how the loss, that is how wrong the predictions are, would change if the number changed a little; the answer is called the gradient. Where softmax has given everything to one key its slope is near 0: a little more or less score changes no weight, so no word of correction comes back through it. The gradient vanishes, and the model keeps its accidental choice."),
		Paragraph("Divided by sqrt(d) the scores are of size 1 at any d. The model starts by looking around and can learn where to look. Later it may still become as sure as it likes, by making queries and keys longer: then it has learned to. The formula of attention is now complete but for where its vectors come from:"),
		Formula("attention = softmax(query · keys / sqrt(d)) · values"),
		Try{
			{"attend lesson 3 --query 32,0", "scores of size 32: one key takes all, and its equal half"},
			{"attend lesson 4 -o entropy.svg", "the bars as a picture"},
			{"attend lesson 5", "the next chapter"},
		},
	)
}

// evenness is what the weights of random keys are like, in the mean over trials.
type evenness struct {
	score   float64 // typical size of what softmax receives: the root of the mean square
	entropy float64 // of the weights, in nats
	largest float64 // weight
	slope   float64 // sum over the keys of d weight / d score of its own
}

// spread runs attention on random vectors of d numbers.
func spread(d int, scale float64) (evenness, error) {
	rows := scalingTrials * scalingKeys
	var vectors [3][]float32
	for i, name := range []string{"query", "key", "value"} {
		r := random.New(scalingSeed, fmt.Sprintf("lesson %s %d", name, d))
		vectors[i] = make([]float32, rows*d)
		for j := range vectors[i] {
			vectors[i][j] = float32(r.NormFloat64())
		}
	}
	heads, err := runAttention(scalingTrials, scalingKeys, d, vectors[0], vectors[1], vectors[2], layers.AttentionOptions{Scale: scale})
	if err != nil {
		return evenness{}, err
	}
	var e evenness
	scores := make([]float32, scalingKeys)
	for trial := range scalingTrials {
		last := (trial+1)*scalingKeys - 1
		query := kernel.Dense(vectors[0][last*d:], 1, d)
		keys := kernel.Dense(vectors[1][trial*scalingKeys*d:], scalingKeys, d)
		kernel.MatMul(kernel.Dense(scores, 1, scalingKeys), float32(scale), query, keys.T(), 0)
		e.score += kernel.SumSquares(scores) / float64(rows)
		weights := heads.Row(trial, 0, scalingKeys-1)
		e.entropy += entropy(weights) / scalingTrials
		e.largest += float64(slices.Max(weights)) / scalingTrials
		e.slope += slope(weights) / scalingTrials
	}
	e.score = math.Sqrt(e.score)
	return e, nil
}

// entropy is -sum w ln w.
func entropy(weights []float32) float64 {
	var sum float64
	for _, w := range weights {
		if w > 0 {
			sum -= float64(w) * math.Log(float64(w))
		}
	}
	return sum
}

// slope sums d weight_k / d score_k over the keys, by the function with which training goes back through
// softmax.
func slope(weights []float32) float64 {
	var sum float64
	n := len(weights)
	gradient := make([]float32, n)
	for k := range weights {
		clear(gradient)
		gradient[k] = 1 // of the loss "weight k"
		kernel.CausalSoftmaxGrad(gradient, slices.Clone(weights), 1, n, n, n, n)
		sum += float64(gradient[k])
	}
	return sum
}
