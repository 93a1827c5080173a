package kernel

import (
	"math"
	"unsafe"
)

// LayerNorm normalises each row to mean 0 and variance 1, then scales and shifts it:
//
//	y = gain (x - mean) rstd + bias,  rstd = 1 / sqrt(variance + epsilon)
//
//	y, x [rows, dim], gain, bias [dim], mean, rstd [rows] (results, for LayerNormGrad)
//
// The variance is the biased one (divided by dim). Source: Ba, Kiros and Hinton 2016.
func LayerNorm(y, mean, rstd, x, gain, bias []float32, epsilon float32) {
	rows, dim := len(mean), len(gain)
	sameLength("LayerNorm", rows*dim, len(y), len(x))
	sameLength("LayerNorm", dim, len(bias))
	sameLength("LayerNorm", rows, len(rstd))
	if active.layerNorm != nil && len(x) > 0 {
		active.layerNorm(&y[0], &mean[0], &rstd[0], &x[0], &gain[0], &bias[0], rows, dim, epsilon)
		return
	}
	for r := range rows {
		in, out := x[r*dim:(r+1)*dim], y[r*dim:(r+1)*dim]
		var sum float32
		for _, v := range in {
			sum += v
		}
		m := sum / float32(dim)
		var squares float32
		for _, v := range in {
			squares += (v - m) * (v - m)
		}
		s := float32(1 / math.Sqrt(float64(squares/float32(dim)+epsilon)))
		for i, v := range in {
			out[i] = gain[i]*((v-m)*s) + bias[i]
		}
		mean[r], rstd[r] = m, s
	}
}

// LayerNormGrad computes the three gradients of [LayerNorm]. With n = (x - mean) rstd
// and g = dy gain, and means taken over a row:
//
//	dx = rstd (g - mean(g) - n mean(g n)) + addend,  dGain = sum_rows dy n,  dBias = sum_rows dy
//
//	dx, dy, x [rows, dim], dGain, dBias, gain [dim], mean, rstd [rows]
//	addend [rows, dim], or nil: the gradient of x from another operation
func LayerNormGrad(dx, dGain, dBias, dy, x, gain, mean, rstd, addend []float32) {
	rows, dim := len(mean), len(gain)
	sameLength("LayerNormGrad", rows*dim, len(dx), len(dy), len(x))
	sameLength("LayerNormGrad", dim, len(dGain), len(dBias))
	sameLength("LayerNormGrad", rows, len(rstd))
	if addend != nil {
		sameLength("LayerNormGrad", rows*dim, len(addend))
	}
	clear(dGain)
	clear(dBias)
	if active.layerNormGrad != nil && len(x) > 0 {
		active.layerNormGrad(&dx[0], &dGain[0], &dBias[0], &dy[0], &x[0], &gain[0], &mean[0], &rstd[0],
			unsafe.SliceData(addend), rows, dim)
		return
	}
	for r := range rows {
		in, d, out := x[r*dim:(r+1)*dim], dy[r*dim:(r+1)*dim], dx[r*dim:(r+1)*dim]
		m, s := mean[r], rstd[r]
		var sumG, sumGN float32
		for i, v := range in {
			n := (v - m) * s
			g := d[i] * gain[i]
			sumG += g
			sumGN += g * n
			dGain[i] += d[i] * n
			dBias[i] += d[i]
		}
		meanG, meanGN := sumG/float32(dim), sumGN/float32(dim)
		for i, v := range in {
			n := (v - m) * s
			out[i] = s * (d[i]*gain[i] - meanG - n*meanGN)
		}
		if addend != nil {
			Add(out, out, addend[r*dim:(r+1)*dim])
		}
	}
}
