package kernel

// Add writes y = a + b.
//
//	y, a, b [n]     y may be a or b
func Add(y, a, b []float32) {
	sameLength("Add", len(y), len(a), len(b))
	if active.add != nil && len(y) > 0 {
		active.add(&y[0], &a[0], &b[0], len(y))
		return
	}
	for i, x := range a {
		y[i] = x + b[i]
	}
}

// SumRows writes the sum of the rows, sum[i] = sum_r x[r, i], the gradient of a bias.
//
//	sum [n], x [rows, n]
func SumRows(sum, x []float32) {
	n := len(sum)
	wholeRows("SumRows", len(x), n)
	if active.sumRows != nil && len(x) > 0 {
		active.sumRows(&sum[0], &x[0], len(x)/n, n)
		return
	}
	clear(sum)
	for start := 0; start < len(x); start += n {
		Add(sum, sum, x[start:start+n])
	}
}

// Mul writes y = a b, element by element.
//
//	y, a, b [n]     y may be a or b
func Mul(y, a, b []float32) {
	sameLength("Mul", len(y), len(a), len(b))
	if active.mul != nil && len(y) > 0 {
		active.mul(&y[0], &a[0], &b[0], len(y))
		return
	}
	for i, x := range a {
		y[i] = x * b[i]
	}
}
