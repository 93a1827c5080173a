package kernel

import (
	"math"
	"testing"
)

func TestAddMulAndRows(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		x, row := []float32{1, 2, 3, 4, 5, 6}, []float32{10, 20, 30}
		y := make([]float32, 6)
		SumRows(row, x)
		near(t, "SumRows", row, []float64{5, 7, 9}, 0)
		Mul(y, x, x)
		near(t, "Mul", y, []float64{1, 4, 9, 16, 25, 36}, 0)
		Add(y, y, x)
		near(t, "Add in place", y, []float64{2, 6, 12, 20, 30, 42}, 0)
	})
}

func TestGatherAndScatterAdd(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		table, ids := []float32{1, 2, 3, 4, 5, 6, 7, 8}, []int{3, 0, 3}
		y := make([]float32, 6)
		Gather(y, table, ids, 2)
		near(t, "Gather", y, []float64{7, 8, 1, 2, 7, 8}, 0)
		ScatterAdd(table, []float32{1, 2, 3, 4, 5, 6}, ids, 2)
		near(t, "ScatterAdd", table, []float64{4, 6, 3, 4, 5, 6, 13, 16}, 0)
	})
}

// gelu is the reference in double precision.
func gelu(x float64) float64 {
	return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
}

func TestActivationsAndTheirGradients(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		const n = 401
		x := make([]float32, n)
		var wantGELU, wantGELUSlope, wantReLU, wantReLUSlope []float64
		for i := range x {
			v := float64(i-200) / 25
			x[i] = float32(v)
			v = float64(x[i])
			wantGELU = append(wantGELU, gelu(v))
			wantGELUSlope = append(wantGELUSlope, difference4(gelu, v, 1e-3))
			wantReLU = append(wantReLU, max(v, 0))
			slope := 0.0
			if v > 0 {
				slope = 1
			}
			wantReLUSlope = append(wantReLUSlope, slope)
		}
		y, slope := make([]float32, n), make([]float32, n)
		GELU(y, slope, x)
		near(t, "GELU", y, wantGELU, 1e-6)
		near(t, "slope of GELU", slope, wantGELUSlope, 1e-6)
		ReLU(y, slope, x)
		near(t, "ReLU", y, wantReLU, 0)
		near(t, "slope of ReLU", slope, wantReLUSlope, 0)
		copy(y, x)
		GELU(y, slope, y)
		near(t, "GELU in place", y, wantGELU, 1e-6)
		far := []float32{20, 1e3, 1e12, 3.4e38, inf, -20, -1e3, -1e12, -3.4e38, -inf}
		GELU(y[:10], slope[:10], far)
		near(t, "slope of GELU far out", slope[:10], []float64{1, 1, 1, 1, 1, 0, 0, 0, 0, 0}, 1e-9)
		near(t, "GELU far above", y[:4], []float64{20, 1e3, 1e12, 3.4e38}, 1e32)
		near(t, "GELU far below", y[5:10], make([]float64, 5), 1e-9)
		if GELU(y[:1], slope[:1], []float32{nan}); y[0] == y[0] || slope[0] == slope[0] {
			t.Errorf("GELU of NaN is %g with slope %g", y[0], slope[0])
		}
		special := []float32{nan, inf, -inf}
		ReLU(y[:3], slope[:3], special)
		if y[0] == y[0] || y[1] != inf || y[2] != 0 {
			t.Errorf("ReLU of %v is %v", special, y[:3])
		}
	})
}

func TestLayerNormAndItsGradient(t *testing.T) {
	eachSet(t, func(t *testing.T, _ *instructions) {
		const rows, dim, epsilon = 5, 13, 1e-5
		r := generator(2)
		x, gain, bias, dy := normals(r, rows*dim), normals(r, dim), normals(r, dim), normals(r, rows*dim)
		y, mean, rstd := make([]float32, rows*dim), make([]float32, rows), make([]float32, rows)
		dx, dGain, dBias := make([]float32, rows*dim), normals(r, dim), normals(r, dim)
		LayerNorm(y, mean, rstd, x, gain, bias, epsilon)
		LayerNormGrad(dx, dGain, dBias, dy, x, gain, mean, rstd, nil)

		reference := func(x []float64) (y, n []float64) {
			for r := range rows {
				row := x[r*dim : (r+1)*dim]
				var m, v float64
				for _, a := range row {
					m += a / dim
				}
				for _, a := range row {
					v += (a - m) * (a - m) / dim
				}
				for i, a := range row {
					n = append(n, (a-m)/math.Sqrt(v+epsilon))
					y = append(y, n[len(n)-1]*float64(gain[i])+float64(bias[i]))
				}
			}
			return y, n
		}
		wide := make([]float64, len(x))
		for i, v := range x {
			wide[i] = float64(v)
		}
		want, n := reference(wide)
		near(t, "LayerNorm", y, want, 1e-6)
		wantGain, wantBias, wantX := make([]float64, dim), make([]float64, dim), make([]float64, rows*dim)
		for i := range want {
			wantGain[i%dim] += float64(dy[i]) * n[i]
			wantBias[i%dim] += float64(dy[i])
			wantX[i] = difference4(func(v float64) float64 {
				old := wide[i]
				wide[i] = v
				y, _ := reference(wide)
				wide[i] = old
				sum := 0.0
				for j := range y {
					sum += y[j] * float64(dy[j])
				}
				return sum
			}, wide[i], 1e-3)
		}
		near(t, "dx", dx, wantX, 2e-6)
		near(t, "dGain", dGain, wantGain, 1e-6)
		near(t, "dBias", dBias, wantBias, 1e-6)

		// A constant row has no variance: the result is the bias.
		flat := make([]float32, dim)
		LayerNorm(y[:dim], mean[:1], rstd[:1], flat, gain, bias, epsilon)
		near(t, "LayerNorm of zeros", y[:dim], bias, 0)
	})
}
