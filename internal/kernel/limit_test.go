package kernel

import "testing"

// BenchmarkLimit measures the arithmetic limit of one core: fused multiply-adds in
// registers and nothing else.
func BenchmarkLimit(b *testing.B) {
	if active.limit == nil {
		b.Skip("no assembly for this processor")
	}
	const rounds = 1 << 16
	for b.Loop() {
		active.limit(rounds)
	}
	b.ReportMetric(float64(rounds)*24*float64(active.lanes)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
