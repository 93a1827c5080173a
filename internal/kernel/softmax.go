package kernel

import (
	"fmt"
	"math"
	"unsafe"
)

// Softmax replaces row by its softmax, y_i = e^(x_i - max x) / sum_j e^(x_j - max x).
//
//	row [n]     scores in, weights that sum to 1 out
//
// If a row has NaN or +Inf, all of its results are NaN.
func Softmax(row []float32) {
	softmaxRows(row, 1, len(row), len(row), len(row), 0, nil, nil)
}

// CausalSoftmax replaces scores by attention weights. Row q is the query at position first-1+q of its sentence: its first first+q
// elements, the keys up to the query, are replaced by their softmax, the others by exactly 0.
//
//	scores [rows, width], row q at q*stride     [query, key]; first + rows - 1 <= width
func CausalSoftmax(scores []float32, rows, width, stride, first int) {
	checkCausal("CausalSoftmax", len(scores), rows, width, stride, first)
	softmaxRows(scores, rows, width, stride, first, 1, nil, nil)
}

// checkCausal panics unless the rows lie inside their data and no row has more visible keys than the width.
func checkCausal(what string, length, rows, width, stride, first int) {
	if rows < 1 || first < 1 || first+rows-1 > width || width > stride || length < (rows-1)*stride+width {
		panic(fmt.Sprintf("kernel: %s: %d rows of width %d with stride %d and first %d in %d elements",
			what, rows, width, stride, first, length))
	}
}

// softmaxRows replaces the first numbers of each row, `first` of them in row 0 and `more` more in each next row, by their
// softmax, and the rest of the width by 0. If tops is not nil, tops[r] becomes the largest number of row r and sums[r] the sum of
// e^(x - tops[r]).
func softmaxRows(x []float32, rows, width, stride, first, more int, tops, sums []float32) {
	if active.softmax != nil && rows > 0 {
		active.softmax(&x[0], rows, width, stride, first, more, unsafe.SliceData(tops), unsafe.SliceData(sums))
		return
	}
	for r := range rows {
		n := first + r*more
		row := x[r*stride:][:n]
		top := row[0]
		for _, v := range row {
			if v > top || v != v {
				top = v
			}
		}
		var sum float32
		for i, v := range row {
			e := Exp(v - top)
			row[i] = e
			sum += e
		}
		if tops != nil {
			tops[r], sums[r] = top, sum
		}
		factor := 1 / sum
		for i := range row {
			row[i] *= factor
		}
		clear(x[r*stride+n : r*stride+width])
	}
}

// CausalSoftmaxGrad replaces dWeights, the gradient of the weights of [CausalSoftmax], by the gradient of the scores:
//
//	dScore_qk = w_qk (dW_qk - sum_j dW_qj w_qj) for keys k up to the query, otherwise 0
//
//	dWeights [rows, width], row q at q*stride, row q of weights at q*weightsStride
func CausalSoftmaxGrad(dWeights, weights []float32, rows, width, stride, weightsStride, first int) {
	checkCausal("CausalSoftmaxGrad", len(dWeights), rows, width, stride, first)
	checkCausal("CausalSoftmaxGrad", len(weights), rows, width, weightsStride, first)
	if active.softmaxGrad != nil {
		active.softmaxGrad(&dWeights[0], &weights[0], rows, width, stride, weightsStride, first, 1)
		return
	}
	for q := range rows {
		d, w := dWeights[q*stride:][:width], weights[q*weightsStride:][:first+q]
		var dot float32
		for k, v := range w {
			dot += d[k] * v
		}
		for k, v := range w {
			d[k] = v * (d[k] - dot)
		}
		clear(d[len(w):])
	}
}

// CrossEntropy computes the loss of each row, -ln softmax(logits)[target], in nats, and the softmax. Rows with a negative target
// have loss 0.
//
//	losses [rows], probabilities [rows, vocab], logits [rows, vocab], targets [rows] below vocab, or it panics
//	tops [rows]     results: the largest logit of each row
func CrossEntropy(losses, tops, probabilities, logits []float32, targets []int, vocab int) {
	rows := len(targets)
	sameLength("CrossEntropy", rows, len(losses), len(tops))
	sameLength("CrossEntropy", rows*vocab, len(probabilities), len(logits))
	checkTargets("CrossEntropy", targets, vocab)
	copy(probabilities, logits)
	softmaxRows(probabilities, rows, vocab, vocab, vocab, 0, tops, losses)
	for r, target := range targets {
		if target < 0 {
			losses[r] = 0
			continue
		}
		losses[r] = tops[r] + float32(math.Log(float64(losses[r]))) - logits[r*vocab+target]
	}
}

// checkTargets panics if a target is not in the vocabulary.
func checkTargets(what string, targets []int, vocab int) {
	for r, target := range targets {
		if target >= vocab {
			panic(fmt.Sprintf("kernel: %s: target %d of row %d in a vocabulary of %d", what, target, r, vocab))
		}
	}
}

// CrossEntropyGrad computes the gradient of scale times the sum of the losses of [CrossEntropy]:
//
//	dLogits_rj = scale (probabilities_rj - [j = target_r]), 0 in rows with a negative target
//
//	dLogits, probabilities [rows, vocab], targets [rows]
func CrossEntropyGrad(dLogits, probabilities []float32, targets []int, vocab int, scale float32) {
	sameLength("CrossEntropyGrad", len(targets)*vocab, len(dLogits), len(probabilities))
	checkTargets("CrossEntropyGrad", targets, vocab)
	if active.scale != nil && len(dLogits) > 0 {
		active.scale(&dLogits[0], &probabilities[0], len(dLogits), scale)
	} else {
		for i, p := range probabilities {
			dLogits[i] = scale * p
		}
	}
	for r, target := range targets {
		if target < 0 {
			clear(dLogits[r*vocab : (r+1)*vocab])
			continue
		}
		dLogits[r*vocab+target] -= scale
	}
}

// Argmax returns the index of the largest element, the first of equals.
func Argmax(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}
