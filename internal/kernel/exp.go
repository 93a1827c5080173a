package kernel

import "math"

// Constants of the range reduction x = n ln 2 + r with |r| <= ln(2)/2. ln 2 is the sum of two constants, so that n*ln2High is
// exact.
const (
	log2E   = 1.44269504088896341
	ln2High = 0.693359375
	ln2Low  = -2.12194440e-4
	// Below expLowest e^x is a denormal number; Exp returns 0.
	expLowest  = -87.3365
	expHighest = 88.72283
)

// Exp returns e^x in single precision.
//
// Error: at most 2 units in the last place for -87.33 <= x <= 88.72; 0 below
// (the true value is a denormal number, under 1.2e-38), +Inf above. Exp(NaN) is NaN.
//
// Source: Cephes expf (Moshier 1989): a polynomial of degree 5 after range reduction.
func Exp(x float32) float32 {
	switch {
	case x < expLowest:
		return 0
	case x > expHighest:
		return float32(math.Inf(1))
	case x != x:
		return x
	}
	// Adding and subtracting 1.5 * 2^23 rounds to the nearest integer.
	const rounder = 12582912
	n := float32(x*log2E) + rounder
	n -= rounder
	r := x - n*ln2High
	r -= n * ln2Low
	p := float32(1.9875691500e-4)
	p = p*r + 1.3981999507e-3
	p = p*r + 8.3334519073e-3
	p = p*r + 4.1665795894e-2
	p = p*r + 1.6666665459e-1
	p = p*r + 5.0000001201e-1
	y := p*(r*r) + r + 1
	// 2^n in two factors, since n = 128 alone would overflow.
	half := int32(n) >> 1
	return y * power2(half) * power2(int32(n)-half)
}

// power2 returns 2^n for -126 <= n <= 127.
func power2(n int32) float32 {
	return math.Float32frombits(uint32(n+127) << 23)
}
