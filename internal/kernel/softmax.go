package kernel

import "math"

// Softmax replaces row by its softmax, y_i = e^(x_i - max x) / sum_j e^(x_j - max x),
// and returns ln sum_j e^(x_j), which is ln of the normaliser of the unshifted row.
//
//	row [n]     scores in, weights that sum to 1 out
//
// A row that holds NaN or +Inf becomes NaN throughout: nothing is hidden.
func Softmax(row []float32) (logSum float32) {
	top := row[0]
	for _, x := range row {
		if x > top || x != x {
			top = x
		}
	}
	var sum float32
	for i, x := range row {
		e := Exp(x - top)
		row[i] = e
		sum += e
	}
	scale := 1 / sum
	for i := range row {
		row[i] *= scale
	}
	return top + float32(math.Log(float64(sum)))
}

// CausalSoftmax turns a square of scores into attention weights: row q becomes the
// softmax of its first q+1 elements, and the rest, the future, exactly 0.
//
//	scores [seq, seq]     query by key
func CausalSoftmax(scores []float32, seq int) {
	sameLength("CausalSoftmax", seq*seq, len(scores))
	for q := range seq {
		row := scores[q*seq : (q+1)*seq]
		Softmax(row[:q+1])
		clear(row[q+1:])
	}
}

// CausalSoftmaxGrad replaces dWeights, the gradient of the weights of
// CausalSoftmax, by the gradient of the scores:
//
//	dScore_qk = w_qk (dW_qk - sum_j dW_qj w_qj) for k <= q, else 0
//
//	dWeights, weights [seq, seq]
func CausalSoftmaxGrad(dWeights, weights []float32, seq int) {
	sameLength("CausalSoftmaxGrad", seq*seq, len(dWeights), len(weights))
	for q := range seq {
		d, w := dWeights[q*seq:(q+1)*seq], weights[q*seq:(q+1)*seq]
		var dot float32
		for k := range q + 1 {
			dot += d[k] * w[k]
		}
		for k := range q + 1 {
			d[k] = w[k] * (d[k] - dot)
		}
		clear(d[q+1:])
	}
}

// CrossEntropy writes each row's loss -ln softmax(logits)[target], in nats, and
// replaces the copy of the logits in probabilities by their softmax. Rows with a
// negative target count nothing: loss 0, and their probabilities are left as they are.
//
//	losses [rows], probabilities [rows, vocab], logits [rows, vocab], targets [rows]
func CrossEntropy(losses, probabilities, logits []float32, targets []int, vocab int) {
	rows := len(targets)
	sameLength("CrossEntropy", rows, len(losses))
	sameLength("CrossEntropy", rows*vocab, len(probabilities), len(logits))
	for r, target := range targets {
		if target < 0 {
			losses[r] = 0
			continue
		}
		row := probabilities[r*vocab : (r+1)*vocab]
		copy(row, logits[r*vocab:(r+1)*vocab])
		losses[r] = Softmax(row) - logits[r*vocab+target]
	}
}

// CrossEntropyGrad writes the gradient of scale times the sum of CrossEntropy's losses:
//
//	dLogits_rj = scale (probabilities_rj - [j = target_r]), 0 in rows that count nothing
//
//	dLogits, probabilities [rows, vocab], targets [rows]
func CrossEntropyGrad(dLogits, probabilities []float32, targets []int, vocab int, scale float32) {
	sameLength("CrossEntropyGrad", len(targets)*vocab, len(dLogits), len(probabilities))
	for r, target := range targets {
		d, p := dLogits[r*vocab:(r+1)*vocab], probabilities[r*vocab:(r+1)*vocab]
		if target < 0 {
			clear(d)
			continue
		}
		for j, x := range p {
			d[j] = scale * x
		}
		d[target] -= scale
	}
}

// Argmax returns the place of the largest element, the first of equals.
func Argmax(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}
